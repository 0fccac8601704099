//! A future that tells the monitor when it is polled, woken and finished.

use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use kata::Failure;
use kata_trace::Verdict;

use super::{End, Finish, task_name};
use crate::frame::{self, Frame};
use crate::lane::{LaneId, LaneKind, Origin, Status};
use crate::monitor::{self, Past};
use crate::{driver, frame::Within};

/// A future under observation. Which one it is is not part of its type: what an executor makes of that would be compiled
/// for each of them.
#[derive(Debug)]
pub struct Watched<F: ?Sized> {
    lane: LaneId,
    alarm: Arc<Alarm>,
    waker: Waker,
    // Fields are dropped in this order: the future's locals while the task still lives.
    future: Pin<Box<F>>,
    _end: Option<End>,
}

/// Observes a future that becomes a task of its own, on whichever thread.
pub fn watch<F>(future: F, at: &'static Location<'static>) -> Watched<dyn Future<Output = F::Output> + Send>
where
    F: Future + Send + 'static,
{
    observe(Box::pin(future), at)
}

/// Observes a future that becomes a task of its own on this thread.
pub fn watch_local<F>(future: F, at: &'static Location<'static>) -> Watched<dyn Future<Output = F::Output>>
where
    F: Future + 'static,
{
    observe(Box::pin(future), at)
}

fn observe<F: ?Sized>(future: Pin<Box<F>>, at: &'static Location<'static>) -> Watched<F> {
    let (mut state, frame) = monitor::ask(at);
    state.asynchronous = true;
    let lane = state.spawn(frame.lane, LaneKind::Task, task_name().as_deref(), at);
    monitor::changed(&mut state);
    drop(state);
    new(future, lane, Some(End { lane }))
}

/// Observes a future that a thread waits for (`block_on`): it has no lane but the thread's.
pub fn watch_root<'a, F: Future + 'a>(future: F) -> Watched<dyn Future<Output = F::Output> + 'a> {
    let mut state = monitor::enter();
    state.asynchronous = true;
    let lane = monitor::current(&mut state).lane;
    drop(state);
    new(Box::pin(future), lane, None)
}

fn new<F: ?Sized>(future: Pin<Box<F>>, lane: LaneId, end: Option<End>) -> Watched<F> {
    let alarm = Arc::new(Alarm { lane, inner: Mutex::new(None) });
    let waker = Waker::from(Arc::clone(&alarm));
    Watched { lane, alarm, waker, future, _end: end }
}

impl<F: ?Sized> Watched<F> {
    /// What to ask when it is waited for.
    pub fn finish(&self) -> Finish {
        Finish(self.lane)
    }
}

impl<F: Future + ?Sized> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.alarm.set(cx.waker());
        let within = begin(self.lane);
        let waker = self.waker.clone();
        let result = self.future.as_mut().poll(&mut Context::from_waker(&waker));
        end(self.lane, result.is_pending(), within);
        result
    }
}

fn begin(lane: LaneId) -> Within {
    let mut state = monitor::enter();
    let thread = frame::top().map(|frame| frame.lane).filter(|&thread| thread != lane);
    let wakers = std::mem::take(&mut state.lanes[lane].wakers);
    let own = &mut state.lanes[lane];
    own.clock.join(&wakers);
    own.status = Status::Running;
    own.thread = Some(std::thread::current().id());
    own.polls += 1;
    own.vain = 0;
    own.woken = false;
    own.silent_poll = (own.kind == LaneKind::Task).then_some(thread);
    own.polled_since = Some(driver::processor_time());
    monitor::changed(&mut state);
    frame::enter(Frame::of_poll(lane))
}

fn end(lane: LaneId, pending: bool, within: Within) {
    drop(within);
    let mut state = monitor::enter();
    let own = &mut state.lanes[lane];
    own.polled_since = None;
    own.silent_poll = None;
    if !pending {
        // A task is over when its executor drops it; a thread goes on.
        own.status = Status::Running;
        monitor::changed(&mut state);
        return;
    }
    own.status = if own.woken { Status::Ready } else { Status::Suspended };
    if let Some(held) = own.held.iter().find(|held| held.future) {
        let at = held.at;
        let task = state.lane_name(lane);
        let message = format!(
            "the guard taken here was alive when `{task}` returned to its executor: whoever asks for the lock meanwhile \
             blocks the thread that would have to poll `{task}` again"
        );
        monitor::fail(
            state,
            Failure { verdict: Verdict::GuardAcrossAwait, kind: None, message, at: Some(at.into()) },
            Past::Of(lane),
        );
    }
    monitor::changed(&mut state);
}

/// Wakes a task, and lets the monitor know.
#[derive(Debug)]
struct Alarm {
    lane: LaneId,
    inner: Mutex<Option<Waker>>,
}

impl Alarm {
    fn set(&self, waker: &Waker) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.as_ref().is_some_and(|inner| inner.will_wake(waker)) {
            *inner = Some(waker.clone());
        }
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = monitor::enter();
        let by = frame::top().map(|frame| {
            let clock = state.lanes[frame.lane].clock.clone();
            state.lanes[self.lane].wakers.join(&clock);
            // The wake has no number of its own: who knows of it for certain knows of the next event.
            let last = state.origin(frame.lane);
            Origin { number: last.number + 1, ..last }
        });
        let own = &mut state.lanes[self.lane];
        if !own.woken {
            own.woken = true;
            own.made_ready = by;
        }
        if matches!(own.status, Status::Suspended) {
            own.status = Status::Ready;
        }
        monitor::changed(&mut state);
        drop(state);
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = inner {
            waker.wake();
        }
    }
}
