//! What may be sent and shared is what may be with std.

use std::cell::Cell;
use std::marker::PhantomData;

use kata_loom::cell::UnsafeCell;
use kata_loom::sync::mpsc::{Receiver, Sender, SyncSender};
use kata_loom::sync::{
    Arc, Barrier, Condvar, LazyLock, Mutex, MutexGuard, Once, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard,
    Weak, atomic,
};
use kata_loom::thread::{JoinHandle, LocalKey, ScopedJoinHandle, Thread};

/// Says no, unless something more particular says yes.
trait No {
    fn is_send(&self) -> bool {
        false
    }

    fn is_sync(&self) -> bool {
        false
    }
}

struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> No for &Probe<T> {}

trait IsSend {
    fn is_send(&self) -> bool {
        true
    }
}

trait IsSync {
    fn is_sync(&self) -> bool {
        true
    }
}

impl<T: ?Sized + Send> IsSend for Probe<T> {}
impl<T: ?Sized + Sync> IsSync for Probe<T> {}

/// Whether a type is `Send` and `Sync`: a method of the type itself wins over one of a reference to it.
macro_rules! markers {
    ($type:ty) => {{
        let probe = Probe::<$type>(PhantomData);
        ((&probe).is_send(), (&probe).is_sync())
    }};
}

macro_rules! same_as_std {
    ($($model:ty = $std:ty),+ $(,)?) => {
        $(assert_eq!(markers!($model), markers!($std), stringify!($std));)+
    };
}

type NotSend = *const u8;
/// Can be sent and not shared.
type NotSync = Cell<u8>;

#[test]
fn what_may_be_sent_and_shared_is_what_may_be_with_std() {
    use std::sync as std_sync;
    same_as_std! {
        Mutex<u8> = std_sync::Mutex<u8>,
        Mutex<NotSync> = std_sync::Mutex<NotSync>,
        Mutex<NotSend> = std_sync::Mutex<NotSend>,
        MutexGuard<'static, u8> = std_sync::MutexGuard<'static, u8>,
        MutexGuard<'static, NotSync> = std_sync::MutexGuard<'static, NotSync>,
        RwLock<u8> = std_sync::RwLock<u8>,
        RwLock<NotSync> = std_sync::RwLock<NotSync>,
        RwLock<NotSend> = std_sync::RwLock<NotSend>,
        RwLockReadGuard<'static, u8> = std_sync::RwLockReadGuard<'static, u8>,
        RwLockWriteGuard<'static, NotSync> = std_sync::RwLockWriteGuard<'static, NotSync>,
        Condvar = std_sync::Condvar,
        Barrier = std_sync::Barrier,
        Once = std_sync::Once,
        OnceLock<u8> = std_sync::OnceLock<u8>,
        OnceLock<NotSync> = std_sync::OnceLock<NotSync>,
        OnceLock<NotSend> = std_sync::OnceLock<NotSend>,
        LazyLock<u8> = std_sync::LazyLock<u8>,
        LazyLock<NotSync> = std_sync::LazyLock<NotSync>,
        LazyLock<u8, NotSend> = std_sync::LazyLock<u8, NotSend>,
        Arc<u8> = std_sync::Arc<u8>,
        Arc<NotSync> = std_sync::Arc<NotSync>,
        Arc<NotSend> = std_sync::Arc<NotSend>,
        Weak<u8> = std_sync::Weak<u8>,
        Weak<NotSync> = std_sync::Weak<NotSync>,
        Sender<u8> = std_sync::mpsc::Sender<u8>,
        Sender<NotSync> = std_sync::mpsc::Sender<NotSync>,
        Sender<NotSend> = std_sync::mpsc::Sender<NotSend>,
        SyncSender<NotSync> = std_sync::mpsc::SyncSender<NotSync>,
        Receiver<u8> = std_sync::mpsc::Receiver<u8>,
        Receiver<NotSend> = std_sync::mpsc::Receiver<NotSend>,
        atomic::AtomicUsize = std_sync::atomic::AtomicUsize,
        atomic::AtomicBool = std_sync::atomic::AtomicBool,
        atomic::AtomicPtr<NotSync> = std_sync::atomic::AtomicPtr<NotSync>,
    }
    same_as_std! {
        UnsafeCell<u8> = std::cell::UnsafeCell<u8>,
        UnsafeCell<NotSend> = std::cell::UnsafeCell<NotSend>,
    }
    same_as_std! {
        JoinHandle<u8> = std::thread::JoinHandle<u8>,
        JoinHandle<NotSend> = std::thread::JoinHandle<NotSend>,
        ScopedJoinHandle<'static, NotSend> = std::thread::ScopedJoinHandle<'static, NotSend>,
        Thread = std::thread::Thread,
        LocalKey<NotSend> = std::thread::LocalKey<NotSend>,
    }
}
