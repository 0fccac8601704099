//! A scheduling point of one's own: what the parts of std that loom lacks are built on.
//!
//! Between two scheduling points nobody else runs. So a primitive keeps its state in plain cells and visits its point
//! before it looks at them or changes them: loom then explores the orders of the visits, and the visit carries exactly
//! the happens-before relations that the primitive promises.

use std::cell::RefCell;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use kata_trace::ThreadId;
use loom::sync::atomic::AtomicUsize;

use crate::execution::{self, joined, outside, switching};
use crate::knowledge::Legacy;

/// A place where threads meet in some order, which loom explores. A visit orders no memory.
#[derive(Debug)]
pub(crate) struct Point(loom::sync::Condvar);

impl Point {
    /// It may be made at any time: unlike an atomic's, its creation need not happen before its use.
    pub(crate) fn new() -> Self {
        Point(outside(loom::sync::Condvar::new))
    }

    /// A scheduling point.
    pub(crate) fn visit(&self) {
        switching(|| self.touch());
    }

    /// A visit without a turn of its own: see [`joined`].
    pub(crate) fn touch(&self) {
        // Nobody ever waits for it: all that happens is that loom notes who came.
        self.0.notify_one();
    }
}

/// Not a number of releases: a compare-and-exchange that expects it fails, reading the newest value and writing none.
const NEVER: usize = usize::MAX;

/// A [`Point`] at which threads also pass on what has happened.
#[derive(Debug)]
pub(crate) struct Handover {
    releases: AtomicUsize,
    legacy: Legacy,
}

impl Handover {
    /// Others may visit it when its creation happens before that, as for any object.
    pub(crate) fn new() -> Self {
        Handover { releases: outside(|| AtomicUsize::new(0)), legacy: Legacy::default() }
    }

    /// A visit after which everything before the releases so far has happened.
    pub(crate) fn acquire(&self) {
        let _ = switching(|| self.releases.compare_exchange(NEVER, NEVER, Relaxed, Acquire));
        self.legacy.take();
    }

    /// A visit that passes on what has happened.
    pub(crate) fn release(&self) {
        switching(|| self.releases.fetch_add(1, Release));
        self.legacy.leave();
    }

    /// [`Handover::acquire`] and [`Handover::release`] in one.
    pub(crate) fn exchange(&self) {
        switching(|| self.releases.fetch_add(1, AcqRel));
        self.legacy.take();
        self.legacy.leave();
    }

    /// Whether there is known to have been a release; if so, everything before it has happened. For what is released
    /// once.
    pub(crate) fn glance(&self) -> bool {
        // loom compares a release with the last access only, so that a glance by the releasing thread would hide an
        // earlier one by somebody else: glances are ordered among each other.
        let _ = switching(|| self.releases.compare_exchange(NEVER, NEVER, Relaxed, Relaxed));
        let released = switching(|| self.releases.load(Acquire)) > 0;
        if released {
            self.legacy.take();
        }
        released
    }
}

/// Threads that sleep, to be woken.
#[derive(Debug, Default)]
pub(crate) struct Sleepers(RefCell<Vec<(ThreadId, loom::thread::Thread)>>);

impl Sleepers {
    /// The running thread sleeps until [`Sleepers::wake`]. It must look again at what it waits for: others may have
    /// been quicker.
    pub(crate) fn sleep(&self) {
        self.0.borrow_mut().push((execution::me(), loom::thread::current()));
        execution::park();
    }

    /// Wakes all of them; what has happened here happens before they go on.
    pub(crate) fn wake(&self) {
        for (id, thread) in self.0.take() {
            thread.unpark();
            execution::with(|e| {
                let knowledge = e.knowledge();
                e.threads[usize::from(id)].knowledge.learn(&knowledge);
            });
        }
    }
}

/// Carries what has happened from one thread to another, without being a scheduling point of its own.
#[derive(Debug)]
pub(crate) struct Baton {
    mutex: loom::sync::Mutex<()>,
    legacy: Legacy,
}

impl Baton {
    /// What has happened here happens before [`Baton::take`] returns.
    pub(crate) fn pass() -> Self {
        // A mutex, and not an atomic: loom would ask for an order between its creation and its use.
        let baton = Baton { mutex: outside(|| loom::sync::Mutex::new(())), legacy: Legacy::default() };
        baton.touch();
        baton.legacy.leave();
        baton
    }

    pub(crate) fn take(&self) {
        self.touch();
        self.legacy.take();
    }

    fn touch(&self) {
        drop(joined(|| self.mutex.lock()));
    }
}
