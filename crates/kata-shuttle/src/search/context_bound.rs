//! Iterative context bounding: all interleavings without a preemption, then all with one, then all with two, …
//!
//! Musuvathi and Qadeer, “Iterative Context Bounding for Systematic Testing of Multithreaded Programs” (PLDI 2007).
//! No interleaving is run twice, the first failure has the fewest preemptions that a failure can have, and a search
//! that ends by itself has covered everything.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::Search;
use crate::choice::Choice;

/// An interleaving to run: the first `length` decisions of `path`, then `other`, then whatever needs no preemption.
#[derive(Debug)]
struct Branch {
    path: Rc<[u8]>,
    length: usize,
    other: u8,
    /// Of all situations up to the one in which `other` was possible.
    situations: u64,
}

/// The search. Decisions are remembered as positions in the list of choices: executions are deterministic.
#[derive(Debug)]
pub(crate) struct ContextBound {
    max_bound: u32,
    bound: u32,
    started: bool,
    finished: Option<u32>,
    /// Branches at the current bound.
    now: Vec<Branch>,
    /// Branches at higher bounds.
    later: BTreeMap<u32, VecDeque<Branch>>,
    /// The decisions to repeat in this execution.
    prefix: Vec<u8>,
    /// The situations that they must meet.
    expected: u64,
    /// The decisions of this execution.
    path: Vec<u8>,
    /// The situations of this execution.
    situations: u64,
    /// Choices of this execution that were not taken: position, choice, added preemptions, situations.
    others: Vec<(usize, u8, u32, u64)>,
    /// Nothing can be said of what was covered: an execution did not meet the situations that it had met before,
    /// because the program is not deterministic, or there were more choices than can be counted.
    unsure: bool,
}

impl ContextBound {
    /// A search up to `max_bound` preemptions, or without a bound.
    pub(crate) fn new(max_bound: Option<u32>) -> Self {
        ContextBound {
            max_bound: max_bound.unwrap_or(u32::MAX),
            bound: 0,
            started: false,
            finished: None,
            now: Vec::new(),
            later: BTreeMap::new(),
            prefix: Vec::new(),
            expected: 0,
            path: Vec::new(),
            situations: 0,
            others: Vec::new(),
            unsure: false,
        }
    }

    fn next_branch(&mut self) -> Option<Branch> {
        loop {
            if let Some(branch) = self.now.pop() {
                return Some(branch);
            }
            let (&bound, _) = self.later.first_key_value()?;
            if bound > self.max_bound {
                return None;
            }
            // Taken in the order of discovery: `now` is a stack.
            self.now = self.later.remove(&bound)?.into_iter().rev().collect();
            self.bound = bound;
        }
    }
}

impl Search for ContextBound {
    fn begin(&mut self) -> bool {
        self.path.clear();
        self.others.clear();
        self.prefix.clear();
        self.situations = 0;
        if !self.started {
            self.started = true;
            return true;
        }
        let Some(branch) = self.next_branch() else { return false };
        self.prefix.extend_from_slice(&branch.path[..branch.length]);
        self.prefix.push(branch.other);
        self.expected = branch.situations;
        true
    }

    fn choose(&mut self, choices: &[Choice], situation: u64) -> Option<usize> {
        let position = self.path.len();
        self.situations = (self.situations ^ situation).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        if position + 1 == self.prefix.len() {
            self.unsure |= self.situations != self.expected;
        }
        let chosen = match self.prefix.get(position) {
            Some(&chosen) if usize::from(chosen) < choices.len() => chosen,
            Some(_) => {
                self.unsure = true;
                0
            }
            None => {
                for (index, choice) in choices.iter().enumerate().skip(1) {
                    match u8::try_from(index) {
                        Ok(index) => self.others.push((position, index, choice.cost, self.situations)),
                        Err(_) => self.unsure = true,
                    }
                }
                0
            }
        };
        self.path.push(chosen);
        Some(usize::from(chosen))
    }

    fn covers_everything(&self) -> bool {
        true
    }

    fn end(&mut self) {
        self.unsure |= self.path.len() < self.prefix.len();
        let path: Rc<[u8]> = Rc::from(&self.path[..]);
        for (length, other, cost, situations) in self.others.drain(..) {
            let branch = Branch { path: Rc::clone(&path), length, other, situations };
            match cost {
                0 => self.now.push(branch),
                _ => self.later.entry(self.bound + cost).or_default().push_back(branch),
            }
        }
        if self.now.is_empty() {
            self.finished = Some(self.bound);
        }
    }

    fn bound(&self) -> Option<u32> {
        self.finished
    }

    fn exhaustive(&self) -> bool {
        !self.unsure && self.started && self.now.is_empty() && self.later.is_empty()
    }
}
