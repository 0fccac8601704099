//! Synchronisation objects, as the monitor knows them.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;
use std::thread::ThreadId;

use kata_trace::{ObjectKind, Verdict};

use crate::clock::Clock;
use crate::lane::{LaneId, ObjectIndex};
use crate::state::State;

#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: ObjectKind,
    pub(crate) created: Option<&'static Location<'static>>,
    pub(crate) address: usize,
    pub(crate) clock: Clock,
    pub(crate) part: Part,
}

/// What an object's kind needs.
#[derive(Debug)]
pub(crate) enum Part {
    Lock(Lock),
    Condvar {
        waiters: VecDeque<LaneId>,
    },
    Meeting(Meeting),
    Channel(Channel),
    Gate(Gate),
    Heartbeat(Heartbeat),
    #[cfg(unix)]
    Pipe(crate::process::Pipe),
}

/// A mutex or a reader–writer lock.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    pub(crate) writer: Option<LaneId>,
    pub(crate) readers: Vec<LaneId>,
}

/// A barrier or a rendezvous.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub(crate) parties: usize,
    pub(crate) arrived: usize,
    pub(crate) generation: u64,
    /// What must be able to overlap, for a rendezvous.
    pub(crate) what: String,
}

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) capacity: Option<usize>,
    pub(crate) queued: usize,
    pub(crate) sent: u64,
    pub(crate) taken: u64,
    pub(crate) senders: usize,
    pub(crate) receiver: bool,
}

#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) name: String,
    pub(crate) open: bool,
    pub(crate) verdict: Verdict,
    pub(crate) closed: String,
}

#[derive(Debug, Default)]
pub(crate) struct Heartbeat {
    pub(crate) asked: u64,
    pub(crate) answered: u64,
    pub(crate) stopped: bool,
    /// Its task.
    pub(crate) lane: Option<LaneId>,
    /// The thread that polled it last.
    pub(crate) thread: Option<ThreadId>,
    pub(crate) waker: Option<Waker>,
    /// Tasks that wait for an answer.
    pub(crate) listeners: Vec<Waker>,
}

impl Heartbeat {
    pub(crate) fn has_answered(&self, number: u64) -> bool {
        self.stopped || self.answered >= number
    }
}

macro_rules! parts {
    ($($name:ident: $variant:ident($type:ty);)*) => {
        impl Object {
            $(pub(crate) fn $name(&mut self) -> &mut $type {
                match &mut self.part {
                    Part::$variant(part) => part,
                    other => unreachable!("an object changed its kind: {other:?}"),
                }
            })*
        }
    };
}

parts! {
    lock: Lock(Lock);
    meeting: Meeting(Meeting);
    channel: Channel(Channel);
    gate: Gate(Gate);
    heartbeat: Heartbeat(Heartbeat);
}

impl Object {
    pub(crate) fn condvar(&mut self) -> &mut VecDeque<LaneId> {
        match &mut self.part {
            Part::Condvar { waiters } => waiters,
            other => unreachable!("an object changed its kind: {other:?}"),
        }
    }
}

/// The name of an object inside its owner: it can be made in a constant, and is known to the monitor from its first
/// use on.
#[derive(Debug)]
pub(crate) struct ObjectCell {
    /// The index plus one; 0 before the first use.
    index: AtomicUsize,
    created: Option<&'static Location<'static>>,
}

impl ObjectCell {
    pub(crate) const fn new(created: Option<&'static Location<'static>>) -> Self {
        ObjectCell { index: AtomicUsize::new(0), created }
    }

    /// The object's index. The caller holds the monitor, so that two first uses cannot meet.
    pub(crate) fn index(&self, state: &mut State, kind: ObjectKind, part: impl FnOnce() -> Part) -> ObjectIndex {
        let address = std::ptr::from_ref(self).addr();
        match self.index.load(Ordering::Relaxed) {
            0 => {
                let index = state.add_object(kind, self.created, address, part());
                self.index.store(index + 1, Ordering::Relaxed);
                index
            }
            index => {
                state.objects[index - 1].address = address;
                index - 1
            }
        }
    }
}
