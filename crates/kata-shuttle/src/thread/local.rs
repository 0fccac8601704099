//! `thread_local!`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::kernel::{self, Host};

/// The values of one thread of the current execution, in the order of their creation.
#[derive(Default)]
struct Locals {
    epoch: u32,
    host: Option<Host>,
    values: Vec<Local>,
    over: bool,
}

struct Local {
    key: usize,
    /// `None` once it has been dropped.
    value: Option<Rc<dyn Any>>,
    needs_drop: bool,
}

std::thread_local! {
    static LOCALS: RefCell<Vec<Locals>> = const { RefCell::new(Vec::new()) };
}

/// Finds the values of the calling thread, and forgets those of earlier executions.
fn with_mine<R>(f: impl FnOnce(&mut Locals) -> R) -> R {
    let (epoch, host) = kernel::with(|kernel| (kernel.epoch(), Some(kernel.host())));
    kernel::outside(|| {
        LOCALS.with_borrow_mut(|all| {
            if all.first().is_some_and(|locals| locals.epoch != epoch) {
                // Of an execution that failed or was given up: its threads are gone, and so is what these point to.
                for local in all.drain(..).flat_map(|locals| locals.values) {
                    std::mem::forget(local.value);
                }
            }
            let index = all.iter().position(|locals| locals.host == host).unwrap_or_else(|| {
                all.push(Locals { epoch, host, ..Locals::default() });
                all.len() - 1
            });
            f(&mut all[index])
        })
    })
}

/// Drops the values of the calling thread, as at its end.
pub(crate) fn drop_all() {
    loop {
        let value = with_mine(|mine| {
            let value = mine.values.iter_mut().filter(|local| local.needs_drop).find_map(|local| local.value.take());
            mine.over |= value.is_none();
            value
        });
        if value.is_none() {
            break;
        }
    }
    with_mine(|mine| std::mem::take(&mut mine.values));
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

const DESTROYED: &str = "cannot access a Thread Local Storage value during or after destruction";

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

    /// The calling thread's value; `init` makes it if need be.
    fn value(&'static self, init: impl FnOnce() -> T) -> Result<Rc<T>, AccessError> {
        let key = std::ptr::from_ref(self).addr();
        let needs_drop = std::mem::needs_drop::<T>();
        let found = with_mine(|mine| match mine.values.iter().find(|local| local.key == key) {
            Some(local) => local.value.clone().map(Some).ok_or(AccessError),
            // What needs no destructor outlives the others.
            None if mine.over && needs_drop => Err(AccessError),
            None => Ok(None),
        })?;
        let value = match found {
            Some(value) => value,
            None => {
                let value: Rc<dyn Any> = Rc::new(init());
                let local = Local { key, value: Some(Rc::clone(&value)), needs_drop };
                with_mine(|mine| mine.values.push(local));
                value
            }
        };
        Ok(value.downcast().expect("a key has values of one type"))
    }

    /// Sets the value without making it first: `write` puts it where there is one.
    fn initialise(&'static self, value: T, write: impl FnOnce(&T, T)) {
        let mut value = Some(value);
        let place = self.value(|| value.take().expect("used once")).expect(DESTROYED);
        if let Some(value) = value {
            write(&place, value);
        }
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
        self.try_with(f).expect(DESTROYED)
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
        self.value(self.init).map(|value| f(&value))
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Sets the value.
    pub fn set(&'static self, value: T) {
        self.initialise(Cell::new(value), |cell, new| cell.set(new.into_inner()));
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
        self.initialise(RefCell::new(value), |cell, new| *cell.borrow_mut() = new.into_inner());
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
