//! What every primitive carries: where it was created, its number in this execution, and its state at the start.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::panic::Location;

use kata_trace::{ObjectId, ObjectKind};

use crate::kernel::{self, Place, Subject};

/// The identity of a primitive.
///
/// Statics outlive executions, which must not see each other: at its first use in an execution an object learns
/// whether it is left over from an earlier one, and its owner then restores it.
#[derive(Debug)]
pub(crate) struct Object {
    created: Place,
    epoch: Cell<u32>,
    id: Cell<ObjectId>,
}

/// What an object finds at its first use in an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It was used before in this execution, or there is none.
    Again,
    /// It has never been used.
    New,
    /// It was used in an earlier execution.
    LeftOver,
}

impl Object {
    #[track_caller]
    pub(crate) const fn new() -> Self {
        Object { created: Location::caller(), epoch: Cell::new(0), id: Cell::new(0) }
    }

    /// What somebody looks at who does not wait for this object.
    pub(crate) fn subject(&self) -> Subject {
        Subject::created(self.created)
    }

    /// The object's number in this execution.
    #[inline]
    pub(crate) fn enter(&self, kind: ObjectKind) -> (ObjectId, Entered) {
        let epoch = self.epoch.get();
        kernel::with(|kernel| {
            if !kernel.active() || kernel.epoch() == epoch {
                return (self.id.get(), Entered::Again);
            }
            self.epoch.set(kernel.epoch());
            self.id.set(kernel.add_object(kind, self.created, std::ptr::from_ref(self).addr()));
            (self.id.get(), if epoch == 0 { Entered::New } else { Entered::LeftOver })
        })
    }
}

/// A copy of a value's bits, taken before its first use.
///
/// It serves statics alone: their initial values were computed by the compiler, own nothing, and may therefore be
/// used any number of times.
pub(crate) struct Original {
    inline: Cell<[MaybeUninit<u64>; 4]>,
    boxed: Cell<Option<Box<[MaybeUninit<u8>]>>>,
}

impl Original {
    pub(crate) const fn new() -> Self {
        Original { inline: Cell::new([MaybeUninit::uninit(); 4]), boxed: Cell::new(None) }
    }

    /// Remembers the value, or puts it back.
    #[inline]
    pub(crate) fn apply<T: ?Sized>(&self, entered: Entered, value: *mut T) {
        match entered {
            Entered::Again => {}
            Entered::New => self.take(value),
            Entered::LeftOver => self.restore(value),
        }
    }

    #[allow(unsafe_code, reason = "copies the bits of a value of unknown type")]
    fn take<T: ?Sized>(&self, value: *mut T) {
        // SAFETY: the owner passes its own value, to which nobody else has a reference before its first use.
        let size = unsafe { size_of_val(&*value) };
        let bytes = value.cast::<MaybeUninit<u8>>();
        if size <= size_of::<[u64; 4]>() {
            // SAFETY: both sides are valid for `size` bytes and do not overlap.
            unsafe { std::ptr::copy_nonoverlapping(bytes, self.inline.as_ptr().cast(), size) };
        } else {
            let mut copy = Box::<[u8]>::new_uninit_slice(size);
            // SAFETY: as above.
            unsafe { std::ptr::copy_nonoverlapping(bytes, copy.as_mut_ptr(), size) };
            self.boxed.set(Some(copy));
        }
    }

    #[allow(unsafe_code, reason = "copies the bits of a value of unknown type")]
    fn restore<T: ?Sized>(&self, value: *mut T) {
        // SAFETY: as in `take`. The value is overwritten without being dropped: what it owns belongs to an execution
        // that is over.
        let size = unsafe { size_of_val(&*value) };
        let bytes = value.cast::<MaybeUninit<u8>>();
        if size <= size_of::<[u64; 4]>() {
            // SAFETY: `take` has filled `size` bytes.
            unsafe { std::ptr::copy_nonoverlapping(self.inline.as_ptr().cast(), bytes, size) };
        } else if let Some(copy) = self.boxed.take() {
            // SAFETY: `take` has filled `size` bytes.
            unsafe { std::ptr::copy_nonoverlapping(copy.as_ptr(), bytes, size) };
            self.boxed.set(Some(copy));
        }
    }
}
