//! `task_local!`.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll};

use kata_shuttle::thread;

/// `tokio::task::LocalKey` in this world.
pub struct LocalKey<T: 'static> {
    #[doc(hidden)]
    pub inner: thread::LocalKey<RefCell<Option<T>>>,
}

/// `tokio::task::futures::TaskLocalFuture` in this world.
#[must_use = "futures do nothing unless polled"]
pub struct TaskLocalFuture<T: 'static, F> {
    key: &'static LocalKey<T>,
    slot: Option<T>,
    future: Option<F>,
    _pinned: PhantomPinned,
}

/// `tokio::task::AccessError` in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError(());

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("task-local value not set")
    }
}

impl std::error::Error for AccessError {}

/// Puts the value back when it is dropped.
struct Swapped<'a, T: 'static>(&'static LocalKey<T>, &'a mut Option<T>);

impl<'a, T: 'static> Swapped<'a, T> {
    fn new(key: &'static LocalKey<T>, slot: &'a mut Option<T>) -> Self {
        key.inner.with(|inner| std::mem::swap(slot, &mut *inner.borrow_mut()));
        Swapped(key, slot)
    }
}

impl<T: 'static> Drop for Swapped<'_, T> {
    fn drop(&mut self) {
        let slot = &mut self.1;
        self.0.inner.with(|inner| std::mem::swap(*slot, &mut *inner.borrow_mut()));
    }
}

impl<T: 'static> LocalKey<T> {
    /// The future, with this value.
    pub fn scope<F: Future>(&'static self, value: T, f: F) -> TaskLocalFuture<T, F> {
        TaskLocalFuture { key: self, slot: Some(value), future: Some(f), _pinned: PhantomPinned }
    }

    /// Calls a function with this value.
    pub fn sync_scope<F: FnOnce() -> R, R>(&'static self, value: T, f: F) -> R {
        let mut slot = Some(value);
        let _swapped = Swapped::new(self, &mut slot);
        f()
    }

    /// Borrows the value.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn with<F: FnOnce(&T) -> R, R>(&'static self, f: F) -> R {
        match self.try_with(f) {
            Ok(result) => result,
            Err(_) => panic!("cannot access a task-local storage value without setting it first"),
        }
    }

    /// Borrows the value.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn try_with<F: FnOnce(&T) -> R, R>(&'static self, f: F) -> Result<R, AccessError> {
        self.inner.with(|inner| inner.borrow().as_ref().map(f)).ok_or(AccessError(()))
    }

    /// A copy of the value.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of the value.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn try_get(&'static self) -> Result<T, AccessError>
    where
        T: Clone,
    {
        self.try_with(T::clone)
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LocalKey { .. }")
    }
}

impl<T: 'static, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `future` is pinned with the whole and only dropped in place; nothing else is.
        #[allow(unsafe_code, reason = "projects a pin")]
        let this = unsafe { self.get_unchecked_mut() };
        let _swapped = Swapped::new(this.key, &mut this.slot);
        let Some(future) = &mut this.future else { panic!("`TaskLocalFuture` polled after completion") };
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "projects a pin")]
        let polled = unsafe { Pin::new_unchecked(future) }.poll(cx);
        if polled.is_ready() {
            this.future = None;
        }
        polled
    }
}

impl<T: 'static, F> Drop for TaskLocalFuture<T, F> {
    fn drop(&mut self) {
        // What the future drops may look at the value, too.
        if self.future.is_some() {
            let _swapped = Swapped::new(self.key, &mut self.slot);
            self.future = None;
        }
    }
}

impl<T: 'static, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("TaskLocalFuture { .. }")
    }
}

/// `tokio::task_local!` in this world.
#[macro_export]
macro_rules! task_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty; $($rest:tt)*) => {
        $crate::task_local!($(#[$attr])* $vis static $name: $t);
        $crate::task_local!($($rest)*);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty) => {
        $(#[$attr])*
        $vis static $name: $crate::task::LocalKey<$t> = $crate::task::LocalKey {
            inner: $crate::macros::support::LocalKey::new(|| $crate::macros::support::no_value()),
        };
    };
}
