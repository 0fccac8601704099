//! The objects: their values, who holds them, who waits for them.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Row, Table};

use super::View;
use super::text::first_shown;
use crate::theme::Theme;

/// In fewer columns who holds an object needs the room that its kind would take.
const NARROW: u16 = 72;

/// Draws as many as there is room for, that of the current step among them.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, theme: Theme, view: &View<'_>) {
    let scene = view.scene;
    let current = scene.object_of(view.step);
    let room = usize::from(area.height).saturating_sub(1);
    let in_sight = view.object.or(current).unwrap_or(0) as usize;
    let first = first_shown(in_sight, scene.trace.objects.len(), room);
    let narrow = area.width < NARROW;
    let row = |object| {
        let chosen = if view.object == Some(object) { "›" } else { " " };
        let style = if current == Some(object) { theme.strong() } else { ratatui::style::Style::new() };
        let kind = scene.trace.objects[object as usize].kind.noun();
        let name = scene.object(object);
        let name = if narrow || name.starts_with(kind) { name.to_owned() } else { format!("{kind} {name}") };
        Row::new([
            Line::from(Span::styled(format!("{chosen}{name}"), style)),
            Line::from(scene.value(object, view.step)),
            Line::from(scene.holders(object, view.step).join(", ")),
            Line::from(Span::styled(scene.waiters(object, view.step).join(", "), theme.switch())),
        ])
    };
    let rows = scene.objects().skip(first).take(room).map(row);
    let widths = if narrow { [24, 18, 34, 24] } else { [34, 20, 26, 20] }.map(Constraint::Percentage);
    let head = Row::new([" object", "value", "held by", "waiting"]).style(theme.faint());
    frame.render_widget(Table::new(rows, widths).header(head), area);
}
