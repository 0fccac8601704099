//! An interleaving that is wished for, as far as the program allows.

use kata_trace::ThreadId;

use super::Search;
use crate::choice::{Choice, Token};

/// Runs one execution that follows a schedule where it can. Decisions that the program does not offer, because an
/// edited schedule took it another way, wait until it does; where no wish applies, whatever needs no preemption.
#[derive(Debug)]
pub(crate) struct Guide {
    wishes: Vec<Token>,
    granted: Vec<bool>,
    /// The wish that was granted last.
    last: Option<usize>,
    started: bool,
}

impl Guide {
    pub(crate) fn new(wishes: Vec<Token>) -> Self {
        let granted = vec![false; wishes.len()];
        Guide { wishes, granted, last: None, started: false }
    }

    /// The first wish for a thread that was not granted yet.
    fn next_of(&self, thread: ThreadId) -> Option<usize> {
        (0..self.wishes.len()).find(|&wish| !self.granted[wish] && self.wishes[wish].thread == thread)
    }

    /// The wish that a choice would grant.
    fn granted_by(&self, choice: &Choice) -> Option<usize> {
        self.next_of(choice.thread).filter(|&wish| self.wishes[wish].turn == choice.turn)
    }

    fn grant(&mut self, wish: usize) {
        self.granted[wish] = true;
        self.last = Some(wish);
    }
}

impl Search for Guide {
    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.started, true)
    }

    fn choose(&mut self, choices: &[Choice], _situation: u64) -> Option<usize> {
        let granted: Vec<Option<usize>> = choices.iter().map(|choice| self.granted_by(choice)).collect();
        // A run of wishes for one thread is not interrupted because an earlier wish has become possible.
        let goes_on = self.last.filter(|&last| {
            let next = self.wishes.get(last + 1);
            next.is_some_and(|next| next.thread == self.wishes[last].thread)
        });
        let goes_on = goes_on.and_then(|last| granted.iter().position(|wish| *wish == Some(last + 1)));
        let earliest = || (0..choices.len()).filter(|&choice| granted[choice].is_some()).min_by_key(|&c| granted[c]);
        let chosen = goes_on.or_else(earliest).unwrap_or(0);
        if let Some(wish) = granted[chosen] {
            self.grant(wish);
        }
        Some(chosen)
    }

    fn forced(&mut self, choice: Choice) -> bool {
        if let Some(wish) = self.granted_by(&choice) {
            self.grant(wish);
        }
        true
    }

    fn end(&mut self) {}

    fn bound(&self) -> Option<u32> {
        None
    }

    fn exhaustive(&self) -> bool {
        false
    }
}
