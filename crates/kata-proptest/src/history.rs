//! What calls were answered, and whether the model could have answered so.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use kata::Verdict;

use crate::{Model, Plan};

/// The calls of a plan, as they were made and answered.
///
/// A scenario makes them, with a thread of its own for each of the plan's:
///
/// ```no_run
/// use std::thread;
///
/// use kata_proptest::{History, Model, Shape, any, plans};
/// use proptest::prelude::Just;
///
/// # #[derive(Clone, Debug)]
/// # enum Call {
/// #     Sell,
/// # }
/// # #[derive(Clone, PartialEq)]
/// # struct Stock(u32);
/// # impl Model for Stock {
/// #     type Call = Call;
/// #     type Answer = bool;
/// #     fn answers(&self, _call: &Call) -> Vec<(bool, Self)> {
/// #         vec![(self.0 > 0, Stock(self.0.saturating_sub(1)))]
/// #     }
/// # }
/// # struct Store;
/// # impl Call {
/// #     fn make(&self, _store: &Store) -> bool {
/// #         false
/// #     }
/// # }
/// let shape = Shape { before: 0..=2, threads: 2, each: 1..=2, after: 0..=1 };
/// let plan = any("the calls", &plans(Just(Call::Sell), shape));
/// let store = Store;
/// let history = History::new(Stock(0), plan);
/// history.before(|call| call.make(&store));
/// thread::scope(|scope| {
///     for thread in history.threads() {
///         scope.spawn(|| thread.run(|call| call.make(&store)));
///     }
/// });
/// history.after(|call| call.make(&store));
/// history.assert_linearizable();
/// ```
pub struct History<M: Model> {
    model: M,
    plan: Plan<M::Call>,
    answered: Mutex<Vec<Answered<M::Answer>>>,
    /// Counts the beginnings and ends of calls. In a model, one thing happens at a time.
    clock: AtomicUsize,
}

/// A call that has returned.
struct Answered<A> {
    lane: Lane,
    number: usize,
    answer: A,
    began: usize,
    ended: usize,
}

/// Whose call it is. The order is that in which they are begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Before,
    Thread(usize),
    After,
}

/// Which call has to come first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// That of the program, and the one that ended before the other one began.
    Time,
    /// That of the program.
    Program,
}

/// The calls of one thread.
pub struct ThreadCalls<'a, M: Model> {
    history: &'a History<M>,
    thread: usize,
}

impl<M: Model> ThreadCalls<'_, M> {
    /// Makes the calls, one after the other.
    #[track_caller]
    pub fn run(self, make: impl FnMut(&M::Call) -> M::Answer) {
        self.history.run(Lane::Thread(self.thread), make);
    }
}

impl<M: Model> History<M> {
    /// Nothing has been called yet: the program is in the state that `model` is.
    pub fn new(model: M, plan: Plan<M::Call>) -> Self {
        History { model, plan, answered: Mutex::default(), clock: AtomicUsize::new(0) }
    }

    /// Makes the calls that come before those of the threads.
    #[track_caller]
    pub fn before(&self, make: impl FnMut(&M::Call) -> M::Answer) {
        self.run(Lane::Before, make);
    }

    /// The calls of each thread that has any.
    pub fn threads(&self) -> impl Iterator<Item = ThreadCalls<'_, M>> {
        let busy = self.plan.threads.iter().enumerate().filter(|(_, calls)| !calls.is_empty());
        busy.map(|(thread, _)| ThreadCalls { history: self, thread })
    }

    /// Makes the calls that come after those of the threads.
    #[track_caller]
    pub fn after(&self, make: impl FnMut(&M::Call) -> M::Answer) {
        self.run(Lane::After, make);
    }

    /// Fails if the answers are not what the model answers in some order in which calls that had returned come before
    /// calls that began afterwards (Herlihy and Wing's linearizability).
    ///
    /// Not for the loom world, in which a thread may see that another one has returned, and not yet what it has done.
    #[track_caller]
    pub fn assert_linearizable(&self) {
        self.assert(Order::Time);
    }

    /// Fails if the answers are not what the model answers in some order in which the calls of each thread come one after
    /// the other, behind those of `before` and ahead of those of `after` (Lamport's sequential consistency).
    #[track_caller]
    pub fn assert_sequentially_consistent(&self) {
        self.assert(Order::Program);
    }

    fn calls(&self, lane: Lane) -> &[M::Call] {
        match lane {
            Lane::Before => &self.plan.before,
            Lane::Thread(thread) => &self.plan.threads[thread],
            Lane::After => &self.plan.after,
        }
    }

    #[track_caller]
    fn run(&self, lane: Lane, mut make: impl FnMut(&M::Call) -> M::Answer) {
        for (number, call) in self.calls(lane).iter().enumerate() {
            kata::note(&format!("{call:?} …"));
            let began = self.clock.fetch_add(1, Ordering::Relaxed);
            let answer = make(call);
            let ended = self.clock.fetch_add(1, Ordering::Relaxed);
            kata::note(&format!("… {answer:?}"));
            let answered = Answered { lane, number, answer, began, ended };
            self.answered.lock().unwrap_or_else(PoisonError::into_inner).push(answered);
        }
    }

    #[track_caller]
    fn assert(&self, order: Order) {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let mut search = Search { history: self, answered: &answered, order, path: Vec::new(), best: None };
        let explained = search.explains(&self.model, &mut vec![false; answered.len()]);
        if let (false, Some(best)) = (explained, search.best) {
            kata::fail(Verdict::AssertionFailed, best.to_string());
        }
    }
}

/// Looks for an order that explains the answers.
struct Search<'a, M: Model> {
    history: &'a History<M>,
    answered: &'a [Answered<M::Answer>],
    order: Order,
    /// The calls of the order so far.
    path: Vec<usize>,
    /// The order that explains most of the answers.
    best: Option<Unexplained>,
}

impl<M: Model> Search<'_, M> {
    fn explains(&mut self, state: &M, placed: &mut [bool]) -> bool {
        if self.path.len() == self.answered.len() {
            return true;
        }
        for next in 0..self.answered.len() {
            if placed[next] || !self.may_come_next(next, placed) {
                continue;
            }
            let possible = state.answers(self.call(next));
            placed[next] = true;
            self.path.push(next);
            let behind = possible.iter().filter(|(answer, _)| *answer == self.answered[next].answer);
            for (_, state) in behind {
                if self.explains(state, placed) {
                    return true;
                }
            }
            self.path.pop();
            placed[next] = false;
            if !possible.iter().any(|(answer, _)| *answer == self.answered[next].answer) {
                self.ends_at(next, &possible);
            }
        }
        false
    }

    /// Whether no call that is still to be placed has to come before this one.
    fn may_come_next(&self, next: usize, placed: &[bool]) -> bool {
        let next = &self.answered[next];
        let comes_first = |other: &Answered<M::Answer>| match (other.lane, next.lane) {
            (one, another) if one == another => other.number < next.number,
            (Lane::Thread(_), Lane::Thread(_)) => self.order == Order::Time && other.ended < next.began,
            (one, another) => one < another,
        };
        !self.answered.iter().zip(placed).any(|(other, placed)| !placed && comes_first(other))
    }

    fn call(&self, number: usize) -> &M::Call {
        let Answered { lane, number, .. } = self.answered[number];
        &self.history.calls(lane)[number]
    }

    /// Remembers where this order ends, if none has come further.
    fn ends_at(&mut self, next: usize, possible: &[(M::Answer, M)]) {
        if self.best.as_ref().is_some_and(|best| best.explained.len() >= self.path.len()) {
            return;
        }
        let said = |number: usize| (format!("{:?}", self.call(number)), format!("{:?}", self.answered[number].answer));
        let mut instead: Vec<String> = possible.iter().map(|(answer, _)| format!("{answer:?}")).collect();
        instead.dedup();
        let mut threads: Vec<_> = self.answered.iter().map(|answered| answered.lane).collect();
        threads.retain(|lane| matches!(lane, Lane::Thread(_)));
        threads.dedup();
        self.best = Some(Unexplained {
            explained: self.path.iter().map(|&number| said(number)).collect(),
            next: said(next),
            instead,
            concurrent: threads.len() > 1,
        });
    }
}

/// Why an order does not explain the answers, in words.
struct Unexplained {
    /// Calls and answers.
    explained: Vec<(String, String)>,
    /// The first one that the model answers in another way.
    next: (String, String),
    /// What it answers.
    instead: Vec<String>,
    /// There are others.
    concurrent: bool,
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.concurrent {
            f.write_str("no order of the calls explains their answers: ")?;
        }
        let explained: Vec<_> = self.explained.iter().map(|(call, answer)| format!("{call} → {answer}")).collect();
        if !explained.is_empty() {
            write!(f, "after {}, ", explained.join(", "))?;
        }
        let (call, answer) = &self.next;
        write!(f, "the answer to {call} is {}, and it was {answer}", self.instead.join(" or "))
    }
}
