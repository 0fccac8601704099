//! What a failed execution is called.
//!
//! loom reports by panicking, with a text; learner's code and hidden tests panic too. The panic hook sorts them out.

use std::any::Any;
use std::panic::PanicHookInfo;
use std::sync::Once;

use kata::{Entry, Failure};
use kata_trace::{Location, ObjectKind, Op, ThreadId, Verdict, is_test};

use crate::execution::{self, Execution, Pending};
use crate::{deadlock, explore, race};

/// What loom's messages say, in the version that this crate requires.
mod loom_says {
    pub(super) const DEADLOCK: &str = "deadlock; threads =";
    pub(super) const RACE: &str = "Causality violation";
    pub(super) const LEAK: &str = "leaked.";
    pub(super) const TOO_LONG: &str = "Model exceeded maximum number of branches";
    pub(super) const NOT_DETERMINISTIC: &str = "Reached unexpected exploration state";
}

/// Replaces the panic hook of the process by one that concludes explorations, and passes on other panics.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // Coroutines end by panics of their own, which are no news.
            let ends = info.payload().is::<generator::Error>();
            if explore::is_explorer() && !ends { panicked(info) } else { others(info) }
        }));
    });
}

fn panicked(info: &PanicHookInfo<'_>) {
    kata::arena::enter_program(false);
    if execution::is_over() {
        explore::stop();
    }
    if !execution::is_free() {
        explore::give_up(format!("the model itself panicked: {info}"));
    }
    let message = text(info.payload());
    let at = info.location().map(Location::from);
    let from_loom = at.as_ref().is_some_and(|at| at.file.contains("loom-0.7"));
    let failure = if !from_loom {
        from_program(message, at)
    } else if message.starts_with(loom_says::DEADLOCK) {
        deadlock::failure()
    } else if message.contains(loom_says::RACE) {
        race::failure()
    } else if message.contains(loom_says::LEAK) {
        leak()
    } else if message.starts_with(loom_says::TOO_LONG) {
        livelock()
    } else if message.starts_with(loom_says::NOT_DETERMINISTIC) {
        not_deterministic()
    } else {
        Failure { verdict: Verdict::InternalError, kind: None, message: format!("loom: {message}"), at: None }
    };
    explore::conclude_in_hook(failure);
}

/// The program does something else under the same schedule.
pub(crate) fn not_deterministic() -> Failure {
    Failure {
        verdict: Verdict::RejectedSource,
        kind: None,
        message: "the program does not do the same thing again under the same schedule: do not let it depend on the \
                  order of a `HashMap`, on addresses or on random numbers"
            .to_owned(),
        at: None,
    }
}

/// Something was thrown out of an execution without passing the panic hook.
pub(crate) fn thrown(payload: &(dyn Any + Send)) -> ! {
    let failure = match payload.downcast_ref::<generator::Error>() {
        Some(generator::Error::StackErr) => Failure {
            verdict: Verdict::Panicked,
            kind: None,
            message: format!("a thread used more than {} KiB of stack", crate::thread::STACK / 1024),
            at: None,
        },
        _ => Failure { verdict: Verdict::InternalError, kind: None, message: text(payload), at: None },
    };
    explore::conclude(failure)
}

/// An execution took more steps than the budget allows.
pub(crate) fn endless() -> ! {
    explore::conclude(livelock())
}

fn from_program(message: String, at: Option<Location>) -> Failure {
    execution::with(|e| {
        let entry = Entry { text: Some(message.as_str().into()), ..Entry::new(e.running(), Op::Panic, None) };
        match at.clone() {
            Some(at) => e.log.push_at(entry, at),
            None => e.log.push(entry),
        };
    });
    let verdict = if at.as_ref().is_some_and(is_test) { Verdict::AssertionFailed } else { Verdict::Panicked };
    Failure { verdict, kind: None, message, at }
}

/// Something is used that was freed before.
pub(crate) fn freed(kind: ObjectKind, created: execution::Place, at: execution::Place) -> ! {
    let message = format!(
        "uses at {} the {} created at {} after it was freed: a real run may crash here",
        place(at),
        kind.noun(),
        place(created)
    );
    explore::conclude(Failure { verdict: Verdict::Crashed, kind: None, message, at: Some(at.into()) })
}

fn leak() -> Failure {
    let (first, number) = execution::with(|e| (e.arcs().next(), e.arcs().count()));
    let message = match (first, number) {
        (Some(at), 1) => format!("an `Arc` created at {} is never freed", place(at)),
        (Some(at), _) => format!("{number} `Arc`s are never freed, the first of them created at {}", place(at)),
        (None, _) => "something is never freed".to_owned(),
    };
    Failure { verdict: Verdict::Leak, kind: None, message, at: first.map(Into::into) }
}

fn livelock() -> Failure {
    let (arrived, steps) = execution::with(|e| (arrived(e), e.max_steps()));
    arrived.unwrap_or_else(|| Failure {
        verdict: Verdict::Livelock,
        kind: None,
        message: format!("{steps} steps and no end: the threads keep running without progress"),
        at: None,
    })
}

/// The failure that it is when a thread waits at a rendezvous and nobody can come.
pub(crate) fn arrived(execution: &Execution) -> Option<Failure> {
    let at = |pending: &Pending| Failure {
        verdict: Verdict::NotConcurrent,
        kind: None,
        message: match pending.object.and_then(|object| execution.meeting(object)) {
            Some(what) => format!("{what} must be able to overlap"),
            None => "work that must be able to overlap does not".to_owned(),
        },
        at: Some(pending.at.into()),
    };
    let arrived = |pending: &&Pending| pending.op == Op::Arrive && pending.parked;
    execution.threads.iter().filter_map(|thread| thread.pending.as_ref()).find(arrived).map(at)
}

/// A place as sentences name it: the file and its folder.
pub(crate) fn place(at: execution::Place) -> String {
    let mut names = at.file().rsplit(['/', '\\']);
    let file = names.next().unwrap_or_default();
    match names.next() {
        Some(folder) => format!("{folder}/{file}:{}", at.line()),
        None => format!("{file}:{}", at.line()),
    }
}

/// A thread as sentences name it.
pub(crate) fn thread_name(execution: &Execution, thread: ThreadId) -> String {
    format!("`{}`", execution.thread_name(thread))
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a value was thrown".to_owned())
}
