//! Hand-overs: which step of one thread made which step of another possible.

use std::collections::{HashMap, VecDeque};

use kata_trace::{Cause, Event, ObjectId, Op, ThreadId, Trace};
use serde::Serialize;

/// An arrow of the diagram. Steps are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// A release, and the next acquisition by another thread.
    Lock,
    /// A message.
    Message,
    /// A notification, or the token of `unpark`, and the wake-up.
    Wake,
    /// A thread's beginning.
    Spawn,
    /// A thread's end, and who waited for it.
    Join,
    /// The last to arrive at a barrier or a rendezvous, and those it lets go; the end of an initialiser.
    Meet,
}

/// What may lead to a step of another thread.
#[derive(Default)]
struct Past {
    /// For each lock: the last release, exclusive and shared.
    released: HashMap<ObjectId, (Option<usize>, Option<usize>)>,
    /// For each channel: the messages in it.
    sent: HashMap<ObjectId, VecDeque<usize>>,
    closed: HashMap<ObjectId, usize>,
    notified: HashMap<ObjectId, Vec<usize>>,
    /// For each barrier, rendezvous and initialiser: the step that let the others go on.
    opened: HashMap<ObjectId, usize>,
    spawned: HashMap<ThreadId, usize>,
    unparked: HashMap<ThreadId, usize>,
    /// For each thread: its last step, and since when it waits.
    last: HashMap<ThreadId, usize>,
    waits_since: HashMap<ThreadId, usize>,
}

/// The hand-overs of an execution, in the order of their ends.
pub(super) fn links(trace: &Trace) -> Vec<Link> {
    let mut past = Past::default();
    let mut links = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        if let Some(spawn) = past.spawned.remove(&event.thread) {
            links.push(Link { from: spawn + 1, to: index + 1, kind: Kind::Spawn });
        }
        if !event.blocked
            && let Some((from, kind)) = past.cause(trace, event)
            && trace.events[from].thread != event.thread
        {
            links.push(Link { from: from + 1, to: index + 1, kind });
        }
        past.take_in(index, event);
    }
    links
}

impl Past {
    /// The step that made this one possible.
    fn cause(&mut self, trace: &Trace, event: &Event) -> Option<(usize, Kind)> {
        let object = event.object;
        let failed = event.ok == Some(false);
        let released = || object.and_then(|object| self.released.get(&object)).copied().unwrap_or_default();
        match event.op {
            Op::Join => event.peer.and_then(|peer| self.last.get(&peer)).map(|&end| (end, Kind::Join)),
            Op::Lock | Op::WriteLock => released().0.max(released().1).map(|from| (from, Kind::Lock)),
            Op::TryLock | Op::TryWriteLock if !failed => released().0.max(released().1).map(|from| (from, Kind::Lock)),
            Op::ReadLock => released().0.map(|from| (from, Kind::Lock)),
            Op::TryReadLock if !failed => released().0.map(|from| (from, Kind::Lock)),
            Op::Recv | Op::TryRecv if !failed => {
                self.sent.get_mut(&object?).and_then(VecDeque::pop_front).map(|from| (from, Kind::Message))
            }
            Op::Recv => self.closed.get(&object?).map(|&from| (from, Kind::Message)),
            Op::Wake if matches!(event.cause, None | Some(Cause::Notified)) => {
                let since = self.waits_since.get(&event.thread).copied()?;
                let reaches = |notify: &&usize| {
                    let notify = &trace.events[**notify];
                    notify.op == Op::NotifyAll || notify.peer.is_none_or(|peer| peer == event.thread)
                };
                let notified = self.notified.get(&object?)?;
                let from = notified.iter().rev().take_while(|&&notify| notify > since).find(reaches)?;
                Some((*from, Kind::Wake))
            }
            Op::Park if matches!(event.cause, None | Some(Cause::Notified)) => {
                self.unparked.remove(&event.thread).map(|from| (from, Kind::Wake))
            }
            Op::BarrierWait | Op::Arrive | Op::InitWait => {
                let since = self.waits_since.get(&event.thread).copied()?;
                self.opened.get(&object?).filter(|&&opened| opened > since).map(|&from| (from, Kind::Meet))
            }
            _ => None,
        }
    }

    fn take_in(&mut self, index: usize, event: &Event) {
        let waited = if event.blocked || event.op == Op::Wait {
            self.waits_since.entry(event.thread).or_insert(index);
            true
        } else {
            self.waits_since.remove(&event.thread).is_some()
        };
        self.last.insert(event.thread, index);
        match (event.op, event.peer) {
            (Op::Spawn, Some(peer)) => drop(self.spawned.insert(peer, index)),
            (Op::Unpark, Some(peer)) => drop(self.unparked.insert(peer, index)),
            _ => {}
        }
        let Some(object) = event.object else { return };
        let succeeded = event.ok != Some(false) && !event.blocked;
        match event.op {
            Op::Unlock | Op::WriteUnlock => self.released.entry(object).or_default().0 = Some(index),
            Op::ReadUnlock => self.released.entry(object).or_default().1 = Some(index),
            Op::Send | Op::TrySend if succeeded => self.sent.entry(object).or_default().push_back(index),
            Op::CloseSend => drop(self.closed.insert(object, index)),
            Op::NotifyOne | Op::NotifyAll => self.notified.entry(object).or_default().push(index),
            Op::InitEnd => drop(self.opened.insert(object, index)),
            Op::BarrierWait | Op::Arrive if succeeded && !waited => drop(self.opened.insert(object, index)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kata_trace::script;

    fn found(text: &str) -> Vec<(usize, usize, Kind)> {
        links(&script::trace(text)).iter().map(|link| (link.from, link.to, link.kind)).collect()
    }

    #[test]
    fn a_lock_passes_from_the_one_that_releases_it_to_the_next() {
        let found =
            found("t1: lock a :1\nt2: lock a blocked :2\nt1: unlock a\nt2: lock a :2\nt2: unlock a\nt2: lock a");
        assert_eq!(found, [(3, 4, Kind::Lock)]);
    }

    #[test]
    fn a_reader_does_not_wait_for_readers() {
        let found = found("t1: read-lock a\nt1: read-unlock a\nt2: read-lock a\nt2: read-unlock a\nt3: write-lock a");
        assert_eq!(found, [(4, 5, Kind::Lock)]);
    }

    #[test]
    fn messages_arrive_in_the_order_in_which_they_were_sent() {
        let found =
            found("t1: send c =1\nt1: send c =2\nt2: recv c =1\nt2: recv c =2\nt1: close-send c\nt2: recv c failed");
        assert_eq!(found, [(1, 3, Kind::Message), (2, 4, Kind::Message), (5, 6, Kind::Message)]);
    }

    #[test]
    fn a_notification_before_the_wait_wakes_nobody() {
        let found = found("t1: notify-one c\nt2: wait c\nt1: notify-one c >t3\nt1: notify-all c\nt2: wake c notified");
        assert_eq!(found, [(4, 5, Kind::Wake)]);
    }

    #[test]
    fn a_thread_is_spawned_and_joined() {
        let found = found("main: spawn t1\nmain: join t1 blocked\nt1: lock a\nt1: exit\nmain: join t1");
        assert_eq!(found, [(1, 3, Kind::Spawn), (4, 5, Kind::Join)]);
    }

    #[test]
    fn the_last_to_arrive_lets_the_others_go() {
        let found = found("t1: barrier-wait b blocked\nt2: barrier-wait b\nt1: barrier-wait b");
        assert_eq!(found, [(2, 3, Kind::Meet)]);
    }
}
