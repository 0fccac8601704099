//! A position in an execution, and the keys that move it.

use std::cell::Cell;

use kata_trace::ObjectId;
use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::draw::{self, Below, Head, View, draw};
use crate::scene::Scene;
use crate::theme::Theme;

const KEYS: [(&str, &str); 10] = [
    ("→ l space", "one step forward"),
    ("← h", "one step back"),
    ("Home g", "to the beginning"),
    ("End G", "to the end"),
    ("n N", "next context switch, the one before"),
    ("o O", "choose an object, the one before"),
    ("Enter .", "to the next step on that object"),
    ("↑ ↓", "scroll what has no room below"),
    ("?", "this list"),
    ("q Esc", "quit"),
];

const NOTES: [&str; 3] = [
    "⇄ preemption: the thread before could go on",
    "→ the thread before waits, yielded or ended",
    ":12 in your file   test:12 in the hidden test",
];

/// Lines for the current step, at least.
const TOLD: u16 = 5;

/// An execution that somebody steps through.
#[derive(Debug)]
pub(crate) struct Stepper {
    scene: Scene,
    title: String,
    failed: bool,
    step: usize,
    object: Option<ObjectId>,
    /// What to say for once.
    note: Option<String>,
    help: bool,
    /// Rows of what is told that are gone.
    scrolled: Cell<u16>,
}

impl Stepper {
    /// Before the first step. `title` names the execution.
    pub(crate) fn new(scene: Scene, title: String, failed: bool) -> Self {
        Stepper { scene, title, failed, step: 0, object: None, note: None, help: false, scrolled: Cell::new(0) }
    }

    /// Whether to go on after this key.
    pub(crate) fn press(&mut self, key: KeyEvent) -> bool {
        self.note = None;
        let closes_help = std::mem::take(&mut self.help);
        let scrolled = self.scrolled.take();
        match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return false,
            KeyCode::Char('q') => return false,
            KeyCode::Esc => return closes_help,
            KeyCode::Char('?') => self.help = !closes_help,
            KeyCode::Up | KeyCode::Char('k') => self.scrolled.set(scrolled.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.scrolled.set(scrolled.saturating_add(1)),
            KeyCode::Right | KeyCode::Char('l' | ' ') => self.step = (self.step + 1).min(self.scene.len()),
            KeyCode::Left | KeyCode::Char('h') => self.step = self.step.saturating_sub(1),
            KeyCode::Home | KeyCode::Char('g') => self.step = 0,
            KeyCode::End | KeyCode::Char('G') => self.step = self.scene.len(),
            KeyCode::Char('n') => {
                let next = (self.step + 1..=self.scene.len()).find(|&step| self.switches(step));
                self.go(next, "there is no later context switch");
            }
            KeyCode::Char('N') => {
                let before = (1..self.step).rev().find(|&step| self.switches(step));
                self.go(before, "there is no earlier context switch");
            }
            KeyCode::Char('o') => self.choose(|object, count| (object + 1) % count),
            KeyCode::Char('O') => self.choose(|object, count| (object + count - 1) % count),
            KeyCode::Enter | KeyCode::Char('.') => self.next_of_object(),
            _ => {}
        }
        true
    }

    fn switches(&self, step: usize) -> bool {
        self.scene.words.steps[step - 1].switch.is_some()
    }

    fn go(&mut self, step: Option<usize>, otherwise: &str) {
        match step {
            Some(step) => self.step = step,
            None => self.note = Some(otherwise.to_owned()),
        }
    }

    fn choose(&mut self, next: impl FnOnce(ObjectId, ObjectId) -> ObjectId) {
        let count = self.scene.objects().end;
        if count == 0 {
            self.note = Some("there are no objects".to_owned());
            return;
        }
        let first = self.scene.object_of(self.step).unwrap_or(0);
        self.object = Some(self.object.map_or(first, |object| next(object, count)));
    }

    fn next_of_object(&mut self) {
        let Some(object) = self.object.or_else(|| self.scene.object_of(self.step)) else {
            self.note = Some("choose an object with o".to_owned());
            return;
        };
        self.object = Some(object);
        let next = (self.step + 1..=self.scene.len()).find(|&step| self.scene.object_of(step) == Some(object));
        let otherwise = format!("there is no later step on {}", self.scene.object(object));
        self.go(next, &otherwise);
    }

    /// Draws it.
    pub(crate) fn draw(&self, frame: &mut Frame<'_>, theme: Theme) {
        let steps = self.scene.len();
        let head = Head { name: &self.title, position: format!("step {} of {steps}", self.step), about: "" };
        let over = self.step == steps;
        let view = View {
            scene: &self.scene,
            step: self.step,
            since: self.step,
            shown: steps,
            object: self.object,
            over: over && self.failed,
            ahead: &[],
        };
        let lines = self.told(theme);
        let height = draw::height(frame, &lines).max(TOLD);
        let told = |frame: &mut Frame<'_>, area: Rect| {
            let heading = if over && self.failed { "why" } else { "step" };
            draw::sentences(frame, area, theme, heading, &lines, &self.scrolled);
        };
        let keys = [("←→", "step"), ("n", "switch"), ("o .", "object"), ("g G", "ends"), ("?", "help"), ("q", "quit")];
        draw(frame, theme, &head, &view, &Below { height, matters: over, draw: &told }, &keys);
        if self.help {
            draw::help(frame, theme, &KEYS, &NOTES);
        }
    }

    /// What is said about the position.
    fn told(&self, theme: Theme) -> Vec<Line<'_>> {
        if let Some(note) = &self.note {
            return vec![Line::from(note.as_str())];
        }
        let words = &self.scene.words;
        let Some(thread) = self.scene.thread_of(self.step) else {
            return vec![Line::from("before the first step")];
        };
        if self.step == self.scene.len() && self.failed && !words.why.is_empty() {
            return words.why.iter().map(|sentence| Line::from(sentence.as_str())).collect();
        }
        vec![Line::from(vec![
            Span::styled(format!("{}: ", self.scene.thread(thread)), theme.thread(thread).patch(theme.strong())),
            Span::raw(words.steps[self.step - 1].text.as_str()),
        ])]
    }
}

#[cfg(test)]
mod tests;
