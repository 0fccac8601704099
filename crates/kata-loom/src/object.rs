//! What every primitive carries: where it was created, and its number in the log.

use std::cell::Cell;
use std::panic::Location;

use kata_trace::{ObjectId, ObjectKind};

use crate::execution::{self, Place};
use crate::failure;

/// The identity of a primitive. It gets its number at its first use, when it is where it stays.
#[derive(Debug)]
pub(crate) struct Object {
    kind: ObjectKind,
    created: Place,
    id: Cell<Option<ObjectId>>,
    freed: Cell<bool>,
}

impl Object {
    #[track_caller]
    pub(crate) fn new(kind: ObjectKind) -> Self {
        Object { kind, created: Location::caller(), id: Cell::new(None), freed: Cell::new(false) }
    }

    /// The object's number in this execution. `at` is where it is used.
    pub(crate) fn id(&self, at: Place) -> ObjectId {
        if self.freed.get() {
            failure::freed(self.kind, self.created, at);
        }
        if let Some(id) = self.id.get() {
            return id;
        }
        let id = execution::with(|e| e.add_object(self.kind, self.created, std::ptr::from_ref(self).addr()));
        self.id.set(Some(id));
        id
    }

    /// The object's number, if it has been used in this execution.
    pub(crate) fn known(&self) -> Option<ObjectId> {
        self.id.get()
    }

    /// Where the object was created.
    pub(crate) fn created(&self) -> Place {
        self.created
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // Freed memory keeps its contents until the execution ends (see `kata::arena`), so that a use that is yet to
        // come finds this.
        // SAFETY: the field is borrowed mutably. Volatile, because the compiler knows that the memory is about to go.
        #[allow(unsafe_code, reason = "the last write to an object must not be optimised away")]
        unsafe {
            self.freed.as_ptr().write_volatile(true);
        }
    }
}
