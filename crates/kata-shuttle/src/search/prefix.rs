//! The beginning of an interleaving.

use kata_trace::Divergence;

use super::{Replay, Search};
use crate::choice::{Choice, Token};

/// Runs a schedule once, and stops at the first decision behind it.
#[derive(Debug)]
pub(crate) struct Prefix {
    replay: Replay,
}

impl Prefix {
    pub(crate) fn new(schedule: Vec<Token>) -> Self {
        Prefix { replay: Replay::new(schedule) }
    }
}

impl Search for Prefix {
    fn begin(&mut self) -> bool {
        self.replay.begin()
    }

    fn choose(&mut self, choices: &[Choice], situation: u64) -> Option<usize> {
        if self.replay.is_done() { None } else { self.replay.choose(choices, situation) }
    }

    fn forced(&mut self, choice: Choice) -> bool {
        self.replay.forced(choice)
    }

    fn at_release(&self, releases: u32) -> Option<bool> {
        if self.replay.is_done() { None } else { self.replay.at_release(releases) }
    }

    fn end(&mut self) {}

    fn bound(&self) -> Option<u32> {
        None
    }

    fn exhaustive(&self) -> bool {
        false
    }

    fn diverged(&self) -> Option<Divergence> {
        self.replay.diverged()
    }

    fn stops(&self) -> bool {
        true
    }
}
