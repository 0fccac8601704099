//! A game: the choices so far, and the keys that make the next one.

use std::cell::Cell;

use kata_trace::{Alternative, Turn, Verdict};
use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use crate::draw::{self, Below, Head, View, draw, pane};
use crate::game::Stand;
use crate::theme::Theme;

const KEYS: [(&str, &str); 6] = [
    ("1 … 9", "let this one go on"),
    ("↑ ↓ Enter", "choose; at the end, scroll"),
    ("u ←", "undo"),
    ("r", "restart"),
    ("?", "this list"),
    ("q Esc", "quit"),
];

const NOTES: [&str; 6] = [
    "You are the scheduler: break the program.",
    "Where only one thread can go on, it does.",
    "⇄ preemption: the thread before could go on",
    "→ the thread before waits, yielded or ended",
    "▶ where a thread is   ▷ where it would go on",
    ":12 in your file   test:12 in the hidden test",
];

/// What the checker knows about the scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The interleavings in which it holds.
    pub(crate) held: Option<u64>,
    /// They are all that there are.
    pub(crate) exhaustive: bool,
}

/// What is wanted after a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To look.
    Stay,
    /// To know where this schedule leads.
    Ask(String),
    /// To end.
    Quit,
}

/// A game.
#[derive(Debug)]
pub(crate) struct Player {
    title: String,
    about: String,
    known: Known,
    /// The positions that the choices led to, the first one included.
    stands: Vec<Stand>,
    /// The choice that the mark is on.
    chosen: usize,
    /// An answer is awaited.
    waiting: bool,
    help: bool,
    /// What to say besides the position.
    note: Option<String>,
    /// Rows of how it ended that are gone.
    scrolled: Cell<u16>,
}

impl Player {
    /// Before the first position. `title` names the program and the scenario, which is `about` something.
    pub(crate) fn new(title: String, about: String, known: Known) -> Self {
        let scrolled = Cell::new(0);
        Player { title, about, known, stands: Vec::new(), chosen: 0, waiting: true, help: false, note: None, scrolled }
    }

    /// The position that was asked for.
    pub(crate) fn reach(&mut self, stand: Stand) {
        self.chosen = stand.first;
        self.stands.push(stand);
        self.waiting = false;
    }

    /// Says something besides the position.
    pub(crate) fn say(&mut self, note: String) {
        self.note = Some(note);
    }

    /// Somebody has decided something.
    pub(crate) fn has_chosen(&self) -> bool {
        self.stands.len() > 1
    }

    /// The last position, if the program is broken in it.
    pub(crate) fn broken(&self) -> Option<&Stand> {
        self.stands.last().filter(|stand| stand.position.judgement.verdict != Verdict::Passed)
    }

    /// What to do after this key.
    pub(crate) fn press(&mut self, key: KeyEvent) -> Wish {
        let closes_help = std::mem::take(&mut self.help);
        let scrolled = self.scrolled.take();
        match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return Wish::Quit,
            KeyCode::Char('q') => return Wish::Quit,
            KeyCode::Esc if !closes_help => return Wish::Quit,
            KeyCode::Char('?') => self.help = !closes_help,
            // What was asked for is on its way.
            _ if self.waiting => {}
            KeyCode::Char('u') | KeyCode::Left | KeyCode::Backspace => self.undo(1),
            KeyCode::Char('r') => self.undo(self.stands.len()),
            KeyCode::Up | KeyCode::Char('k') if self.is_over() => self.scrolled.set(scrolled.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') if self.is_over() => self.scrolled.set(scrolled.saturating_add(1)),
            KeyCode::Up | KeyCode::Char('k') => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => {
                self.chosen = (self.chosen + 1).min(self.alternatives().len().saturating_sub(1));
            }
            KeyCode::Enter | KeyCode::Char(' ') | KeyCode::Right => return self.choose(self.chosen),
            KeyCode::Char(digit @ '1'..='9') => return self.choose(digit as usize - '1' as usize),
            _ => {}
        }
        Wish::Stay
    }

    fn is_over(&self) -> bool {
        self.stands.last().is_some_and(|stand| stand.position.decision.is_none())
    }

    fn alternatives(&self) -> &[Alternative] {
        let decision = self.stands.last().and_then(|stand| stand.position.decision.as_ref());
        decision.map_or(&[], |decision| &decision.alternatives)
    }

    fn choose(&mut self, index: usize) -> Wish {
        let Some(alternative) = self.alternatives().get(index) else { return Wish::Stay };
        let so_far = &self.stands.last().expect("it offers alternatives").position.schedule;
        let schedule = format!("{so_far}{}", alternative.token);
        self.waiting = true;
        self.note = None;
        Wish::Ask(schedule)
    }

    fn undo(&mut self, choices: usize) {
        self.stands.truncate(self.stands.len().saturating_sub(choices).max(1));
        self.chosen = self.stands.last().map_or(0, |stand| stand.first);
        self.note = None;
    }

    /// Draws it.
    pub(crate) fn draw(&self, frame: &mut Frame<'_>, theme: Theme) {
        let Some(stand) = self.stands.last() else {
            return frame.render_widget(Line::from(format!("{}   …", self.title)), frame.area());
        };
        let preemptions = stand.scene.trace.events.iter().filter(|event| event.preemption).count();
        let choices = self.stands.len() - 1;
        let position = format!("{}, {}", count(choices, "choice"), count(preemptions, "preemption"));
        let head = Head { name: &self.title, position, about: &self.about };
        let since = self.stands.iter().rev().nth(1).map_or(0, |before| before.scene.len());
        let steps = stand.scene.len();
        let places = self.alternatives().iter().zip(&stand.choices);
        let ahead: Vec<_> =
            places.filter_map(|(alternative, ahead)| Some((alternative.thread, ahead.at.clone()?))).collect();
        let over = self.broken().is_some();
        let view = View { scene: &stand.scene, step: steps, since, shown: steps, object: None, over, ahead: &ahead };
        let lines = self.lines(stand, theme);
        let height = draw::height(frame, &lines);
        let heading = if stand.position.decision.is_some() { "who goes on?" } else { "the end" };
        let below = |frame: &mut Frame<'_>, area: Rect| {
            if self.is_over() {
                return draw::sentences(frame, area, theme, heading, &lines, &self.scrolled);
            }
            // The mark stays in sight, although what stands above it may take several rows each.
            let fits = |first: &usize| {
                let marked = lines.get(*first..=self.chosen).unwrap_or_default();
                draw::height(frame, marked) <= area.height
            };
            let skipped = (0..=self.chosen).find(fits).unwrap_or(self.chosen);
            let lines: Vec<_> = lines.iter().skip(skipped).cloned().collect();
            let paragraph = Paragraph::new(lines).wrap(Wrap { trim: false }).block(pane(theme, heading));
            frame.render_widget(paragraph, area);
        };
        let keys: &[(&str, &str)] = match stand.position.decision {
            Some(_) => &[("1…9 ↑↓ Enter", "choose"), ("u", "undo"), ("r", "restart"), ("?", "help"), ("q", "quit")],
            None => &[("u", "undo"), ("r", "restart"), ("?", "help"), ("q", "quit")],
        };
        draw(frame, theme, &head, &view, &Below { height, matters: self.is_over(), draw: &below }, keys);
        if self.help {
            draw::help(frame, theme, &KEYS, &NOTES);
        }
    }

    /// What there is to choose, or how it ended.
    fn lines<'a>(&self, stand: &'a Stand, theme: Theme) -> Vec<Line<'a>> {
        let mut lines: Vec<Line<'_>> = (self.alternatives().iter().zip(&stand.choices).enumerate())
            .map(|(index, (alternative, ahead))| self.choice(stand, theme, index, alternative, &ahead.text))
            .collect();
        lines.extend(
            stand.waiting.iter().map(|(thread, why)| {
                Line::from(vec![Span::styled(format!("    {thread}  waits: {why}"), theme.faint())])
            }),
        );
        if stand.position.decision.is_none() {
            lines.extend(self.end(stand, theme));
        }
        lines.extend(self.note.iter().map(|note| Line::from(Span::styled(note.clone(), theme.strong()))));
        lines
    }

    fn choice<'a>(
        &self,
        stand: &'a Stand,
        theme: Theme,
        index: usize,
        alternative: &Alternative,
        text: &'a str,
    ) -> Line<'a> {
        let chosen = index == self.chosen;
        let number = if index < 9 { (index + 1).to_string() } else { " ".to_owned() };
        let how = match alternative.turn {
            Turn::Go => String::new(),
            Turn::Timeout => "  (its time limit passes)".to_owned(),
            Turn::Spurious => "  (for no reason, as std allows)".to_owned(),
            Turn::Queue => "  (queues behind the writer that waits)".to_owned(),
            Turn::Pick(option) => format!("  (by chance, branch {} first)", option + 1),
        };
        let style = theme.thread(alternative.thread);
        let style = if chosen { style.patch(theme.current()) } else { style };
        let mut spans = vec![
            Span::styled(format!("{} {number} ", if chosen { "›" } else { " " }), theme.strong()),
            Span::styled(format!("{}  {text}{how}", stand.scene.thread(alternative.thread)), style),
        ];
        if alternative.preemption {
            spans.push(Span::styled("  ⇄", theme.switch()));
        }
        Line::from(spans)
    }

    /// How an execution that is over came out.
    fn end<'a>(&self, stand: &'a Stand, theme: Theme) -> Vec<Line<'a>> {
        let judgement = &stand.position.judgement;
        if judgement.verdict == Verdict::Passed {
            let mut lines =
                vec![Line::from(Span::styled("It holds in this interleaving: try another one.", theme.good()))];
            lines.extend(self.known.held.map(|held| {
                Line::from(match self.known.exhaustive {
                    true => format!(
                        "Nobody can win here: the checker explored all {}, and it holds in every one.",
                        count(usize::try_from(held).unwrap_or(usize::MAX), "interleaving")
                    ),
                    false => format!("The checker did not break it in {held} interleavings either; they are not all."),
                })
            }));
            return lines;
        }
        let kind = judgement.kind.map_or_else(String::new, |kind| format!(" ({kind})"));
        let why = &stand.scene.words.why;
        // Which promise is broken is in the message alone; how threads got stuck the reason tells better.
        let tells = why.is_empty() || judgement.verdict == Verdict::AssertionFailed;
        let message: String = judgement.message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let message = if tells && !message.is_empty() { format!(": {message}") } else { String::new() };
        let who = if self.has_chosen() { "You broke it" } else { "It breaks by itself, there is nothing to choose" };
        let broke = format!("{who}: {}{kind}{message}", judgement.verdict);
        let mut lines = vec![Line::from(Span::styled(broke, theme.bad()))];
        lines.extend(why.iter().map(|sentence| Line::from(sentence.as_str())));
        lines
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
