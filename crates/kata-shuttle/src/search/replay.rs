//! One given interleaving.

use kata_trace::ThreadId;

use super::Search;
use crate::choice::{Choice, Turn};

/// Runs a schedule once. Where the program does not offer what the schedule says, the execution is abandoned and
/// [`Replay::diverged_at`] tells the decision.
#[derive(Debug)]
pub(crate) struct Replay {
    schedule: Vec<(ThreadId, Turn)>,
    position: usize,
    started: bool,
    diverged_at: Option<usize>,
}

impl Replay {
    pub(crate) fn new(schedule: Vec<(ThreadId, Turn)>) -> Self {
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

    fn choose(&mut self, choices: &[Choice]) -> Option<usize> {
        let Some(&(thread, turn)) = self.schedule.get(self.position) else {
            // Behind the schedule's end: whatever needs no preemption.
            return Some(0);
        };
        let found = choices.iter().position(|choice| choice.thread == thread && choice.turn == turn);
        if found.is_none() && self.diverged_at.is_none() {
            self.diverged_at = Some(self.position);
        }
        self.position += 1;
        found
    }

    fn forced(&mut self, choice: Choice) {
        if let Some(&(thread, turn)) = self.schedule.get(self.position)
            && (thread, turn) != (choice.thread, choice.turn)
            && self.diverged_at.is_none()
        {
            self.diverged_at = Some(self.position);
        }
        self.position += 1;
    }

    fn end(&mut self) {}

    fn bound(&self) -> Option<u32> {
        None
    }

    fn exhaustive(&self) -> bool {
        false
    }
}
