//! What the code that a thread is running is a part of: a runtime, a task, a `LocalSet`.

use std::cell::RefCell;

use kata_shuttle::task::{self, Reason};

use crate::coroutine::Shared;
use crate::driver::Driver;
use crate::executor::Executor;
use crate::runtime::Handle;
use crate::task::Id;

/// What a thread is in.
#[derive(Clone, Default)]
pub(crate) struct Frame {
    /// The runtime.
    pub(crate) handle: Option<Handle>,
    /// The timers of whoever is polled. Nobody is, without.
    pub(crate) driver: Option<Shared<Driver>>,
    /// The task.
    pub(crate) task: Option<Id>,
    /// The set that `spawn_local` adds to.
    pub(crate) local: Option<Shared<Executor>>,
    /// It may block the thread, although a runtime is around.
    pub(crate) may_block: bool,
    /// What the first future that was not ready waits for.
    pub(crate) awaits: Option<Reason>,
    /// A future has given the turn away.
    pub(crate) yielded: bool,
    /// Tells it from the others of its thread.
    pub(crate) serial: u64,
}

#[derive(Default)]
struct Contexts {
    execution: u32,
    /// The frames of each thread, by its number.
    lanes: Vec<Vec<Frame>>,
    serial: u64,
}

thread_local! {
    static CONTEXTS: RefCell<Contexts> = RefCell::default();
}

fn with<R>(f: impl FnOnce(&mut Vec<Frame>, &mut u64) -> R) -> R {
    let (execution, me) = (task::execution(), task::me());
    task::outside(|| {
        CONTEXTS.with_borrow_mut(|contexts| {
            if contexts.execution != execution {
                contexts.execution = execution;
                // Of an execution that is over: what these point to is gone with its threads.
                contexts.lanes.iter_mut().flat_map(|frames| frames.drain(..)).for_each(std::mem::forget);
            }
            let Contexts { lanes, serial, .. } = contexts;
            let me = usize::from(me);
            if lanes.len() <= me {
                lanes.resize_with(me + 1, Vec::new);
            }
            f(&mut lanes[me], serial)
        })
    })
}

/// Leaves the frame when it is dropped.
pub(crate) struct Entered(u64);

impl Drop for Entered {
    fn drop(&mut self) {
        drop(self.leave());
    }
}

impl Entered {
    fn leave(&self) -> Option<Frame> {
        // What is left of an execution that is over is dropped by nobody in particular.
        task::outside(|| {
            CONTEXTS.with_borrow_mut(|contexts| {
                contexts.lanes.iter_mut().find_map(|frames| {
                    let index = frames.iter().rposition(|frame| frame.serial == self.0)?;
                    Some(frames.remove(index))
                })
            })
        })
    }

    /// Leaves the frame and returns it as it is now.
    pub(crate) fn exit(self) -> Frame {
        let frame = self.leave().unwrap_or_default();
        std::mem::forget(self);
        frame
    }
}

/// Enters a frame.
pub(crate) fn enter(mut frame: Frame) -> Entered {
    with(|frames, serial| {
        *serial += 1;
        frame.serial = *serial;
        let entered = Entered(*serial);
        frames.push(frame);
        entered
    })
}

/// Looks at the frames of the calling thread from the innermost one outwards.
pub(crate) fn find<R>(f: impl FnMut(&Frame) -> Option<R>) -> Option<R> {
    with(|frames, _| frames.iter().rev().find_map(f))
}

/// Changes the innermost frame in which something is polled.
fn change(f: impl FnOnce(&mut Frame)) {
    with(|frames, _| {
        if let Some(frame) = frames.iter_mut().rev().find(|frame| frame.driver.is_some()) {
            f(frame);
        }
    });
}

/// A future is not ready because of this.
pub(crate) fn awaits(reason: Reason) {
    change(|frame| {
        let sleeps = |reason: &Reason| reason.op == kata_trace::Op::Sleep;
        if frame.awaits.as_ref().is_none_or(sleeps) {
            frame.awaits = Some(reason);
        }
    });
}

/// What the future that is being polled waits for.
pub(crate) fn awaited() -> Option<Reason> {
    find(|frame| frame.driver.is_some().then_some(frame.awaits)).flatten()
}

/// A future gives the turn away.
pub(crate) fn yields(reason: Reason) {
    change(|frame| {
        frame.yielded = true;
        frame.awaits.get_or_insert(reason);
    });
}

/// The runtime of the calling thread.
pub(crate) fn handle() -> Option<Handle> {
    find(|frame| frame.handle.clone())
}

/// The timers of whoever is polled.
pub(crate) fn driver() -> Option<Shared<Driver>> {
    find(|frame| frame.driver.clone())
}

/// Whether the thread is polling, so that it must not block.
pub(crate) fn is_polling() -> bool {
    find(|frame| (frame.may_block || frame.driver.is_some()).then_some(!frame.may_block)).unwrap_or(false)
}
