//! A complaint with the lines it is about, the way rustc prints it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use kata_trace::Location;

use crate::Diagnostic;

/// A file that complaints are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// As it is shown.
    pub(crate) name: &'a str,
    /// What it says.
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// The byte at a line and a column, both from 1, columns in characters.
    pub(crate) fn offset(&self, line: usize, column: usize) -> Option<usize> {
        let start = match line.checked_sub(1)? {
            0 => 0,
            before => self.text.match_indices('\n').nth(before - 1)?.0 + 1,
        };
        let rest = &self.text[start..];
        let within = rest.char_indices().map(|(at, _)| at).chain([rest.len()]).nth(column.checked_sub(1)?)?;
        Some(start + within)
    }

    fn location(&self, offset: usize) -> Location {
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Location {
            file: self.name.to_owned(),
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
        }
    }

    /// A complaint about the bytes of `span`. `label` stands below them, `help` at the end.
    pub(crate) fn complain(&self, span: Range<usize>, message: &str, label: &str, help: Option<&str>) -> Diagnostic {
        let snippet = Snippet::source(self.text)
            .path(self.name)
            .annotation(AnnotationKind::Primary.span(span.clone()).label(label));
        let mut report = vec![Level::ERROR.primary_title(message).element(snippet)];
        if let Some(help) = help {
            report.push(Group::with_title(Level::HELP.secondary_title(help)));
        }
        Diagnostic {
            message: message.to_owned(),
            at: Some(self.location(span.start)),
            help: help.map(str::to_owned),
            rendered: Renderer::styled().render(&report) + "\n",
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A complaint that is about no place.
pub(crate) fn complain_at_large(message: &str, help: Option<&str>) -> Diagnostic {
    let title = |level: Level<'static>, text: &str| {
        Renderer::styled().render(&[Group::with_title(level.primary_title(text.to_owned()))]) + "\n"
    };
    let help_text = help.map_or_else(String::new, |help| title(Level::HELP, help));
    Diagnostic {
        message: message.to_owned(),
        at: None,
        help: help.map(str::to_owned),
        rendered: title(Level::ERROR, message) + &help_text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Source<'_> = Source { name: "src/lib.rs", text: "fn ä() {}\n\nuse core::sync;\n" };

    #[test]
    fn places_count_characters_from_one() {
        assert_eq!(SOURCE.offset(1, 5), Some(5));
        let offset = SOURCE.offset(3, 5).unwrap();
        assert_eq!(&SOURCE.text[offset..offset + 4], "core");
        let Location { line, column, .. } = SOURCE.location(offset);
        assert_eq!((line, column), (3, 5));
        assert_eq!(SOURCE.offset(9, 1), None);
        assert_eq!(SOURCE.offset(1, 99), None);
    }

    #[test]
    fn a_complaint_shows_the_line() {
        let start = SOURCE.offset(3, 5).unwrap();
        let complaint = SOURCE.complain(start..start + 10, "`core::sync` is out of sight", "here", Some("use std"));
        insta::assert_snapshot!(anstream::adapter::strip_str(&complaint.rendered), @"
        error: `core::sync` is out of sight
         --> src/lib.rs:3:5
          |
        3 | use core::sync;
          |     ^^^^^^^^^^ here
          |
        help: use std
        ");
    }

    #[test]
    fn a_complaint_about_no_place_is_two_lines() {
        let complaint = complain_at_large("`Bank` is missing", Some("the contract is `pub struct Bank`"));
        insta::assert_snapshot!(anstream::adapter::strip_str(&complaint.rendered), @"
        error: `Bank` is missing
        help: the contract is `pub struct Bank`
        ");
    }
}
