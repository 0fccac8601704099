//! Those who wait at a rendezvous.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// One wait of a thread, for one operation or for one out of several.
#[derive(Debug, Default)]
pub(super) struct Wait {
    /// The operation that somebody else has carried out together with this one: its number in the selection.
    chosen: Cell<Option<usize>>,
}

impl Wait {
    pub(super) fn chosen(&self) -> Option<usize> {
        self.chosen.get()
    }
}

/// One side of a rendezvous.
pub(super) struct Party<T> {
    wait: Rc<Wait>,
    /// The number of the operation in its selection.
    arm: usize,
    /// The message, from when it is there until it is received.
    pub(super) message: RefCell<Option<T>>,
}

impl<T> Party<T> {
    pub(super) fn new(wait: &Rc<Wait>, arm: usize, message: Option<T>) -> Rc<Self> {
        Rc::new(Party { wait: Rc::clone(wait), arm, message: RefCell::new(message) })
    }

    /// Whether it belongs to this operation.
    pub(super) fn is(&self, wait: &Rc<Wait>, arm: usize) -> bool {
        self.arm == arm && Rc::ptr_eq(&self.wait, wait)
    }

    /// Whether whoever waits like this can pair up with it.
    pub(super) fn is_free_for(&self, wait: &Rc<Wait>) -> bool {
        self.wait.chosen.get().is_none() && !Rc::ptr_eq(&self.wait, wait)
    }

    /// Somebody pairs up with it.
    pub(super) fn choose(&self) {
        self.wait.chosen.set(Some(self.arm));
    }
}
