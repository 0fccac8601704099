//! Panics of the program.

use kata::{Entry, Failure};
use kata_trace::{Op, ThreadId, Verdict, is_test};

use super::{Kernel, Thread};

/// What std's `thread::scope` panics with when a thread of the scope did.
pub(crate) const SCOPED_PANIC: &str = "a scoped thread panicked";

/// A panic.
#[derive(Clone, Debug)]
pub(crate) struct Panic {
    pub(crate) message: String,
    pub(crate) at: Option<kata_trace::Location>,
    /// It passes on the panic of another thread.
    pub(crate) passed_on: bool,
}

impl Kernel {
    /// A panic begins. `true` if the thread was unwinding already, so that the process is about to abort.
    pub(crate) fn panic_begins(&mut self, panic: Panic) -> bool {
        let entry = Entry { text: Some(panic.message.as_str().into()), ..Entry::new(self.current, Op::Panic, None) };
        if !self.silent {
            match panic.at.clone() {
                Some(at) => self.log.push_at(entry, at),
                None => self.log.push(entry),
            };
        }
        let thread = &mut self.threads[usize::from(self.current)];
        let twice = thread.panics > thread.sheltered;
        thread.panics += 1;
        if !twice {
            thread.caught = Some(panic);
        }
        twice
    }

    /// Logs a failed assertion that does not panic where it fails.
    pub(crate) fn log_assertion(&mut self, failure: &Failure) {
        if let Some(at) = failure.at.clone().filter(|_| failure.verdict == Verdict::AssertionFailed && !self.silent) {
            let text = Some(failure.message.as_str().into());
            let preemption = std::mem::take(&mut self.preempted);
            self.log.push_at(Entry { text, preemption, ..Entry::new(self.current, Op::Panic, None) }, at);
        }
    }

    /// A panic that was caught is thrown again.
    pub(crate) fn panic_goes_on(&mut self) {
        if let Some(thread) = self.threads.get_mut(usize::from(self.current)) {
            thread.panics += 1;
        }
    }

    /// Whether the current thread is unwinding.
    pub(crate) fn unwinds(&self) -> bool {
        match self.threads.get(usize::from(self.current)) {
            Some(thread) if self.active => thread.panics > 0,
            _ => std::thread::panicking(),
        }
    }

    /// Whether any thread is unwinding.
    pub(crate) fn somebody_unwinds(&self) -> bool {
        self.threads.iter().any(|thread| thread.panics > 0)
    }

    /// What panics from here on is caught before it could meet the panics outside. Returns what
    /// [`Kernel::leave_shelter`] needs.
    pub(crate) fn shelter(&mut self) -> u32 {
        match self.threads.get_mut(usize::from(self.current)) {
            Some(thread) => std::mem::replace(&mut thread.sheltered, thread.panics),
            None => 0,
        }
    }

    /// Ends what [`Kernel::shelter`] began.
    pub(crate) fn leave_shelter(&mut self, outside: u32) {
        if let Some(thread) = self.threads.get_mut(usize::from(self.current)) {
            thread.panics = thread.sheltered;
            thread.sheltered = outside;
        }
    }

    /// The current thread's function ended with a panic.
    pub(super) fn panicked(&mut self, message: String) {
        let thread = &mut self.threads[usize::from(self.current)];
        thread.panics = 0;
        // A payload that was thrown without the hook knowing has at least a message.
        let unknown = Panic { message, at: None, passed_on: false };
        thread.panic = Some(thread.caught.take().unwrap_or(unknown));
        self.panicked.push(self.current);
    }

    /// The panics that ended threads, the first one first: later ones often follow from it.
    fn panics(&self) -> impl Iterator<Item = &Thread> {
        self.panicked.iter().map(|&thread| &self.threads[usize::from(thread)])
    }

    /// Somebody was told of the thread's panic: what follows is the program's own doing.
    pub(crate) fn tell_panic(&mut self, thread: ThreadId) {
        self.threads[usize::from(thread)].panic_told = true;
    }

    /// Whether a thread panicked and nobody was told.
    pub(crate) fn untold(&self, thread: ThreadId) -> bool {
        untold(&self.threads[usize::from(thread)])
    }

    /// A panic of a thread that nobody was told of.
    pub(super) fn untold_panic(&self) -> Option<Failure> {
        self.panics().find(|thread| untold(thread)).and_then(|thread| thread.panic.clone()).map(failure)
    }

    /// The scenario itself panicked: the verdict.
    pub(crate) fn scenario_panicked(&mut self) {
        let Some(own) = self.threads.first().and_then(|thread| thread.panic.clone()) else { return };
        // Where it passes on what a thread panicked with, that panic is the news: the one that says the same, if any does.
        let news = || self.panics().filter_map(|thread| thread.panic.clone()).filter(|panic| !passes_on(panic));
        let same = || news().find(|panic| panic.message == own.message);
        let panic = if passes_on(&own) { same().or_else(|| news().next()).unwrap_or(own) } else { own };
        self.set_failure(failure(panic));
    }
}

fn untold(thread: &Thread) -> bool {
    thread.panic.is_some() && !thread.panic_told
}

/// Whether a panic says no more than that a thread panicked: `join().unwrap()`, `handle.await.unwrap()`,
/// `resume_unwind(payload)`, a scope.
fn passes_on(panic: &Panic) -> bool {
    let joined = |message: &str| message.ends_with(": Any { .. }") || message.contains(": JoinError::Panic(");
    panic.passed_on || panic.message == SCOPED_PANIC || joined(&panic.message)
}

fn failure(panic: Panic) -> Failure {
    let verdict = if panic.at.as_ref().is_some_and(is_test) { Verdict::AssertionFailed } else { Verdict::Panicked };
    Failure { verdict, kind: None, message: panic.message, at: panic.at }
}
