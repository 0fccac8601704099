//! The log of one execution while it is written: small entries, no text, cleared for each execution.

use std::ops::Range;
use std::panic::Location as StaticLocation;

use kata_trace::{Arm, Cause, Event, Location, Object, ObjectId, ObjectKind, Op, Thread, ThreadId, Trace};

use crate::Scalar;

/// One entry: [`Event`] before anything is rendered.
#[derive(Clone, Debug)]
pub struct Entry {
    /// See [`Event::thread`].
    pub thread: ThreadId,
    /// See [`Event::op`].
    pub op: Op,
    /// See [`Event::blocked`].
    pub blocked: bool,
    /// See [`Event::preemption`].
    pub preemption: bool,
    /// See [`Event::object`].
    pub object: Option<ObjectId>,
    /// See [`Event::arms`].
    pub arms: Option<Box<[Arm]>>,
    /// See [`Event::at`].
    pub at: Option<&'static StaticLocation<'static>>,
    /// See [`Event::before`].
    pub before: Scalar,
    /// See [`Event::after`].
    pub after: Scalar,
    /// See [`Event::ok`].
    pub ok: Option<bool>,
    /// See [`Event::ordering`].
    pub ordering: Option<&'static str>,
    /// See [`Event::peer`].
    pub peer: Option<ThreadId>,
    /// See [`Event::cause`].
    pub cause: Option<Cause>,
    /// See [`Event::text`].
    pub text: Option<Box<str>>,
}

impl Entry {
    /// An entry with nothing known but who, what and where.
    #[inline]
    pub fn new(thread: ThreadId, op: Op, at: Option<&'static StaticLocation<'static>>) -> Self {
        Entry {
            thread,
            op,
            blocked: false,
            preemption: false,
            object: None,
            arms: None,
            at,
            before: Scalar::None,
            after: Scalar::None,
            ok: None,
            ordering: None,
            peer: None,
            cause: None,
            text: None,
        }
    }

    /// The entry in the form that leaves the process.
    pub fn to_event(&self) -> Event {
        Event {
            thread: self.thread,
            op: self.op,
            blocked: self.blocked,
            object: self.object,
            arms: self.arms.as_deref().unwrap_or_default().to_vec(),
            at: self.at.map(Into::into),
            before: self.before.value(),
            after: self.after.value(),
            ok: self.ok,
            ordering: self.ordering.map(str::to_owned),
            peer: self.peer,
            cause: self.cause,
            text: self.text.as_deref().map(str::to_owned),
            preemption: self.preemption,
        }
    }
}

#[derive(Debug)]
struct ObjectEntry {
    kind: ObjectKind,
    created: Option<&'static StaticLocation<'static>>,
    address: usize,
    label: Option<Box<str>>,
    /// Where the senders of a channel were made that exist.
    senders: Vec<&'static StaticLocation<'static>>,
}

#[derive(Debug)]
struct ThreadEntry {
    name: Option<Box<str>>,
    spawned: Option<&'static StaticLocation<'static>>,
}

/// The log of one execution.
#[derive(Debug, Default)]
pub struct Log {
    threads: Vec<ThreadEntry>,
    objects: Vec<ObjectEntry>,
    labels: Vec<(Range<usize>, String)>,
    entries: Vec<Entry>,
    /// Places of entries whose location is not static: panics.
    places: Vec<(usize, Location)>,
}

impl Log {
    /// An empty log. `const`, so that it can stand in a static.
    pub const fn new() -> Self {
        Log { threads: Vec::new(), objects: Vec::new(), labels: Vec::new(), entries: Vec::new(), places: Vec::new() }
    }

    /// Forgets everything: a new execution begins.
    pub fn clear(&mut self) {
        self.threads.clear();
        self.objects.clear();
        self.labels.clear();
        self.entries.clear();
        self.places.clear();
    }

    /// Adds a thread and returns its number.
    pub fn add_thread(&mut self, name: Option<&str>, spawned: Option<&'static StaticLocation<'static>>) -> ThreadId {
        self.threads.push(ThreadEntry { name: name.map(Into::into), spawned });
        ThreadId::try_from(self.threads.len() - 1).expect("an execution has fewer than 65,536 threads")
    }

    /// The name that a thread was given.
    pub fn thread_name(&self, thread: ThreadId) -> Option<&str> {
        self.threads.get(usize::from(thread))?.name.as_deref()
    }

    /// Adds an object and returns its number. `address` is where it is now: it ties the object to [`Log::add_label`].
    pub fn add_object(
        &mut self,
        kind: ObjectKind,
        created: Option<&'static StaticLocation<'static>>,
        address: usize,
    ) -> ObjectId {
        self.objects.push(ObjectEntry { kind, created, address, label: None, senders: Vec::new() });
        ObjectId::try_from(self.objects.len() - 1).expect("an execution has fewer than 2^32 objects")
    }

    /// A sender of a channel was made.
    pub fn add_sender(&mut self, object: ObjectId, at: &'static StaticLocation<'static>) {
        if let Some(object) = self.objects.get_mut(object as usize) {
            object.senders.push(at);
        }
    }

    /// A sender that was made there is dropped.
    pub fn drop_sender(&mut self, object: ObjectId, at: &'static StaticLocation<'static>) {
        if let Some(object) = self.objects.get_mut(object as usize)
            && let Some(place) = object.senders.iter().position(|&other| other == at)
        {
            object.senders.remove(place);
        }
    }

    /// Names whatever lies within `size` bytes of `address`.
    pub fn add_label(&mut self, address: usize, size: usize, label: &str) {
        self.labels.push((address..address + size.max(1), label.to_owned()));
    }

    /// Names one object.
    pub fn set_label(&mut self, object: ObjectId, label: &str) {
        self.objects[object as usize].label = Some(label.into());
    }

    /// Appends an entry and returns its index.
    #[inline]
    pub fn push(&mut self, entry: Entry) -> usize {
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// Appends an entry whose place is known from a panic rather than from a call.
    pub fn push_at(&mut self, entry: Entry, place: Location) -> usize {
        let index = self.push(entry);
        self.places.push((index, place));
        index
    }

    /// The entries so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// An entry to complete.
    pub fn entry_mut(&mut self, index: usize) -> &mut Entry {
        &mut self.entries[index]
    }

    /// Where the objects were when they were added.
    pub fn addresses(&self) -> impl Iterator<Item = usize> {
        self.objects.iter().map(|object| object.address)
    }

    /// The log in the form that leaves the process.
    pub fn to_trace(&self) -> Trace {
        let mut events: Vec<Event> = self.entries.iter().map(Entry::to_event).collect();
        for (index, place) in &self.places {
            events[*index].at = Some(place.clone());
        }
        Trace {
            threads: (self.threads.iter().enumerate())
                .map(|(id, thread)| Thread {
                    name: match &thread.name {
                        Some(name) => name.to_string(),
                        None if id == 0 => "main".to_owned(),
                        None => format!("t{id}"),
                    },
                    spawned: thread.spawned.map(Into::into),
                })
                .collect(),
            objects: (self.objects.iter())
                .map(|object| Object {
                    kind: object.kind,
                    created: object.created.map(Into::into),
                    label: object.label.as_deref().map(str::to_owned).or_else(|| self.label(object.address)),
                    name: String::new(),
                    senders: object.senders.iter().map(|&at| at.into()).collect(),
                })
                .collect(),
            events,
        }
    }

    /// The innermost label around an address.
    fn label(&self, address: usize) -> Option<String> {
        (self.labels.iter())
            .filter(|(range, _)| range.contains(&address))
            .min_by_key(|(range, _)| range.len())
            .map(|(_, label)| label.clone())
    }
}
