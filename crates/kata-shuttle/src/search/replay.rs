//! One given interleaving.

use kata_trace::Divergence;

use super::Search;
use crate::choice::{Choice, Token};

/// Runs a schedule once. Where the program does not offer what the schedule says, the execution is abandoned.
#[derive(Debug)]
pub(crate) struct Replay {
    schedule: Vec<Token>,
    position: usize,
    started: bool,
    diverged: Option<Divergence>,
}

impl Replay {
    pub(crate) fn new(schedule: Vec<Token>) -> Self {
        Replay { schedule, position: 0, started: false, diverged: None }
    }

    /// Whether every decision of the schedule was taken.
    pub(crate) fn is_done(&self) -> bool {
        self.position >= self.schedule.len()
    }

    fn follow(&mut self, choices: &[Choice]) -> Option<usize> {
        let Some(token) = self.schedule.get(self.position) else {
            // Behind the schedule's end: whatever needs no preemption.
            return Some(0);
        };
        self.position += 1;
        let found = choices.iter().position(|choice| choice.thread == token.thread && choice.turn == token.turn);
        if found.is_none() {
            let decision = u64::try_from(self.position).unwrap_or(u64::MAX);
            let possible = choices.iter().map(|choice| choice.thread).collect();
            self.diverged = Some(Divergence { decision, wanted: token.thread, possible });
        }
        found
    }
}

impl Search for Replay {
    fn diverged(&self) -> Option<Divergence> {
        self.diverged.clone()
    }

    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.started, true)
    }

    fn choose(&mut self, choices: &[Choice], _situation: u64) -> Option<usize> {
        self.follow(choices)
    }

    fn forced(&mut self, choice: Choice) -> bool {
        self.follow(&[choice]).is_some()
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
