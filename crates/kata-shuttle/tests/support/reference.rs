//! A second opinion: small programs, run by a model that knows nothing of reductions.
//!
//! Every operation, every release and every end of a thread is a step of its own here, and every order of steps is
//! walked through. It is slow and simple on purpose.

use std::collections::{BTreeSet, HashSet};

/// One operation of a thread. Objects are few: two atomics, two mutexes (a condition variable goes with the first), a
/// reader–writer lock, a channel whose receiver the first thread has, a `OnceLock`, and each thread's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Load(usize),
    Store(usize, i64),
    Add(usize),
    Lock(usize),
    TryLock(usize),
    Unlock(usize),
    Wait,
    WaitTimeout,
    NotifyOne,
    NotifyAll,
    Read,
    TryRead,
    Write,
    TryWrite,
    UnlockRw,
    /// Sends, or receives in the thread that has the receiver; so do the others that follow, trying, or within a time
    /// limit, where both ends can.
    Send,
    TrySend,
    Recv,
    TryRecv,
    RecvTimeout,
    GetOrInit,
    Get,
    Park,
    Unpark(usize),
    Yield,
}

/// A program: what its threads do, and how much its channel holds.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) threads: Vec<Vec<Op>>,
    pub(crate) capacity: Option<usize>,
}

/// What the threads saw, each in order.
pub(crate) type Outcome = Vec<Vec<i64>>;

/// All that a program can come to.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) ends: BTreeSet<Outcome>,
    pub(crate) deadlocks: bool,
}

/// Where a thread is within its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Start,
    /// It has released the mutex and waits; whether it has been notified.
    Waiting(bool),
    /// It needs the mutex again; whether the time limit passed.
    Relocking(bool),
    /// The ticket of its offer.
    Offered(u64),
    /// It has said that it is there to receive.
    Receiving,
    /// Whether it has done what the initialiser does.
    Initialising(bool),
    /// It releases what it still has.
    Leaving(u8),
    Over,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Thread {
    pc: usize,
    phase: Phase,
    seen: Vec<i64>,
    /// Shared (`false`) and exclusive (`true`) holds of the reader–writer lock.
    holds: Vec<bool>,
    token: bool,
    /// The writer, and its place, that it queues behind.
    behind: Option<(usize, usize)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    threads: Vec<Thread>,
    atomics: [i64; 2],
    mutexes: [Option<usize>; 2],
    readers: usize,
    writer: bool,
    messages: Vec<(u64, i64)>,
    next: u64,
    taken: u64,
    senders: usize,
    receiver: bool,
    once: Option<Option<i64>>,
    spurious: u32,
}

/// Takes a step: a change, and whether it is real.
type Go<'a> = dyn FnMut(bool, &mut dyn FnMut(&mut State)) + 'a;

/// Walks through every execution.
pub(crate) fn walk(program: &Program) -> Outcomes {
    let thread = Thread { pc: 0, phase: Phase::Start, seen: vec![], holds: vec![], token: false, behind: None };
    let start = State {
        threads: vec![thread; program.threads.len()],
        atomics: [0; 2],
        mutexes: [None; 2],
        readers: 0,
        writer: false,
        messages: vec![],
        next: 0,
        taken: 0,
        senders: program.threads.len() - 1,
        receiver: true,
        once: None,
        spurious: 1,
    };
    let mut outcomes = Outcomes::default();
    let mut known = HashSet::from([start.clone()]);
    let mut todo = vec![start];
    while let Some(state) = todo.pop() {
        if state.threads.iter().all(|thread| thread.phase == Phase::Over) {
            outcomes.ends.insert(state.threads.iter().map(|thread| thread.seen.clone()).collect());
            continue;
        }
        let mut stuck = true;
        for me in 0..state.threads.len() {
            state.steps(program, me, &mut |next, real| {
                stuck &= !real;
                if known.insert(next.clone()) {
                    todo.push(next);
                }
            });
        }
        outcomes.deadlocks |= stuck;
    }
    outcomes
}

impl State {
    /// Every step that a thread can take. A step that is not real may as well never happen.
    fn steps(&self, program: &Program, me: usize, emit: &mut dyn FnMut(State, bool)) {
        let thread = &self.threads[me];
        let mut go = |real: bool, change: &mut dyn FnMut(&mut State)| {
            let mut next = self.clone();
            change(&mut next);
            emit(next, real);
        };
        match thread.phase {
            Phase::Over => {}
            Phase::Leaving(stage) => go(true, &mut |s| s.leave(me, stage)),
            Phase::Start => match program.threads[me].get(thread.pc) {
                None => go(true, &mut |s| s.threads[me].phase = Phase::Leaving(0)),
                Some(&op) => self.begin(program, me, op, &mut go),
            },
            Phase::Waiting(notified) => {
                let limit = program.threads[me][thread.pc] == Op::WaitTimeout;
                if notified {
                    go(true, &mut |s| s.threads[me].phase = Phase::Relocking(false));
                } else if limit {
                    go(true, &mut |s| s.threads[me].phase = Phase::Relocking(true));
                }
                if self.spurious > 0 {
                    go(false, &mut |s| {
                        s.spurious -= 1;
                        s.threads[me].phase = Phase::Relocking(false);
                    });
                }
            }
            Phase::Relocking(timed_out) => {
                if self.mutexes[0].is_none() {
                    go(true, &mut |s| {
                        s.mutexes[0] = Some(me);
                        s.see(me, i64::from(timed_out));
                        s.done(me);
                    });
                }
            }
            Phase::Offered(ticket) => {
                let offer = self.messages.iter().position(|(other, _)| *other == ticket);
                if self.taken >= ticket && offer.is_none() {
                    go(true, &mut |s| {
                        s.see(me, 1);
                        s.done(me);
                    });
                } else if !self.receiver {
                    go(true, &mut |s| {
                        s.messages.retain(|(other, _)| *other != ticket);
                        s.see(me, 0);
                        s.done(me);
                    });
                }
            }
            Phase::Receiving => self.receive(program, me, &mut go),
            Phase::Initialising(false) => go(true, &mut |s| {
                s.atomics[1] += 1;
                s.threads[me].phase = Phase::Initialising(true);
            }),
            Phase::Initialising(true) => go(true, &mut |s| {
                s.once = Some(Some(me as i64));
                s.see(me, me as i64);
                s.done(me);
            }),
        }
    }

    fn begin(&self, program: &Program, me: usize, op: Op, go: &mut Go<'_>) {
        match op {
            Op::Load(a) => go(true, &mut |s| {
                s.see(me, s.atomics[a]);
                s.done(me);
            }),
            Op::Store(a, value) => go(true, &mut |s| {
                s.atomics[a] = value;
                s.done(me);
            }),
            Op::Add(a) => go(true, &mut |s| {
                s.see(me, s.atomics[a]);
                s.atomics[a] += 1;
                s.done(me);
            }),
            Op::Lock(m) => {
                if self.mutexes[m].is_none() {
                    go(true, &mut |s| {
                        s.mutexes[m] = Some(me);
                        s.done(me);
                    });
                }
            }
            Op::TryLock(m) => go(true, &mut |s| {
                let free = s.mutexes[m].is_none();
                if free {
                    s.mutexes[m] = Some(me);
                }
                s.see(me, i64::from(free));
                s.done(me);
            }),
            Op::Unlock(m) => go(true, &mut |s| {
                s.unlock(me, m);
                s.done(me);
            }),
            Op::Wait | Op::WaitTimeout => go(true, &mut |s| {
                if s.mutexes[0] == Some(me) {
                    s.mutexes[0] = None;
                    s.threads[me].phase = Phase::Waiting(false);
                } else {
                    s.done(me);
                }
            }),
            Op::NotifyAll => go(true, &mut |s| {
                for thread in &mut s.threads {
                    if thread.phase == Phase::Waiting(false) {
                        thread.phase = Phase::Waiting(true);
                    }
                }
                s.done(me);
            }),
            Op::NotifyOne => {
                let waiting = (0..self.threads.len()).filter(|&t| self.threads[t].phase == Phase::Waiting(false));
                let mut nobody = true;
                for waiter in waiting {
                    nobody = false;
                    go(true, &mut |s| {
                        s.threads[waiter].phase = Phase::Waiting(true);
                        s.done(me);
                    });
                }
                if nobody {
                    go(true, &mut |s| s.done(me));
                }
            }
            Op::Read | Op::TryRead | Op::Write | Op::TryWrite => self.lock_rw(program, me, op, go),
            Op::UnlockRw => go(true, &mut |s| {
                s.unlock_rw(me);
                s.done(me);
            }),
            Op::Send | Op::TrySend | Op::Recv | Op::TryRecv | Op::RecvTimeout if me == 0 => {
                if program.capacity == Some(0) && matches!(op, Op::Send | Op::Recv | Op::RecvTimeout) {
                    go(true, &mut |s| s.threads[me].phase = Phase::Receiving);
                } else {
                    self.receive(program, me, go);
                }
            }
            Op::Send | Op::Recv | Op::RecvTimeout => self.send(program, me, go),
            Op::TrySend | Op::TryRecv => go(true, &mut |s| {
                let room = match program.capacity {
                    None => true,
                    Some(0) => s.threads[0].phase == Phase::Receiving && s.messages.is_empty(),
                    Some(capacity) => s.messages.len() < capacity,
                };
                let result = if !s.receiver { -1 } else { i64::from(room) };
                if result == 1 {
                    s.push(me);
                }
                s.see(me, result);
                s.done(me);
            }),
            Op::GetOrInit => match self.once {
                None => go(true, &mut |s| {
                    s.once = Some(None);
                    s.threads[me].phase = Phase::Initialising(false);
                }),
                Some(None) => {}
                Some(Some(value)) => go(true, &mut |s| {
                    s.see(me, value);
                    s.done(me);
                }),
            },
            Op::Get => go(true, &mut |s| {
                s.see(me, s.once.flatten().unwrap_or(-1));
                s.done(me);
            }),
            Op::Park => {
                if self.threads[me].token {
                    go(true, &mut |s| {
                        s.threads[me].token = false;
                        s.done(me);
                    });
                }
                if self.spurious > 0 {
                    go(false, &mut |s| {
                        s.spurious -= 1;
                        s.done(me);
                    });
                }
            }
            Op::Unpark(thread) => go(true, &mut |s| {
                let count = s.threads.len();
                s.threads[thread % count].token = true;
                s.done(me);
            }),
            Op::Yield => go(true, &mut |s| s.done(me)),
        }
    }

    fn lock_rw(&self, program: &Program, me: usize, op: Op, go: &mut Go<'_>) {
        let exclusive = matches!(op, Op::Write | Op::TryWrite);
        let free = !self.writer && (!exclusive || self.readers == 0);
        // Somebody whose next step is to wait for the lock exclusively.
        let waiting = (0..self.threads.len()).find(|&other| {
            let thread = &self.threads[other];
            let wants = program.threads[other].get(thread.pc) == Some(&Op::Write) && thread.phase == Phase::Start;
            wants && (self.writer || self.readers > 0)
        });
        let queued = self.threads[me].behind.is_some_and(|(writer, pc)| self.threads[writer].pc == pc);
        let tries = matches!(op, Op::TryRead | Op::TryWrite);
        let mut take = |s: &mut State| {
            if exclusive {
                s.writer = true;
            } else {
                s.readers += 1;
            }
            s.threads[me].holds.push(exclusive);
            s.threads[me].behind = None;
            if tries {
                s.see(me, 1);
            }
            s.done(me);
        };
        if free && !queued {
            go(true, &mut take);
        }
        if tries && (!free || (!exclusive && waiting.is_some())) {
            go(true, &mut |s| {
                s.see(me, 0);
                s.done(me);
            });
        }
        if let Some(writer) = waiting
            && free
            && op == Op::Read
            && !queued
        {
            go(false, &mut |s| s.threads[me].behind = Some((writer, s.threads[writer].pc)));
        }
    }

    fn receive(&self, program: &Program, me: usize, go: &mut Go<'_>) {
        let op = program.threads[me][self.threads[me].pc];
        if let Some(&(ticket, value)) = self.messages.first() {
            go(true, &mut |s| {
                s.messages.remove(0);
                s.taken = ticket;
                s.see(me, value);
                s.done(me);
            });
        } else if self.senders == 0 {
            go(true, &mut |s| {
                s.see(me, -1);
                s.done(me);
            });
        } else if matches!(op, Op::TryRecv | Op::TrySend | Op::RecvTimeout) {
            go(true, &mut |s| {
                s.see(me, -2);
                s.done(me);
            });
        }
    }

    fn send(&self, program: &Program, me: usize, go: &mut Go<'_>) {
        if !self.receiver {
            go(true, &mut |s| {
                s.see(me, 0);
                s.done(me);
            });
        } else if program.capacity == Some(0) {
            go(true, &mut |s| {
                let ticket = s.push(me);
                s.threads[me].phase = Phase::Offered(ticket);
            });
        } else if program.capacity.is_none_or(|capacity| self.messages.len() < capacity) {
            go(true, &mut |s| {
                s.push(me);
                s.see(me, 1);
                s.done(me);
            });
        }
    }

    fn push(&mut self, me: usize) -> u64 {
        self.next += 1;
        self.messages.push((self.next, me as i64));
        self.next
    }

    fn see(&mut self, me: usize, value: i64) {
        self.threads[me].seen.push(value);
    }

    fn done(&mut self, me: usize) {
        self.threads[me].pc += 1;
        self.threads[me].phase = Phase::Start;
    }

    fn unlock(&mut self, me: usize, mutex: usize) {
        if self.mutexes[mutex] == Some(me) {
            self.mutexes[mutex] = None;
        }
    }

    fn unlock_rw(&mut self, me: usize) {
        match self.threads[me].holds.pop() {
            Some(true) => self.writer = false,
            Some(false) => self.readers -= 1,
            None => {}
        }
    }

    /// What the end of a thread releases, one thing a step.
    fn leave(&mut self, me: usize, stage: u8) {
        self.threads[me].phase = Phase::Leaving(stage + 1);
        match stage {
            0 => self.unlock(me, 0),
            1 => self.unlock(me, 1),
            2 if !self.threads[me].holds.is_empty() => {
                self.unlock_rw(me);
                self.threads[me].phase = Phase::Leaving(2);
            }
            2 => {}
            3 if me == 0 => {
                self.receiver = false;
                if !self.threads.iter().any(|thread| matches!(thread.phase, Phase::Offered(_))) {
                    self.messages.clear();
                }
            }
            3 => self.senders -= 1,
            _ => self.threads[me].phase = Phase::Over,
        }
    }
}
