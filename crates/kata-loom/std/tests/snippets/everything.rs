//! Uses every stable item that the loom world overrides, the way programs do: statics aside, which it refuses. It compiles
//! against the real `std` and against the world's.
#![allow(dead_code, deprecated)]

use std::cell::{Cell, LazyCell, OnceCell, RefCell, UnsafeCell};
use std::collections::hash_map::{Entry, HashMap as Map};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::{Debug, Display, Pointer};
use std::future::Future;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher, RandomState};
use std::io::{self, BufRead, Read, Write};
use std::ops::{Deref, DerefMut};
use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32,
    AtomicU64, AtomicUsize, Ordering, compiler_fence, fence,
};
use std::sync::mpsc::{
    self, Receiver, RecvError, RecvTimeoutError, SendError, Sender, SyncSender, TryRecvError, TrySendError,
};
use std::sync::{
    Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, Once, OnceLock, OnceState,
    PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak,
};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::thread::{AccessError, Builder, JoinHandle, LocalKey, Scope, ScopedJoinHandle, Thread, ThreadId};
use std::time::{Duration, Instant, SystemTime, SystemTimeError, UNIX_EPOCH};

/// What could be statics elsewhere.
struct Statics {
    count: AtomicUsize,
    flag: AtomicBool,
    once: Once,
    cell: OnceLock<String>,
    lazy: LazyLock<HashMap<u32, String>>,
    condvar: Condvar,
    barrier: Barrier,
}

fn statics() -> &'static Statics {
    Box::leak(Box::new(Statics {
        count: AtomicUsize::new(0),
        flag: AtomicBool::new(false),
        once: Once::new(),
        cell: OnceLock::new(),
        lazy: LazyLock::new(HashMap::new),
        condvar: Condvar::new(),
        barrier: Barrier::new(2),
    }))
}

thread_local! {
    static LOCAL: Cell<u32> = const { Cell::new(1) };
    /// With a comment.
    pub static WORDS: RefCell<Vec<&'static str>> = RefCell::new(Vec::new());
}
std::thread_local!(static ALONE: OnceCell<u8> = const { OnceCell::new() });
thread_local!();

#[derive(Debug, Default, Clone)]
struct Shared {
    lock: Arc<Mutex<i32>>,
    condvar: Arc<Condvar>,
    atomic: Arc<AtomicU64>,
}

fn mutexes(shared: &Shared) -> LockResult<MutexGuard<'_, i32>> {
    let lock: Mutex<i32> = Mutex::from(1);
    {
        let result: TryLockResult<MutexGuard<'_, i32>> = lock.try_lock();
        match result {
            Ok(mut guard) => *guard += 1,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Poisoned(error)) => drop(PoisonError::into_inner(error)),
        }
    }
    lock.is_poisoned();
    lock.clear_poison();
    let mut lock = lock;
    *lock.get_mut().unwrap() += 1;
    let _value: Result<i32, PoisonError<i32>> = lock.into_inner();
    let unsized_lock: &Mutex<dyn Debug> = &Mutex::new(3);
    println!("{unsized_lock:?} {}", shared.lock.lock().unwrap_or_else(PoisonError::into_inner));
    shared.lock.lock()
}

fn rwlocks() -> Result<(), Box<dyn std::error::Error>> {
    let lock = RwLock::<i32>::default();
    let reader: RwLockReadGuard<'_, i32> = lock.read().map_err(|error| error.to_string())?;
    println!("{reader} {reader:?}");
    drop(reader);
    let mut writer: RwLockWriteGuard<'_, i32> = lock.write().unwrap();
    *writer += 1;
    drop(RwLockWriteGuard::downgrade(writer));
    drop(lock.try_read());
    drop(lock.try_write());
    lock.is_poisoned();
    lock.clear_poison();
    let mut lock = lock;
    lock.get_mut().unwrap();
    lock.into_inner().unwrap();
    Ok(())
}

fn condvars(shared: &Shared) {
    let guard = shared.lock.lock().unwrap();
    let guard = shared.condvar.wait(guard).unwrap();
    let guard = shared.condvar.wait_while(guard, |value| *value == 0).unwrap();
    let limit = Duration::from_millis(1);
    let (guard, result): (_, WaitTimeoutResult) = shared.condvar.wait_timeout(guard, limit).unwrap();
    let _timed_out: bool = result.timed_out();
    let (guard, _) = shared.condvar.wait_timeout_while(guard, limit, |_| true).unwrap();
    drop(shared.condvar.wait_timeout_ms(guard, 1).unwrap());
    shared.condvar.notify_one();
    shared.condvar.notify_all();
    let _default = Condvar::default();
    let result: BarrierWaitResult = statics().barrier.wait();
    println!("{:?} {} {:?} {:?}", result, result.is_leader(), statics().barrier, statics().condvar);
}

fn initialisation() -> &'static str {
    statics().once.call_once(|| {});
    statics().once.call_once_force(|state: &OnceState| assert!(!state.is_poisoned()));
    assert!(statics().once.is_completed());
    statics().once.wait();
    statics().once.wait_force();
    statics().cell.set("a".to_owned()).ok();
    statics().cell.get();
    statics().cell.wait();
    let mut cell: OnceLock<i32> = OnceLock::from(3);
    cell.get_mut();
    cell.take();
    assert_eq!(cell.clone(), OnceLock::default());
    cell.into_inner();
    let mut lazy: LazyLock<i32, _> = LazyLock::new(move || 3);
    let _value: &i32 = LazyLock::force(&lazy);
    *LazyLock::force_mut(&mut lazy) += *lazy;
    *lazy += 1;
    LazyLock::get(&lazy);
    LazyLock::get_mut(&mut lazy);
    println!("{lazy:?} {:?} {}", LazyLock::<i32>::default(), statics().lazy.len());
    statics().cell.get_or_init(|| "b".to_owned())
}

fn atomics() {
    fence(Ordering::SeqCst);
    compiler_fence(Ordering::SeqCst);
    macro_rules! integers {
        ($($name:ident)*) => {$(
            let mut atomic = $name::default();
            *atomic.get_mut() = 1;
            atomic.store(atomic.load(Ordering::Acquire), Ordering::Release);
            atomic.swap(1, Ordering::AcqRel);
            atomic.compare_and_swap(1, 2, Ordering::SeqCst);
            let _result: Result<_, _> = atomic.compare_exchange(1, 2, Ordering::SeqCst, Ordering::Relaxed);
            while atomic.compare_exchange_weak(2, 3, Ordering::SeqCst, Ordering::Relaxed).is_err() {}
            atomic.fetch_add(1, Ordering::Relaxed);
            atomic.fetch_sub(1, Ordering::Relaxed);
            atomic.fetch_and(1, Ordering::Relaxed);
            atomic.fetch_nand(1, Ordering::Relaxed);
            atomic.fetch_or(1, Ordering::Relaxed);
            atomic.fetch_xor(1, Ordering::Relaxed);
            atomic.fetch_max(1, Ordering::Relaxed);
            atomic.fetch_min(1, Ordering::Relaxed);
            atomic.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |x| x.checked_add(1)).unwrap();
            atomic.try_update(Ordering::SeqCst, Ordering::SeqCst, |x| x.checked_add(1)).unwrap();
            atomic.update(Ordering::SeqCst, Ordering::SeqCst, |x| x ^ 1);
            println!("{atomic:?} {}", $name::from(3).into_inner());
        )*};
    }
    integers!(AtomicI8 AtomicI16 AtomicI32 AtomicI64 AtomicIsize AtomicU8 AtomicU16 AtomicU32 AtomicU64 AtomicUsize);
    statics().flag.fetch_and(true, Ordering::SeqCst);
    statics().flag.fetch_nand(true, Ordering::SeqCst);
    statics().flag.fetch_or(true, Ordering::SeqCst);
    statics().flag.fetch_xor(true, Ordering::SeqCst);
    statics().flag.fetch_not(Ordering::SeqCst);
    let pointer = AtomicPtr::new(&raw mut *Box::new(1));
    pointer.fetch_ptr_add(1, Ordering::SeqCst);
    pointer.fetch_ptr_sub(1, Ordering::SeqCst);
    pointer.fetch_byte_add(4, Ordering::SeqCst);
    pointer.fetch_byte_sub(4, Ordering::SeqCst);
    pointer.fetch_or(0, Ordering::SeqCst);
    pointer.fetch_and(usize::MAX, Ordering::SeqCst);
    let _pointer: *mut i32 = pointer.fetch_xor(0, Ordering::SeqCst);
    println!("{pointer:p} {pointer:?} {:?}", AtomicPtr::<u8>::default());
    std::sync::atomic::spin_loop_hint();
}

fn channels() {
    let (tx, rx): (Sender<i32>, Receiver<i32>) = mpsc::channel();
    let (sync_tx, sync_rx): (SyncSender<i32>, _) = mpsc::sync_channel(1);
    let _result: Result<(), SendError<i32>> = tx.clone().send(1);
    let _result: Result<(), TrySendError<i32>> = sync_tx.try_send(1);
    sync_tx.clone().send(1).unwrap();
    let _result: Result<i32, RecvError> = rx.recv();
    let _result: Result<i32, TryRecvError> = rx.try_recv();
    let _result: Result<i32, RecvTimeoutError> = rx.recv_timeout(Duration::ZERO);
    for _message in &rx {}
    for _message in rx.iter().take(1).chain(rx.try_iter()) {}
    let _messages: mpsc::IntoIter<i32> = sync_rx.into_iter();
    let _named: (Option<mpsc::Iter<'_, i32>>, Option<mpsc::TryIter<'_, i32>>) = (None, None);
    println!("{tx:?} {rx:?} {sync_tx:?}");
}

fn threads() -> io::Result<()> {
    let handle: JoinHandle<i32> = std::thread::spawn(|| 1);
    let thread: &Thread = handle.thread();
    let (_id, _name): (ThreadId, Option<&str>) = (thread.id(), thread.name());
    thread.unpark();
    assert!(!handle.is_finished());
    let _result: std::thread::Result<i32> = handle.join();
    let mut local = vec![1];
    let sum: usize = std::thread::scope(|scope: &Scope<'_, '_>| {
        let inner: ScopedJoinHandle<'_, usize> = scope.spawn(|| local.len());
        assert!(!inner.is_finished() || inner.thread().name().is_none());
        let named = Builder::new().name("named".to_owned()).spawn_scoped(scope, || 1).unwrap();
        inner.join().unwrap() + named.join().unwrap()
    });
    local.push(i32::try_from(sum).unwrap());
    Builder::new().stack_size(1 << 20).spawn(|| ())?.join().unwrap();
    // SAFETY: it is joined.
    unsafe { Builder::new().spawn_unchecked(|| local.len()) }?.join().unwrap();
    std::thread::yield_now();
    std::thread::sleep(Duration::from_millis(1));
    std::thread::sleep_ms(1);
    std::thread::park_timeout(Duration::ZERO);
    std::thread::park_timeout_ms(1);
    std::thread::current().unpark();
    std::thread::park();
    std::hint::spin_loop();
    std::hint::black_box(std::hint::select_unpredictable(std::thread::panicking(), 1, 2));
    std::hint::cold_path();
    println!("{}", std::thread::available_parallelism()?.get());
    Ok(())
}

fn locals() -> Result<(), AccessError> {
    LOCAL.set(LOCAL.get() + LOCAL.take() + LOCAL.replace(2));
    WORDS.with_borrow_mut(|words| words.push("a"));
    WORDS.set(WORDS.replace(WORDS.take()));
    println!("{}", WORDS.with_borrow(Vec::len));
    let key: &'static LocalKey<OnceCell<u8>> = &ALONE;
    key.with(|cell| cell.set(1).unwrap());
    key.try_with(|cell| *cell.get_or_init(|| 2))?;
    Ok(())
}

fn moments() -> Result<Duration, SystemTimeError> {
    let mut now = Instant::now();
    now += Duration::from_secs(1);
    now -= Duration::from_secs(1);
    assert!(now.elapsed() >= Instant::now() - now);
    now.checked_add(Duration::ZERO).unwrap().checked_sub(Duration::ZERO).unwrap();
    now.checked_duration_since(now).unwrap();
    now.saturating_duration_since(now);
    let _in_order: BTreeMap<Instant, SystemTime> = BTreeMap::new();
    SystemTime::now().duration_since(UNIX_EPOCH)?;
    (SystemTime::UNIX_EPOCH + Duration::from_secs(1)).elapsed()
}

fn panics() {
    if statics().count.load(Ordering::SeqCst) == 3 {
        panic::resume_unwind(Box::new(AssertUnwindSafe(3)));
    }
    if statics().count.load(Ordering::SeqCst) == 4 {
        panic::panic_any(3);
    }
    let _here: &panic::Location<'_> = panic::Location::caller();
    if statics().count.load(Ordering::SeqCst) == 1 {
        std::process::exit(1);
    }
    if statics().count.load(Ordering::SeqCst) == 2 {
        std::process::abort();
    }
    assert!(std::process::id() > 0, "{:?}", std::process::ExitCode::SUCCESS);
}

fn maps() -> HashMap<String, HashSet<u8>> {
    let mut map: HashMap<String, HashSet<u8>> = HashMap::new();
    map.entry("a".to_owned()).or_default().insert(1);
    if let Entry::Occupied(mut entry) = map.entry("a".to_owned()) {
        entry.get_mut().extend([2, 3]);
    }
    let fixed: Map<_, _> = HashMap::from([(1, "one"), (2, "two")]);
    let set: HashSet<i32> = fixed.keys().copied().collect();
    let both = &set | &HashSet::from([3]);
    assert!(both.is_superset(&set) && both.difference(&set).count() == 1 && both.contains(&3));
    assert_eq!(fixed[&1], "one");
    for (key, value) in &fixed {
        println!("{key} {value}");
    }
    for value in map.values_mut() {
        value.retain(|value| *value > 1);
    }
    let mut hasher = RandomState::new().build_hasher();
    "a".hash(&mut hasher);
    hasher.finish();
    let hashed: HashMap<u8, u8, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    println!("{hashed:?} {:?}", HashMap::<u8, u8>::with_capacity(3).into_iter().next());
    let (_queue, _heap, _list, _set) =
        (VecDeque::<u8>::new(), BinaryHeap::<u8>::new(), LinkedList::<u8>::new(), BTreeSet::<u8>::new());
    map
}

fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

fn pointers() {
    let mut shared: Arc<str> = Arc::from("text");
    let weak: Weak<str> = Arc::downgrade(&shared);
    assert!(weak.upgrade().is_some() && Arc::get_mut(&mut shared).is_none());
    let mut vector = Arc::new(vec![1]);
    Arc::make_mut(&mut vector).push(2);
    println!("{} {} {:p} {vector:?}", Arc::strong_count(&vector), Arc::weak_count(&vector), vector);
    let raw = Arc::into_raw(vector);
    // SAFETY: it comes from `into_raw`.
    let vector = unsafe { Arc::from_raw(raw) };
    assert!(Arc::ptr_eq(&vector, &vector.clone()));
    Arc::try_unwrap(vector).unwrap();
    let _slices: (Arc<[u8]>, Arc<[u8]>) = (Arc::from(vec![1]), [1, 2].into_iter().collect());
    let _dynamic: Arc<dyn Fn() + Send + Sync> = Arc::from(Box::new(|| ()) as Box<dyn Fn() + Send + Sync>);
    Arc::unwrap_or_clone(Arc::pin(3).as_ref().get_ref().into());
    let _cyclic = Arc::new_cyclic(|weak: &Weak<i32>| i32::from(weak.upgrade().is_some()));
    assert_eq!(Arc::into_inner(Arc::<i32>::default()), Some(0));
}

fn cells() {
    let mut cell = UnsafeCell::new(1);
    *cell.get_mut() += 1;
    // SAFETY: nobody else knows the cell.
    unsafe { *cell.get() += 1 };
    // SAFETY: as above.
    unsafe { *UnsafeCell::raw_get(&cell) += 1 };
    println!("{cell:?}");
    assert_eq!(UnsafeCell::<i32>::default().into_inner() + UnsafeCell::from(cell.into_inner()).into_inner(), 4);
    let _others = (Cell::new(1), RefCell::new(1), OnceCell::from(1), LazyCell::new(|| 1));
}

fn prints(value: &mut dyn Write) -> io::Result<()> {
    print!("{}", 1);
    println!();
    println!("{value}", value = dbg!(1 + 1));
    eprint!("a");
    eprintln!();
    eprintln!("{:?} {:?}", dbg!(1, "b"), dbg!());
    writeln!(value, "{}", format!("{:>3}", 1))?;
    io::Cursor::new("text").lines().next().transpose()?;
    io::empty().read_to_end(&mut vec![])?;
    Ok(())
}

/// Traits that std promises.
fn promises() {
    fn everywhere<T: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin + Debug>() {}
    everywhere::<Mutex<i32>>();
    everywhere::<RwLock<i32>>();
    everywhere::<Condvar>();
    everywhere::<Barrier>();
    everywhere::<BarrierWaitResult>();
    everywhere::<Once>();
    everywhere::<OnceLock<i32>>();
    everywhere::<LazyLock<i32>>();
    everywhere::<AtomicBool>();
    everywhere::<AtomicUsize>();
    everywhere::<AtomicPtr<i32>>();
    everywhere::<Sender<i32>>();
    everywhere::<SyncSender<i32>>();
    everywhere::<Builder>();
    everywhere::<Thread>();
    everywhere::<ThreadId>();
    everywhere::<Instant>();
    everywhere::<SystemTime>();
    everywhere::<WaitTimeoutResult>();
    everywhere::<LocalKey<Cell<i32>>>();
    fn shared<T: Send + Sync + Debug>() {}
    shared::<JoinHandle<()>>();
    shared::<Scope<'_, '_>>();
    shared::<ScopedJoinHandle<'_, i32>>();
    shared::<AccessError>();
    fn sent<T: Send>() {}
    sent::<Receiver<i32>>();
    sent::<mpsc::IntoIter<i32>>();
    fn seen<T: Sync + Deref + Display>() {}
    seen::<MutexGuard<'_, i32>>();
    seen::<RwLockReadGuard<'_, i32>>();
    seen::<RwLockWriteGuard<'_, i32>>();
    fn changed<T: DerefMut>() {}
    changed::<LazyLock<i32>>();
    fn pointer<T: Pointer>() {}
    pointer::<AtomicPtr<i32>>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_nested_modules_work() {
        assert_eq!(poll_once(async { 1 }), Some(1));
    }
}
