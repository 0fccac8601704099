//! A task that proves that its executor runs.

use std::future::poll_fn;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};

use kata_trace::{ObjectKind, Op};

use super::in_poll;
use crate::frame;
use crate::lane::{ObjectIndex, Reason, Wait};
use crate::monitor;
use crate::object::{self, ObjectCell, Part};
use crate::state::State;

/// A task that answers whenever its executor gives it a turn.
///
/// It is idle until somebody asks, so that an executor which has nothing to do stays quiet, and it becomes ready at
/// the moment of the question: an executor that treats its tasks alike polls it before it polls the asker again.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    cell: Arc<ObjectCell>,
}

/// A question to a [`Heartbeat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beat(u64);

impl Heartbeat {
    /// A heartbeat whose task has not been spawned yet.
    #[expect(clippy::new_without_default, reason = "the place of creation is part of what is shown")]
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        Heartbeat { cell: Arc::new(ObjectCell::new(Some(Location::caller()))) }
    }

    fn index(&self, state: &mut State) -> ObjectIndex {
        self.cell.index(state, ObjectKind::Task, || Part::Heartbeat(object::Heartbeat::default()))
    }

    /// The task. It ends after [`Heartbeat::stop`].
    pub fn task(&self) -> impl Future<Output = ()> + Send + 'static {
        let heart = self.clone();
        poll_fn(move |cx| {
            let mut state = monitor::enter();
            let object = heart.index(&mut state);
            let lane = frame::top().map(|frame| frame.lane);
            let own = state.objects[object].heartbeat();
            own.lane = lane;
            own.thread = Some(std::thread::current().id());
            own.answered = own.asked;
            let previous = own.waker.replace(cx.waker().clone());
            let listeners = std::mem::take(&mut own.listeners);
            let stopped = own.stopped;
            monitor::changed(&mut state);
            drop(state);
            drop(previous);
            listeners.into_iter().for_each(Waker::wake);
            if stopped { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    /// Asks for a turn and does not wait.
    pub fn ask(&self) -> Beat {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        let own = state.objects[object].heartbeat();
        own.asked += 1;
        let beat = Beat(own.asked);
        let waker = own.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        beat
    }

    /// Whether the task has had a turn since.
    #[must_use]
    pub fn has_answered(&self, beat: Beat) -> bool {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        state.objects[object].heartbeat().has_answered(beat.0)
    }

    /// Asks for a turn and awaits it.
    pub async fn beat(&self) {
        let beat = self.ask();
        poll_fn(|cx| {
            let mut state = monitor::enter();
            let object = self.index(&mut state);
            let own = state.objects[object].heartbeat();
            if own.has_answered(beat.0) {
                return Poll::Ready(());
            }
            own.listeners.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Whether the current thread is the one that the task runs on, in the middle of a poll: while it is kept, the
    /// heart cannot beat. Only for executors with one thread; the task must have had a turn.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        in_poll() && state.objects[object].heartbeat().thread == Some(std::thread::current().id())
    }

    /// Waits until the task has had a turn. Inside a poll that would wait for itself: it is reported as
    /// `blocked-executor`, at `at`, in the name of `call`.
    pub fn wait(&self, beat: Beat, call: &'static str, at: &'static Location<'static>) {
        let (mut state, frame) = monitor::ask(at);
        let object = self.index(&mut state);
        let reason = Reason::Beat { object, number: beat.0 };
        let wait = Wait { reason, op: Op::BlockingCall, call, at, deadline: None, polling: frame.polling };
        drop(monitor::wait(state, frame, wait));
    }

    /// Ends the task at its next turn, and gives it one. From now on every question counts as answered: work that goes
    /// on behind the scenario's back has nobody to wait for.
    pub fn stop(&self) {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        state.objects[object].heartbeat().stopped = true;
        monitor::changed(&mut state);
        drop(state);
        self.ask();
    }
}
