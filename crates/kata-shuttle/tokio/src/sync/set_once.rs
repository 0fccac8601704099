//! `tokio::sync::SetOnce`.

use std::fmt;

use kata_trace::{ObjectKind, Op};
use tokio::sync as real;

use super::once_cell::{Initialiser, look_inside};
use super::primitive::{Place, Primitive, here, operation};

pub use real::SetOnceError;

/// `tokio::sync::SetOnce` in this world.
pub struct SetOnce<T> {
    primitive: Primitive<real::SetOnce<T>>,
}

impl<T> SetOnce<T> {
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
        SetOnce { primitive: Primitive::new(ObjectKind::Once, real::SetOnce::const_new()) }
    }

    /// A full cell, or an empty one.
    #[track_caller]
    #[must_use]
    pub fn new_with(value: Option<T>) -> Self {
        SetOnce { primitive: Primitive::new(ObjectKind::Once, real::SetOnce::new_with(value)) }
    }

    /// A full cell.
    #[track_caller]
    #[must_use]
    pub const fn const_new_with(value: T) -> Self {
        SetOnce { primitive: Primitive::new(ObjectKind::Once, real::SetOnce::const_new_with(value)) }
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

    /// Fills the cell.
    ///
    /// # Errors
    ///
    /// The value, if there is one.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        let at = here();
        self.point(Op::InitBegin, at);
        let result = self.primitive.real().set(value);
        if result.is_ok() {
            drop(Initialiser::begin(self.primitive.identity(), at));
        }
        result
    }

    /// The value, once there is one.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = &T> {
        let at = here();
        async move {
            let (identity, real) = (self.primitive.identity(), self.primitive.real());
            let value = match real.get() {
                Some(value) => value,
                None => operation(identity, Op::InitWait, at, real.wait()).await,
            };
            identity.record(Op::InitWait, Some(at), |_| {});
            value
        }
    }

    /// The value, without the cell.
    pub fn into_inner(self) -> Option<T> {
        self.primitive.into_inner().into_inner()
    }
}

impl<T> Default for SetOnce<T> {
    #[track_caller]
    fn default() -> Self {
        SetOnce::new()
    }
}

impl<T> From<T> for SetOnce<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        SetOnce::const_new_with(value)
    }
}

impl<T: Clone> Clone for SetOnce<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        SetOnce::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for SetOnce<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for SetOnce<T> {}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetOnce").field("value", &self.primitive.real().get()).finish()
    }
}
