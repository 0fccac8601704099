//! `thread_local!`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::kernel;

/// The values of one thread of the current execution, in the order of their creation.
#[derive(Default)]
struct Locals {
    epoch: u32,
    thread: kata_trace::ThreadId,
    values: Vec<(usize, Option<Rc<dyn Any>>)>,
    over: bool,
}

std::thread_local! {
    static LOCALS: RefCell<Vec<Locals>> = const { RefCell::new(Vec::new()) };
}

/// Finds the values of the calling thread, and forgets those of earlier executions.
fn with_mine<R>(f: impl FnOnce(&mut Locals) -> R) -> R {
    let (epoch, thread) = kernel::with(|kernel| (kernel.epoch(), kernel.me()));
    let mut old = Vec::new();
    let result = LOCALS.with_borrow_mut(|all| {
        if all.first().is_some_and(|locals| locals.epoch != epoch) {
            old = std::mem::take(all);
        }
        let index = all.iter().position(|locals| locals.thread == thread).unwrap_or_else(|| {
            all.push(Locals { epoch, thread, ..Locals::default() });
            all.len() - 1
        });
        f(&mut all[index])
    });
    // Values of an execution that failed or was abandoned: their threads are gone, and so is what they point to.
    std::mem::forget(old);
    result
}

/// Drops the values of the calling thread, as at its end.
pub(crate) fn drop_all() {
    loop {
        let value = with_mine(|mine| {
            let value = mine.values.iter_mut().find_map(|(_, value)| value.take());
            mine.over |= value.is_none();
            value
        });
        if value.is_none() {
            break;
        }
    }
}

/// `std::thread::AccessError` in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessError;

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed")
    }
}

impl std::error::Error for AccessError {}

/// `std::thread::LocalKey` in this world.
pub struct LocalKey<T: 'static> {
    init: fn() -> T,
    /// Keeps keys apart: statics of size zero could share an address.
    _address: u8,
}

impl<T: 'static> LocalKey<T> {
    /// What `thread_local!` expands to.
    #[doc(hidden)]
    pub const fn new(init: fn() -> T) -> Self {
        LocalKey { init, _address: 0 }
    }

    fn value(&'static self) -> Result<Rc<T>, AccessError> {
        let key = std::ptr::from_ref(self).addr();
        let found = with_mine(|mine| match mine.values.iter().find(|(other, _)| *other == key) {
            Some((_, Some(value))) => Ok(Some(Rc::clone(value))),
            Some((_, None)) => Err(AccessError),
            None if mine.over => Err(AccessError),
            None => Ok(None),
        })?;
        let value = match found {
            Some(value) => value,
            None => {
                let value: Rc<dyn Any> = Rc::new((self.init)());
                with_mine(|mine| mine.values.push((key, Some(Rc::clone(&value)))));
                value
            }
        };
        Ok(value.downcast().expect("a key has values of one type"))
    }

    /// Borrows the calling thread's value.
    ///
    /// # Panics
    ///
    /// If the value has been dropped, at the end of the thread.
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.try_with(f).expect("cannot access a Thread Local Storage value during or after destruction")
    }

    /// Borrows the calling thread's value.
    ///
    /// # Errors
    ///
    /// If the value has been dropped, at the end of the thread.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        self.value().map(|value| f(&value))
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Sets the value.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// A copy of the value.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// Takes the value and leaves the default.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// Replaces the value.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Borrows the value.
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.with(|cell| f(&cell.borrow()))
    }

    /// Borrows the value mutably.
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.with(|cell| f(&mut cell.borrow_mut()))
    }

    /// Sets the value.
    pub fn set(&'static self, value: T) {
        self.with(|cell| *cell.borrow_mut() = value);
    }

    /// Takes the value and leaves the default.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// Replaces the value.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}
