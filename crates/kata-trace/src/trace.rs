//! The log of one execution with its threads and objects.

use serde::{Deserialize, Serialize};

use crate::{Event, Location};

/// A thread of an execution, numbered in the order of creation. `0` runs the scenario.
pub type ThreadId = u16;

/// An object of an execution, numbered in the order of first use.
pub type ObjectId = u32;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// `Mutex`.
    Mutex,
    /// `RwLock`.
    RwLock,
    /// `Condvar`.
    Condvar,
    /// `Barrier`.
    Barrier,
    /// `Once`, `OnceLock`, `LazyLock`.
    Once,
    /// A channel.
    Channel,
    /// An atomic.
    Atomic,
    /// `UnsafeCell`.
    Cell,
    /// An `Arc` that is tracked for leaks.
    Arc,
    /// A rendezvous of the hidden test.
    Rendezvous,
    /// A semaphore.
    Semaphore,
    /// What tasks wait on until they are notified: `Notify`, a `watch` channel.
    Notify,
    /// A task or executor of an asynchronous runtime.
    Task,
    /// A pipe to or from another process.
    Pipe,
}

impl ObjectKind {
    /// The word a sentence uses for it.
    pub fn noun(self) -> &'static str {
        match self {
            ObjectKind::Mutex => "mutex",
            ObjectKind::RwLock => "rwlock",
            ObjectKind::Condvar => "condvar",
            ObjectKind::Barrier => "barrier",
            ObjectKind::Once => "once",
            ObjectKind::Channel => "channel",
            ObjectKind::Atomic => "atomic",
            ObjectKind::Cell => "cell",
            ObjectKind::Arc => "arc",
            ObjectKind::Rendezvous => "rendezvous",
            ObjectKind::Semaphore => "semaphore",
            ObjectKind::Notify => "notify",
            ObjectKind::Task => "task",
            ObjectKind::Pipe => "pipe",
        }
    }
}

/// A synchronisation object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Where it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Location>,
    /// The name that the hidden test gave to it or to what contains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The name to show: unique within the trace. Empty until the judge has named it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Of a channel: where its senders were made that exist when the log ends, as far as the world knows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub senders: Vec<Location>,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The name to show: `main`, `t1`, … or the one given to `thread::Builder`.
    pub name: String,
    /// Where it was spawned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spawned: Option<Location>,
}

/// What happened in one execution, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Indexed by [`ThreadId`].
    pub threads: Vec<Thread>,
    /// Indexed by [`ObjectId`].
    pub objects: Vec<Object>,
    /// In the order in which they happened.
    pub events: Vec<Event>,
}

impl Trace {
    /// The name of a thread.
    pub fn thread_name(&self, thread: ThreadId) -> &str {
        self.threads.get(usize::from(thread)).map_or("?", |t| &t.name)
    }

    /// The name of an object.
    pub fn object_name(&self, object: ObjectId) -> &str {
        self.objects.get(object as usize).map_or("?", |o| &o.name)
    }
}
