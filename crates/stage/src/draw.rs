//! What is on the screen.

mod help;
mod lanes;
mod objects;
mod source;
mod text;

use std::cell::Cell;

use kata_trace::{Location, ObjectId, ThreadId};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr as _;

use crate::scene::Scene;
use crate::theme::Theme;

pub(crate) use help::help;

/// Less shows nothing that could be read.
const SMALLEST: (u16, u16) = (50, 14);

/// From so many columns on the source stands beside the lanes.
const WIDE: u16 = 100;

/// Objects that are shown at the same time.
const OBJECTS: u16 = 6;

/// An execution at one of its steps.
pub(crate) struct View<'a> {
    /// Which execution.
    pub(crate) scene: &'a Scene,
    /// After which step.
    pub(crate) step: usize,
    /// The step from which on what happened is new.
    pub(crate) since: usize,
    /// Steps that are shown, those to come included.
    pub(crate) shown: usize,
    /// The object that somebody looks at.
    pub(crate) object: Option<ObjectId>,
    /// How threads end up is shown, too.
    pub(crate) over: bool,
    /// Where threads would go on.
    pub(crate) ahead: &'a [(ThreadId, Location)],
}

/// What stands at the top.
pub(crate) struct Head<'a> {
    /// Which execution.
    pub(crate) name: &'a str,
    /// How far it has come.
    pub(crate) position: String,
    /// What it is about.
    pub(crate) about: &'a str,
}

/// What is drawn below an execution.
pub(crate) struct Below<'a> {
    /// The lines that it asks for.
    pub(crate) height: u16,
    /// It may take room from the execution.
    pub(crate) matters: bool,
    /// What draws it.
    pub(crate) draw: &'a dyn Fn(&mut Frame<'_>, Rect),
}

/// Draws a head, an execution, what is below it, and a line about keys.
pub(crate) fn draw(
    frame: &mut Frame<'_>,
    theme: Theme,
    head: &Head<'_>,
    view: &View<'_>,
    below: &Below<'_>,
    keys: &[(&str, &str)],
) {
    let area = frame.area();
    if is_too_small(area) {
        return too_small(frame, area);
    }
    let objects = match u16::try_from(view.scene.trace.objects.len()).unwrap_or(u16::MAX) {
        0 => 0,
        objects => objects.min(OBJECTS).min(area.height / 6) + 1,
    };
    let below_height = below.height.min(if below.matters { area.height / 2 } else { area.height / 3 });
    let rows = [
        Constraint::Length(1),
        Constraint::Min(6),
        Constraint::Length(objects),
        Constraint::Length(below_height),
        Constraint::Length(1),
    ];
    let [top, middle, table, bottom, foot] = Layout::vertical(rows).areas(area);
    frame.render_widget(title(theme, head, usize::from(top.width)), top);
    let (direction, parts) = if area.width >= WIDE {
        let wanted = u16::try_from(lanes::wanted(view)).unwrap_or(u16::MAX);
        let lanes = wanted.clamp(area.width * 2 / 5, area.width * 3 / 5);
        (Layout::horizontal([Constraint::Length(lanes), Constraint::Min(0)]).spacing(1), middle)
    } else {
        (Layout::vertical([Constraint::Percentage(58), Constraint::Percentage(42)]), middle)
    };
    let [left, right] = direction.areas(parts);
    lanes::draw(frame, left, theme, view);
    source::draw(frame, right, theme, view);
    objects::draw(frame, table, theme, view);
    (below.draw)(frame, bottom);
    frame.render_widget(self::keys(theme, keys, usize::from(foot.width)), foot);
}

/// The head in one line. The position stays in sight: where there is no room, the name is cut.
fn title<'a>(theme: Theme, head: &'a Head<'a>, width: usize) -> Line<'a> {
    let position = format!("   {}   ", head.position);
    let room = width.saturating_sub(position.trim_end().width());
    let name = if head.name.width() > room { text::fit(head.name, room) } else { head.name.to_owned() };
    Line::from(vec![Span::styled(name, theme.strong()), Span::raw(position), Span::styled(head.about, theme.faint())])
}

/// A pane with a heading.
pub(crate) fn pane(theme: Theme, heading: &str) -> Block<'_> {
    Block::new()
        .borders(Borders::TOP)
        .border_style(theme.faint())
        .title(Span::styled(format!(" {heading} "), theme.faint()))
}

/// As many keys as there is room for: the last two, help and the way out, among them.
fn keys<'a>(theme: Theme, keys: &[(&'a str, &'a str)], width: usize) -> Line<'a> {
    let mut shown = keys.to_vec();
    let taken =
        |keys: &[(&str, &str)]| -> usize { keys.iter().map(|(key, what)| key.width() + what.width() + 3).sum() };
    while shown.len() > 2 && taken(&shown) > width + 2 {
        shown.remove(shown.len() - 3);
    }
    let one = |(key, what): (&'a str, &'a str)| {
        [Span::styled(key, theme.strong()), Span::raw(" "), Span::styled(what, theme.faint()), Span::raw("  ")]
    };
    Line::from(shown.into_iter().flat_map(one).collect::<Vec<_>>())
}

/// Draws sentences, of which the first are gone when somebody has scrolled. No further than to the last is scrolled.
pub(crate) fn sentences(
    frame: &mut Frame<'_>,
    area: Rect,
    theme: Theme,
    heading: &str,
    lines: &[Line<'_>],
    scrolled: &Cell<u16>,
) {
    let rows = height(frame, lines).saturating_sub(1);
    let room = area.height.saturating_sub(1);
    let hidden = rows.saturating_sub(room);
    scrolled.set(scrolled.get().min(hidden));
    let heading = if hidden > 0 { format!("{heading} (↑ ↓ for all of it)") } else { heading.to_owned() };
    let paragraph = Paragraph::new(lines.to_vec()).wrap(Wrap { trim: true }).scroll((scrolled.get(), 0));
    frame.render_widget(paragraph.block(pane(theme, &heading)), area);
}

/// The lines that a pane takes which shows all of this.
pub(crate) fn height(frame: &Frame<'_>, lines: &[Line<'_>]) -> u16 {
    let width = usize::from(frame.area().width.max(1));
    let broken: usize = lines.iter().map(|line| rows(&line.to_string(), width)).sum();
    u16::try_from(broken + 1).unwrap_or(u16::MAX)
}

/// The rows that a line takes which is broken between words, or within those that are too long.
fn rows(line: &str, width: usize) -> usize {
    let (mut rows, mut taken) = (1, 0);
    for (index, word) in line.split(' ').map(|word| word.width()).enumerate() {
        let space = usize::from(index > 0);
        if taken + space + word <= width {
            taken += space + word;
            continue;
        }
        // What is too long for a row begins one of its own, unless nothing stands in this one.
        let more = word.div_ceil(width).max(1);
        rows += if taken == 0 { more - 1 } else { more };
        taken = word.saturating_sub(width * (more - 1));
    }
    rows
}

fn is_too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

fn too_small(frame: &mut Frame<'_>, area: Rect) {
    let (width, height) = SMALLEST;
    let text = format!("make it larger: {width}×{height} at least, this is {}×{}", area.width, area.height);
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    #[test]
    fn rows_are_counted_as_they_are_broken() {
        assert_eq!([rows("", 8), rows("ab cd ef", 8), rows("ab cd efg", 8), rows("abcdefghi", 8)], [1, 1, 2, 2]);
        let sentence = "t1 waits at :73 for `balance#2`, which t2 has held since :69, and main waits for both.";
        for width in 20..=90 {
            let mut terminal = Terminal::new(TestBackend::new(width, 10)).unwrap();
            let text = Paragraph::new(sentence).wrap(Wrap { trim: true });
            terminal.draw(|frame| frame.render_widget(text, frame.area())).unwrap();
            let screen = terminal.backend().to_string();
            let drawn = screen.lines().filter(|line| !line.trim_matches(['"', ' ']).is_empty()).count();
            assert_eq!(rows(sentence, usize::from(width)), drawn, "{screen}");
        }
    }
}
