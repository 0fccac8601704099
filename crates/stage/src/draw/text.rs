//! Text that fits.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The text in `width` columns: padded, or its beginning.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return format!("{text}{}", " ".repeat(width - text.width()));
    }
    let mut kept = String::new();
    for c in text.chars() {
        if kept.width() + c.width().unwrap_or(0) + 1 > width {
            break;
        }
        kept.push(c);
    }
    let kept = if width > 0 { kept + "…" } else { kept };
    let padding = " ".repeat(width - kept.width());
    kept + &padding
}

/// The first of `count` lines of which `room` can be shown, so that the line with this index is among them.
pub(super) fn first_shown(index: usize, count: usize, room: usize) -> usize {
    index.saturating_sub(room / 2).min(count.saturating_sub(room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_padded_or_cut_to_its_width() {
        assert_eq!([fit("ab", 4), fit("abcde", 4), fit("漢字漢字", 4), fit("ab", 0)], ["ab  ", "abc…", "漢… ", ""]);
    }

    #[test]
    fn what_matters_stays_in_sight() {
        assert_eq!([first_shown(0, 10, 4), first_shown(5, 10, 4), first_shown(9, 10, 4)], [0, 3, 6]);
        assert_eq!(first_shown(2, 3, 10), 0);
    }
}
