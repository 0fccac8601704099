//! A failing execution made simpler: fewer preemptions, fewer context switches, fewer steps.
//!
//! To find the fewest context switches is NP-hard (Jalbert and Sen, “A Trace Simplification Technique for Effective
//! Debugging of Concurrent Programs”, FSE 2010), so that here, as there, a schedule is edited in small ways, run again,
//! and kept if it fails in the same way and is strictly simpler, until no edit succeeds: what is left is 1-minimal in
//! the sense of delta debugging (Zeller and Hildebrandt, “Simplifying and Isolating Failure-Inducing Input”, TSE 2002).
//! An execution is deterministic given its schedule, and so is the result.

use std::collections::HashSet;
use std::ops::Range;

use kata::Failure;
use kata::ledger::FORBIDDEN;
use kata_trace::diagnosis::Signature;
use kata_trace::{Simplification, Size, ThreadId, Trace};

use crate::choice::{Token, Turn, read_schedule};
use crate::kernel::Subject;

/// Executions that may be run to simplify one.
const EXECUTIONS: u64 = 400;

/// The same in steps: executions that end in a livelock are long.
const STEPS: u64 = 50_000;

/// A failing execution.
pub(crate) struct Execution {
    pub(crate) failure: Failure,
    pub(crate) trace: Trace,
    pub(crate) schedule: String,
    pub(crate) preemptions: u32,
    /// See [`crate::kernel::Left`].
    pub(crate) looked: Vec<Subject>,
}

impl Execution {
    fn size(&self) -> Size {
        Size::of(&self.trace, self.preemptions)
    }

    /// The outcome by which it fails, if it fails by one.
    fn outcome(&self) -> Option<&str> {
        self.failure.message.strip_prefix(FORBIDDEN)
    }

    fn signature(&self) -> Signature {
        Signature::of(&self.trace, self.failure.verdict, self.failure.kind, self.failure.at.as_ref())
    }
}

/// Runs one execution that follows wishes; `None` if it does not fail. Tells how many steps it took.
type Run<'a> = dyn FnMut(Vec<Token>, Vec<Subject>) -> (Option<Execution>, u64) + 'a;

/// The simplest execution that edits of `found` lead to and that fails in the same way.
pub(crate) fn simplify(found: Execution, run: &mut Run<'_>) -> (Execution, Simplification) {
    let from = found.size();
    let mut attempts = Attempts {
        signature: found.signature(),
        size: from,
        tokens: read_schedule(&found.schedule).unwrap_or_default(),
        best: found,
        tried: HashSet::new(),
        executions: 0,
        steps: 0,
        run,
    };
    let minimal = attempts.exhaust();
    let simplification = Simplification { executions: attempts.executions, from, to: attempts.size, minimal };
    (attempts.best, simplification)
}

struct Attempts<'a, 'r> {
    signature: Signature,
    /// The simplest execution so far, its size and its decisions.
    best: Execution,
    size: Size,
    tokens: Vec<Token>,
    /// Whatever was not simpler once is not simpler than what has become simpler since.
    tried: HashSet<Vec<(ThreadId, Turn)>>,
    executions: u64,
    steps: u64,
    run: &'a mut Run<'r>,
}

impl Attempts<'_, '_> {
    /// Tries edits until none succeeds. `false` if the budget ends before that.
    fn exhaust(&mut self) -> bool {
        loop {
            let before = self.size;
            for edit in EDITS {
                let mut place = 0;
                while place < edit.places(&self.tokens) {
                    let Some(succeeds) = self.attempt(edit, place) else { return false };
                    // Where an edit has succeeded, something else stands now.
                    place += usize::from(!succeeds);
                }
            }
            if self.size == before {
                return true;
            }
        }
    }

    /// Whether an edit makes the execution simpler. `None` if the budget is used up.
    fn attempt(&mut self, edit: Edit, place: usize) -> Option<bool> {
        let Some(wishes) = edit.apply(&self.tokens, place) else { return Some(false) };
        if !self.tried.insert(wishes.iter().map(|token| (token.thread, token.turn)).collect()) {
            return Some(false);
        }
        if self.executions >= EXECUTIONS || self.steps >= STEPS {
            return None;
        }
        let (execution, steps) = (self.run)(wishes, self.best.looked.clone());
        self.executions += 1;
        self.steps += steps;
        let simpler = execution.filter(|it| {
            it.size() < self.size && it.outcome() == self.best.outcome() && it.signature() == self.signature
        });
        let Some(execution) = simpler else { return Some(false) };
        self.size = execution.size();
        self.tokens = read_schedule(&execution.schedule).unwrap_or_default();
        self.best = execution;
        Some(true)
    }
}

/// A change of a schedule that may make it simpler. What the program does not offer any more is skipped, so that an
/// edit need not leave a schedule that applies.
#[derive(Clone, Copy, Debug)]
enum Edit {
    /// Nothing is asked for from a context switch on.
    Truncate,
    /// A turn that the standard library allows, and need not happen, does not happen: a time limit that passes, a
    /// wake-up for no reason, a reader that queues behind a writer.
    Withdraw,
    /// A run of a thread's decisions comes right behind the one before of the same thread.
    Advance,
    /// A run of a thread's decisions comes right before the next one of the same thread, or last.
    Delay,
    /// A run of a thread's decisions is not asked for.
    Drop,
    /// The beginning of a run comes right behind the run before of the same thread.
    AdvanceHead,
    /// The rest of a run comes right before the next run of the same thread, or last.
    DelayTail,
}

/// Those that can remove most first.
const EDITS: [Edit; 7] =
    [Edit::Truncate, Edit::Withdraw, Edit::Advance, Edit::Delay, Edit::Drop, Edit::AdvanceHead, Edit::DelayTail];

impl Edit {
    /// In how many places it can be tried.
    fn places(self, tokens: &[Token]) -> usize {
        match self {
            Edit::Truncate | Edit::Advance | Edit::Delay | Edit::Drop => runs(tokens).len(),
            Edit::Withdraw | Edit::AdvanceHead | Edit::DelayTail => tokens.len(),
        }
    }

    /// The edited schedule. `None` where the edit does not apply.
    fn apply(self, tokens: &[Token], place: usize) -> Option<Vec<Token>> {
        let runs = runs(tokens);
        let run_of = |token: usize| runs.iter().position(|run| run.contains(&token));
        match self {
            Edit::Truncate => Some(tokens[..runs[place].start].to_vec()),
            Edit::Withdraw => (tokens[place].turn != Turn::Go).then(|| without(tokens, place..place + 1)),
            Edit::Advance => advance(tokens, &runs, place, runs[place].clone()),
            Edit::Delay => Some(delay(tokens, &runs, place, runs[place].clone())),
            Edit::Drop => Some(without(tokens, runs[place].clone())),
            Edit::AdvanceHead => {
                let run = run_of(place)?;
                let head = runs[run].start..place;
                (!head.is_empty()).then(|| advance(tokens, &runs, run, head)).flatten()
            }
            Edit::DelayTail => {
                let run = run_of(place)?;
                let tail = place..runs[run].end;
                (tail.start > runs[run].start).then(|| delay(tokens, &runs, run, tail))
            }
        }
    }
}

/// The decisions in a row for one thread.
fn runs(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut start = 0;
    (tokens.chunk_by(|a, b| a.thread == b.thread))
        .map(|run| {
            let range = start..start + run.len();
            start = range.end;
            range
        })
        .collect()
}

fn without(tokens: &[Token], left_out: Range<usize>) -> Vec<Token> {
    [&tokens[..left_out.start], &tokens[left_out.end..]].concat()
}

/// Moves a part of a run behind the run before of the same thread.
fn advance(tokens: &[Token], runs: &[Range<usize>], run: usize, part: Range<usize>) -> Option<Vec<Token>> {
    let thread = tokens[runs[run].start].thread;
    let before = runs[..run].iter().rfind(|run| tokens[run.start].thread == thread)?.end;
    let between = &tokens[before..part.start];
    Some([&tokens[..before], &tokens[part.clone()], between, &tokens[part.end..]].concat())
}

/// Moves a part of a run before the next run of the same thread, or to the end.
fn delay(tokens: &[Token], runs: &[Range<usize>], run: usize, part: Range<usize>) -> Vec<Token> {
    let thread = tokens[runs[run].start].thread;
    let next = runs[run + 1..].iter().find(|run| tokens[run.start].thread == thread);
    let next = next.map_or(tokens.len(), |run| run.start);
    [&tokens[..part.start], &tokens[part.end..next], &tokens[part], &tokens[next..]].concat()
}
