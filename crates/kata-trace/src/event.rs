//! One step of one thread.

use serde::{Deserialize, Serialize};

use crate::{Location, ObjectId, ThreadId};

/// What a thread did, or tried to do.
///
/// An event whose [`Event::blocked`] is set is an attempt that could not proceed when the thread reached it; when it
/// proceeds later, a second event without the mark follows. A blocked event without a later twin is where the thread
/// is stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// Starts the thread [`Event::peer`].
    Spawn,
    /// Starts a pool of `after` threads.
    StartPool,
    /// Waits for the thread or process [`Event::peer`] to finish. [`Event::text`] is the call, where it is another than
    /// `join`; [`Event::ok`] is false where it was only asked, and has not finished.
    Join,
    /// The thread's function returned.
    Exit,
    /// The thread panicked; [`Event::text`] is the message.
    Panic,
    /// Acquires a mutex. `after` is the protected value, where it is a scalar.
    Lock,
    /// Tries to acquire a mutex; [`Event::ok`] tells whether it did.
    TryLock,
    /// Releases a mutex. `before` is the value at the acquisition, `after` the value now; `at` is where the value was
    /// last borrowed mutably, if it was.
    Unlock,
    /// Acquires a reader–writer lock shared.
    ReadLock,
    /// Tries to acquire a reader–writer lock shared.
    TryReadLock,
    /// Releases a shared hold of a reader–writer lock.
    ReadUnlock,
    /// Acquires a reader–writer lock exclusively.
    WriteLock,
    /// Tries to acquire a reader–writer lock exclusively.
    TryWriteLock,
    /// Releases an exclusive hold of a reader–writer lock. Values as for [`Op::Unlock`].
    WriteUnlock,
    /// Starts to wait on a condition variable; the mutex is released by a separate [`Op::Unlock`] before it.
    Wait,
    /// Returns from a wait on a condition variable; [`Event::cause`] tells why. The mutex is acquired again by a
    /// separate [`Op::Lock`] after it.
    Wake,
    /// Wakes at most one waiter, [`Event::peer`], if any.
    NotifyOne,
    /// Wakes every waiter.
    NotifyAll,
    /// Waits at a barrier.
    BarrierWait,
    /// Begins the initialiser of a `Once`, `OnceLock` or `LazyLock`.
    InitBegin,
    /// Ends the initialiser of a `Once`, `OnceLock` or `LazyLock`.
    InitEnd,
    /// Waits for somebody else's initialiser, or finds it done.
    InitWait,
    /// Sends on a channel; [`Event::ok`] is false when the receiver is gone.
    Send,
    /// Drops a message that was to be sent: the send was cancelled before there was room for it.
    CancelSend,
    /// Gives up waiting for a lock or a permit: the future that waited was dropped.
    CancelWait,
    /// Tries to send on a bounded channel.
    TrySend,
    /// Receives from a channel; [`Event::ok`] is false when it is empty and every sender is gone.
    Recv,
    /// Tries to receive from a channel.
    TryRecv,
    /// Drops the last sender of a channel.
    CloseSend,
    /// Drops the receiver of a channel.
    CloseRecv,
    /// Reads from a pipe. `after` is the number of bytes that were read from it so far; [`Event::ok`] is false when
    /// nobody writes to it any more.
    ReadPipe,
    /// Writes to a pipe. `after` is the number of bytes that were written to it so far, and the number that it holds
    /// where [`Event::blocked`] is set; [`Event::ok`] is false when nobody reads from it any more.
    WritePipe,
    /// Closes an end of a pipe.
    ClosePipe,
    /// Reads an atomic.
    Load,
    /// Writes an atomic.
    Store,
    /// Reads and writes an atomic in one step (`swap`, `fetch_add`, …).
    ReadModifyWrite,
    /// Compares and exchanges; [`Event::ok`] tells whether it exchanged.
    CompareExchange,
    /// A memory fence.
    Fence,
    /// Reads through an `UnsafeCell`.
    CellRead,
    /// Writes through an `UnsafeCell`.
    CellWrite,
    /// Ends the task [`Event::peer`] where it waits.
    Abort,
    /// Waits for a token from [`Op::Unpark`].
    Park,
    /// Gives the thread [`Event::peer`] its token.
    Unpark,
    /// Sleeps.
    Sleep,
    /// Offers the processor to others (`yield_now`, `spin_loop`).
    Yield,
    /// Arrives at a rendezvous of the hidden test. [`Event::text`] is the call that is held up there, if it is one that the
    /// program makes.
    Arrive,
    /// Waits in the hidden test until every other thread sleeps.
    Quiesce,
    /// Printed a line; [`Event::text`] holds it.
    Print,
    /// A task returned to its executor, waiting at [`Event::at`], and kept the lock [`Event::object`].
    Suspend,
    /// A task was polled on an executor thread.
    Poll,
    /// A call that blocks the thread was made.
    BlockingCall,
    /// A remark of the hidden test; [`Event::text`] holds it.
    Note,
}

/// A value small enough to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer beyond `i64`.
    Uint(u64),
    /// Anything else that has a short text.
    Text(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Bool(v) => v.fmt(f),
            Value::Int(v) => v.fmt(f),
            Value::Uint(v) => v.fmt(f),
            Value::Text(v) => v.fmt(f),
        }
    }
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// What was waited for happened.
    Notified,
    /// The time limit passed.
    Timeout,
    /// Nothing happened: the standard library allows that (`Condvar::wait`, `park`, `compare_exchange_weak`).
    Spurious,
}

/// An operation that a thread would carry out instead of another one: one of those that it selects from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// What.
    pub op: Op,
    /// On what.
    pub object: ObjectId,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Who.
    pub thread: ThreadId,
    /// What.
    pub op: Op,
    /// The attempt could not proceed at this moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// On what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// What the thread would do instead, where it selects from several operations: the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<Arm>,
    /// Where, in the learner's file or the hidden test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// The value before the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value after the step, or the value read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Whether an attempt succeeded, for operations that can fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok: Option<bool>,
    /// The memory ordering, for atomics and fences: `Relaxed`, `Acquire`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordering: Option<String>,
    /// The other thread, for operations that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<ThreadId>,
    /// Why a wait ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// A printed line, a panic's message, a remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The scheduler ran this thread although the one before it could have gone on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preemption: bool,
}

impl Event {
    /// An event of `thread` with nothing else known.
    pub fn new(thread: ThreadId, op: Op) -> Self {
        Event {
            thread,
            op,
            blocked: false,
            object: None,
            arms: Vec::new(),
            at: None,
            before: None,
            after: None,
            ok: None,
            ordering: None,
            peer: None,
            cause: None,
            text: None,
            preemption: false,
        }
    }
}
