//! `tokio::sync::OnceCell`.

use std::fmt;

use kata_shuttle::task::Identity;
use kata_trace::{ObjectKind, Op};
use tokio::sync as real;

use super::primitive::{Place, Primitive, here, operation};

pub use real::SetError;

/// `tokio::sync::OnceCell` in this world.
pub struct OnceCell<T> {
    primitive: Primitive<real::OnceCell<T>>,
}

/// An initialiser that is running, until it is over or given up.
pub(super) struct Initialiser<'a>(&'a Identity, Place);

impl<'a> Initialiser<'a> {
    pub(super) fn begin(identity: &'a Identity, at: Place) -> Self {
        identity.record(Op::InitBegin, Some(at), |_| {});
        identity.progresses();
        Initialiser(identity, at)
    }
}

impl Drop for Initialiser<'_> {
    fn drop(&mut self) {
        self.0.progresses();
        self.0.record(Op::InitEnd, Some(self.1), |_| {});
    }
}

/// Sees whether there is a value in a cell: what is there stays.
pub(super) fn look_inside(identity: &Identity, is_full: bool, op: Op, at: Place) {
    if !is_full {
        identity.look();
        identity.point(op, at);
    }
}

impl<T> OnceCell<T> {
    /// An empty cell.
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        Self::const_new()
    }

    /// An empty cell.
    #[track_caller]
    #[must_use]
    pub const fn const_new() -> Self {
        OnceCell { primitive: Primitive::new(ObjectKind::Once, real::OnceCell::const_new()) }
    }

    /// A full cell, or an empty one.
    #[track_caller]
    #[must_use]
    pub fn new_with(value: Option<T>) -> Self {
        OnceCell { primitive: Primitive::new(ObjectKind::Once, real::OnceCell::new_with(value)) }
    }

    fn point(&self, op: Op, at: Place) {
        look_inside(self.primitive.identity(), self.primitive.real().initialized(), op, at);
    }

    /// Whether there is a value.
    #[track_caller]
    #[must_use]
    pub fn initialized(&self) -> bool {
        self.point(Op::InitWait, here());
        self.primitive.real().initialized()
    }

    /// The value.
    #[track_caller]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.point(Op::InitWait, here());
        self.primitive.real().get()
    }

    /// The value.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.primitive.get_mut().get_mut()
    }

    /// Fills the cell.
    ///
    /// # Errors
    ///
    /// The value, if there is one, or somebody is making one.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        let at = here();
        self.point(Op::InitBegin, at);
        let result = self.primitive.real().set(value);
        if result.is_ok() {
            drop(Initialiser::begin(self.primitive.identity(), at));
        }
        result
    }

    /// The value; the first one to ask makes it. Who gives up leaves that to another.
    #[track_caller]
    pub fn get_or_init<F, Fut>(&self, f: F) -> impl Future<Output = &T>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        let made = self.get_or_try_init(move || async move { Ok::<T, std::convert::Infallible>(f().await) });
        async move {
            match made.await {
                Ok(value) => value,
                Err(never) => match never {},
            }
        }
    }

    /// The value; the first one to ask makes it. Who gives up, or fails, leaves that to another.
    #[track_caller]
    pub fn get_or_try_init<E, F, Fut>(&self, f: F) -> impl Future<Output = Result<&T, E>>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let at = here();
        async move {
            let (identity, real) = (self.primitive.identity(), self.primitive.real());
            if let Some(value) = real.get() {
                identity.record(Op::InitWait, Some(at), |_| {});
                return Ok(value);
            }
            let mut made = false;
            let initialiser = || {
                made = true;
                let running = Initialiser::begin(identity, at);
                let future = f();
                async move {
                    let result = future.await;
                    drop(running);
                    result
                }
            };
            let result = operation(identity, Op::InitWait, at, real.get_or_try_init(initialiser)).await;
            if !made {
                identity.record(Op::InitWait, Some(at), |_| {});
            }
            result
        }
    }

    /// The value, without the cell.
    pub fn into_inner(self) -> Option<T> {
        self.primitive.into_inner().into_inner()
    }

    /// Empties the cell.
    pub fn take(&mut self) -> Option<T> {
        self.primitive.get_mut().take()
    }
}

impl<T> Default for OnceCell<T> {
    #[track_caller]
    fn default() -> Self {
        OnceCell::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        OnceCell::new_with(Some(value))
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCell").field("value", &self.primitive.real().get()).finish()
    }
}
