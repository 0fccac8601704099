//! Colours: the sixteen that every terminal has, or none.

use kata_trace::ThreadId;
use ratatui::style::{Color, Modifier, Style};

const THREADS: [Color; 6] =
    [Color::Cyan, Color::Magenta, Color::Yellow, Color::Green, Color::LightBlue, Color::LightRed];

/// What things look like. Without colours nothing is lost but emphasis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Theme {
    color: bool,
}

impl Theme {
    /// With colours, or without.
    pub(crate) fn new(color: bool) -> Self {
        Theme { color }
    }

    /// What the environment asks for: see <https://no-color.org>.
    pub(crate) fn of_environment() -> Self {
        Theme::new(std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    fn colored(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    /// What belongs to a thread.
    pub(crate) fn thread(self, thread: ThreadId) -> Style {
        self.colored(THREADS[usize::from(thread) % THREADS.len()])
    }

    /// Where one is.
    pub(crate) fn current(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A heading, a key.
    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is not there yet, frames, numbers.
    pub(crate) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The failure.
    pub(crate) fn bad(self) -> Style {
        self.colored(Color::LightRed).add_modifier(Modifier::BOLD)
    }

    /// What holds.
    pub(crate) fn good(self) -> Style {
        self.colored(Color::Green).add_modifier(Modifier::BOLD)
    }

    /// A preemption.
    pub(crate) fn switch(self) -> Style {
        self.colored(Color::Yellow).add_modifier(Modifier::BOLD)
    }
}
