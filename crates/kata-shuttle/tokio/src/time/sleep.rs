//! `sleep`.

use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use kata_shuttle::task::{self, Reason};
use kata_trace::Op;

use super::Instant;
use crate::context;
use crate::coroutine::Shared;
use crate::driver::{Driver, Timer};
use crate::runtime::Handle;
use crate::task::job::Place;

/// `tokio::time::Sleep` in this world.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Sleep {
    deadline: Instant,
    at: Place,
    timer: Option<(Shared<Driver>, Shared<Timer>)>,
    elapsed: bool,
    _pinned: std::marker::PhantomPinned,
}

impl Sleep {
    #[track_caller]
    pub(super) fn new(deadline: Instant, at: Place) -> Self {
        let handle = Handle::current();
        assert!(
            handle.scheduler().has_time(),
            "A Tokio 1.x context was found, but timers are disabled. Call `enable_time` on the runtime builder to \
             enable timers."
        );
        Sleep { deadline, at, timer: None, elapsed: false, _pinned: std::marker::PhantomPinned }
    }

    /// When it is over.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_elapsed(&self) -> bool {
        self.elapsed
    }

    /// Sleeps until another moment.
    pub fn reset(self: Pin<&mut Self>, deadline: Instant) {
        self.reset_to(deadline);
    }

    fn reset_to(self: Pin<&mut Self>, deadline: Instant) {
        // SAFETY: nothing is moved.
        #[allow(unsafe_code, reason = "a pin that pins nothing")]
        let this = unsafe { self.get_unchecked_mut() };
        this.forget_timer();
        this.deadline = deadline;
        this.elapsed = false;
    }

    fn forget_timer(&mut self) {
        if let Some((driver, timer)) = self.timer.take() {
            driver.remove(&timer);
        }
    }

    pub(super) fn poll_elapsed(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: nothing is moved.
        #[allow(unsafe_code, reason = "a pin that pins nothing")]
        let this = unsafe { self.get_unchecked_mut() };
        if this.elapsed {
            return Poll::Ready(());
        }
        let driver = context::driver().expect("a `Sleep` is polled by a runtime");
        if driver.fires_at(this.deadline.since_start()) <= driver.clock.now() {
            this.forget_timer();
            this.elapsed = true;
            task::record(Reason::of(Op::Sleep, Some(this.at)), |_| {});
            return Poll::Ready(());
        }
        match &this.timer {
            Some((own, timer)) if Shared::same(own, &driver) && own.has(timer) => timer.set_waker(cx.waker()),
            _ => {
                this.forget_timer();
                let timer = driver.add(this.deadline.since_start(), cx.waker());
                this.timer = Some((driver, timer));
            }
        }
        context::awaits(Reason::of(Op::Sleep, Some(this.at)));
        Poll::Pending
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_elapsed(cx)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.forget_timer();
    }
}

impl std::fmt::Debug for Sleep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sleep").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// Waits for a time.
///
/// # Panics
///
/// If there is no runtime around, or one without time.
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    Sleep::new(Instant::after(duration), Location::caller())
}

/// Waits until a moment.
///
/// # Panics
///
/// As [`sleep`].
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep::new(deadline, Location::caller())
}
