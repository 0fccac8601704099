//! Timers, and the clock that they follow.

use std::cell::{Cell, RefCell};
use std::task::Waker;
use std::time::Duration;

use kata_shuttle::task;

use crate::coroutine::Shared;

/// The clock of a runtime: the model's, or one that stands still.
#[derive(Default)]
pub(crate) struct Clock {
    frozen: Cell<Option<Duration>>,
}

/// tokio's timers have a resolution of a millisecond, and never fire early.
const MILLISECOND: u64 = 1_000_000;

impl Clock {
    /// A clock that stands still from the beginning, if `paused`.
    pub(crate) fn new(paused: bool) -> Self {
        Clock { frozen: Cell::new(paused.then(task::now)) }
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.frozen.get().is_some()
    }

    pub(crate) fn now(&self) -> Duration {
        self.frozen.get().unwrap_or_else(task::now)
    }

    pub(crate) fn pause(&self) {
        self.frozen.set(Some(self.now()));
    }

    /// The clock goes on from where it stood; the model's own cannot be set back to it.
    pub(crate) fn resume(&self) {
        if let Some(frozen) = self.frozen.take() {
            task::pass_to(frozen);
        }
    }

    pub(crate) fn advance_to(&self, moment: Duration) {
        if let Some(frozen) = self.frozen.get() {
            self.frozen.set(Some(frozen.max(moment)));
        }
    }

    /// A moment of this clock on the model's.
    fn on_the_models(&self, moment: Duration) -> Duration {
        match self.frozen.get() {
            Some(frozen) => task::now().saturating_add(moment.saturating_sub(frozen)),
            None => moment,
        }
    }
}

/// One `Sleep` that waits.
pub(crate) struct Timer {
    fires: Duration,
    waker: RefCell<Waker>,
}

impl Timer {
    pub(crate) fn set_waker(&self, waker: &Waker) {
        self.waker.borrow_mut().clone_from(waker);
    }
}

/// The timers that one thread, or one runtime of one thread, waits for.
pub(crate) struct Driver {
    pub(crate) clock: Shared<Clock>,
    timers: RefCell<Vec<Shared<Timer>>>,
}

impl Driver {
    pub(crate) fn new(clock: Shared<Clock>) -> Shared<Self> {
        Shared::new(Driver { clock, timers: RefCell::default() })
    }

    /// When a timer with this deadline fires: at a whole millisecond of the paused clock. That of the model, in which
    /// operations take time, needs no grid.
    pub(crate) fn fires_at(&self, deadline: Duration) -> Duration {
        if !self.clock.is_paused() {
            return deadline;
        }
        let over = u64::from(deadline.subsec_nanos()) % MILLISECOND;
        let up = if over == 0 { 0 } else { MILLISECOND - over };
        deadline.saturating_add(Duration::from_nanos(up))
    }

    pub(crate) fn add(&self, deadline: Duration, waker: &Waker) -> Shared<Timer> {
        let timer = Shared::new(Timer { fires: self.fires_at(deadline), waker: RefCell::new(waker.clone()) });
        self.timers.borrow_mut().push(timer.clone());
        timer
    }

    /// Whether a timer has not fired.
    pub(crate) fn has(&self, timer: &Shared<Timer>) -> bool {
        self.timers.borrow().iter().any(|other| Shared::same(timer, other))
    }

    pub(crate) fn remove(&self, timer: &Shared<Timer>) {
        self.timers.borrow_mut().retain(|other| !Shared::same(timer, other));
    }

    /// The moment at which the next timer fires, on the model's clock.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let earliest = self.timers.borrow().iter().map(|timer| timer.fires).min();
        earliest.map(|moment| self.clock.on_the_models(moment))
    }

    /// A clock that stands still jumps to the next timer.
    pub(crate) fn jump(&self) {
        let earliest = self.timers.borrow().iter().map(|timer| timer.fires).min();
        if let Some(earliest) = earliest {
            self.clock.advance_to(earliest);
        }
    }

    /// Wakes whoever waits for a timer whose time has come: the earliest first.
    pub(crate) fn fire(&self) {
        let now = self.clock.now();
        let mut due = Vec::new();
        self.timers.borrow_mut().retain(|timer| {
            let keep = timer.fires > now;
            if !keep {
                due.push(timer.clone());
            }
            keep
        });
        due.sort_by_key(|timer| timer.fires);
        for timer in due {
            let waker = timer.waker.borrow().clone();
            waker.wake();
        }
    }
}
