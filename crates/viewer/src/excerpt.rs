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
///
/// The renderer cuts lines, not labels. So several ways are tried, and the first that keeps within the width is taken.
pub(crate) fn excerpts(marks: &[Mark], sources: &[(String, String)], style: &Style) -> String {
    let ways = [(false, false), (true, false), (false, true), (true, true)];
    let mut best: Option<(usize, String)> = None;
    for (breaking, apart) in ways {
        let drawn = draw(marks, sources, style, Way { breaking, apart });
        let beyond = drawn.lines().map(visible_width).max().unwrap_or(0).saturating_sub(style.width);
        if beyond == 0 {
            return drawn;
        }
        if best.as_ref().is_none_or(|(least, _)| beyond < *least) {
            best = Some((beyond, drawn));
        }
    }
    best.map_or_else(String::new, |(_, drawn)| drawn)
}

/// The columns that a line takes, colours aside.
fn visible_width(line: &str) -> usize {
    let sequences: usize = line.split('\u{1b}').skip(1).filter_map(|rest| Some(rest.find('m')? + 1)).sum();
    line.replace('\u{1b}', "").width() - sequences
}

/// How to draw excerpts.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// Break labels.
    breaking: bool,
    /// Quote each line apart from the others: they need not be cut alike.
    apart: bool,
}

fn draw(marks: &[Mark], sources: &[(String, String)], style: &Style, way: Way) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(style.width);
    let mut groups = Vec::new();
    for (path, source) in sources {
        let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.location.file == *path).collect();
        let mut places = places(&marks, source);
        places.sort_by_key(|place| place.span.start);
        let line = |place: &Place| source[..place.span.start].matches('\n').count();
        for places in places.chunk_by(|a, b| !way.apart || line(a) == line(b)) {
            let mut snippet = Snippet::source(source.as_str()).path(path.as_str());
            for span in if way.apart { Vec::new() } else { signatures(places, source, style.width) } {
                snippet = snippet.annotation(AnnotationKind::Visible.span(span));
            }
            let annotations = places.iter().flat_map(|place| place.annotations(source, style.width, way.breaking));
            groups.push(Group::with_level(Level::ERROR).element(snippet.annotations(annotations)));
        }
    }
    if groups.is_empty() { String::new() } else { format!("{}\n", renderer.render(&groups)) }
}

/// The first lines of the functions around these places, but for long ones, which would push the lines that matter out
/// of sight.
fn signatures(places: &[Place], source: &str, width: usize) -> Vec<Range<usize>> {
    let is_short = |span: &Range<usize>| {
        source[..span.end].lines().next_back().is_some_and(|line| LINE_NUMBERS + line.width() <= width)
    };
    let signatures = places.iter().filter_map(|place| enclosing_function(source, place.span.start));
    let mut signatures: Vec<Range<usize>> = signatures.filter(is_short).collect();
    signatures.sort_by_key(|span| span.start);
    signatures.dedup();
    signatures
}

/// The marks on one span of the source.
struct Place {
    span: Range<usize>,
    labels: Vec<String>,
    primary: bool,
}

impl Place {
    /// One annotation a label, so that they stand below each other.
    fn annotations<'a>(&self, source: &str, width: usize, breaking: bool) -> Vec<Annotation<'a>> {
        let kind = || if self.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let line = source[..self.span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let start = LINE_NUMBERS + source[line..self.span.start].width();
        let end = start + source[self.span.clone()].width();
        let room = width.saturating_sub(start);
        let pieces: Vec<String> = match self.labels.as_slice() {
            labels if !breaking => labels.to_vec(),
            // A label that is alone stands beside its span, if it fits there.
            [one] if end + 1 + one.width() <= width => vec![one.clone()],
            [one] => broken(one, room.min(one.width().saturating_sub(1))),
            labels => labels.iter().flat_map(|label| broken(label, room)).collect(),
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

/// The bytes of what stands at a location: a name, with a `*` before it or a `!` behind it.
///
/// The arguments of a call are left out: labels stand to the right of what they are about, and must have room there.
fn span(source: &str, at: &Location) -> Option<Range<usize>> {
    let line_start = line_start(source, at.line)?;
    let line = source[line_start..].lines().next().unwrap_or_default();
    let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
    let start = line.char_indices().nth(column).map_or(line.len(), |(start, _)| start);
    let rest = &line[start..];
    let head = rest.len() - rest.trim_start_matches(['*', '&', '!', '(']).len();
    let in_name = |c: char| c.is_alphanumeric() || c == '_' || c == '!';
    let length = rest[head..].find(|c| !in_name(c)).map_or(rest.len(), |length| head + length);
    let end = start + length.clamp(usize::from(!rest.is_empty()), rest.len());
    Some(line_start + start..line_start + end)
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
    fn a_place_is_a_name() {
        assert_eq!([text(2, 15), text(3, 5), text(4, 5)], ["lock", "*hits", "assert!"]);
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
