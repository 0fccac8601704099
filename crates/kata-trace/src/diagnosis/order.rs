//! What is ordered before what: happens-before, from the synchronisation in a log.

use std::collections::{HashMap, VecDeque};

use crate::{Event, ObjectId, Op, ThreadId, Trace};

/// A vector clock: for each thread, how many of its events are known.
type Clock = Vec<u32>;

/// A partial order of the events of a log.
#[derive(Clone, Debug)]
pub(super) struct Order {
    threads: Vec<ThreadId>,
    /// For each event, its thread's clock at the event, the event included.
    clocks: Vec<Clock>,
}

impl Order {
    /// By program order, spawn and join alone.
    pub(super) fn by_fork_and_join(trace: &Trace) -> Self {
        Builder::new(trace).order(|builder, index, event| builder.fork_and_join(index, event))
    }

    /// By all synchronisation: locks, channels, and release–acquire pairs of atomics and fences too.
    pub(super) fn happens_before(trace: &Trace) -> Self {
        Order::if_reads_are(trace, &reads_from(trace))
    }

    /// [`Order::happens_before`] if each event that reads an atomic reads the value of that event.
    pub(super) fn if_reads_are(trace: &Trace, sources: &[Option<usize>]) -> Self {
        Builder::new(trace).order(|builder, index, event| {
            builder.fork_and_join(index, event);
            builder.synchronise(event);
            builder.atomics(index, event, sources[index]);
        })
    }

    /// Whether one event is ordered before another. An event is ordered before itself.
    pub(super) fn is_before(&self, earlier: usize, later: usize) -> bool {
        let thread = usize::from(self.threads[earlier]);
        self.clocks[later][thread] >= self.clocks[earlier][thread]
    }
}

/// For each event that reads an atomic, the event whose value it read, if the log shows that one.
///
/// Where several stores fit, the latest is taken.
pub(super) fn reads_from(trace: &Trace) -> Vec<Option<usize>> {
    let mut stores: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    (trace.events.iter().enumerate())
        .map(|(index, event)| {
            let stores = stores.entry(event.object?).or_default();
            let source = match event.op {
                Op::Load => {
                    let fits = |store: &&usize| event.after.is_none() || trace.events[**store].after == event.after;
                    stores.iter().rev().find(fits).copied()
                }
                Op::ReadModifyWrite | Op::CompareExchange => stores.last().copied(),
                _ => None,
            };
            if writes_atomic(event) {
                stores.push(index);
            }
            source
        })
        .collect()
}

/// Whether an event writes an atomic.
pub(super) fn writes_atomic(event: &Event) -> bool {
    matches!(event.op, Op::Store | Op::ReadModifyWrite) || (event.op == Op::CompareExchange && event.ok != Some(false))
}

/// Whether an event reads an atomic.
pub(super) fn reads_atomic(event: &Event) -> bool {
    matches!(event.op, Op::Load | Op::ReadModifyWrite | Op::CompareExchange)
}

/// Whether an event is a fence for the compiler alone, which orders nothing between threads. A world says so in its text.
pub(super) fn is_compiler_fence(event: &Event) -> bool {
    event.op == Op::Fence && event.text.is_some()
}

/// Whether the ordering of an atomic access or a fence includes release.
pub(super) fn is_release(event: &Event) -> bool {
    !is_compiler_fence(event) && matches!(event.ordering.as_deref(), Some("Release" | "AcqRel" | "SeqCst"))
}

/// Whether the ordering of an atomic access or a fence includes acquire.
pub(super) fn is_acquire(event: &Event) -> bool {
    !is_compiler_fence(event) && matches!(event.ordering.as_deref(), Some("Acquire" | "AcqRel" | "SeqCst"))
}

struct Builder<'t> {
    trace: &'t Trace,
    /// For each thread, what it knows now.
    now: Vec<Clock>,
    /// For each thread, what it knew at its last release fence.
    released: Vec<Clock>,
    /// For each thread, what an acquire fence would tell it.
    seen: Vec<Clock>,
    /// What the holders of a lock knew when they released it; shared holds apart.
    locks: HashMap<(ObjectId, bool), Clock>,
    /// What the senders of the values in a channel knew.
    channels: HashMap<ObjectId, VecDeque<Clock>>,
    /// What everybody who arrived, closed, initialised or unparked knew.
    gates: HashMap<Gate, Clock>,
    /// What a store gives to those who read it with acquire.
    stores: HashMap<usize, Clock>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Gate {
    Object(ObjectId),
    Thread(ThreadId),
}

impl<'t> Builder<'t> {
    fn new(trace: &'t Trace) -> Self {
        let threads = trace.threads.len();
        let none = vec![vec![0; threads]; threads];
        Builder {
            trace,
            now: none.clone(),
            released: none.clone(),
            seen: none,
            locks: HashMap::new(),
            channels: HashMap::new(),
            gates: HashMap::new(),
            stores: HashMap::new(),
        }
    }

    fn order(mut self, step: impl Fn(&mut Self, usize, &Event)) -> Order {
        let mut clocks = Vec::with_capacity(self.trace.events.len());
        for (index, event) in self.trace.events.iter().enumerate() {
            let thread = usize::from(event.thread);
            self.now[thread][thread] += 1;
            step(&mut self, index, event);
            clocks.push(self.now[thread].clone());
        }
        Order { threads: self.trace.events.iter().map(|event| event.thread).collect(), clocks }
    }

    fn learn(&mut self, thread: ThreadId, clock: &Clock) {
        join(&mut self.now[usize::from(thread)], clock);
    }

    fn tell(&mut self, gate: Gate, thread: ThreadId) {
        let clock = self.now[usize::from(thread)].clone();
        join(self.gates.entry(gate).or_insert_with(|| vec![0; clock.len()]), &clock);
    }

    fn ask(&mut self, gate: Gate, thread: ThreadId) {
        if let Some(clock) = self.gates.get(&gate).cloned() {
            self.learn(thread, &clock);
        }
    }

    fn fork_and_join(&mut self, _index: usize, event: &Event) {
        let Some(peer) = event.peer else { return };
        match event.op {
            Op::Spawn => {
                let clock = self.now[usize::from(event.thread)].clone();
                self.learn(peer, &clock);
            }
            Op::Join if !event.blocked => {
                let clock = self.now[usize::from(peer)].clone();
                self.learn(event.thread, &clock);
            }
            _ => {}
        }
    }

    fn synchronise(&mut self, event: &Event) {
        let thread = event.thread;
        match (event.op, event.object) {
            (Op::Unpark, _) => {
                if let Some(peer) = event.peer {
                    self.tell(Gate::Thread(peer), thread);
                }
            }
            (Op::Park, _) if !event.blocked => self.ask(Gate::Thread(thread), thread),
            (Op::Unlock | Op::WriteUnlock, Some(object)) => self.unlock(object, false, thread),
            (Op::ReadUnlock, Some(object)) => self.unlock(object, true, thread),
            (Op::Lock | Op::WriteLock, Some(object)) if !event.blocked => self.lock(object, true, thread),
            (Op::TryLock | Op::TryWriteLock, Some(object)) if event.ok == Some(true) => self.lock(object, true, thread),
            (Op::ReadLock, Some(object)) if !event.blocked => self.lock(object, false, thread),
            (Op::TryReadLock, Some(object)) if event.ok == Some(true) => self.lock(object, false, thread),
            (Op::Send | Op::TrySend, Some(object)) if !event.blocked && event.ok != Some(false) => {
                let clock = self.now[usize::from(thread)].clone();
                self.channels.entry(object).or_default().push_back(clock);
            }
            (Op::Recv | Op::TryRecv, Some(object)) if !event.blocked && event.ok != Some(false) => {
                if let Some(clock) = self.channels.entry(object).or_default().pop_front() {
                    self.learn(thread, &clock);
                }
            }
            (Op::CloseSend | Op::InitEnd, Some(object)) => self.tell(Gate::Object(object), thread),
            (Op::Recv | Op::TryRecv, Some(object)) if !event.blocked => self.ask(Gate::Object(object), thread),
            (Op::InitWait, Some(object)) if !event.blocked => self.ask(Gate::Object(object), thread),
            (Op::BarrierWait | Op::Arrive, Some(object)) => {
                self.tell(Gate::Object(object), thread);
                if !event.blocked {
                    self.ask(Gate::Object(object), thread);
                }
            }
            _ => {}
        }
    }

    fn unlock(&mut self, object: ObjectId, shared: bool, thread: ThreadId) {
        let clock = self.now[usize::from(thread)].clone();
        join(self.locks.entry((object, shared)).or_insert_with(|| vec![0; clock.len()]), &clock);
    }

    /// A writer comes after readers and writers, a reader after writers alone.
    fn lock(&mut self, object: ObjectId, exclusive: bool, thread: ThreadId) {
        for shared in [false, true] {
            if (exclusive || !shared)
                && let Some(clock) = self.locks.get(&(object, shared)).cloned()
            {
                self.learn(thread, &clock);
            }
        }
    }

    fn atomics(&mut self, index: usize, event: &Event, source: Option<usize>) {
        let thread = usize::from(event.thread);
        if event.op == Op::Fence {
            if is_acquire(event) {
                let seen = self.seen[thread].clone();
                self.learn(event.thread, &seen);
            }
            if is_release(event) {
                self.released[thread] = self.now[thread].clone();
            }
            return;
        }
        let read = source.and_then(|source| self.stores.get(&source).cloned());
        if let Some(read) = &read
            && reads_atomic(event)
        {
            join(&mut self.seen[thread], read);
            if is_acquire(event) {
                self.learn(event.thread, read);
            }
        }
        if writes_atomic(event) {
            let mut clock = if is_release(event) { self.now[thread].clone() } else { self.released[thread].clone() };
            // A read–modify–write continues the release sequence of the store that it read.
            if let Some(read) = read
                && reads_atomic(event)
            {
                join(&mut clock, &read);
            }
            self.stores.insert(index, clock);
        }
    }
}

fn join(clock: &mut Clock, other: &Clock) {
    for (known, more) in clock.iter_mut().zip(other) {
        *known = (*known).max(*more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    /// Whether the write of the cell by the first thread is ordered before the read by the second.
    fn is_published(script: &str) -> bool {
        let trace = script::trace(script);
        let position = |op| trace.events.iter().position(|event| event.op == op).unwrap();
        Order::happens_before(&trace).is_before(position(Op::CellWrite), position(Op::CellRead))
    }

    #[test]
    fn a_release_store_and_the_acquire_load_that_reads_it_order() {
        assert!(is_published(
            "t1: cell-write data :1
             t1: store ready 0->1 Release :2
             t2: load ready =1 Acquire :3
             t2: cell-read data :4"
        ));
    }

    #[test]
    fn a_relaxed_side_does_not_order() {
        for (store, load) in [("Relaxed", "Acquire"), ("Release", "Relaxed"), ("Relaxed", "Relaxed")] {
            assert!(!is_published(&format!(
                "t1: cell-write data :1
                 t1: store ready 0->1 {store} :2
                 t2: load ready =1 {load} :3
                 t2: cell-read data :4"
            )));
        }
    }

    #[test]
    fn a_load_that_reads_an_older_value_does_not_order() {
        assert!(!is_published(
            "t1: cell-write data :1
             t1: store ready 0->1 Release :2
             t2: load ready =0 Acquire :3
             t2: cell-read data :4"
        ));
    }

    #[test]
    fn fences_order_on_the_right_sides_only() {
        let with = |before_store, after_store, before_load, after_load| {
            is_published(&format!(
                "t1: cell-write data :1
                 {before_store}
                 t1: store ready 0->1 Relaxed :2
                 {after_store}
                 {before_load}
                 t2: load ready =1 Relaxed :3
                 {after_load}
                 t2: cell-read data :4"
            ))
        };
        let (release, acquire) = ("t1: fence Release :9", "t2: fence Acquire :9");
        assert!(with(release, "", "", acquire));
        assert!(!with("", release, "", acquire));
        assert!(!with(release, "", acquire, ""));
    }

    #[test]
    fn a_read_modify_write_continues_a_release_sequence() {
        assert!(is_published(
            "t1: cell-write data :1
             t1: store count 0->1 Release :2
             t3: rmw count 1->2 Relaxed :5
             t2: load count =2 Acquire :3
             t2: cell-read data :4"
        ));
    }

    #[test]
    fn locks_channels_joins_barriers_and_tokens_order() {
        for between in [
            "t1: unlock a\nt2: lock a",
            "t1: write-unlock a\nt2: read-lock a",
            "t1: read-unlock a\nt2: write-lock a",
            "t1: send c\nt2: recv c",
            "t1: close-send c\nt2: recv c failed",
            "t2: join t1",
            "t1: spawn t2",
            "t1: barrier-wait b blocked\nt2: barrier-wait b",
            "t1: unpark t2\nt2: park",
            "t1: init-end o\nt2: init-wait o",
        ] {
            assert!(is_published(&format!("t1: cell-write d\n{between}\nt2: cell-read d")), "{between}");
        }
    }

    #[test]
    fn readers_of_a_lock_do_not_order_among_each_other() {
        assert!(!is_published(
            "t1: cell-write d
             t1: read-unlock a
             t2: read-lock a
             t2: cell-read d"
        ));
    }
}
