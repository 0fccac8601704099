//! The source, with the line of each thread.

use kata_trace::{Location, ThreadId, is_test};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr as _;

use super::text::{first_shown, fit};
use super::{View, pane};
use crate::scene::Scene;
use crate::theme::Theme;

/// The names of more threads at one line are cut.
const WIDEST_NAMES: usize = 12;

/// Draws the file of the current step, or of the last step whose file may be seen.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, theme: Theme, view: &View<'_>) {
    let scene = view.scene;
    let Some(at) = scene.shown_place(view.step, view.ahead) else {
        return frame.render_widget(pane(theme, "source"), area);
    };
    let here = view.step.checked_sub(1).and_then(|index| scene.trace.events[index].at.as_ref());
    let elsewhere =
        here.filter(|here| is_test(here)).map(|here| format!(" (now in the hidden test, line {})", here.line));
    let heading = format!("{}{}", short(&at.file), elsewhere.unwrap_or_default());
    let block = pane(theme, &heading);
    let inner = block.inner(area);
    let here_now = scene.living(view.step).filter_map(|thread| Some((thread, scene.place_of(thread, view.step)?)));
    let now = marks(here_now, &at.file);
    let ahead = marks(view.ahead.iter().map(|(thread, place)| (*thread, place)), &at.file);
    let names = |line: usize| {
        let signs = [(&ahead, '▷'), (&now, '▶')];
        let here = signs.iter().flat_map(|(marks, sign)| {
            marks
                .iter()
                .filter(|(_, marked)| *marked == line)
                .map(move |(thread, _)| format!("{}{sign}", scene.thread(*thread)))
        });
        here.collect::<Vec<_>>().join(" ")
    };
    let width = now.iter().chain(&ahead).map(|(_, line)| names(*line).width()).max().unwrap_or(0);
    let width = width.max(widest_names(scene, &at.file)).clamp(3, WIDEST_NAMES);
    let lines: Vec<&str> = scene.source(&at.file).unwrap_or_default().lines().collect();
    let current = (at.line as usize).saturating_sub(1);
    let is_here = view.step > 0 && here == Some(at);
    let first = first_shown(current, lines.len(), usize::from(inner.height));
    let drawn = lines.iter().enumerate().skip(first).take(usize::from(inner.height)).map(|(index, text)| {
        let line = index + 1;
        let thread = now.iter().find(|(_, marked)| *marked == line).map(|(thread, _)| *thread);
        let text: String = text.replace('\t', "    ").chars().filter(|c| !c.is_control()).collect();
        let style = if thread.is_some() && index == current && is_here { theme.strong() } else { Style::new() };
        let mark = thread.map_or_else(|| theme.faint(), |thread| theme.thread(thread).patch(theme.strong()));
        Line::from(vec![
            Span::styled(fit(&names(line), width), mark),
            Span::styled(format!("{line:>4} "), theme.faint()),
            Span::styled(text, style),
        ])
    });
    let paragraph = Paragraph::new(drawn.collect::<Vec<_>>());
    frame.render_widget(paragraph, inner);
    frame.render_widget(block, area);
}

/// The columns for the names of the threads that are at the same line of a file, at any step: what is beside them does
/// not move from step to step.
fn widest_names(scene: &Scene, file: &str) -> usize {
    let mut lines: Vec<Option<u32>> = vec![None; scene.trace.threads.len()];
    let mut widest = 0;
    for event in &scene.trace.events {
        let (Some(own), Some(at)) = (lines.get_mut(usize::from(event.thread)), &event.at) else { continue };
        *own = (at.file == file).then_some(at.line);
        let here = scene.threads().zip(&lines).filter(|(_, line)| **line == Some(at.line));
        let names = here.map(|(thread, _)| scene.thread(thread).width() + 2).sum::<usize>();
        widest = widest.max(names.saturating_sub(1));
    }
    widest
}

/// The file and its folder: there is no room for more.
fn short(file: &str) -> &str {
    file.rmatch_indices('/').nth(1).map_or(file, |(at, _)| &file[at + 1..])
}

/// The lines of a file that threads are at: each thread once.
fn marks<'a>(places: impl Iterator<Item = (ThreadId, &'a Location)>, file: &str) -> Vec<(ThreadId, usize)> {
    let mut marks: Vec<(ThreadId, usize)> = Vec::new();
    for (thread, place) in places.filter(|(_, place)| place.file == file) {
        if !marks.iter().any(|(marked, _)| *marked == thread) {
            marks.push((thread, place.line as usize));
        }
    }
    marks
}
