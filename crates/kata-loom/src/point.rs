//! A scheduling point of one's own: what the parts of std that loom lacks are built on.
//!
//! Between two scheduling points nobody else runs. So a primitive keeps its state in plain cells and visits its point
//! before it looks at them or changes them: loom then explores the orders of the visits, and the visit carries exactly
//! the happens-before relations that the primitive promises.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use loom::sync::atomic::AtomicUsize;

use crate::execution::{joined, switching};

/// Not a number of releases: a compare-and-exchange that expects it fails, reading the newest value and writing none.
const NEVER: usize = usize::MAX;

/// A place where threads meet in some order, which loom explores.
#[derive(Debug)]
pub(crate) struct Point(AtomicUsize);

impl Point {
    /// Others may visit it when its creation happens before that, as for any object.
    pub(crate) fn new() -> Self {
        Point(AtomicUsize::new(0))
    }

    /// A visit that orders no memory.
    pub(crate) fn visit(&self) {
        let _ = switching(|| self.0.compare_exchange(NEVER, NEVER, Relaxed, Relaxed));
    }

    /// A visit after which everything before the releases so far has happened.
    pub(crate) fn acquire(&self) {
        let _ = switching(|| self.0.compare_exchange(NEVER, NEVER, Relaxed, Acquire));
    }

    /// A visit that passes on what has happened. Returns the number of releases before it.
    pub(crate) fn release(&self) -> usize {
        switching(|| self.0.fetch_add(1, Release))
    }

    /// [`Point::acquire`] and [`Point::release`] in one.
    pub(crate) fn exchange(&self) -> usize {
        switching(|| self.0.fetch_add(1, AcqRel))
    }

    /// A number of releases that may be out of date, after which everything before them has happened.
    pub(crate) fn glance(&self) -> usize {
        // loom compares a release with the last access only, so that a glance by the releasing thread would hide an
        // earlier one by somebody else: glances are ordered among each other.
        self.visit();
        switching(|| self.0.load(Acquire))
    }
}

/// Threads that sleep, to be woken.
#[derive(Debug, Default)]
pub(crate) struct Sleepers(std::cell::RefCell<Vec<loom::thread::Thread>>);

impl Sleepers {
    /// The running thread sleeps until [`Sleepers::wake`]. It must look again at what it waits for: others may have
    /// been quicker.
    pub(crate) fn sleep(&self) {
        self.0.borrow_mut().push(loom::thread::current());
        crate::execution::park();
    }

    /// Wakes all of them; what has happened here happens before they go on.
    pub(crate) fn wake(&self) {
        for thread in self.0.take() {
            thread.unpark();
        }
    }
}

/// Carries what has happened from one thread to another, without being a scheduling point of its own.
#[derive(Debug)]
pub(crate) struct Baton(loom::sync::Mutex<()>);

impl Baton {
    /// What has happened here happens before [`Baton::take`] returns.
    pub(crate) fn pass() -> Self {
        // A mutex, and not an atomic: loom would ask for an order between its creation and its use.
        let baton = Baton(loom::sync::Mutex::new(()));
        baton.take();
        baton
    }

    pub(crate) fn take(&self) {
        drop(joined(|| self.0.lock()));
    }
}
