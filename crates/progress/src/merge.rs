//! A file that two machines have written to.

use toml_edit::{DocumentMut, Item, TableLike};

/// Reads a file with the marks of a merge conflict, or with tables that are there twice, as what both sides say: each
/// exercise was solved on the earlier day, each fact is the larger one. `None` if it is no such file.
pub(crate) fn mend(text: &str) -> Option<DocumentMut> {
    let mut whole = DocumentMut::new();
    let comment: String =
        text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    if !comment.is_empty() {
        whole.decor_mut().set_prefix(comment + "\n");
    }
    for piece in pieces(text) {
        let piece: DocumentMut = piece.parse().ok()?;
        join(whole.as_table_mut(), piece.as_table());
    }
    Some(whole)
}

/// The text cut before every heading of a table, without the marks of a conflict.
fn pieces(text: &str) -> Vec<String> {
    let is_mark = |line: &&str| ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    let mut pieces = vec![String::new()];
    for line in text.lines().filter(|line| !is_mark(line)) {
        // Two sides may disagree about one value only, below one heading.
        let repeated = line.split_once('=').is_some_and(|(key, _)| {
            let last = pieces.last().map_or("", String::as_str);
            last.lines().any(|other| other.split_once('=').is_some_and(|(k, _)| k.trim() == key.trim()))
        });
        if line.trim_start().starts_with('[') {
            pieces.push(String::new());
        } else if repeated {
            let heading = pieces.last().and_then(|piece| piece.lines().find(|line| line.trim_start().starts_with('[')));
            pieces.push(heading.map(|heading| format!("{heading}\n")).unwrap_or_default());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(line);
            piece.push('\n');
        }
    }
    pieces
}

fn join(whole: &mut dyn TableLike, piece: &dyn TableLike) {
    for (key, item) in piece.iter() {
        let newer = whole.get(key).is_none_or(|known| wins(item, known));
        match (whole.get_mut(key).and_then(Item::as_table_like_mut), item.as_table_like()) {
            (Some(known), Some(item)) => join(known, item),
            _ if newer => {
                whole.insert(key, item.clone());
            }
            _ => {}
        }
    }
}

/// The earlier day and the larger number; what cannot be compared stays as it was read first.
fn wins(new: &Item, known: &Item) -> bool {
    match (new.as_datetime(), known.as_datetime()) {
        (Some(new), Some(known)) => new.to_string() < known.to_string(),
        _ => match (new.as_integer(), known.as_integer()) {
            (Some(new), Some(known)) => new > known,
            _ => new.as_bool() == Some(true) && known.as_bool() == Some(false),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_a_conflict_count() {
        let text = "# mine\n\n[solved.01-lost-update]\ndate = 2026-01-30\nattempts = 1\n\n<<<<<<< HEAD\n[solved.03-deadlock]\ndate = 2026-02-02\nattempts = 1\n=======\n[solved.03-deadlock]\ndate = 2026-02-01\nattempts = 4\nhints = 2\n\n[solved.02-double-spend]\ndate = 2026-02-03\nattempts = 2\n>>>>>>> theirs\n";
        insta::assert_snapshot!(mend(text).unwrap(), @"
        # mine

        [solved.01-lost-update]
        date = 2026-01-30
        attempts = 1
        [solved.03-deadlock]
        date = 2026-02-01
        attempts = 4
        hints = 2
        [solved.02-double-spend]
        date = 2026-02-03
        attempts = 2
        ");
    }

    #[test]
    fn a_conflict_about_one_line_counts_for_the_earlier_day() {
        let text = "[solved.03-deadlock]\n<<<<<<< HEAD\ndate = 2026-02-02\n||||||| base\n=======\ndate = 2026-02-01\n>>>>>>> theirs\nattempts = 3\n";
        insta::assert_snapshot!(mend(text).unwrap(), @"
        [solved.03-deadlock]
        date = 2026-02-01
        attempts = 3
        ");
    }

    #[test]
    fn a_file_that_is_no_toml_cannot_be_mended() {
        assert!(mend("[solved").is_none());
        assert!(mend("\u{0}").is_none());
    }
}
