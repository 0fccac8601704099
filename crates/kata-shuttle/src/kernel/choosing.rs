//! Who runs next.

use kata::{Entry, Failure};
use kata_trace::{Alternative, Decision, Event, Op, ThreadId, Verdict};

use super::loops::digest;
use super::{Kernel, Pending, Readiness, Ready, Step, Thread, Whim, id};
use crate::choice::{Choice, Token, Turn, code, write_token};
use crate::fairness;

/// What virtual time costs: an operation, and a turn given away.
const TICK: std::time::Duration = std::time::Duration::from_micros(1);
const YIELD: std::time::Duration = std::time::Duration::from_millis(10);

/// Steps that a thread may take in a row. Afterwards the others may run without a preemption, so that a loop that
/// changes something each time does not keep them waiting for ever.
const RUN: u32 = 200;

/// Rounds of a loop that gives up by itself: as many are tried before it counts as endless.
const ROUNDS: u32 = 64;

/// Who can go on, and why.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    ready: Vec<ThreadId>,
    /// Their time limit has passed.
    due: Vec<ThreadId>,
    /// They go round in loops that nothing changes.
    idle: Vec<ThreadId>,
    /// Nobody can tell when it goes on.
    free: Option<ThreadId>,
    /// They go on when nobody else can.
    last: Vec<ThreadId>,
}

enum Chosen {
    One(Choice),
    Nothing,
    Abandon,
}

impl Pending {
    /// What a thread announces that has not begun.
    pub(super) fn start(op: Op, at: super::Place, ready: *const Ready<'static>, serial: u64) -> Self {
        Pending {
            op,
            object: None,
            arms: Vec::new(),
            peer: None,
            at: Some(at),
            ready: Some(ready),
            deadline: None,
            spurious: None,
            release: false,
            queues: false,
            suspends: true,
            offers: false,
            last: false,
            idle: None,
            serial,
            behind: None,
            logged: false,
        }
    }
}

impl Kernel {
    /// `Some` when the thread proceeds at once; `None` when it must hand over to [`Kernel::next`].
    pub(super) fn announce(&mut self, step: &Step<'_>) -> Option<Turn> {
        if !self.active {
            return Some(Turn::Go);
        }
        if let Some(at) = step.at {
            kata::harness::seen_at(at);
        }
        let me = usize::from(self.current);
        let readiness = step.ready.map_or(Readiness::Ready, |ready| ready(self));
        if readiness != Readiness::Blocked && self.unwinds() && !self.is_contended(step) {
            // The panic count belongs to the operating-system thread: nobody else runs while one unwinds, unless
            // the unwinding waits for them, or asks for a lock that they wait for.
            return Some(Turn::Go);
        }
        self.steps += 1;
        self.clock += TICK;
        if step.offers {
            self.clock += YIELD;
        }
        let foreign_changes = self.changes - self.threads[me].changes;
        // A loop of steps that nobody notices is a loop all the same.
        let unnoticed = readiness == Readiness::Free && self.unnoticed < RUN;
        self.unnoticed = if unnoticed { self.unnoticed + 1 } else { 0 };
        let visited = !unnoticed && !step.release && !step.internal;
        let idle = visited && self.threads[me].loops.visit(step, self.state, foreign_changes);
        let endless = self.steps > self.max_steps;
        if idle && readiness != Readiness::Blocked && !endless && self.goes_round() {
            return Some(Turn::Go);
        }
        let fresh = std::mem::take(&mut self.threads[me].fresh);
        if !idle && !endless && !self.abandoned && !self.foreign {
            let follows = fresh && readiness == Readiness::Ready && self.has_one_outcome(step);
            if unnoticed || follows {
                self.threads[me].fresh = fresh && readiness == Readiness::Free;
                return Some(Turn::Go);
            }
        }
        self.run += 1;
        self.serial += 1;
        let pending = self.pending(step, idle);
        self.threads[me].pending = Some(pending);
        if (readiness == Readiness::Blocked && !step.quiet) || step.last {
            self.log_blocked(me);
        }
        if self.foreign {
            return None;
        }
        let mut all = std::mem::take(&mut self.all);
        all.clear();
        all.extend((0..self.threads.len()).filter(|&id| !self.threads[id].finished).map(id));
        let next = self.decide(&all);
        self.all = all;
        if next == Some(self.current) && usize::from(self.current) == me {
            return Some(self.resume());
        }
        self.decided = Some(next);
        None
    }

    fn pending(&self, step: &Step<'_>, idle: bool) -> Pending {
        // SAFETY: only the lifetime is changed. The pointers are used while the announcement stands, which is while
        // this thread is inside `step`, below whose frame the closures live.
        #[allow(unsafe_code, reason = "the condition lives on the stack of the thread that waits for it")]
        let ready = step
            .ready
            .map(|ready| unsafe { std::mem::transmute::<&Ready<'_>, &Ready<'static>>(ready) } as *const Ready<'static>);
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "the condition lives on the stack of the thread that waits for it")]
        let spurious = step
            .spurious
            .map(|whim| unsafe { std::mem::transmute::<&Whim<'_>, &Whim<'static>>(whim) } as *const Whim<'static>);
        Pending {
            op: step.op,
            object: step.object,
            arms: step.arms.to_vec(),
            peer: step.peer,
            at: step.at,
            ready,
            deadline: step.deadline,
            spurious,
            release: step.release,
            queues: step.queues,
            suspends: step.suspends,
            offers: step.offers || self.run > RUN,
            last: step.last,
            idle: idle.then_some(self.state),
            serial: self.serial,
            behind: None,
            logged: false,
        }
    }

    /// Whether a step that can be taken can only be taken in one way.
    fn has_one_outcome(&self, step: &Step<'_>) -> bool {
        let whim = || self.spurious_left > 0 && step.spurious.is_some_and(|whim| whim());
        let may_queue = || step.queues && self.waiting_writer(step.object).is_some();
        !(step.offers || step.release || step.last || whim() || may_queue())
    }

    /// The current thread is idle: whether it goes on nevertheless.
    fn goes_round(&mut self) -> bool {
        match &mut self.stubborn {
            Some((thread, rounds)) if *thread == self.current && *rounds > 0 => {
                *rounds -= 1;
                true
            }
            Some((thread, _)) if *thread == self.current => {
                // It only waits. Running the others earlier leads everywhere that running them now does.
                self.abandoned = !self.somebody_unwinds();
                false
            }
            _ => false,
        }
    }

    /// Whether a step asks for a lock that another thread waits for.
    fn is_contended(&self, step: &Step<'_>) -> bool {
        let locks = |op| matches!(op, Op::Lock | Op::ReadLock | Op::WriteLock);
        let waits = |thread: &Thread| {
            thread.pending.as_ref().is_some_and(|other| locks(other.op) && other.object == step.object)
        };
        let others = || self.threads.iter().enumerate().filter(|(id, _)| *id != usize::from(self.current));
        locks(step.op) && step.object.is_some() && others().any(|(_, thread)| waits(thread))
    }

    pub(super) fn resume(&mut self) -> Turn {
        let thread = &mut self.threads[usize::from(self.current)];
        if let Some(pending) = thread.pending.take() {
            // Going on after a yield changes nothing by itself.
            thread.fresh = pending.suspends || pending.last || matches!(pending.op, Op::Yield | Op::Sleep);
        }
        thread.turn.take().unwrap_or(Turn::Go)
    }

    /// shuttle asks who runs next. `None` ends the execution.
    pub(crate) fn next(&mut self, runnable: impl Iterator<Item = usize>) -> Option<usize> {
        if std::mem::take(&mut self.spawning) {
            return Some(usize::from(self.current));
        }
        if let Some(decided) = self.decided.take() {
            return decided.map(usize::from);
        }
        if !self.active {
            // The scenario's own thread may end if it is the last one; others are left where they are.
            let mut rest = runnable;
            return (self.over && rest.next() == Some(0) && rest.next().is_none()).then_some(0);
        }
        let mut all = std::mem::take(&mut self.all);
        all.clear();
        for task in runnable {
            while self.threads.len() <= task {
                self.foreign = true;
                self.log.add_thread(None, None);
                self.threads.push(Thread::default());
            }
            all.push(id(task));
        }
        if self.foreign {
            self.steps += 1;
            self.progresses();
        }
        let next = self.decide(&all);
        self.all = all;
        next.map(usize::from)
    }

    fn readiness(&self, thread: ThreadId) -> Readiness {
        let Some(pending) = &self.threads[usize::from(thread)].pending else { return Readiness::Ready };
        if let Some((writer, serial)) = pending.behind
            && self.announcement(writer) == Some(serial)
        {
            return Readiness::Blocked;
        }
        // SAFETY: the thread is inside `step`, so that the closure is alive (see `pending`).
        #[allow(unsafe_code, reason = "see `pending`")]
        pending.ready.map_or(Readiness::Ready, |ready| unsafe { &*ready }(self))
    }

    fn announcement(&self, thread: ThreadId) -> Option<u64> {
        self.threads[usize::from(thread)].pending.as_ref().map(|pending| pending.serial)
    }

    fn find_candidates(&mut self, runnable: &[ThreadId]) {
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.ready.clear();
        candidates.due.clear();
        candidates.idle.clear();
        candidates.free = None;
        candidates.last.clear();
        for &thread in runnable {
            let pending = self.threads[usize::from(thread)].pending.as_ref();
            let idle = pending.is_some_and(|pending| pending.idle == Some(self.state));
            match self.readiness(thread) {
                Readiness::Blocked => {
                    if pending.and_then(|pending| pending.deadline).is_some_and(|deadline| deadline <= self.clock) {
                        candidates.due.push(thread);
                    }
                }
                _ if pending.is_some_and(|pending| pending.last) => candidates.last.push(thread),
                _ if idle => candidates.idle.push(thread),
                Readiness::Ready => candidates.ready.push(thread),
                Readiness::Free => candidates.free = candidates.free.or(Some(thread)),
            }
        }
        self.candidates = candidates;
    }

    /// One of `options` things that the program leaves to chance. All but the first cost a preemption.
    pub(crate) fn pick(&mut self, options: u8) -> u8 {
        if !self.active || options < 2 || self.failure.is_some() || self.abandoned || self.unwinds() {
            return 0;
        }
        let thread = self.current;
        let option = |option| Choice { thread, turn: Turn::Pick(option), cost: u32::from(option > 0), fair: true };
        let choices: Vec<Choice> = (0..options).map(option).collect();
        match self.choose(&choices) {
            Chosen::One(Choice { turn: Turn::Pick(option), cost, .. }) => {
                self.cost += cost;
                option
            }
            _ => {
                self.abandoned = true;
                0
            }
        }
    }

    /// The thread that runs next, out of `runnable`.
    fn decide(&mut self, runnable: &[ThreadId]) -> Option<ThreadId> {
        if self.failure.is_some() || self.abandoned {
            return self.stop();
        }
        if self.steps > self.max_steps {
            self.endless(runnable);
            return self.stop();
        }
        loop {
            self.find_candidates(runnable);
            if let Some(free) = self.candidates.free {
                let choice = Choice { thread: free, turn: Turn::Go, cost: 0, fair: true };
                if !self.take(choice) {
                    self.abandoned = true;
                    return self.stop();
                }
                self.threads[usize::from(free)].turn = Some(Turn::Go);
                self.current = free;
                return Some(free);
            }
            if std::mem::take(&mut self.stepped) {
                self.tell_fairness();
            }
            let mut choices = std::mem::take(&mut self.choices);
            let goes_on = self.collect(runnable, &mut choices);
            let chosen = self.choose(&choices);
            self.choices = choices;
            let choice = match chosen {
                Chosen::One(choice) => choice,
                Chosen::Nothing => {
                    self.stuck(runnable);
                    return self.stop();
                }
                Chosen::Abandon => {
                    self.abandoned = true;
                    return self.stop();
                }
            };
            self.cost += choice.cost;
            match choice.turn {
                Turn::Queue if self.is_waiting_read(choice.thread) => {
                    self.queue(choice.thread);
                    continue;
                }
                Turn::Spurious => self.spurious_left -= 1,
                Turn::Timeout => {
                    let deadline = self.threads[usize::from(choice.thread)].pending.as_ref().and_then(|p| p.deadline);
                    self.clock = self.clock.max(deadline.unwrap_or_default());
                }
                Turn::Go | Turn::Queue | Turn::Pick(_) => {}
            }
            self.run_thread(choice, goes_on);
            return Some(choice.thread);
        }
    }

    fn run_thread(&mut self, choice: Choice, goes_on: bool) {
        let idle = |thread: &ThreadId| self.candidates.idle.contains(thread);
        let stubborn = idle(&choice.thread) && self.choices.iter().any(|other| !idle(&other.thread));
        if choice.thread != self.last {
            self.preempted = goes_on;
            self.run = 0;
            self.stubborn = None;
        }
        if self.run > RUN {
            self.run = 0;
        }
        if stubborn {
            self.stubborn = Some((choice.thread, ROUNDS));
        }
        let thread = &mut self.threads[usize::from(choice.thread)];
        thread.fresh = thread.pending.is_none();
        thread.turn = Some(choice.turn);
        self.stepped = true;
        self.last = choice.thread;
        self.current = choice.thread;
    }

    fn tell_fairness(&mut self) {
        let mut enabled = 0;
        for &thread in self.candidates.ready.iter().chain(&self.candidates.due) {
            fairness::insert(&mut enabled, usize::from(thread));
        }
        self.fairness.after_step(usize::from(self.last), self.offers(self.last), enabled, self.threads.len());
    }

    /// Whether a thread has given its turn away.
    fn offers(&self, thread: ThreadId) -> bool {
        self.threads[usize::from(thread)]
            .pending
            .as_ref()
            .is_some_and(|pending| pending.offers || pending.idle.is_some())
    }

    /// Every choice there is, the one that adds nothing first. Returns whether the last thread could simply go on.
    fn collect(&self, runnable: &[ThreadId], choices: &mut Vec<Choice>) -> bool {
        choices.clear();
        let Candidates { ready, due, idle, .. } = &self.candidates;
        let mut enabled = 0;
        for &thread in ready.iter().chain(due) {
            fairness::insert(&mut enabled, usize::from(thread));
        }
        let last = self.last;
        let has_turn = |thread: ThreadId| self.fairness.may_run(usize::from(thread), enabled);
        let can_go_on = ready.contains(&last) || due.contains(&last);
        let turn = |thread| if due.contains(&thread) { Turn::Timeout } else { Turn::Go };
        let go = |thread, cost| Choice { thread, turn: turn(thread), cost, fair: true };
        let goes_on = can_go_on && !self.offers(last) && has_turn(last);
        if goes_on {
            choices.push(go(last, 0));
        }
        let cost = u32::from(goes_on);
        let others = || round(runnable, last).filter(|thread| ready.contains(thread) || due.contains(thread));
        choices.extend(others().filter(|&t| has_turn(t)).map(|t| Choice { turn: turn(t), ..go(t, cost) }));
        let unfair = Choice { cost: 1, fair: false, ..go(last, 1) };
        choices.extend(others().filter(|&t| !has_turn(t)).map(|thread| Choice {
            thread,
            turn: turn(thread),
            ..unfair
        }));
        if can_go_on && !goes_on {
            choices.push(unfair);
        }
        if choices.is_empty() && idle.is_empty() {
            choices.extend(self.candidates.last.iter().map(|&thread| go(thread, 0)));
        }
        let waits = choices.is_empty();
        self.collect_limits(runnable, choices);
        if waits {
            // Everybody who can go on waits by looking: they go round in turn.
            choices
                .extend(round(runnable, last).filter(|t| idle.contains(t)).map(|thread| Choice { thread, ..unfair }));
        }
        if idle.contains(&last) {
            choices.push(unfair);
        }
        let Some(first) = choices.first_mut() else { return goes_on };
        first.cost = 0;
        self.collect_whims(runnable, choices);
        goes_on
    }

    /// Time limits that have not passed. The earliest passes by itself when nothing else can happen; otherwise it is
    /// like a preemption.
    fn collect_limits(&self, runnable: &[ThreadId], choices: &mut Vec<Choice>) {
        let first_limit = choices.len();
        let Candidates { ready, due, idle, last, .. } = &self.candidates;
        let deadline =
            |thread: ThreadId| self.threads[usize::from(thread)].pending.as_ref().and_then(|pending| pending.deadline);
        for &thread in runnable {
            let waits = ![ready, due, idle, last].iter().any(|others| others.contains(&thread));
            if waits && deadline(thread).is_some() {
                choices.push(Choice { thread, turn: Turn::Timeout, cost: 1, fair: true });
            }
        }
        choices[first_limit..].sort_by_key(|choice| deadline(choice.thread));
    }

    /// What the standard library allows to happen for no reason.
    fn collect_whims(&self, runnable: &[ThreadId], choices: &mut Vec<Choice>) {
        for &thread in runnable {
            let Some(announced) = self.threads[usize::from(thread)].pending.as_ref() else { continue };
            if self.spurious_left > 0
                && let Some(whim) = announced.spurious
            {
                // SAFETY: the thread is inside `step`, so that the closure is alive (see `pending`).
                #[allow(unsafe_code, reason = "see `pending`")]
                let may = unsafe { &*whim }();
                if may {
                    choices.push(Choice { thread, turn: Turn::Spurious, cost: 1, fair: true });
                }
            }
            if announced.queues
                && announced.behind.is_none()
                && self.candidates.ready.contains(&thread)
                && self.waiting_writer(announced.object).is_some()
            {
                choices.push(Choice { thread, turn: Turn::Queue, cost: 1, fair: true });
            }
        }
    }

    /// A writer that waits for a lock.
    fn waiting_writer(&self, lock: Option<kata_trace::ObjectId>) -> Option<(ThreadId, u64)> {
        (0..self.threads.len()).find_map(|other| {
            let pending = self.threads[other].pending.as_ref()?;
            let waits = pending.op == Op::WriteLock
                && pending.object == lock
                && self.readiness(id(other)) == Readiness::Blocked;
            waits.then_some((id(other), pending.serial))
        })
    }

    fn is_waiting_read(&self, thread: ThreadId) -> bool {
        self.threads[usize::from(thread)].pending.as_ref().is_some_and(|pending| pending.op == Op::ReadLock)
    }

    fn queue(&mut self, reader: ThreadId) {
        let lock = self.threads[usize::from(reader)].pending.as_ref().and_then(|pending| pending.object);
        let writer = self.waiting_writer(lock);
        if let Some(pending) = &mut self.threads[usize::from(reader)].pending {
            pending.behind = writer;
        }
        self.log_blocked(usize::from(reader));
    }

    fn choose(&mut self, choices: &[Choice]) -> Chosen {
        match choices {
            [] => Chosen::Nothing,
            [only] => {
                if self.take(*only) {
                    Chosen::One(*only)
                } else {
                    Chosen::Abandon
                }
            }
            _ => {
                let situation = self.situation(choices);
                let search = self.search.as_mut().expect("an execution belongs to a search");
                match search.choose(choices, situation) {
                    Some(index) => {
                        self.write(choices[index]);
                        Chosen::One(choices[index])
                    }
                    None => {
                        if search.stops() {
                            self.decision = Some(self.decision(choices));
                        }
                        Chosen::Abandon
                    }
                }
            }
        }
    }

    /// Takes the only choice there is, unless the search wants none.
    fn take(&mut self, only: Choice) -> bool {
        let taken = self.search.as_mut().expect("an execution belongs to a search").forced(only);
        if taken {
            self.write(only);
        }
        taken
    }

    fn write(&mut self, choice: Choice) {
        let token = self.token_of(choice);
        self.releases = 0;
        write_token(&mut self.schedule, token);
    }

    fn token_of(&self, choice: Choice) -> Token {
        let pending = self.threads[usize::from(self.current)].pending.as_ref();
        let released = if pending.is_some_and(|pending| pending.release) { self.releases } else { 0 };
        Token { thread: choice.thread, turn: choice.turn, released }
    }

    /// What is to be decided, for somebody else.
    fn decision(&self, choices: &[Choice]) -> Decision {
        let announced = |thread: ThreadId| {
            let pending = self.threads[usize::from(thread)].pending.as_ref()?;
            Some(Event {
                object: pending.object,
                arms: pending.arms.clone(),
                peer: pending.peer,
                at: pending.at.map(Into::into),
                blocked: self.readiness(thread) == Readiness::Blocked,
                ..Event::new(thread, pending.op)
            })
        };
        let alternative = |choice: &Choice| {
            let mut token = String::new();
            write_token(&mut token, self.token_of(*choice));
            let next = announced(choice.thread).map(|event| Event { blocked: false, ..event });
            // What the program leaves to chance costs as much, and nobody loses a turn by it.
            let preemption = choice.cost > 0 && !matches!(choice.turn, Turn::Pick(_));
            Alternative { token, thread: choice.thread, turn: choice.turn, preemption, next }
        };
        let waits = |thread: &ThreadId| {
            let chosen = choices.iter().any(|choice| choice.thread == *thread && choice.turn == Turn::Go);
            !chosen && !self.threads[usize::from(*thread)].finished
        };
        Decision {
            alternatives: choices.iter().map(alternative).collect(),
            waiting: (0..self.threads.len()).map(id).filter(waits).filter_map(announced).collect(),
        }
    }

    /// A digest of what can be chosen: a program that is deterministic offers the same after the same choices.
    fn situation(&self, choices: &[Choice]) -> u64 {
        choices.iter().fold(0, |situation, choice| {
            let pending = self.threads[usize::from(choice.thread)].pending.as_ref();
            let step = pending.map_or(0, |pending| {
                let place = pending.at.map_or(0, |at| std::ptr::from_ref(at).addr() as u64);
                digest(&[place, pending.op as u64, pending.object.map_or(0, |object| u64::from(object) + 1)])
            });
            digest(&[situation, u64::from(choice.thread), code(choice.turn), u64::from(choice.cost), step])
        })
    }

    /// The execution has had its steps.
    fn endless(&mut self, runnable: &[ThreadId]) {
        let kept_apart = runnable.iter().find_map(|&thread| self.meeting_of(thread));
        let endless = || Failure {
            verdict: Verdict::Livelock,
            kind: None,
            message: format!("{} steps and no end: the threads keep running without progress", self.max_steps),
            at: None,
        };
        let failure = kept_apart.unwrap_or_else(endless);
        self.set_failure(failure);
    }

    /// Nobody can go on.
    fn stuck(&mut self, runnable: &[ThreadId]) {
        for &thread in runnable {
            self.log_blocked(usize::from(thread));
        }
        let stuck: Vec<&Pending> =
            runnable.iter().filter_map(|&thread| self.threads[usize::from(thread)].pending.as_ref()).collect();
        let failure = if let Some(failure) = self.untold_panic() {
            failure
        } else if let Some(kept_apart) = runnable.iter().find_map(|&thread| self.meeting_of(thread)) {
            kept_apart
        } else {
            Failure {
                verdict: Verdict::Deadlock,
                kind: None,
                message: match stuck.len() {
                    1 => "a thread waits for ever".to_owned(),
                    n => format!("{n} threads wait for ever"),
                },
                at: stuck.last().and_then(|pending| pending.at).map(Into::into),
            }
        };
        self.set_failure(failure);
    }

    /// The failure of a thread that waits at a rendezvous to which nobody will come.
    fn meeting_of(&self, thread: ThreadId) -> Option<Failure> {
        let arrived = self.threads[usize::from(thread)].pending.as_ref().filter(|pending| pending.op == Op::Arrive)?;
        (self.readiness(thread) == Readiness::Blocked).then(|| Failure {
            verdict: Verdict::NotConcurrent,
            kind: None,
            message: "work that must be able to overlap does not".to_owned(),
            at: arrived.at.map(Into::into),
        })
    }

    /// Logs once that a thread cannot proceed with what it has announced.
    fn log_blocked(&mut self, thread: usize) {
        let Some(pending) = &mut self.threads[thread].pending else { return };
        if std::mem::replace(&mut pending.logged, true) || self.silent {
            return;
        }
        let mut entry = Entry::new(id(thread), pending.op, pending.at);
        entry.object = pending.object;
        entry.arms = (!pending.arms.is_empty()).then(|| pending.arms.as_slice().into());
        entry.peer = pending.peer;
        entry.blocked = true;
        if thread == usize::from(self.current) {
            entry.preemption = std::mem::take(&mut self.preempted);
        }
        self.log.push(entry);
    }
}

/// The others in turn, beginning behind `last`.
fn round(threads: &[ThreadId], last: ThreadId) -> impl Iterator<Item = ThreadId> {
    let after = threads.iter().copied().filter(move |&thread| thread > last);
    let before = threads.iter().copied().filter(move |&thread| thread < last);
    after.chain(before)
}
