//! One given interleaving.

use super::Search;
use crate::choice::{Choice, Token};

/// Runs a schedule once. Where the program does not offer what the schedule says, the execution is abandoned and
/// [`Replay::diverged_at`] tells the decision.
#[derive(Debug)]
pub(crate) struct Replay {
    schedule: Vec<Token>,
    position: usize,
    started: bool,
    diverged_at: Option<usize>,
}

impl Replay {
    pub(crate) fn new(schedule: Vec<Token>) -> Self {
        Replay { schedule, position: 0, started: false, diverged_at: None }
    }
}

impl Search for Replay {
    fn diverged_at(&self) -> Option<usize> {
        self.diverged_at
    }

    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.started, true)
    }

    fn choose(&mut self, choices: &[Choice], _situation: u64) -> Option<usize> {
        let Some(token) = self.schedule.get(self.position) else {
            // Behind the schedule's end: whatever needs no preemption.
            return Some(0);
        };
        let found = choices.iter().position(|choice| choice.thread == token.thread && choice.turn == token.turn);
        if found.is_none() && self.diverged_at.is_none() {
            self.diverged_at = Some(self.position);
        }
        self.position += 1;
        found
    }

    fn forced(&mut self, choice: Choice) {
        if let Some(token) = self.schedule.get(self.position)
            && (token.thread, token.turn) != (choice.thread, choice.turn)
            && self.diverged_at.is_none()
        {
            self.diverged_at = Some(self.position);
        }
        self.position += 1;
    }

    fn at_release(&self, releases: u32) -> Option<bool> {
        Some(self.schedule.get(self.position).is_some_and(|token| token.released == releases))
    }

    fn end(&mut self) {}

    fn bound(&self) -> Option<u32> {
        None
    }

    fn exhaustive(&self) -> bool {
        false
    }
}
