//! Everything that the monitor knows.

use std::panic::Location;
use std::thread::ThreadId;

use kata::Entry;
use kata_trace::{ObjectKind, Op};

use crate::clock::Clock;
use crate::lane::{Held, Lane, LaneId, LaneKind, ObjectIndex, Origin, Reason, Stamped, Status};
use crate::object::{Object, Part};
use crate::pool::Crew;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) lanes: Vec<Lane>,
    pub(crate) objects: Vec<Object>,
    pub(crate) labels: Vec<(usize, usize, String)>,
    /// Threads that were unparked and have not parked since.
    pub(crate) tokens: Vec<ThreadId>,
    /// Grows with every change: two equal readings with time between them mean that nothing happened.
    pub(crate) epoch: u64,
    /// There is an executor, so that lanes are not the whole truth about who can go on.
    pub(crate) asynchronous: bool,
    pub(crate) live: usize,
    pub(crate) peak: usize,
    /// Pools of threads.
    pub(crate) pools: Vec<Crew>,
    /// The processes that were started.
    #[cfg(unix)]
    pub(crate) processes: Vec<crate::process::Process>,
    /// Grows whenever a pipe or a process changes.
    #[cfg(unix)]
    pub(crate) traffic: u64,
}

/// An event before it is recorded.
pub(crate) struct Step {
    pub(crate) entry: Entry,
    pub(crate) peer: Option<LaneId>,
    pub(crate) object: Option<ObjectIndex>,
}

impl Step {
    pub(crate) fn new(op: Op, at: Option<&'static Location<'static>>) -> Self {
        // The lane's number in the trace is only known when the trace is written.
        Step { entry: Entry::new(0, op, at), peer: None, object: None }
    }

    pub(crate) fn on(mut self, object: ObjectIndex) -> Self {
        self.object = Some(object);
        self
    }

    pub(crate) fn with(mut self, peer: LaneId) -> Self {
        self.peer = Some(peer);
        self
    }

    pub(crate) fn ok(mut self, ok: bool) -> Self {
        self.entry.ok = Some(ok);
        self
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.entry.text = Some(text.into());
        self
    }

    pub(crate) fn blocked(mut self) -> Self {
        self.entry.blocked = true;
        self
    }
}

impl State {
    pub(crate) const fn new() -> Self {
        State {
            lanes: Vec::new(),
            objects: Vec::new(),
            labels: Vec::new(),
            tokens: Vec::new(),
            epoch: 0,
            asynchronous: false,
            live: 0,
            peak: 0,
            pools: Vec::new(),
            #[cfg(unix)]
            processes: Vec::new(),
            #[cfg(unix)]
            traffic: 0,
        }
    }

    pub(crate) fn add_lane(&mut self, lane: Lane) -> LaneId {
        self.lanes.push(lane);
        self.lanes.len() - 1
    }

    pub(crate) fn add_object(
        &mut self,
        kind: ObjectKind,
        created: Option<&'static Location<'static>>,
        address: usize,
        part: Part,
    ) -> ObjectIndex {
        self.objects.push(Object { kind, created, address, clock: Clock::new(), part });
        self.objects.len() - 1
    }

    /// Adds a lane that `parent` starts here.
    pub(crate) fn spawn(
        &mut self,
        parent: LaneId,
        kind: LaneKind,
        name: Option<&str>,
        at: &'static Location<'static>,
    ) -> LaneId {
        let child = self.add_lane(Lane::new(kind, name, Some(at)));
        self.record(parent, Step::new(Op::Spawn, Some(at)).with(child));
        self.lanes[child].clock = self.lanes[parent].clock.clone();
        let born = Some(self.origin(parent));
        self.lanes[child].born = born;
        self.lanes[child].made_ready = born;
        child
    }

    /// The last event of `lane`, which the current thread is in.
    pub(crate) fn origin(&self, lane: LaneId) -> Origin {
        Origin { lane, number: self.lanes[lane].clock.of(lane), thread: std::thread::current().id() }
    }

    /// Writes an event of `lane`, and before it the poll that it happens in.
    pub(crate) fn record(&mut self, lane: LaneId, step: Step) {
        if let Some(thread) = self.lanes[lane].silent_poll.take() {
            let at = self.lanes[lane].spawned;
            let mut poll = Step::new(Op::Poll, at);
            poll.peer = thread;
            self.stamp(lane, poll);
        }
        self.stamp(lane, step);
    }

    /// Writes an attempt that found nothing, unless it repeats the one before it.
    pub(crate) fn record_vain(&mut self, lane: LaneId, step: Step) {
        let repeats = self.lanes[lane].events.back().is_some_and(|last| {
            last.entry.op == step.entry.op
                && last.entry.ok == Some(false)
                && last.entry.at == step.entry.at
                && last.object == step.object
        });
        if !repeats {
            self.record(lane, step.ok(false));
        }
    }

    /// The name of a process, with a number if there was one of that name before.
    #[cfg(unix)]
    pub(crate) fn process_name(&self, name: String) -> String {
        let taken =
            |name: &str| self.processes.iter().any(|process| self.lanes[process.lane].name.as_deref() == Some(name));
        let numbered = |number: usize| if number == 1 { name.clone() } else { format!("{name} {number}") };
        (1..).map(numbered).find(|name| !taken(name)).unwrap_or(name)
    }

    /// Writes an event, in place of the one before if that is the same with less.
    #[cfg(unix)]
    pub(crate) fn record_growing(&mut self, lane: LaneId, step: Step) {
        if let Some(last) = self.lanes[lane].events.back_mut()
            && (last.entry.op, last.entry.at, last.entry.ok, last.object)
                == (step.entry.op, step.entry.at, step.entry.ok, step.object)
        {
            last.entry.after = step.entry.after;
            return;
        }
        self.record(lane, step);
    }

    fn stamp(&mut self, lane: LaneId, step: Step) {
        let Step { entry, peer, object } = step;
        let lane_index = lane;
        let lane = &mut self.lanes[lane_index];
        let number = lane.clock.tick(lane_index);
        let weight = lane.clock.weight();
        lane.keep(Stamped { weight, number, entry, peer, object, place: None });
    }

    /// What `lane` did before becomes known to whoever acquires `object` later.
    pub(crate) fn release(&mut self, lane: LaneId, object: ObjectIndex) {
        self.objects[object].clock.join(&self.lanes[lane].clock);
    }

    /// `lane` learns what was released to `object`.
    pub(crate) fn acquire(&mut self, lane: LaneId, object: ObjectIndex) {
        self.lanes[lane].clock.join(&self.objects[object].clock);
    }

    /// `lane` learns all that `other` knows.
    pub(crate) fn learn(&mut self, lane: LaneId, other: LaneId) {
        let clock = self.lanes[other].clock.clone();
        self.lanes[lane].clock.join(&clock);
    }

    /// A thread of the learner's begins to live.
    pub(crate) fn begin_thread(&mut self) {
        self.live += 1;
        self.peak = self.peak.max(self.live);
    }

    /// The threads of a pool count from now on, if they did not before.
    pub(crate) fn count_pool(&mut self, pool: usize) {
        let crew = &mut self.pools[pool];
        if !std::mem::replace(&mut crew.counted, true) {
            self.live += crew.threads();
            self.peak = self.peak.max(self.live);
        }
    }

    /// Ends `lane`.
    pub(crate) fn finish(&mut self, lane: LaneId) {
        self.lanes[lane].status = Status::Done;
    }

    /// Whether what `reason` waits for has happened.
    pub(crate) fn is_over(&self, lane: LaneId, reason: Reason) -> bool {
        match reason {
            Reason::Lock { object, shared } => self.is_free(lane, object, shared),
            Reason::Notified { .. } => self.lanes[lane].notified,
            Reason::Generation { object, generation } => match &self.objects[object].part {
                Part::Meeting(meeting) => meeting.generation != generation,
                _ => true,
            },
            Reason::Message { object } => {
                self.channel(object).is_none_or(|channel| channel.queued > 0 || channel.senders == 0)
            }
            Reason::Room { object } => self.channel(object).is_none_or(|channel| {
                !channel.receiver || channel.capacity.is_none_or(|capacity| channel.queued < capacity)
            }),
            Reason::Taken { object, ticket } => {
                self.channel(object).is_none_or(|channel| channel.taken >= ticket || !channel.receiver)
            }
            Reason::Finished { lane } => matches!(self.lanes[lane].status, Status::Done),
            Reason::Token { thread } => self.tokens.contains(&thread),
            Reason::Open { object } => match &self.objects[object].part {
                Part::Gate(gate) => gate.open,
                _ => true,
            },
            Reason::Beat { object, number } => match &self.objects[object].part {
                Part::Heartbeat(heart) => heart.has_answered(number),
                _ => true,
            },
            #[cfg(unix)]
            Reason::Pipes { ends } => crate::process::is_ready(self, ends),
            #[cfg(unix)]
            Reason::Exited { process } => crate::process::has_ended(&self.processes[process]),
            Reason::Time | Reason::Shutdown => false,
        }
    }

    fn channel(&self, object: ObjectIndex) -> Option<&crate::object::Channel> {
        match &self.objects[object].part {
            Part::Channel(channel) => Some(channel),
            _ => None,
        }
    }

    /// Writers go first, as in std's futex locks: a reader does not pass a writer that waits.
    fn is_free(&self, lane: LaneId, object: ObjectIndex, shared: bool) -> bool {
        let Part::Lock(lock) = &self.objects[object].part else { return true };
        if shared {
            let writer_waits = |(id, other): (LaneId, &Lane)| {
                id != lane
                    && other.waits().is_some_and(|wait| wait.reason == Reason::Lock { object, shared: false })
                    && !lock.readers.is_empty()
            };
            lock.writer.is_none() && !self.lanes.iter().enumerate().any(writer_waits)
        } else {
            lock.writer.is_none() && lock.readers.is_empty()
        }
    }

    /// Who holds a lock, a writer first.
    pub(crate) fn holders(&self, object: ObjectIndex) -> impl Iterator<Item = LaneId> + '_ {
        let lock = match &self.objects[object].part {
            Part::Lock(lock) => Some(lock),
            _ => None,
        };
        lock.into_iter().flat_map(|lock| lock.writer.iter().chain(&lock.readers).copied())
    }

    /// Whether a lock is held exclusively.
    pub(crate) fn is_written(&self, object: ObjectIndex) -> bool {
        matches!(&self.objects[object].part, Part::Lock(lock) if lock.writer.is_some())
    }

    /// Lanes that wait for `reason`, the longest waiter's lane number first.
    pub(crate) fn waiting_for(&self, reason: Reason) -> impl Iterator<Item = LaneId> + '_ {
        (self.lanes.iter().enumerate())
            .filter(move |(_, lane)| lane.waits().is_some_and(|wait| wait.reason == reason))
            .map(|(id, _)| id)
    }

    pub(crate) fn take_lock(&mut self, lane: LaneId, object: ObjectIndex, shared: bool, held: Held) {
        let lock = self.objects[object].lock();
        if shared {
            lock.readers.push(lane);
        } else {
            lock.writer = Some(lane);
        }
        self.lanes[lane].held.push(held);
        self.acquire(lane, object);
    }

    pub(crate) fn give_lock(&mut self, object: ObjectIndex, shared: bool) -> Option<LaneId> {
        let thread = std::thread::current().id();
        let lock = self.objects[object].lock();
        let owner = if shared {
            let readers = lock.readers.clone();
            // A guard can only be dropped by the thread that took it, though not always in the lane that did: a
            // future's guard dies with its runtime.
            let mine = |&lane: &LaneId| {
                self.lanes[lane].held.iter().any(|held| held.object == object && held.thread == thread)
            };
            let owner = readers.iter().rev().copied().find(mine).or_else(|| readers.last().copied());
            let lock = self.objects[object].lock();
            if let Some(position) = owner.and_then(|owner| lock.readers.iter().rposition(|&lane| lane == owner)) {
                lock.readers.remove(position);
            }
            owner
        } else {
            lock.writer.take()
        };
        if let Some(owner) = owner {
            let held = &mut self.lanes[owner].held;
            if let Some(position) = held.iter().rposition(|held| held.object == object) {
                held.remove(position);
            }
            self.release(owner, object);
        }
        owner
    }

    /// A task that gets no turn while `lane` keeps its thread: a heartbeat of the hidden test's if there is one, else one
    /// that is ready, else one that is not over, those with a name first.
    ///
    /// Only what `lane` knows of counts: what another thread does at the same time would differ from run to run.
    pub(crate) fn starved(&self, lane: LaneId) -> Option<LaneId> {
        let thread = self.lanes[lane].thread;
        let knows = |origin: Origin| {
            Some(origin.thread) == thread
                || origin.lane == lane
                || self.lanes[lane].clock.of(origin.lane) >= origin.number
        };
        let is_heart = |id: LaneId| {
            self.objects.iter().any(|object| matches!(&object.part, Part::Heartbeat(heart) if heart.lane == Some(id)))
        };
        let is_ready = |other: &Lane| matches!(other.status, Status::Ready) && other.made_ready.is_some_and(knows);
        (self.lanes.iter().enumerate())
            .filter(|&(id, other)| id != lane && other.kind == LaneKind::Task)
            .filter(|(_, other)| !matches!(other.status, Status::Done) && other.born.is_some_and(knows))
            .min_by_key(|&(id, other)| (!is_heart(id), !is_ready(other), other.name.is_none(), id))
            .map(|(id, _)| id)
    }

    /// The name that a lane is shown by.
    pub(crate) fn lane_name(&self, lane: LaneId) -> String {
        if let Some(name) = &self.lanes[lane].name {
            return name.to_string();
        }
        let kind = self.lanes[lane].kind;
        let alike = |other: &&Lane| other.kind == kind && other.name.is_none();
        let ordinal = self.lanes.iter().take(lane + 1).filter(alike).count();
        match kind {
            LaneKind::Thread => format!("t{ordinal}"),
            LaneKind::Task => format!("task {ordinal}"),
            LaneKind::Blocking => format!("blocking {ordinal}"),
            LaneKind::Worker => format!("worker {ordinal}"),
            LaneKind::Process => format!("process {ordinal}"),
        }
    }
}
