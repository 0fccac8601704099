//! Calls to make: some one after the other, others by several threads.

use std::fmt::{self, Debug};
use std::ops::RangeInclusive;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::model::{Model, behind};

/// Which calls are made, and by whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Plan<C> {
    /// Made first, one after the other.
    pub before: Vec<C>,
    /// Made by a thread each, at the same time. Each thread makes its own one after the other.
    pub threads: Vec<Vec<C>>,
    /// Made one after the other when all threads are through.
    pub after: Vec<C>,
}

impl<C> Plan<C> {
    /// Calls that are made one after the other.
    pub fn in_order(calls: impl IntoIterator<Item = C>) -> Self {
        Plan { before: calls.into_iter().collect(), threads: Vec::new(), after: Vec::new() }
    }

    /// Calls that threads make at the same time.
    pub fn at_once<T: IntoIterator<Item = C>>(threads: impl IntoIterator<Item = T>) -> Self {
        let threads = threads.into_iter().map(|calls| calls.into_iter().collect()).collect();
        Plan { before: Vec::new(), threads, after: Vec::new() }
    }

    /// The plan without the calls that `model` does not allow, in whichever order those of the threads are made.
    #[must_use]
    pub fn possible<M: Model<Call = C>>(self, model: &M) -> Self
    where
        C: Clone,
    {
        let Plan { before, threads: wanted, after } = self;
        let (before, states) = allowed(vec![model.clone()], before);
        let mut threads: Vec<Vec<C>> = wanted.iter().map(|_| Vec::new()).collect();
        let mut wanted: Vec<_> = wanted.into_iter().map(Vec::into_iter).collect();
        loop {
            // In turn, so that what one thread does is not all that there is room for.
            let next: Vec<_> = wanted.iter_mut().map(Iterator::next).collect();
            if next.iter().all(Option::is_none) {
                break;
            }
            for (place, call) in next.into_iter().enumerate() {
                let Some(call) = call else { continue };
                threads[place].push(call);
                if every_order(&states, &threads).is_none() {
                    threads[place].pop();
                }
            }
        }
        let states = every_order(&states, &threads).expect("every call was allowed when it was added");
        let (after, _) = allowed(states, after);
        Plan { before, threads, after }
    }
}

/// The calls that can be made, one after the other, in all of the states, and the states behind them.
fn allowed<M: Model>(mut states: Vec<M>, calls: Vec<M::Call>) -> (Vec<M::Call>, Vec<M>) {
    let mut made = Vec::new();
    for call in calls {
        if states.iter().all(|state| state.allows(&call)) {
            states = behind(&states, &call);
            made.push(call);
        }
    }
    (made, states)
}

/// The states behind every order of the threads' calls. `None`: in one of them a call is not allowed.
fn every_order<M: Model>(states: &[M], threads: &[Vec<M::Call>]) -> Option<Vec<M>> {
    let mut ends: Vec<M> = Vec::new();
    let mut over = true;
    for place in 0..threads.len() {
        let Some((call, rest)) = threads[place].split_first() else { continue };
        over = false;
        if !states.iter().all(|state| state.allows(call)) {
            return None;
        }
        let mut threads = threads.to_vec();
        threads[place] = rest.to_vec();
        for state in every_order(&behind(states, call), &threads)? {
            if !ends.contains(&state) {
                ends.push(state);
            }
        }
    }
    Some(if over { states.to_vec() } else { ends })
}

impl<C: Debug> Debug for Plan<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_order = |calls: &[C]| calls.iter().map(|call| format!("{call:?}")).collect::<Vec<_>>().join(", ");
        let threads: Vec<_> =
            self.threads.iter().filter(|calls| !calls.is_empty()).map(|calls| in_order(calls)).collect();
        let parts = [in_order(&self.before), threads.join(" ‖ "), in_order(&self.after)];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join("; then "))
    }
}

/// How many calls there are. There are fewer when a plan has been made smaller.
#[derive(Clone, Debug)]
pub struct Shape {
    /// First, one after the other.
    pub before: RangeInclusive<usize>,
    /// Threads.
    pub threads: usize,
    /// Of each thread.
    pub each: RangeInclusive<usize>,
    /// When all threads are through.
    pub after: RangeInclusive<usize>,
}

/// Plans of this shape, of calls that `calls` generates.
///
/// A plan is made smaller by leaving out calls, until none of them can be left out, and only then by making calls
/// simpler.
/// [`Plan::possible`], behind `prop_map`, leaves out what a model does not allow.
pub fn plans<S: Strategy>(calls: S, shape: Shape) -> Plans<S> {
    Plans { calls, shape }
}

/// See [`plans`].
#[derive(Clone, Debug)]
pub struct Plans<S> {
    calls: S,
    shape: Shape,
}

impl<S: Strategy> Strategy for Plans<S> {
    type Tree = PlanTree<S::Tree>;
    type Value = Plan<S::Value>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let Shape { before, threads, each, after } = &self.shape;
        let phases = std::iter::once((Place::Before, before))
            .chain((0..*threads).map(|thread| (Place::Thread(thread), each)))
            .chain([(Place::After, after)]);
        let mut calls = Vec::new();
        for (place, size) in phases {
            for _ in 0..size.new_tree(runner)?.current() {
                calls.push(Planned { place, call: self.calls.new_tree(runner)?, kept: true });
            }
        }
        Ok(PlanTree { calls, threads: *threads, next: Attempt::LeaveOut(0), last: None, smaller: false, before: false })
    }
}

/// When a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Thread(usize),
    After,
}

#[derive(Clone, Debug)]
struct Planned<T> {
    place: Place,
    call: T,
    kept: bool,
}

/// What is done to a call, which is said by its number.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    LeaveOut(usize),
    Simplify(usize),
}

/// A plan, and how it becomes smaller.
#[derive(Clone, Debug)]
pub struct PlanTree<T> {
    calls: Vec<Planned<T>>,
    threads: usize,
    next: Attempt,
    last: Option<Attempt>,
    /// This round over all calls has made the plan smaller.
    smaller: bool,
    /// `smaller` before the last attempt.
    before: bool,
}

impl<T: ValueTree> ValueTree for PlanTree<T> {
    type Value = Plan<T::Value>;

    fn current(&self) -> Self::Value {
        let of = |place| {
            let here = self.calls.iter().filter(move |planned| planned.kept && planned.place == place);
            here.map(|planned| planned.call.current()).collect()
        };
        let threads = (0..self.threads).map(|thread| of(Place::Thread(thread))).collect();
        Plan { before: of(Place::Before), threads, after: of(Place::After) }
    }

    fn simplify(&mut self) -> bool {
        loop {
            let (number, leave_out) = match self.next {
                Attempt::LeaveOut(number) => (number, true),
                Attempt::Simplify(number) => (number, false),
            };
            let Some(planned) = self.calls.get_mut(number) else {
                self.next = match (leave_out, self.smaller) {
                    // Without the ones that are gone, another one may be of no use.
                    (_, true) => Attempt::LeaveOut(0),
                    (true, false) => Attempt::Simplify(0),
                    (false, false) => return false,
                };
                self.smaller = false;
                continue;
            };
            if planned.kept && (leave_out || planned.call.simplify()) {
                planned.kept = !leave_out;
                self.last = Some(self.next);
                self.before = std::mem::replace(&mut self.smaller, true);
                if leave_out {
                    self.next = Attempt::LeaveOut(number + 1);
                }
                return true;
            }
            self.next = if leave_out { Attempt::LeaveOut(number + 1) } else { Attempt::Simplify(number + 1) };
        }
    }

    fn complicate(&mut self) -> bool {
        match self.last {
            Some(Attempt::LeaveOut(number)) => {
                self.calls[number].kept = true;
                self.smaller = self.before;
                self.last = None;
                true
            }
            Some(Attempt::Simplify(number)) => self.calls[number].call.complicate(),
            None => false,
        }
    }
}
