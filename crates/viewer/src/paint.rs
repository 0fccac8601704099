//! Colours, where they are wanted.

use anstyle::{AnsiColor, Effects, Style};

/// What a piece of text is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing special.
    Plain,
    /// What the explanation below is about.
    Matters,
    /// A heading.
    Heading,
    /// The failure.
    Bad,
    /// What holds.
    Good,
    /// A preemption.
    Switch,
    /// Frames, numbers, what was left out.
    Faint,
}

/// Colours text, or leaves it alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    /// Whether to write ANSI sequences.
    pub(crate) color: bool,
}

impl Paint {
    /// The text in its tone.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let style = style(tone);
        if !self.color || text.is_empty() || style == Style::new() {
            return text.to_owned();
        }
        format!("{style}{text}{style:#}")
    }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Matters | Tone::Heading => Style::new().effects(Effects::BOLD),
        Tone::Good => AnsiColor::Green.on_default().effects(Effects::BOLD),
        Tone::Bad => AnsiColor::BrightRed.on_default().effects(Effects::BOLD),
        Tone::Switch => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
        Tone::Faint => Style::new().effects(Effects::DIMMED),
    }
}

/// Text from the program under test, safe to print: one line, no control characters.
pub(crate) fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
