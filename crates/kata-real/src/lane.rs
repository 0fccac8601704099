//! Lanes of the timeline: threads, tasks, and closures on an executor's blocking pool.

use std::collections::VecDeque;
use std::panic::Location;
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use kata::Entry;
use kata_trace::Op;

use crate::clock::Clock;

/// The index of a lane, in the order of creation.
pub(crate) type LaneId = usize;

/// The index of an object, in the order of first use.
pub(crate) type ObjectIndex = usize;

/// Events that are kept of one lane: the first of the rest are forgotten.
const KEPT: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaneKind {
    Thread,
    Task,
    Blocking,
    /// A thread of a pool: whether it has something to do is not known.
    Worker,
    /// Another process: what it does is only known when the system is asked.
    #[cfg_attr(not(unix), expect(dead_code, reason = "processes are observed on Unix"))]
    Process,
}

/// What a lane is doing.
#[derive(Clone, Debug)]
pub(crate) enum Status {
    /// It runs, or could.
    Running,
    /// A task that was woken, or has never been polled, or a closure that the pool has not begun.
    Ready,
    /// A task whose last poll returned `Pending`, a thread in `block_on` whose future did, a thread of a pool that
    /// has not reached the world, or another process.
    Suspended,
    /// It waits for something that the world knows.
    Waiting(Wait),
    /// It is over.
    Done,
}

/// A wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) reason: Reason,
    pub(crate) op: Op,
    /// The call, as the learner wrote it.
    pub(crate) call: &'static str,
    pub(crate) at: &'static Location<'static>,
    pub(crate) deadline: Option<Instant>,
    /// It keeps an executor's thread.
    pub(crate) polling: bool,
}

/// What ends a wait. The state says whether it has happened: see `State::is_over`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The lock is free for this use.
    Lock { object: ObjectIndex, shared: bool },
    /// The condition variable was notified for this lane.
    Notified { object: ObjectIndex },
    /// The barrier or rendezvous has let this generation go.
    Generation { object: ObjectIndex, generation: u64 },
    /// The channel has a message, or nobody to send one.
    Message { object: ObjectIndex },
    /// The channel has room, or nobody to receive.
    Room { object: ObjectIndex },
    /// Message number `ticket` was received, or nobody is left to receive it.
    Taken { object: ObjectIndex, ticket: u64 },
    /// The lane is over.
    Finished { lane: LaneId },
    /// The thread has its token.
    Token { thread: ThreadId },
    /// The gate is open.
    Open { object: ObjectIndex },
    /// The heartbeat has answered request `number`.
    Beat { object: ObjectIndex, number: u64 },
    /// The deadline only.
    Time,
    /// An executor shuts down: the world cannot see when.
    Shutdown,
    /// Something can be done at one of these ends of pipes.
    #[cfg(unix)]
    Pipes { ends: [Option<ObjectIndex>; 2] },
    /// The process has ended.
    #[cfg(unix)]
    Exited { process: usize },
}

/// An event that another lane knows of or does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) lane: LaneId,
    pub(crate) number: u32,
    pub(crate) thread: ThreadId,
}

/// A lock that a lane holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) object: ObjectIndex,
    pub(crate) thread: ThreadId,
    pub(crate) at: &'static Location<'static>,
    /// It was taken by a future.
    pub(crate) future: bool,
}

/// An event with its place in the order of causes.
#[derive(Clone, Debug)]
pub(crate) struct Stamped {
    pub(crate) weight: u64,
    pub(crate) number: u32,
    pub(crate) entry: Entry,
    /// The lane that the event is about, in this world's numbering.
    pub(crate) peer: Option<LaneId>,
    /// The object, in this world's numbering.
    pub(crate) object: Option<ObjectIndex>,
    /// Where it was, if that is known from a panic rather than from a call.
    pub(crate) place: Option<kata_trace::Location>,
}

#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) kind: LaneKind,
    pub(crate) name: Option<Box<str>>,
    pub(crate) spawned: Option<&'static Location<'static>>,
    pub(crate) status: Status,
    pub(crate) clock: Clock,
    pub(crate) events: VecDeque<Stamped>,
    pub(crate) held: Vec<Held>,
    /// Where it last reached the world.
    pub(crate) last: Option<&'static Location<'static>>,
    /// The thread that it ran on then.
    pub(crate) thread: Option<ThreadId>,
    /// A condition variable has notified it.
    pub(crate) notified: bool,
    /// Polls so far.
    pub(crate) polls: u64,
    /// Processor time of the process when the poll that runs now began.
    pub(crate) polled_since: Option<Duration>,
    /// A poll whose event is written when something happens in it.
    pub(crate) silent_poll: Option<Option<LaneId>>,
    /// It was woken during the poll that runs now.
    pub(crate) woken: bool,
    /// Attempts in this poll that found nothing.
    pub(crate) vain: u32,
    /// What those who woke it knew.
    pub(crate) wakers: Clock,
    /// What started it.
    pub(crate) born: Option<Origin>,
    /// What made it ready.
    pub(crate) made_ready: Option<Origin>,
    /// An executor's thread waits for its end.
    pub(crate) joined: Option<LaneId>,
    /// The pool that its thread belongs to.
    pub(crate) pool: Option<usize>,
    /// Of another process, once it is known: where it sleeps, and at which pipe.
    pub(crate) stuck: Option<(Entry, ObjectIndex)>,
}

impl Lane {
    pub(crate) fn new(kind: LaneKind, name: Option<&str>, spawned: Option<&'static Location<'static>>) -> Self {
        Lane {
            kind,
            name: name.map(Into::into),
            spawned,
            status: match kind {
                LaneKind::Thread => Status::Running,
                LaneKind::Task | LaneKind::Blocking => Status::Ready,
                LaneKind::Worker | LaneKind::Process => Status::Suspended,
            },
            clock: Clock::new(),
            events: VecDeque::new(),
            held: Vec::new(),
            last: None,
            thread: None,
            notified: false,
            polls: 0,
            polled_since: None,
            silent_poll: None,
            woken: false,
            vain: 0,
            wakers: Clock::new(),
            born: None,
            made_ready: None,
            joined: None,
            pool: None,
            stuck: None,
        }
    }

    pub(crate) fn keep(&mut self, event: Stamped) {
        if self.events.len() == KEPT {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    pub(crate) fn waits(&self) -> Option<&Wait> {
        match &self.status {
            Status::Waiting(wait) => Some(wait),
            _ => None,
        }
    }
}
