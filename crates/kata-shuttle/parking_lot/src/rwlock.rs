//! `parking_lot::RwLock`.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use kata_shuttle::Scalar;
use kata_shuttle::sync::raw::{Hold, RawRwLock};
use kata_shuttle::time::{self, Instant};

use crate::guarded::{Guarded, Place, Release, coroutine_safe, debug, guard};

/// `parking_lot::RwLock` in this world.
pub struct RwLock<T: ?Sized> {
    raw: RawRwLock,
    value: Guarded<T>,
}

/// `parking_lot::RwLockReadGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    _not_send: PhantomData<*const ()>,
}

/// `parking_lot::RwLockUpgradableReadGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockUpgradableReadGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    _not_send: PhantomData<*const ()>,
}

/// `parking_lot::RwLockWriteGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    before: Scalar,
    wrote: Option<Place>,
    _not_send: PhantomData<*const ()>,
}

/// `parking_lot::MappedRwLockReadGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct MappedRwLockReadGuard<'a, T: ?Sized> {
    part: *const T,
    release: Release<'a>,
    _borrow: PhantomData<(*const (), &'a T)>,
}

/// `parking_lot::MappedRwLockWriteGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct MappedRwLockWriteGuard<'a, T: ?Sized> {
    part: *mut T,
    wrote: Option<Place>,
    release: Release<'a>,
    _borrow: PhantomData<(*const (), &'a mut T)>,
}

coroutine_safe! {
    unsafe impl [T: ?Sized + Send] Send for RwLock<T>;
    unsafe impl [T: ?Sized + Send + Sync] Sync for RwLock<T>;
    unsafe impl [T: ?Sized + Sync] Sync for RwLockReadGuard<'_, T>;
    unsafe impl [T: ?Sized + Sync] Sync for RwLockUpgradableReadGuard<'_, T>;
    unsafe impl [T: ?Sized + Sync] Sync for RwLockWriteGuard<'_, T>;
    unsafe impl [T: ?Sized + Sync] Sync for MappedRwLockReadGuard<'_, T>;
    unsafe impl [T: ?Sized + Sync] Sync for MappedRwLockWriteGuard<'_, T>;
}

guard!(RwLockReadGuard: |guard| guard.lock.value.pointer());
guard!(RwLockUpgradableReadGuard: |guard| guard.lock.value.pointer());
guard!(RwLockWriteGuard: |guard| guard.lock.value.pointer(), writes wrote);
guard!(MappedRwLockReadGuard: |guard| guard.part);
guard!(MappedRwLockWriteGuard: |guard| guard.part, writes wrote);

/// `parking_lot::const_rwlock`.
#[track_caller]
pub const fn const_rwlock<T>(value: T) -> RwLock<T> {
    RwLock::new(value)
}

impl<T> RwLock<T> {
    /// An unlocked lock.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        RwLock { raw: RawRwLock::new(), value: Guarded::new(value) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

/// The ways to take the lock: for good, if it is free, and within a time limit.
macro_rules! ways {
    ($hold:ident $guard:ident: $lock:ident $try_lock:ident $for:ident $until:ident, $what:literal) => {
        #[doc = concat!("Waits for the lock and takes it ", $what, ".")]
        #[track_caller]
        pub fn $lock(&self) -> $guard<'_, T> {
            self.wait(Hold::$hold, None, Location::caller());
            $guard::of(self)
        }

        #[doc = concat!("Takes the lock ", $what, " if it is free for that.")]
        #[track_caller]
        pub fn $try_lock(&self) -> Option<$guard<'_, T>> {
            let at = Location::caller();
            self.value.shown(|shown| self.raw.try_lock(Hold::$hold, shown, at)).then(|| $guard::of(self))
        }

        #[doc = concat!("Waits at most `limit` for the lock and takes it ", $what, ".")]
        #[track_caller]
        pub fn $for(&self, limit: Duration) -> Option<$guard<'_, T>> {
            self.wait(Hold::$hold, Some(time::deadline(limit)), Location::caller()).then(|| $guard::of(self))
        }

        #[doc = concat!("Waits for the lock until `limit` at most and takes it ", $what, ".")]
        #[track_caller]
        pub fn $until(&self, limit: Instant) -> Option<$guard<'_, T>> {
            self.wait(Hold::$hold, Some(limit.deadline()), Location::caller()).then(|| $guard::of(self))
        }
    };
}

impl<T: ?Sized> RwLock<T> {
    ways!(Shared RwLockReadGuard: read try_read try_read_for try_read_until, "shared");
    ways!(
        Recursive RwLockReadGuard: read_recursive try_read_recursive try_read_recursive_for try_read_recursive_until,
        "shared, past writers that wait"
    );
    ways!(
        Upgradable RwLockUpgradableReadGuard:
        upgradable_read try_upgradable_read try_upgradable_read_for try_upgradable_read_until,
        "shared, by one who may become the writer"
    );
    ways!(Exclusive RwLockWriteGuard: write try_write try_write_for try_write_until, "exclusively");

    fn wait(&self, hold: Hold, deadline: Option<Duration>, at: Place) -> bool {
        self.value.shown(|shown| self.raw.lock(hold, shown, deadline, at))
    }

    fn unlock(&self, hold: Hold, before: Scalar, wrote: Option<Place>) {
        self.value.shown(|shown| self.raw.unlock(hold, shown, before, wrote));
    }

    fn unlock_shared(&self) {
        self.unlock(Hold::Shared, self.value.scalar(), None);
    }

    /// Whether somebody holds it.
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        let at = Location::caller();
        self.value.shown(|shown| self.raw.is_locked(false, shown, at))
    }

    /// Whether somebody holds it exclusively.
    #[track_caller]
    pub fn is_locked_exclusive(&self) -> bool {
        let at = Location::caller();
        self.value.shown(|shown| self.raw.is_locked(true, shown, at))
    }

    /// The value, without locking: the exclusive borrow proves that nobody else has it.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

/// What the guards that borrow the whole value have in common.
macro_rules! whole {
    ($guard:ident $hold:ident) => {
        impl<'a, T: ?Sized> $guard<'a, T> {
            /// The lock of a guard.
            pub fn rwlock(guard: &Self) -> &'a RwLock<T> {
                guard.lock
            }

            /// Unlocks the lock while `f` runs.
            #[track_caller]
            pub fn unlocked<U, F: FnOnce() -> U>(guard: &mut Self, f: F) -> U {
                struct Relock<'a, 'b, T: ?Sized>(&'a mut $guard<'b, T>, Place);
                impl<T: ?Sized> Drop for Relock<'_, '_, T> {
                    fn drop(&mut self) {
                        self.0.lock.wait(Hold::$hold, None, self.1);
                        self.0.retaken();
                    }
                }
                guard.release();
                let _relock = Relock(guard, Location::caller());
                f()
            }

            /// See the other `unlocked`: who gets the lock is explored either way.
            #[track_caller]
            pub fn unlocked_fair<U, F: FnOnce() -> U>(guard: &mut Self, f: F) -> U {
                Self::unlocked(guard, f)
            }

            /// Unlocks the lock; who gets it is explored either way.
            pub fn unlock_fair(guard: Self) {
                drop(guard);
            }

            /// Unlocks the lock for those who wait, and waits for it again.
            #[track_caller]
            pub fn bump(guard: &mut Self) {
                Self::unlocked(guard, || ());
            }
        }

        impl<T: ?Sized> Drop for $guard<'_, T> {
            fn drop(&mut self) {
                self.release();
            }
        }
    };
}

whole!(RwLockReadGuard Shared);
whole!(RwLockUpgradableReadGuard Upgradable);
whole!(RwLockWriteGuard Exclusive);

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    fn of(lock: &'a RwLock<T>) -> Self {
        RwLockReadGuard { lock, _not_send: PhantomData }
    }

    fn release(&mut self) {
        self.lock.unlock_shared();
    }

    fn retaken(&mut self) {}

    /// A guard of a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&T) -> &U>(guard: Self, part: F) -> MappedRwLockReadGuard<'a, U> {
        match Self::try_map(guard, |value| Some(part(value))) {
            Ok(mapped) => mapped,
            Err(_) => unreachable!("there is a part"),
        }
    }

    /// A guard of a part of the value, if there is one.
    ///
    /// # Errors
    ///
    /// The guard.
    pub fn try_map<U: ?Sized, F: FnOnce(&T) -> Option<&U>>(
        guard: Self,
        part: F,
    ) -> Result<MappedRwLockReadGuard<'a, U>, Self> {
        let Some(part) = part(&guard).map(std::ptr::from_ref) else { return Err(guard) };
        let lock = guard.lock;
        std::mem::forget(guard);
        let release = Release::new(move |_| lock.unlock_shared());
        Ok(MappedRwLockReadGuard { part, release, _borrow: PhantomData })
    }
}

impl<'a, T: ?Sized> RwLockUpgradableReadGuard<'a, T> {
    fn of(lock: &'a RwLock<T>) -> Self {
        RwLockUpgradableReadGuard { lock, _not_send: PhantomData }
    }

    fn release(&mut self) {
        self.lock.unlock(Hold::Upgradable, self.lock.value.scalar(), None);
    }

    fn retaken(&mut self) {}

    fn into_lock(self) -> &'a RwLock<T> {
        let lock = self.lock;
        std::mem::forget(self);
        lock
    }

    fn upgrade_by(self, deadline: Option<Duration>, at: Place) -> Result<RwLockWriteGuard<'a, T>, Self> {
        if self.lock.value.shown(|shown| self.lock.raw.upgrade(shown, deadline, at)) {
            Ok(RwLockWriteGuard::of(self.into_lock()))
        } else {
            Err(self)
        }
    }

    /// Waits until the other readers are gone and takes the lock exclusively, with nobody in between.
    #[track_caller]
    pub fn upgrade(guard: Self) -> RwLockWriteGuard<'a, T> {
        match guard.upgrade_by(None, Location::caller()) {
            Ok(writer) => writer,
            Err(_) => unreachable!("there is no time limit"),
        }
    }

    /// Takes the lock exclusively if there are no other readers.
    ///
    /// # Errors
    ///
    /// The guard.
    #[track_caller]
    pub fn try_upgrade(guard: Self) -> Result<RwLockWriteGuard<'a, T>, Self> {
        let at = Location::caller();
        if guard.lock.value.shown(|shown| guard.lock.raw.try_upgrade(shown, at)) {
            Ok(RwLockWriteGuard::of(guard.into_lock()))
        } else {
            Err(guard)
        }
    }

    /// As `upgrade`, at most for `limit`.
    ///
    /// # Errors
    ///
    /// The guard.
    #[track_caller]
    pub fn try_upgrade_for(guard: Self, limit: Duration) -> Result<RwLockWriteGuard<'a, T>, Self> {
        guard.upgrade_by(Some(time::deadline(limit)), Location::caller())
    }

    /// As `upgrade`, until `limit` at most.
    ///
    /// # Errors
    ///
    /// The guard.
    #[track_caller]
    pub fn try_upgrade_until(guard: Self, limit: Instant) -> Result<RwLockWriteGuard<'a, T>, Self> {
        guard.upgrade_by(Some(limit.deadline()), Location::caller())
    }

    /// Turns the hold into one that cannot become the writer's.
    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        let (lock, at) = (guard.into_lock(), Location::caller());
        let before = lock.value.scalar();
        lock.value.shown(|shown| lock.raw.downgrade((Hold::Upgradable, Hold::Shared), shown, before, None, at));
        RwLockReadGuard::of(lock)
    }

    /// Holds the lock exclusively while `f` runs.
    #[track_caller]
    pub fn with_upgraded<R, F: FnOnce(&mut T) -> R>(&mut self, f: F) -> R {
        let at = Location::caller();
        self.lock.value.shown(|shown| self.lock.raw.upgrade(shown, None, at));
        self.upgraded(f, at)
    }

    /// Holds the lock exclusively while `f` runs, if there are no other readers.
    #[track_caller]
    pub fn try_with_upgraded<R, F: FnOnce(&mut T) -> R>(&mut self, f: F) -> Option<R> {
        let at = Location::caller();
        self.lock.value.shown(|shown| self.lock.raw.try_upgrade(shown, at)).then(|| self.upgraded(f, at))
    }

    fn upgraded<R>(&mut self, f: impl FnOnce(&mut T) -> R, at: Place) -> R {
        struct Downgrade<'a, T: ?Sized>(Option<RwLockWriteGuard<'a, T>>, Place);
        impl<T: ?Sized> Drop for Downgrade<'_, T> {
            fn drop(&mut self) {
                if let Some(writer) = self.0.take() {
                    writer.downgrade_at(Hold::Upgradable, self.1);
                }
            }
        }
        let mut writer = Downgrade(Some(RwLockWriteGuard::of(self.lock)), at);
        let guard = writer.0.as_mut().expect("the writer is there");
        guard.wrote = Some(at);
        f(guard)
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    fn of(lock: &'a RwLock<T>) -> Self {
        RwLockWriteGuard { lock, before: lock.value.scalar(), wrote: None, _not_send: PhantomData }
    }

    fn release(&mut self) {
        self.lock.unlock(Hold::Exclusive, self.before, self.wrote.take());
    }

    fn retaken(&mut self) {
        self.before = self.lock.value.scalar();
    }

    fn downgrade_at(self, to: Hold, at: Place) -> &'a RwLock<T> {
        let (lock, before, wrote) = (self.lock, self.before, self.wrote);
        std::mem::forget(self);
        lock.value.shown(|shown| lock.raw.downgrade((Hold::Exclusive, to), shown, before, wrote, at));
        lock
    }

    /// Turns the hold into a shared one, with no writer in between.
    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard::of(guard.downgrade_at(Hold::Shared, Location::caller()))
    }

    /// Turns the hold into a shared one that may become the writer's again, with no writer in between.
    #[track_caller]
    pub fn downgrade_to_upgradable(guard: Self) -> RwLockUpgradableReadGuard<'a, T> {
        RwLockUpgradableReadGuard::of(guard.downgrade_at(Hold::Upgradable, Location::caller()))
    }

    /// A guard of a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(guard: Self, part: F) -> MappedRwLockWriteGuard<'a, U> {
        match Self::try_map(guard, |value| Some(part(value))) {
            Ok(mapped) => mapped,
            Err(_) => unreachable!("there is a part"),
        }
    }

    /// A guard of a part of the value, if there is one.
    ///
    /// # Errors
    ///
    /// The guard.
    pub fn try_map<U: ?Sized, F: FnOnce(&mut T) -> Option<&mut U>>(
        guard: Self,
        part: F,
    ) -> Result<MappedRwLockWriteGuard<'a, U>, Self> {
        // SAFETY: the guard's thread holds the lock, and the guard is not used while the part is borrowed.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        let Some(part) = part(unsafe { &mut *guard.lock.value.pointer() }) else { return Err(guard) };
        let part = std::ptr::from_mut(part);
        let (lock, before, wrote) = (guard.lock, guard.before, guard.wrote);
        std::mem::forget(guard);
        let release = Release::new(move |later: Option<Place>| lock.unlock(Hold::Exclusive, before, later.or(wrote)));
        Ok(MappedRwLockWriteGuard { part, wrote: None, release, _borrow: PhantomData })
    }
}

impl<'a, T: ?Sized> MappedRwLockReadGuard<'a, T> {
    /// A guard of a part of the part.
    pub fn map<U: ?Sized, F: FnOnce(&T) -> &U>(mut guard: Self, part: F) -> MappedRwLockReadGuard<'a, U> {
        let part = std::ptr::from_ref(part(&guard));
        let release = std::mem::replace(&mut guard.release, Release::nothing());
        MappedRwLockReadGuard { part, release, _borrow: PhantomData }
    }

    /// Unlocks the lock; who gets it is explored either way.
    pub fn unlock_fair(guard: Self) {
        drop(guard);
    }
}

impl<'a, T: ?Sized> MappedRwLockWriteGuard<'a, T> {
    /// A guard of a part of the part.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(mut guard: Self, part: F) -> MappedRwLockWriteGuard<'a, U> {
        // SAFETY: the guard's thread holds the lock, and the guard is not used while the part is borrowed.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        let part = std::ptr::from_mut(part(unsafe { &mut *guard.part }));
        let mut release = std::mem::replace(&mut guard.release, Release::nothing());
        let wrote = guard.wrote;
        let release = Release::new(move |later: Option<Place>| release.now(later.or(wrote)));
        MappedRwLockWriteGuard { part, wrote: None, release, _borrow: PhantomData }
    }

    /// Unlocks the lock; who gets it is explored either way.
    pub fn unlock_fair(guard: Self) {
        drop(guard);
    }
}

impl<T: ?Sized> Drop for MappedRwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        self.release.now(None);
    }
}

impl<T: ?Sized> Drop for MappedRwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        self.release.now(self.wrote);
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("RwLock", self.try_read().as_deref(), f)
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}
