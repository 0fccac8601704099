//! What the keys do.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::text::fit;
use crate::theme::Theme;

/// Draws a list of keys over everything else.
pub(crate) fn help(frame: &mut Frame<'_>, theme: Theme, keys: &[(&str, &str)], notes: &[&str]) {
    if super::is_too_small(frame.area()) {
        return;
    }
    let key_width = keys.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<Line<'_>> = (keys.iter())
        .map(|(key, what)| {
            Line::from(vec![Span::styled(fit(key, key_width + 2), theme.strong()), Span::raw((*what).to_owned())])
        })
        .collect();
    // The blank line goes first where there is no room, for each other line tells something.
    if lines.len() + notes.len() + 3 <= usize::from(frame.area().height) {
        lines.push(Line::default());
    }
    lines.extend(notes.iter().map(|note| Line::from(Span::styled((*note).to_owned(), theme.faint()))));
    let width = lines.iter().map(Line::width).max().unwrap_or(0);
    let width = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(4);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let whole = frame.area();
    let area = whole.centered(Constraint::Length(width.min(whole.width)), Constraint::Length(height.min(whole.height)));
    frame.render_widget(Clear, area);
    let block = Block::bordered().title(" keys ");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inset = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    frame.render_widget(Paragraph::new(lines), inset);
}
