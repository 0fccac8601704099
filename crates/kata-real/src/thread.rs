//! What stands for `std::thread`.

mod scope;

use std::any::Any;
use std::fmt;
use std::io;
use std::num::NonZero;
use std::panic::Location;
use std::time::{Duration, Instant};

use kata_trace::Op;

pub use scope::{Scope, ScopedJoinHandle, scope};
pub use std::thread::{AccessError, LocalKey, Result, ThreadId, panicking, yield_now};

use crate::frame::{self, Frame};
use crate::lane::{LaneId, LaneKind, Reason, Status, Wait};
use crate::monitor;
use crate::spin;
use crate::state::Step;

/// The number of processors that every machine has in this world.
const PARALLELISM: NonZero<usize> = NonZero::new(4).expect("four is not zero");

/// See `std::thread::available_parallelism`: four, wherever it runs.
///
/// # Errors
/// Never.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(PARALLELISM)
}

/// See `std::thread::Thread`.
#[derive(Clone)]
pub struct Thread {
    inner: std::thread::Thread,
}

impl Thread {
    /// See `std::thread::Thread::id`.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        self.inner.id()
    }

    /// See `std::thread::Thread::name`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.inner.name()
    }

    /// See `std::thread::Thread::unpark`.
    #[track_caller]
    pub fn unpark(&self) {
        let at = Location::caller();
        let (mut state, frame) = monitor::ask(at);
        state.record(frame.lane, Step::new(Op::Unpark, Some(at)));
        if !state.tokens.contains(&self.id()) {
            state.tokens.push(self.id());
        }
        monitor::changed(&mut state);
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// See `std::thread::current`.
#[must_use]
pub fn current() -> Thread {
    Thread { inner: std::thread::current() }
}

/// See `std::thread::park`.
#[track_caller]
pub fn park() {
    park_until(None, "thread::park", Location::caller());
}

/// See `std::thread::park_timeout`.
#[track_caller]
pub fn park_timeout(dur: Duration) {
    // A deadline beyond what the clock can express never comes.
    park_until(Instant::now().checked_add(dur), "thread::park_timeout", Location::caller());
}

/// See `std::thread::park_timeout_ms`.
#[deprecated(note = "replaced by `std::thread::park_timeout`")]
#[track_caller]
pub fn park_timeout_ms(ms: u32) {
    let deadline = Instant::now().checked_add(Duration::from_millis(u64::from(ms)));
    park_until(deadline, "thread::park_timeout_ms", Location::caller());
}

fn park_until(deadline: Option<Instant>, call: &'static str, at: &'static Location<'static>) {
    let thread = std::thread::current().id();
    let (state, frame) = monitor::ask(at);
    let reason = Reason::Token { thread };
    let wait = Wait { reason, op: Op::Park, call, at, deadline, polling: frame.polling };
    let (mut state, _) = monitor::wait(state, frame, wait);
    state.tokens.retain(|&other| other != thread);
    state.record(frame.lane, Step::new(Op::Park, Some(at)));
}

/// See `std::thread::sleep`. It takes real time, except inside a poll, where it is reported before it begins.
#[track_caller]
pub fn sleep(dur: Duration) {
    sleep_for(dur, "thread::sleep", Location::caller());
}

/// See `std::thread::sleep_ms`.
#[deprecated(note = "replaced by `std::thread::sleep`")]
#[track_caller]
pub fn sleep_ms(ms: u32) {
    sleep_for(Duration::from_millis(u64::from(ms)), "thread::sleep_ms", Location::caller());
}

fn sleep_for(dur: Duration, call: &'static str, at: &'static Location<'static>) {
    let (mut state, frame) = monitor::ask(at);
    if !dur.is_zero() {
        // Beyond what the clock can express is as good as a year.
        let year = Duration::from_secs(365 * 24 * 3600);
        let deadline = Instant::now().checked_add(dur).or_else(|| Instant::now().checked_add(year));
        let wait = Wait { reason: Reason::Time, op: Op::Sleep, call, at, deadline, polling: frame.polling };
        (state, _) = monitor::wait(state, frame, wait);
    }
    state.record(frame.lane, Step::new(Op::Sleep, Some(at)));
}

/// See `std::thread::spawn`.
///
/// # Panics
/// The system has no thread left.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().start(Box::new(f), Location::caller()).expect("failed to spawn thread")
}

/// See `std::thread::Builder`.
#[derive(Debug)]
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    name: Option<String>,
    inner: std::thread::Builder,
}

impl Builder {
    /// See `std::thread::Builder::new`.
    #[allow(clippy::new_without_default, reason = "std has no `Default` here either")]
    pub fn new() -> Self {
        Builder { name: None, inner: std::thread::Builder::new() }
    }

    /// See `std::thread::Builder::name`.
    pub fn name(self, name: String) -> Self {
        Builder { name: Some(name.clone()), inner: self.inner.name(name) }
    }

    /// See `std::thread::Builder::stack_size`.
    pub fn stack_size(self, size: usize) -> Self {
        Builder { name: self.name, inner: self.inner.stack_size(size) }
    }

    /// See `std::thread::Builder::spawn`.
    ///
    /// # Errors
    /// The system has no thread left.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.start(Box::new(f), Location::caller())
    }

    fn start<T>(self, f: Function<'static, T>, at: &'static Location<'static>) -> io::Result<JoinHandle<T>>
    where
        T: Send + 'static,
    {
        let birth = Birth::new(self.name.as_deref(), at);
        let lane = birth.lane;
        let inner = self.inner.spawn(move || birth.live(f))?;
        let thread = Thread { inner: inner.thread().clone() };
        Ok(JoinHandle { inner, lane, thread })
    }

    /// See `std::thread::Builder::spawn_scoped`.
    ///
    /// # Errors
    /// The system has no thread left.
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        scope.start(self, Box::new(f), Location::caller())
    }
}

/// What a thread runs. Every closure is a type: what would depend on it is compiled with each program, again and again.
type Function<'scope, T> = Box<dyn FnOnce() -> T + Send + 'scope>;

/// A thread between the call that starts it and its end: whatever happens to it, its lane ends with it.
struct Birth {
    lane: LaneId,
    born: bool,
}

impl Birth {
    fn new(name: Option<&str>, at: &'static Location<'static>) -> Self {
        let (mut state, frame) = monitor::ask(at);
        let lane = state.spawn(frame.lane, LaneKind::Thread, name, at);
        state.begin_thread();
        Birth { lane, born: false }
    }

    fn live<T>(mut self, f: Function<'_, T>) -> T {
        self.born = true;
        frame::adopt(Frame::of_thread(self.lane));
        f()
    }
}

impl Drop for Birth {
    fn drop(&mut self) {
        let mut state = monitor::enter();
        if self.born {
            let at = state.lanes[self.lane].last;
            let op = if std::thread::panicking() { Op::Panic } else { Op::Exit };
            state.record(self.lane, Step::new(op, at));
        }
        state.live -= 1;
        state.finish(self.lane);
        monitor::changed(&mut state);
        drop(crate::standstill::check(state));
    }
}

/// See `std::thread::JoinHandle`.
pub struct JoinHandle<T> {
    inner: std::thread::JoinHandle<T>,
    lane: LaneId,
    thread: Thread,
}

impl<T> JoinHandle<T> {
    /// See `std::thread::JoinHandle::thread`.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// See `std::thread::JoinHandle::join`.
    ///
    /// # Errors
    /// The thread panicked.
    #[track_caller]
    pub fn join(self) -> std::result::Result<T, Box<dyn Any + Send + 'static>> {
        join(self.lane, "JoinHandle::join", Location::caller());
        self.inner.join()
    }

    /// See `std::thread::JoinHandle::is_finished`.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        is_finished(self.inner.is_finished(), "JoinHandle::is_finished", Location::caller())
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// Waits for the end of a lane.
fn join(lane: LaneId, call: &'static str, at: &'static Location<'static>) {
    let (state, frame) = monitor::ask(at);
    let reason = Reason::Finished { lane };
    let wait = Wait { reason, op: Op::Join, call, at, deadline: None, polling: frame.polling };
    let (mut state, _) = monitor::wait(state, frame, wait);
    debug_assert!(matches!(state.lanes[lane].status, Status::Done), "a wait ends with what it waits for");
    state.learn(frame.lane, lane);
    state.record(frame.lane, Step::new(Op::Join, Some(at)).with(lane));
}

fn is_finished(finished: bool, call: &'static str, at: &'static Location<'static>) -> bool {
    let (state, frame) = monitor::ask(at);
    if !finished {
        spin::in_vain(state, frame, call, at);
    }
    finished
}
