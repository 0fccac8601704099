//! Probabilistic concurrency testing: random priorities, lowered at a few random moments.
//!
//! Burckhardt et al., “A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs” (ASPLOS 2010): with n
//! threads, k steps and d priorities, a bug of depth d is found with probability at least 1/(n·k^(d-1)) an execution.

use kata_trace::ThreadId;

use super::Search;
use crate::choice::{Choice, Turn};

/// The depth of bugs that the priorities aim at: most known ones need at most 3 ordered events (Lu et al., 2008).
const DEPTH: usize = 3;

/// One decision in this many takes a turn that the standard library allows and rarely happens: a time limit, a
/// wake-up for no reason.
const RARE: u64 = 16;

/// The search. The same seed gives the same executions.
#[derive(Debug)]
pub(crate) struct Random {
    seed: u64,
    state: u64,
    left: u64,
    /// Decisions of the longest execution so far: the k of the paper.
    longest: usize,
    decisions: usize,
    changes: Vec<usize>,
    /// Indexed by thread; higher runs first.
    priorities: Vec<u64>,
    lowest: u64,
}

impl Random {
    /// `executions` executions.
    pub(crate) fn new(seed: u64, executions: u64) -> Self {
        Random {
            seed,
            state: seed,
            left: executions,
            longest: 32,
            decisions: 0,
            changes: Vec::new(),
            priorities: Vec::new(),
            lowest: 0,
        }
    }

    /// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn priority(&mut self, thread: ThreadId) -> u64 {
        while self.priorities.len() <= usize::from(thread) {
            // Above every lowered priority.
            let priority = self.next() | 1 << 63;
            self.priorities.push(priority);
        }
        self.priorities[usize::from(thread)]
    }
}

impl Search for Random {
    fn begin(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.decisions = 0;
        self.priorities.clear();
        self.lowest = 1 << 62;
        let longest = self.longest as u64;
        self.changes = (1..DEPTH).map(|_| usize::try_from(self.next() % longest).unwrap_or(0)).collect();
        true
    }

    fn choose(&mut self, choices: &[Choice], _situation: u64) -> Option<usize> {
        if choices.iter().all(|choice| matches!(choice.turn, Turn::Pick(_))) {
            return Some(usize::try_from(self.next()).unwrap_or(0) % choices.len());
        }
        self.decisions += 1;
        let rare = choices.iter().any(|choice| choice.turn != Turn::Go);
        if rare && self.next().is_multiple_of(RARE) {
            let rare: Vec<usize> = (0..choices.len()).filter(|&i| choices[i].turn != Turn::Go).collect();
            return Some(rare[usize::try_from(self.next()).unwrap_or(0) % rare.len()]);
        }
        let highest = |this: &mut Self| {
            let go = |choice: &Choice| choice.turn == Turn::Go && choice.fair;
            (0..choices.len()).filter(|&i| go(&choices[i])).max_by_key(|&i| this.priority(choices[i].thread))
        };
        let chosen = highest(self).unwrap_or(0);
        if !self.changes.contains(&self.decisions) {
            return Some(chosen);
        }
        self.lowest -= 1;
        let thread = usize::from(choices[chosen].thread);
        self.priority(choices[chosen].thread);
        self.priorities[thread] = self.lowest;
        Some(highest(self).unwrap_or(chosen))
    }

    fn end(&mut self) {
        self.longest = self.longest.max(self.decisions);
    }

    fn bound(&self) -> Option<u32> {
        None
    }

    fn exhaustive(&self) -> bool {
        false
    }

    fn seed(&self) -> Option<u64> {
        Some(self.seed)
    }
}
