//! Hash maps and sets whose iteration order is the same in every execution and every process.
//!
//! std seeds its hashers from the operating system. A program that walks a map under a model would take another path
//! each time, and no interleaving could be repeated.

pub mod hash_map;
pub mod hash_set;

pub use hash_map::HashMap;
pub use hash_set::HashSet;

use std::hash::{BuildHasher, DefaultHasher};

/// `std::hash::RandomState` without the randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomState;

impl RandomState {
    /// The one state.
    #[must_use]
    pub fn new() -> Self {
        RandomState
    }
}

impl BuildHasher for RandomState {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

/// What maps and sets have in common: they are std's behind a `Deref`.
macro_rules! transparent {
    ($name:ident [$($generic:ident),*]) => {
        impl<$($generic,)* S> std::ops::Deref for $name<$($generic,)* S> {
            type Target = std::collections::$name<$($generic,)* S>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl<$($generic,)* S> std::ops::DerefMut for $name<$($generic,)* S> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl<$($generic),*> $name<$($generic,)* RandomState> {
            /// Empty.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Empty, with room.
            #[must_use]
            pub fn with_capacity(capacity: usize) -> Self {
                $name(std::collections::$name::with_capacity_and_hasher(capacity, RandomState))
            }
        }

        impl<$($generic,)* S> $name<$($generic,)* S> {
            /// Empty, with a hasher.
            pub const fn with_hasher(hasher: S) -> Self {
                $name(std::collections::$name::with_hasher(hasher))
            }

            /// Empty, with room and a hasher.
            pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
                $name(std::collections::$name::with_capacity_and_hasher(capacity, hasher))
            }
        }

        impl<$($generic,)* S: Default> Default for $name<$($generic,)* S> {
            fn default() -> Self {
                $name(std::collections::$name::default())
            }
        }

        impl<$($generic: Clone,)* S: Clone> Clone for $name<$($generic,)* S> {
            fn clone(&self) -> Self {
                $name(self.0.clone())
            }
        }

        impl<$($generic: std::fmt::Debug,)* S> std::fmt::Debug for $name<$($generic,)* S> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
use transparent;
