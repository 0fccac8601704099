//! `parking_lot::ReentrantMutex`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use kata_shuttle::sync::raw::{Entered, RawMutex};
use kata_shuttle::thread::{self, ThreadId};
use kata_shuttle::time::{self, Instant};

use crate::guarded::{Guarded, Place, Release, coroutine_safe, debug, guard};

/// `parking_lot::ReentrantMutex` in this world.
pub struct ReentrantMutex<T: ?Sized> {
    raw: RawMutex,
    /// Who holds it, and how often.
    owner: Cell<Option<(ThreadId, usize)>>,
    value: Guarded<T>,
}

/// `parking_lot::ReentrantMutexGuard` in this world.
#[must_use = "if unused the ReentrantMutex will immediately unlock"]
pub struct ReentrantMutexGuard<'a, T: ?Sized> {
    mutex: &'a ReentrantMutex<T>,
    _not_send: PhantomData<*const ()>,
}

/// `parking_lot::MappedReentrantMutexGuard` in this world.
#[must_use = "if unused the ReentrantMutex will immediately unlock"]
pub struct MappedReentrantMutexGuard<'a, T: ?Sized> {
    part: *const T,
    release: Release<'a>,
    _borrow: PhantomData<(*const (), &'a T)>,
}

coroutine_safe! {
    unsafe impl [T: ?Sized + Send] Send for ReentrantMutex<T>;
    unsafe impl [T: ?Sized + Send] Sync for ReentrantMutex<T>;
    unsafe impl [T: ?Sized + Sync] Sync for ReentrantMutexGuard<'_, T>;
    unsafe impl [T: ?Sized + Sync] Sync for MappedReentrantMutexGuard<'_, T>;
}

guard!(ReentrantMutexGuard: |guard| guard.mutex.value.pointer());
guard!(MappedReentrantMutexGuard: |guard| guard.part);

/// `parking_lot::const_reentrant_mutex`.
#[track_caller]
pub const fn const_reentrant_mutex<T>(value: T) -> ReentrantMutex<T> {
    ReentrantMutex::new(value)
}

impl<T> ReentrantMutex<T> {
    /// An unlocked mutex.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        ReentrantMutex { raw: RawMutex::new(), owner: Cell::new(None), value: Guarded::new(value) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> ReentrantMutex<T> {
    /// Enters once more if the caller holds it, and otherwise with `acquire`.
    fn enter(&self, acquire: impl FnOnce() -> bool) -> Option<ReentrantMutexGuard<'_, T>> {
        let me = thread::current().id();
        self.restore();
        let count = match self.owner.get() {
            Some((owner, count)) if owner == me => count,
            _ if acquire() => 0,
            _ => return None,
        };
        self.owner.set(Some((me, count + 1)));
        Some(ReentrantMutexGuard { mutex: self, _not_send: PhantomData })
    }

    /// Forgets an owner from an earlier execution.
    fn restore(&self) {
        self.value.shown(|shown| {
            let enter = |entered| {
                if entered == Entered::LeftOver {
                    self.owner.set(None);
                }
                (shown.enter)(entered);
            };
            self.raw.touch(&kata_shuttle::sync::raw::Shown { enter: &enter, value: shown.value });
        });
    }

    /// Waits for the mutex and locks it, once more if the caller holds it.
    #[track_caller]
    pub fn lock(&self) -> ReentrantMutexGuard<'_, T> {
        let at = Location::caller();
        let guard = self.enter(|| self.value.shown(|shown| self.raw.lock(shown, None, at)));
        guard.expect("there is no time limit")
    }

    /// Locks the mutex if it is free or the caller's.
    #[track_caller]
    pub fn try_lock(&self) -> Option<ReentrantMutexGuard<'_, T>> {
        let at = Location::caller();
        self.enter(|| self.value.shown(|shown| self.raw.try_lock(shown, at)))
    }

    /// Waits at most `limit` for the mutex.
    #[track_caller]
    pub fn try_lock_for(&self, limit: Duration) -> Option<ReentrantMutexGuard<'_, T>> {
        self.lock_by(time::deadline(limit), Location::caller())
    }

    /// Waits for the mutex until `limit` at most.
    #[track_caller]
    pub fn try_lock_until(&self, limit: Instant) -> Option<ReentrantMutexGuard<'_, T>> {
        self.lock_by(limit.deadline(), Location::caller())
    }

    fn lock_by(&self, deadline: Duration, at: Place) -> Option<ReentrantMutexGuard<'_, T>> {
        self.enter(|| self.value.shown(|shown| self.raw.lock(shown, Some(deadline), at)))
    }

    /// Whether somebody holds it.
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        let at = Location::caller();
        self.value.shown(|shown| self.raw.is_locked(shown, at))
    }

    /// Whether the caller holds it.
    pub fn is_owned_by_current_thread(&self) -> bool {
        self.restore();
        self.owner.get().is_some_and(|(owner, _)| owner == thread::current().id())
    }

    /// The value, without locking: the exclusive borrow proves that nobody else has it.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    fn leave(&self) {
        match self.owner.get() {
            Some((owner, count)) if count > 1 => self.owner.set(Some((owner, count - 1))),
            _ => {
                self.owner.set(None);
                self.value.shown(|shown| self.raw.unlock(shown, self.value.scalar(), None));
            }
        }
    }
}

impl<'a, T: ?Sized> ReentrantMutexGuard<'a, T> {
    /// The mutex of a guard.
    pub fn remutex(guard: &Self) -> &'a ReentrantMutex<T> {
        guard.mutex
    }

    /// A guard of a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&T) -> &U>(guard: Self, part: F) -> MappedReentrantMutexGuard<'a, U> {
        let part = std::ptr::from_ref(part(&guard));
        let mutex = guard.mutex;
        std::mem::forget(guard);
        let release = Release::new(move |_| mutex.leave());
        MappedReentrantMutexGuard { part, release, _borrow: PhantomData }
    }

    /// Unlocks the mutex once; who gets it is explored either way.
    pub fn unlock_fair(guard: Self) {
        drop(guard);
    }
}

impl<T: ?Sized> Drop for ReentrantMutexGuard<'_, T> {
    fn drop(&mut self) {
        self.mutex.leave();
    }
}

impl<T: ?Sized> Drop for MappedReentrantMutexGuard<'_, T> {
    fn drop(&mut self) {
        self.release.now(None);
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReentrantMutex<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("ReentrantMutex", self.try_lock().as_deref(), f)
    }
}

impl<T: Default> Default for ReentrantMutex<T> {
    #[track_caller]
    fn default() -> Self {
        ReentrantMutex::new(T::default())
    }
}

impl<T> From<T> for ReentrantMutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        ReentrantMutex::new(value)
    }
}
