//! The lanes of the threads: a line a step.

use kata_trace::ThreadId;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};
use viewer::steps::Switch;

use super::text::{first_shown, fit};
use super::{View, pane};
use crate::theme::Theme;

/// Columns before the first lane: a step's number, the mark of a switch.
const GUTTER: usize = 7;

/// Columns between lanes.
const FRAME: usize = 3;

/// No lane is narrower: rather than that, not all are shown.
const NARROWEST: usize = 12;

/// Lanes ask for as much, whatever is in them.
const COMFORTABLE: usize = 16;

/// Draws as many lanes as there is room for, that of the current step among them.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, theme: Theme, view: &View<'_>) {
    let block = pane(theme, "threads");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let lanes = Lanes::new(usize::from(inner.width), view);
    let rows = rows(view, lanes.width);
    let current = rows.iter().position(|row| row.step == Some(view.step)).unwrap_or(0);
    let room = usize::from(inner.height).saturating_sub(1);
    let last = if view.over { rows.len().saturating_sub(1) } else { current };
    // How threads end up needs room, too, but the current step stays in sight.
    let first = first_shown(last, rows.len(), room).min(current);
    let mut lines = vec![lanes.head(theme, view)];
    lines.extend(rows.iter().skip(first).take(room).map(|row| lanes.line(theme, view, row)));
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The columns that the lanes ask for.
pub(super) fn wanted(view: &View<'_>) -> usize {
    let texts = view.scene.words.steps[..view.shown].iter().map(|step| step.text.width());
    let widest = texts.max().unwrap_or(0).max(COMFORTABLE);
    GUTTER + view.scene.trace.threads.len() * (widest + FRAME)
}

/// One line.
struct Row {
    /// `None` for how threads end up.
    step: Option<usize>,
    /// The first line of its step.
    first: bool,
    /// Thread, text.
    cells: Vec<(ThreadId, String)>,
}

fn rows(view: &View<'_>, width: usize) -> Vec<Row> {
    let cells = |step: usize| {
        let text = &view.scene.words.steps[step - 1].text;
        view.scene.thread_of(step).map(|thread| (thread, wrap(text, width))).into_iter().collect()
    };
    let mut rows: Vec<Row> = (1..=view.shown).flat_map(|step| broken(Some(step), cells(step))).collect();
    if view.over {
        let ends = view.scene.words.ends.iter();
        rows.extend(broken(None, ends.map(|(thread, text)| (*thread, wrap(text, width))).collect()));
    }
    rows
}

/// Texts over as many lines as it takes.
fn broken(step: Option<usize>, texts: Vec<(ThreadId, Vec<String>)>) -> Vec<Row> {
    let height = texts.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
    let row = |line: usize| Row {
        step,
        first: line == 0,
        cells: texts.iter().filter_map(|(thread, lines)| Some((*thread, lines.get(line)?.clone()))).collect(),
    };
    (0..height).map(row).collect()
}

/// Breaks a text between words, or within those that are too long; further lines are indented.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut().filter(|line| line.width() + 1 + word.width() <= width) {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        lines.push(if lines.is_empty() { String::new() } else { " ".to_owned() });
        for c in word.chars() {
            let line = lines.last_mut().expect("one was begun");
            if line.width() + c.width().unwrap_or(0) > width && line.len() > 1 {
                lines.push(" ".to_owned());
            }
            lines.last_mut().expect("one was begun").push(c);
        }
    }
    lines
}

/// Which lanes are shown, and how wide.
struct Lanes {
    shown: std::ops::Range<ThreadId>,
    width: usize,
    all: bool,
}

impl Lanes {
    fn new(width: usize, view: &View<'_>) -> Self {
        let count = view.scene.trace.threads.len().max(1);
        let room = width.saturating_sub(GUTTER);
        let fitting = (room / (NARROWEST + FRAME)).clamp(1, count);
        let current = view.scene.thread_of(view.step).map_or(0, usize::from);
        let first = first_shown(current, count, fitting);
        let id = |index| ThreadId::try_from(index).unwrap_or(ThreadId::MAX);
        let width = (room / fitting).saturating_sub(FRAME);
        Lanes { shown: id(first)..id(first + fitting), width, all: fitting == count }
    }

    fn head<'a>(&self, theme: Theme, view: &View<'a>) -> Line<'a> {
        let gutter = if self.all { "" } else { "…" };
        let mut spans = vec![Span::styled(fit(gutter, GUTTER), theme.faint())];
        for thread in self.shown.clone() {
            let waits = if view.scene.waits(thread, view.step) { " (waits)" } else { "" };
            let name = format!("{}{waits}", view.scene.thread(thread));
            let style = theme.thread(thread).patch(theme.strong());
            spans.push(Span::styled("│ ", theme.faint()));
            spans.push(Span::styled(fit(&name, self.width + 1), style));
        }
        Line::from(spans)
    }

    fn line<'a>(&self, theme: Theme, view: &View<'a>, row: &Row) -> Line<'a> {
        let words = row.step.map(|step| &view.scene.words.steps[step - 1]);
        let is_current = row.step == Some(view.step) && view.step > 0;
        let is_future = row.step.is_some_and(|step| step > view.step);
        let number = row.step.map_or_else(|| "✗".to_owned(), |step| step.to_string());
        let number = if row.first { number } else { String::new() };
        let (mark, mark_style) = match words.and_then(|words| words.switch).filter(|_| row.first) {
            Some(Switch::Preemption) => ("⇄", theme.switch()),
            Some(Switch::Handover) => ("→", theme.faint()),
            None => (" ", theme.faint()),
        };
        let here = if is_current && row.first { "▶" } else { " " };
        let mut spans = vec![
            Span::styled(here, theme.strong()),
            Span::styled(format!("{number:>4}"), theme.faint()),
            Span::styled(mark, if is_future { theme.faint() } else { mark_style }),
            Span::raw(" "),
        ];
        for thread in self.shown.clone() {
            let text = row.cells.iter().find(|(owner, _)| *owner == thread).map_or("", |(_, text)| text);
            let style = if text.is_empty() {
                theme.faint()
            } else if is_current {
                theme.thread(thread).patch(theme.current())
            } else if is_future {
                theme.faint()
            } else if words.is_none_or(|words| words.bad) {
                theme.bad()
            } else if row.step.is_some_and(|step| step > view.since) {
                theme.thread(thread).patch(theme.strong())
            } else {
                theme.thread(thread)
            };
            spans.push(Span::styled("│ ", theme.faint()));
            let padded = fit(text, self.width);
            let (text, rest) = padded.split_at(padded.trim_end().len());
            spans.push(Span::styled(text.to_owned(), style));
            spans.push(Span::raw(format!("{rest} ")));
        }
        Line::from(spans)
    }
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn text_is_broken_between_words_and_within_long_ones() {
        assert_eq!(wrap("lock a = 10 :25", 8), ["lock a =", " 10 :25"]);
        assert_eq!(wrap("spawn thumbnail(beach) :1", 10), ["spawn", " thumbnail", " (beach)", " :1"]);
        assert_eq!(wrap("漢字漢字", 3), ["漢", " 字", " 漢", " 字"]);
        assert_eq!(wrap("", 8), [""]);
    }
}
