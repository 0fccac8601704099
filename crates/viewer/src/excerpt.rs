//! The lines of the source that matter, the way rustc prints them.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use kata_trace::Location;
use kata_trace::diagnosis::Mark;
use unicode_width::UnicodeWidthStr as _;

use crate::Style;

/// Columns before a quoted line.
const LINE_NUMBERS: usize = 8;

/// Labels are not broken into narrower pieces.
const NARROWEST_LABEL: usize = 24;

/// Quotes the marked lines of those files whose source is known. Empty if there are none.
pub(crate) fn excerpts(marks: &[Mark], sources: &[(String, String)], style: &Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(style.width);
    let mut groups = Vec::new();
    for (path, source) in sources {
        let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.location.file == *path).collect();
        let places = places(&marks, source);
        if places.is_empty() {
            continue;
        }
        let mut snippet = Snippet::source(source.as_str()).path(path.as_str());
        // A long signature would push the lines that matter out of sight.
        let room = style.width.saturating_sub(LINE_NUMBERS);
        let visible = places.iter().filter_map(|place| enclosing_function(source, place.span.start));
        let visible =
            visible.filter(|span| source[..span.end].lines().next_back().is_some_and(|line| line.width() <= room));
        let mut visible: Vec<Range<usize>> = visible.collect();
        visible.sort_by_key(|span| span.start);
        visible.dedup();
        for span in visible {
            snippet = snippet.annotation(AnnotationKind::Visible.span(span));
        }
        groups.push(Group::with_level(Level::ERROR).element(
            snippet.annotations((places.into_iter()).flat_map(|place| place.into_annotations(source, style.width))),
        ));
    }
    if groups.is_empty() { String::new() } else { format!("{}\n", renderer.render(&groups)) }
}

/// The marks on one span of the source.
struct Place {
    span: Range<usize>,
    labels: Vec<String>,
    primary: bool,
}

impl Place {
    /// One annotation a label, so that they stand below each other; long labels are broken.
    fn into_annotations<'a>(self, source: &str, width: usize) -> Vec<Annotation<'a>> {
        let kind = || if self.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let line = source[..self.span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let start = LINE_NUMBERS + source[line..self.span.start].width();
        let end = start + source[self.span.clone()].width();
        let pieces: Vec<String> = match self.labels.as_slice() {
            // A label that is alone stands beside its span, if it fits there.
            [one] if end + 1 + one.width() <= width => vec![one.clone()],
            [one] => broken(one, width.saturating_sub(start).min(one.width() - 1)),
            // The beginning of the line is cut where that makes room.
            labels => {
                labels.iter().flat_map(|label| broken(label, width.saturating_sub(start).max(width / 2))).collect()
            }
        };
        (pieces.into_iter())
            .map(|label| {
                let annotation = kind().span(self.span.clone());
                if label.is_empty() { annotation } else { annotation.label(label) }
            })
            .collect()
    }
}

/// A label in pieces of at most `width` columns, if that leaves room for words.
fn broken(label: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width.max(NARROWEST_LABEL)).subsequent_indent("  ");
    textwrap::wrap(label, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

fn places(marks: &[&Mark], source: &str) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for mark in marks {
        let Some(span) = span(source, &mark.location) else { continue };
        match places.iter_mut().find(|place| place.span == span) {
            Some(place) => {
                place.primary |= mark.primary;
                if !place.labels.contains(&mark.label) {
                    place.labels.push(mark.label.clone());
                }
            }
            None => places.push(Place { span, labels: vec![mark.label.clone()], primary: mark.primary }),
        }
    }
    places
}

/// The bytes of what stands at a location: a name with its arguments, or a word.
fn span(source: &str, at: &Location) -> Option<Range<usize>> {
    let line_start = line_start(source, at.line)?;
    let line = source[line_start..].lines().next().unwrap_or_default();
    let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
    let start = line.char_indices().nth(column).map_or(line.len(), |(start, _)| start);
    let rest = &line[start..];
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let head = rest.len() - rest.trim_start_matches(['*', '&', '!', '(']).len();
    let name = rest[head..].find(|c| !word(c) && c != '!').map_or(rest.len(), |length| head + length);
    let end = if rest[name..].starts_with('(') { name + closing(&rest[name..]).unwrap_or(0) } else { name };
    let end = start + end.clamp(usize::from(!rest.is_empty()), rest.len());
    Some(line_start + start..line_start + end.max(start))
}

/// The length up to the parenthesis that closes the first one, if it is on the same line.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

fn line_start(source: &str, line: u32) -> Option<usize> {
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(index, _)| index + 1));
    starts.take_while(|start| *start < source.len()).nth(line)
}

/// The line that begins the function around a place.
fn enclosing_function(source: &str, place: usize) -> Option<Range<usize>> {
    let here = source[..place].rfind('\n').map_or(0, |index| index + 1);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let depth = indent(source[here..].lines().next()?);
    let mut start = here;
    while start > 0 {
        let end = start - 1;
        start = source[..end].rfind('\n').map_or(0, |index| index + 1);
        let line = &source[start..end];
        let begins = line.split_whitespace().take_while(|word| !word.contains('(')).any(|word| word == "fn")
            || line.trim_start().starts_with("fn ");
        if begins && indent(line) < depth {
            return Some(start + indent(line)..end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "fn f() {\n    let a = m.lock().unwrap();\n    *hits += 1;\n    assert!(x(y) == 2);\n}\n";

    fn text(line: u32, column: u32) -> &'static str {
        &SOURCE[span(SOURCE, &Location { file: String::new(), line, column }).unwrap()]
    }

    #[test]
    fn a_place_is_a_name_with_its_arguments() {
        assert_eq!([text(2, 15), text(3, 5), text(4, 5)], ["lock()", "*hits", "assert!(x(y) == 2)"]);
    }

    #[test]
    fn a_place_beyond_the_text_is_no_place() {
        assert_eq!(span(SOURCE, &Location { file: String::new(), line: 9, column: 1 }), None);
        assert_eq!(text(2, 200), "");
    }

    #[test]
    fn the_function_around_a_place_is_found() {
        let place = SOURCE.find("hits").unwrap();
        assert_eq!(&SOURCE[enclosing_function(SOURCE, place).unwrap()], "fn f() {");
    }
}
