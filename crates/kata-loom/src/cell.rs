//! `UnsafeCell`, with its accesses known to loom.
//!
//! A program gets a raw pointer from [`UnsafeCell::get`] and uses it out of everybody's sight. The call itself counts as
//! a read. It becomes a write when the bytes of the value have changed by the time the thread reaches its next
//! operation: in between nobody else runs, so that the change is the thread's own. What follows from that:
//!
//! - The pointer must be used before the thread's next operation on a primitive. Taking it before an acquire and
//!   dereferencing it after looks like a read that is too early; a write through it after the next operation is not
//!   seen.
//! - Writing the bytes that are there already counts as a read.
//! - Dropping the cell, `get_mut` and `into_inner` count as writes at the call.
//! - Values larger than [`WATCHED`] bytes are taken to be written by every [`UnsafeCell::get`].

use std::cell::RefCell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use kata::Scalar;
use kata_trace::{ObjectId, ObjectKind, Op};

use crate::execution::{self, Place, outside};
use crate::object::Object;

/// The size, in bytes, up to which a value is compared with what it was.
pub const WATCHED: usize = 4096;

/// `std::cell::UnsafeCell`.
pub struct UnsafeCell<T: ?Sized> {
    tracked: Tracked,
    /// What the value is worth showing as.
    scalar: fn(*const ()) -> Scalar,
    data: std::cell::UnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    /// A cell with a value. Not `const`: loom follows every cell from its creation.
    #[track_caller]
    pub fn new(value: T) -> Self {
        UnsafeCell { tracked: Tracked::new(), scalar: scalar_of::<T>, data: std::cell::UnsafeCell::new(value) }
    }

    /// The value.
    #[track_caller]
    pub fn into_inner(self) -> T {
        self.tracked.exclusive(Location::caller(), self.scalar, self.data.get().cast());
        self.data.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// A pointer to the value: a read at this place, or a write if the value changes before the thread's next
    /// operation.
    #[track_caller]
    pub fn get(&self) -> *mut T {
        let data = self.data.get();
        self.tracked.shared(Location::caller(), self.scalar, data.cast(), size_of_val_raw(&self.data));
        data
    }

    /// The value, which nobody else can reach: a write.
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut T {
        self.tracked.exclusive(Location::caller(), self.scalar, self.data.get().cast());
        self.data.get_mut()
    }

    /// [`UnsafeCell::get`] through a raw pointer.
    ///
    /// Unlike std's, it needs the cell to be initialised: that is where its accesses are followed.
    #[track_caller]
    #[allow(clippy::not_unsafe_ptr_arg_deref, reason = "as in std, whose function is safe")]
    pub fn raw_get(this: *const Self) -> *mut T {
        // SAFETY: std asks for a pointer to a cell; that it is initialised is what the documentation above asks for.
        #[allow(unsafe_code, reason = "the accesses of the cell are followed in the cell")]
        unsafe { &*this }.get()
    }
}

/// The size of what a cell holds.
fn size_of_val_raw<T: ?Sized>(data: &std::cell::UnsafeCell<T>) -> usize {
    // The wrapper is transparent.
    size_of_val(data)
}

fn scalar_of<T>(value: *const ()) -> Scalar {
    // SAFETY: called by `Tracked` with a pointer to the value of the cell that was created with this function, on the
    // one operating-system thread on which all threads of a model run.
    #[allow(unsafe_code, reason = "the type is known only where the cell is created")]
    Scalar::of(unsafe { &*value.cast::<T>() })
}

impl Drop for Tracked {
    fn drop(&mut self) {
        if !execution::is_over() {
            self.free();
        }
    }
}

// A cell is not `Sync`, through `data`; it may be sent if the value may.
// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: ?Sized + Send> Send for UnsafeCell<T> {}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> Self {
        UnsafeCell::new(T::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        UnsafeCell::new(value)
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeCell").finish_non_exhaustive()
    }
}

/// The part of a cell that does not depend on its type.
struct Tracked {
    object: Object,
    accesses: Rc<loom::cell::UnsafeCell<()>>,
}

/// A shared access whose effect is not known yet.
struct Watch {
    object: ObjectId,
    accesses: Rc<loom::cell::UnsafeCell<()>>,
    scalar: fn(*const ()) -> Scalar,
    data: *const u8,
    at: Place,
    /// Its entry in the log.
    entry: usize,
    before: Scalar,
    bytes: Vec<u8>,
}

thread_local! {
    /// Of the running thread of the model: settled before another one runs.
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

impl Tracked {
    #[track_caller]
    fn new() -> Self {
        Tracked {
            object: Object::new(ObjectKind::Cell),
            accesses: Rc::new(outside(|| loom::cell::UnsafeCell::new(()))),
        }
    }

    fn shared(&self, at: Place, scalar: fn(*const ()) -> Scalar, data: *const (), size: usize) {
        if size > WATCHED {
            return self.exclusive(at, scalar, data);
        }
        let object = self.object.id(at);
        execution::attempt(Op::CellRead, Some(object), None, at);
        self.accesses.with(|_| ());
        let value = scalar(data);
        let entry = execution::complete(|entry| entry.after = value);
        let data = data.cast::<u8>();
        let accesses = Rc::clone(&self.accesses);
        let bytes = bytes(data, size);
        WATCH.set(Some(Watch { object, accesses, scalar, data, at, entry, before: value, bytes }));
    }

    fn exclusive(&self, at: Place, scalar: fn(*const ()) -> Scalar, data: *const ()) {
        execution::attempt(Op::CellWrite, Some(self.object.id(at)), None, at);
        self.accesses.with_mut(|_| ());
        let before = scalar(data);
        execution::complete(|entry| entry.before = before);
    }

    /// The cell ceases to exist, which is a write that nobody may overlap.
    fn free(&self) {
        execution::free(Op::CellWrite, self.object.known(), self.object.created());
        self.accesses.with_mut(|_| ());
        execution::abandon();
    }
}

/// The running thread is about to reach an operation: finds out what it did to the cell it has last looked at.
pub(crate) fn settle() {
    let Some(watch) = WATCH.take() else { return };
    if bytes(watch.data, watch.bytes.len()) == watch.bytes {
        return;
    }
    execution::reconsider(Op::CellWrite, watch.object, watch.at);
    watch.accesses.with_mut(|_| ());
    let after = (watch.scalar)(watch.data.cast());
    execution::with(|e| {
        let entry = e.log.entry_mut(watch.entry);
        entry.op = Op::CellWrite;
        entry.before = watch.before;
        entry.after = after;
    });
    execution::abandon();
}

/// A copy of memory that may be anything.
#[inline(never)]
fn bytes(data: *const u8, size: usize) -> Vec<u8> {
    // SAFETY: the memory is a cell's, or was: freed memory stays as it is until the execution ends (see `kata::arena`),
    // and so do the stacks of threads. It may be padding or uninitialised: it is read in a way that the compiler cannot
    // reason about, and only ever compared.
    #[allow(unsafe_code, reason = "what a raw pointer did cannot be seen otherwise")]
    (0..size).map(|offset| unsafe { data.add(offset).read_volatile() }).collect()
}
