//! Threads that wait for ever.

use std::collections::BTreeMap;

use crate::{Cause, DeadlockKind, Event, ObjectId, ObjectKind, Op, ThreadId, Trace};

use super::case::{Case, Draft, equals, list};
use super::holding::{Hold, Mode};
use super::variable::{Access, accesses};
use super::waiting::{Edge, Waiting, Why, is_channel};
use super::{Diagnosis, Mark, Pattern, pipe};

/// See [`super::deadlock_kind`].
pub(super) fn kind(trace: &Trace) -> DeadlockKind {
    let waiting = Waiting::at_end(trace);
    match waiting.cycle() {
        Some(cycle) if cycle.len() == 1 => DeadlockKind::SelfDeadlock,
        Some(_) => DeadlockKind::LockCycle,
        None if waiting.roots(trace).iter().any(|&root| is_channel(trace, root)) => DeadlockKind::Channel,
        None => DeadlockKind::NobodyWillWake,
    }
}

pub(super) fn diagnose(case: &Case<'_>, kind: DeadlockKind) -> Option<Diagnosis> {
    let waiting = Waiting::at_end(case.trace);
    if waiting.stuck.iter().all(Option::is_none) {
        return None;
    }
    let mut draft = Draft::new();
    draft.matters(waiting.stuck.iter().flatten().copied());
    let pattern = match waiting.cycle() {
        Some(cycle) => lock_cycle(case, &waiting, &cycle, &mut draft),
        None => match pipe::diagnose(case, &waiting, &mut draft) {
            Some(pattern) => pattern,
            None => event_that_never_comes(case, &waiting, kind, &mut draft),
        },
    };
    the_others(case, &waiting, &mut draft);
    Some(draft.finish(pattern))
}

fn lock_cycle(case: &Case<'_>, waiting: &Waiting, cycle: &[Edge], draft: &mut Draft) -> Pattern {
    if let [edge] = cycle {
        self_deadlock(case, waiting, edge, draft);
        return Pattern::SelfDeadlock;
    }
    for edge in cycle {
        wait(case, waiting, edge, draft);
    }
    draft.say(circle(case, cycle));
    // A join is no lock: who waits for a thread keeps what that thread needs.
    if cycle.iter().any(|edge| edge.why == Why::Joins) { Pattern::HoldAndWait } else { Pattern::LockCycle }
}

/// What makes the waits of a cycle a circle.
fn circle(case: &Case<'_>, cycle: &[Edge]) -> String {
    let held: Vec<&Hold> = (cycle.iter())
        .filter_map(|edge| match &edge.why {
            Why::Holds(hold) => Some(hold),
            _ => None,
        })
        .collect();
    let keeps = |hold: &Hold| format!("{} keeps {}", case.who(hold.thread), case.what(hold.object));
    match (cycle.len(), held.as_slice()) {
        (2, [a, b]) if a.object != b.object && a.mode != Mode::Initialiser && b.mode != Mode::Initialiser => {
            "Each waits for the lock that the other holds: they take the same two locks in opposite orders.".to_owned()
        }
        (2, [_, _]) => "Each waits for what the other holds, and neither can go first.".to_owned(),
        (2, [hold]) if cycle.iter().any(|edge| edge.why == Why::Joins) => {
            format!("{} while it waits for the thread that needs it.", keeps(hold))
        }
        (threads, held) if held.len() == threads => {
            format!("Each of the {threads} waits for a lock that the next one holds: none can go first.")
        }
        (threads, _) => format!("The {threads} wait for each other in a circle: none can go first."),
    }
}

fn self_deadlock(case: &Case<'_>, waiting: &Waiting, edge: &Edge, draft: &mut Draft) {
    let Why::Holds(hold) = edge.why else { return };
    let (who, what) = (case.who(edge.from), case.what(hold.object));
    let (at, since) = (case.at(edge.event), case.comma_since(hold.since));
    draft.tell(&[edge.event]);
    draft.matters([hold.since]);
    draft.mark(case.mark(hold.since, false, takes(case, &hold)));
    let own = if hold.mode == Mode::Initialiser { "which it is initialising" } else { "which it holds itself" };
    draft.mark(case.mark(edge.event, true, format!("{who} waits here for {what}, {own}")));
    match (case.event(edge.event).op, hold.mode) {
        (_, Mode::Initialiser) => {
            draft.say(format!("{who} asks{at} for {what} while it is still running the initialiser of {what}{since}."));
            draft.say("The initialiser waits for its own result.");
        }
        (Op::WriteLock, Mode::Shared) => {
            draft.say(format!("{who} waits{at} to write {what}, which it still holds itself for reading{since}."));
            draft.say("A read lock cannot be turned into a write lock: the thread waits for itself to let go.");
        }
        (Op::ReadLock, Mode::Shared) => {
            draft.say(format!("{who} waits{at} to read {what} a second time: it holds it for reading already{since}."));
            match queued_writer(case, waiting, hold.object, edge.event) {
                Some(writer) => {
                    let other = case.who(case.event(writer).thread);
                    draft.matters([writer]);
                    draft.mark(case.mark(writer, false, format!("{other} waits to write {what}")));
                    draft.say(format!(
                        "Between the two, {other} came to write{}, and a new reader queues behind a waiting writer: \
                         {other} waits for {who}'s first read, and {who}'s second read waits for {other}.",
                        case.at(writer)
                    ));
                }
                None => draft.say(
                    "A thread must not read an `RwLock` again while it holds it: as soon as a writer waits in between, \
                     neither can go on.",
                ),
            }
        }
        (Op::Lock, _) if case.kind_of(edge.event) == Some(ObjectKind::Semaphore) => {
            draft.say(format!("{who} waits{at} for permits of {what} while it keeps others{since}."));
            draft.say("Whoever could give some back waits, too: take all that are needed at once.");
        }
        (Op::Lock, _) => {
            draft.say(format!("{who} waits{at} for {what}, which it already holds itself{since}."));
            draft.say("A `Mutex` is not reentrant: the thread that holds it cannot lock it again.");
        }
        _ => {
            draft.say(format!("{who} waits{at} for {what}, which it already holds itself{since}."));
            draft.say("A lock is not reentrant: the thread waits for itself to let go.");
        }
    }
}

/// A writer that asked for a lock before this event, and still waits.
fn queued_writer(case: &Case<'_>, waiting: &Waiting, object: ObjectId, before: usize) -> Option<usize> {
    let is_it = |index: &usize| {
        let event = case.event(*index);
        *index < before && event.op == Op::WriteLock && event.object == Some(object)
    };
    waiting.stuck.iter().flatten().copied().find(is_it)
}

/// One edge of the wait-for graph, in words.
fn wait(case: &Case<'_>, waiting: &Waiting, edge: &Edge, draft: &mut Draft) {
    draft.tell(&[edge.event]);
    draft.say(format!("{}{}.", waits(case, edge.event), because(case, waiting, edge)));
    match edge.why {
        Why::Holds(hold) => {
            draft.matters([hold.since]);
            draft.mark(case.mark(hold.since, false, takes(case, &hold)));
        }
        Why::Queued(writer) => {
            let what = case.what_of(writer);
            draft.mark(case.mark(writer, false, format!("{} waits to write {what}", case.who(edge.to))));
        }
        Why::Joins => {}
    }
    draft.mark(case.mark(edge.event, true, waits_label(case, edge.event)));
}

/// `t1 locks `a``: the label of the line where a hold began.
pub(super) fn takes(case: &Case<'_>, hold: &Hold) -> String {
    let verb = match hold.mode {
        Mode::Initialiser => "initialises",
        Mode::Shared => "read-locks",
        Mode::Exclusive if case.event(hold.since).op == Op::WriteLock => "write-locks",
        Mode::Exclusive => "locks",
    };
    format!("{} {verb} {}", case.who(hold.thread), case.what(hold.object))
}

/// `t1 waits at :26 for `b``
pub(super) fn waits(case: &Case<'_>, index: usize) -> String {
    format!("{} waits{} {}", case.who(case.event(index).thread), case.at(index), purpose(case, index))
}

pub(super) fn waits_label(case: &Case<'_>, index: usize) -> String {
    format!("{} waits here {}", case.who(case.event(index).thread), purpose(case, index))
}

/// What a stuck thread waits for.
fn purpose(case: &Case<'_>, index: usize) -> String {
    let event = case.event(index);
    let what = case.what_of(index);
    match event.op {
        Op::Join => {
            event.peer.map_or("for a thread to end".to_owned(), |peer| format!("for {} to end", case.who(peer)))
        }
        Op::ReadLock => format!("to read {what}"),
        Op::WriteLock => format!("to write {what}"),
        Op::InitWait => format!("for the initialiser of {what}"),
        Op::Wait => format!("on {what}"),
        Op::Park => "to be unparked".to_owned(),
        Op::Poll => "to be woken".to_owned(),
        Op::Yield | Op::Sleep => "for its turn".to_owned(),
        Op::BarrierWait => format!("for the others at {what}"),
        Op::Arrive => "for the others".to_owned(),
        Op::Quiesce => "until the others sleep".to_owned(),
        Op::ReadPipe => format!("to read from {what}, which is empty"),
        Op::WritePipe => match &event.after {
            Some(bytes) => format!("to write to {what}, which is full: it holds {bytes} bytes"),
            None => format!("to write to {what}, which is full"),
        },
        Op::Send | Op::Recv => {
            let others = event.arms.iter().map(|arm| over_a_channel(arm.op, &case.what(arm.object)));
            let all: Vec<String> = std::iter::once(over_a_channel(event.op, &what)).chain(others).collect();
            all.join(" or ")
        }
        _ => format!("for {what}"),
    }
}

fn over_a_channel(op: Op, what: &str) -> String {
    if matches!(op, Op::Send | Op::TrySend) { format!("to send on {what}") } else { format!("to receive from {what}") }
}

/// `, which t2 has held since :29`
pub(super) fn because(case: &Case<'_>, waiting: &Waiting, edge: &Edge) -> String {
    let other = case.who(edge.to);
    match edge.why {
        Why::Joins => String::new(),
        Why::Queued(writer) => format!(
            ", behind {other}, which has waited to write it{} (a new reader queues behind a waiting writer)",
            case.since(writer)
        ),
        Why::Holds(hold) if waiting.ended[usize::from(hold.thread)].is_some() => {
            format!(", which {other} took{} and never released: {other} has ended", case.at(hold.since))
        }
        Why::Holds(hold) => {
            let how = match hold.mode {
                Mode::Initialiser => "has been running",
                Mode::Shared => "has held for reading",
                Mode::Exclusive if case.event(hold.since).op == Op::WriteLock => "has held for writing",
                Mode::Exclusive => "has held",
            };
            format!(", which {other} {how}{}", case.since(hold.since))
        }
    }
}

/// The stuck threads that nothing was said about yet.
pub(super) fn the_others(case: &Case<'_>, waiting: &Waiting, draft: &mut Draft) {
    for &index in waiting.stuck.iter().flatten() {
        if !draft.is_told(index) {
            let edge = waiting.edges_from(case.event(index).thread).next();
            let because = edge.map_or_else(String::new, |edge| because(case, waiting, edge));
            draft.say(format!("{}{because}.", waits(case, index)));
        }
    }
}

/// The threads that wait for something other than a thread which the log shows.
fn event_that_never_comes(case: &Case<'_>, waiting: &Waiting, kind: DeadlockKind, draft: &mut Draft) -> Pattern {
    let roots = waiting.roots(case.trace);
    let mut pattern = full_circle(case, &roots, draft);
    let mut groups: BTreeMap<(bool, Op, Option<ObjectId>), Vec<usize>> = BTreeMap::new();
    for &root in roots.iter().filter(|&&root| !draft.is_told(root)) {
        let event = case.event(root);
        // A deadlock on a channel is told from the channel.
        let first = is_channel(case.trace, root) == (kind == DeadlockKind::Channel);
        groups.entry((!first, event.op, event.object)).or_default().push(root);
    }
    for ((_, op, _), group) in &groups {
        draft.tell(group);
        let found = match op {
            Op::Wait => condvar(case, group, draft),
            Op::Park => park(case, group, draft),
            Op::BarrierWait | Op::Arrive => barrier(case, group, draft),
            Op::Recv | Op::Send if group.iter().any(|&index| !case.event(index).arms.is_empty()) => {
                selection(case, group, draft)
            }
            Op::Recv => receive(case, waiting, group, draft),
            Op::Send => send(case, waiting, group, draft),
            _ => {
                for &index in group {
                    draft.say(format!("{}, and nobody is left to end that.", waits(case, index)));
                    draft.mark(case.mark(index, true, waits_label(case, index)));
                }
                Pattern::NobodyWillWake
            }
        };
        pattern.get_or_insert(found);
    }
    for edge in &waiting.edges {
        if matches!(edge.why, Why::Holds(hold) if waiting.ended[usize::from(hold.thread)].is_some()) {
            wait(case, waiting, edge, draft);
        }
    }
    let held = hold_and_wait(case, waiting, &roots, draft);
    match pattern {
        Some(Pattern::NobodyWillWake | Pattern::Channel) if held => Pattern::HoldAndWait,
        Some(pattern) => pattern,
        None => Pattern::NobodyWillWake,
    }
}

/// `t1 waits at :20 on `ready``, `t1 (at :20) and t2 (at :31) wait on `ready``
pub(super) fn wait_together(case: &Case<'_>, group: &[usize]) -> String {
    match group {
        [one] => waits(case, *one),
        [first, rest @ ..] if rest.iter().all(|&index| case.at(index) == case.at(*first)) => {
            let who: Vec<&str> = group.iter().map(|&index| case.who(case.event(index).thread)).collect();
            format!("{} wait{} {}", list(&who), case.at(*first), purpose(case, *first))
        }
        _ => {
            let who: Vec<String> = (group.iter())
                .map(|&index| {
                    let at = case.at(index);
                    let name = case.who(case.event(index).thread);
                    if at.is_empty() { name.to_owned() } else { format!("{name} ({})", at.trim_start()) }
                })
                .collect();
            format!("{} wait {}", list(&who), purpose(case, group[0]))
        }
    }
}

fn mark_waits(case: &Case<'_>, group: &[usize], draft: &mut Draft) {
    for &index in group {
        draft.mark(case.mark(index, true, waits_label(case, index)));
    }
}

fn condvar(case: &Case<'_>, group: &[usize], draft: &mut Draft) -> Pattern {
    let object = case.event(group[0]).object;
    let what = case.what_of(group[0]);
    draft.say(format!("{}, and nobody is left to notify it.", wait_together(case, group)));
    let notifications: Vec<usize> = (case.trace.events.iter().enumerate())
        .filter(|(_, event)| matches!(event.op, Op::NotifyOne | Op::NotifyAll) && event.object == object)
        .map(|(index, _)| index)
        .collect();
    let (mut lost, mut in_vain) = (false, false);
    for &waiter in group {
        // The last one that came too early; the first one that came in time and woke another.
        let own = |index: usize| case.event(index).thread == case.event(waiter).thread;
        let before = notifications.iter().rfind(|&&index| index < waiter && !own(index));
        let after = notifications.iter().find(|&&index| index > waiter);
        if let Some(&index) = after {
            in_vain |= woke_another(case, index, waiter, draft);
        } else if let Some(&index) = before
            && waiters(case, index).is_empty()
        {
            came_too_early(case, index, waiter, draft);
            lost = true;
        } else if !notifications.is_empty() && notifications.iter().all(|&index| own(index)) {
            let who = case.who(case.event(waiter).thread);
            draft.say(format!("Nobody but {who} itself ever notified {}.", case.what_of(waiter)));
        }
    }
    if notifications.is_empty() {
        draft.say(format!("Nothing in this execution ever notified {what}."));
    }
    mark_waits(case, group, draft);
    match (lost, in_vain) {
        (true, _) => Pattern::LostWakeup,
        (false, true) => Pattern::WrongWaiter,
        (false, false) => Pattern::NobodyWillWake,
    }
}

/// The threads that wait on the condition variable of a notification when it comes.
fn waiters(case: &Case<'_>, notification: usize) -> Vec<ThreadId> {
    let object = case.event(notification).object;
    let mut waiters = Vec::new();
    for event in &case.trace.events[..notification] {
        if event.object == object && event.op == Op::Wait {
            waiters.push(event.thread);
        } else if event.object == object && event.op == Op::Wake && !event.blocked {
            waiters.retain(|&thread| thread != event.thread);
        }
    }
    waiters
}

fn came_too_early(case: &Case<'_>, notification: usize, waiter: usize, draft: &mut Draft) {
    let (notifier, sleeper) = (case.event(notification).thread, case.event(waiter).thread);
    let what = case.what_of(notification);
    let (who, other) = (case.who(notifier), case.who(sleeper));
    draft.matters([notification]);
    match check_before_notification(case, notification, waiter) {
        Some((read, write)) => {
            let variable = case.what(read.object);
            draft.matters([read.first, write.wrote, write.first]);
            draft.mark(case.mark(
                read.first,
                false,
                format!("{other} reads {variable}{}", equals(read.found.as_ref())),
            ));
            draft.mark(case.mark(write.wrote, false, format!("{who} {}", writes(&variable, &write))));
            draft.say(format!(
                "{other} had read {variable}{}{}; then {who} {}{} and notified {what}{}; only after that did {other} \
                 start to wait.",
                equals(read.found.as_ref()),
                case.at(read.first),
                wrote(&variable, &write),
                case.at(write.wrote),
                case.at(notification),
            ));
        }
        None => {
            draft.say(format!("{who} had notified it{} before {other} started to wait.", case.at(notification)));
        }
    }
    let is_notify = case.kind_of(notification) == Some(ObjectKind::Notify);
    if is_notify && case.event(notification).op == Op::NotifyOne {
        let taken = taken_permit(case, notification, sleeper).map_or_else(String::new, |index| {
            draft.matters([index]);
            format!(", and {} took it{}", case.who(case.event(index).thread), case.at(index))
        });
        draft.say(format!("`notify_one` leaves one permit if nobody waits, however often it is called{taken}."));
        draft.mark(case.mark(notification, false, format!("{who} leaves a permit in {what}: nobody waits yet")));
        return;
    }
    let remembers =
        if is_notify { "`notify_waiters` stores no permit" } else { "A condition variable remembers no notification" };
    draft.say(format!("{remembers}: it wakes those who wait, and at that moment nobody did."));
    draft.mark(case.mark(notification, false, format!("{who} notifies {what}: nobody waits yet")));
}

/// Where another thread took the permit of a notification.
fn taken_permit(case: &Case<'_>, notification: usize, waiter: ThreadId) -> Option<usize> {
    let object = case.event(notification).object;
    let takes =
        |event: &Event| event.op == Op::Wake && !event.blocked && event.object == object && event.thread != waiter;
    (notification..case.trace.events.len()).find(|&index| takes(case.event(index)))
}

fn writes(variable: &str, access: &Access) -> String {
    access.left.as_ref().map_or_else(|| format!("changes {variable}"), |value| format!("writes {variable} = {value}"))
}

fn wrote(variable: &str, access: &Access) -> String {
    access.left.as_ref().map_or_else(|| format!("changed {variable}"), |value| format!("wrote {variable} = {value}"))
}

/// What the waiter looked at before the notifier changed it and notified: the last such variable.
fn check_before_notification(case: &Case<'_>, notification: usize, waiter: usize) -> Option<(Access, Access)> {
    let (notifier, sleeper) = (case.event(notification).thread, case.event(waiter).thread);
    let own = |index: &usize| case.event(*index).thread == sleeper;
    // The wait itself unlocks.
    let given_up = (0..waiter).rfind(own).filter(|&index| case.event(index).op == Op::Unlock);
    let pairs = accesses(case.trace).into_values().filter_map(|accesses| {
        let write = accesses.iter().rfind(|access| {
            // Also if it notifies under the lock.
            let before = access.first < notification && access.last.is_some_and(|last| last < waiter);
            access.thread == notifier && access.writes && before
        })?;
        let looks = |access: &&Access| access.thread == sleeper && access.reads && access.first < waiter;
        // What it locked only to wait, after the change, it did not look at: it would not wait.
        let only_to_wait =
            |access: &Access| given_up.is_some() && access.last == given_up && access.first > write.first;
        let read = accesses.iter().rfind(|access| looks(access) && !only_to_wait(access))?;
        (read.last.is_some_and(|last| last < write.first)).then(|| (read.clone(), write.clone()))
    });
    pairs.max_by_key(|(read, _)| read.first)
}

/// Tells a notification that came while a thread waited and woke another one; whether that one had no use for it.
fn woke_another(case: &Case<'_>, notification: usize, waiter: usize, draft: &mut Draft) -> bool {
    let event = case.event(notification);
    let Some(peer) = event.peer.filter(|&peer| peer != case.event(waiter).thread) else { return false };
    let (who, woken, sleeper) = (case.who(event.thread), case.who(peer), case.who(case.event(waiter).thread));
    draft.matters([notification]);
    draft.mark(case.mark(notification, false, format!("{who}'s notification wakes {woken}")));
    draft.say(format!(
        "The notification that {who} gave{} while {sleeper} waited woke {woken} instead.",
        case.at(notification)
    ));
    woke_in_vain(case, notification, peer, draft)
}

/// Says where the thread that was woken waits again, if it does: the notification was of no use to it.
fn woke_in_vain(case: &Case<'_>, notification: usize, woken: ThreadId, draft: &mut Draft) -> bool {
    let object = case.event(notification).object;
    let waits_again = (notification..case.trace.events.len()).find(|&index| {
        let event = case.event(index);
        event.thread == woken && event.op == Op::Wait && event.object == object
    });
    if let Some(index) = waits_again {
        draft.matters([index]);
        draft.say(format!(
            "{} had no use for it and waited again{}: `notify_one` wakes any one of those who wait, whatever they wait \
             for.",
            case.who(woken),
            case.at(index)
        ));
    }
    waits_again.is_some()
}

fn park(case: &Case<'_>, group: &[usize], draft: &mut Draft) -> Pattern {
    for &index in group {
        let thread = case.event(index).thread;
        draft.say(format!("{}, and nobody is left to unpark it.", waits(case, index)));
        let unparks = |event: &&crate::Event| event.op == Op::Unpark && event.peer == Some(thread);
        if !case.trace.events.iter().any(|event| unparks(&event)) {
            draft.say(format!("Nothing in this execution ever unparked {}.", case.who(thread)));
        }
    }
    mark_waits(case, group, draft);
    Pattern::NobodyWillWake
}

fn barrier(case: &Case<'_>, group: &[usize], draft: &mut Draft) -> Pattern {
    let what = case.what_of(group[0]);
    draft.say(format!("{}, and nobody is left to arrive there.", wait_together(case, group)));
    let object = case.event(group[0]).object;
    let arrived = |thread: ThreadId| {
        let here = |event: &&crate::Event| event.thread == thread && event.object == object;
        case.trace.events.iter().any(|event| here(&event))
    };
    for (index, event) in case.trace.events.iter().enumerate() {
        if matches!(event.op, Op::Exit | Op::Panic) && event.thread != 0 && !arrived(event.thread) {
            draft.matters([index]);
            draft.say(format!("{} ended without having been at {what}.", case.who(event.thread)));
        }
    }
    mark_waits(case, group, draft);
    Pattern::NobodyWillWake
}

fn receive(case: &Case<'_>, waiting: &Waiting, group: &[usize], draft: &mut Draft) -> Pattern {
    let object = case.event(group[0]).object;
    draft.say(format!("{}: it is empty, but not closed, for a sender of it still exists.", wait_together(case, group)));
    mark_waits(case, group, draft);
    living_senders(case, group[0], object, draft);
    given_up(case, group, draft);
    partners(case, waiting, group, &[Op::Send, Op::TrySend], "sent on", object, draft);
    if let [alone] = group
        && waiting.stuck.iter().flatten().count() == 1
    {
        let who = case.who(case.event(*alone).thread);
        draft.say(format!("No other thread is left, so that sender belongs to {who} itself, or is never dropped."));
    }
    if senders_are_gone(case, waiting, group, object) { Pattern::SenderNotDropped } else { Pattern::Channel }
}

/// A message for these threads that was not sent: whoever tried to did not try again.
fn given_up(case: &Case<'_>, group: &[usize], draft: &mut Draft) {
    let event = case.event(group[0]);
    let channels: Vec<ObjectId> = event.object.into_iter().chain(event.arms.iter().map(|arm| arm.object)).collect();
    let failed = (0..case.trace.events.len()).rev().find(|&index| {
        let other = case.event(index);
        let full = other.op == Op::TrySend || (other.op == Op::Send && other.cause == Some(Cause::Timeout));
        let here = other.object.is_some_and(|object| channels.contains(&object));
        full && here && other.ok == Some(false) && !is_repeated(case, index)
    });
    let Some(failed) = failed else { return };
    let thread = case.event(failed).thread;
    let (who, what) = (case.who(thread), case.what_of(failed));
    draft.matters([failed]);
    draft.mark(case.mark(failed, false, format!("{who} cannot send on {what}")));
    draft.say(format!("{who} tried to send on {what}{}, found no room in it, and did not try again.", case.at(failed)));
}

/// Whether the next thing that a thread did, but for pauses, was to try again.
fn is_repeated(case: &Case<'_>, attempt: usize) -> bool {
    let tried = case.event(attempt);
    let pauses = |op: Op| matches!(op, Op::Yield | Op::Sleep | Op::Load | Op::Print);
    let later = case.trace.events[attempt + 1..].iter();
    let next = later.filter(|event| event.thread == tried.thread).find(|event| !pauses(event.op));
    next.is_some_and(|event| matches!(event.op, Op::Send | Op::TrySend) && event.object == tried.object)
}

/// Where the senders were made that still exist.
fn living_senders(case: &Case<'_>, wait: usize, object: Option<ObjectId>, draft: &mut Draft) {
    let Some(channel) = object.and_then(|object| case.trace.objects.get(object as usize)) else { return };
    let Some(places) = channel.senders.iter().map(|at| case.known(at)).collect::<Option<Vec<_>>>() else { return };
    match &places[..] {
        [] => return,
        [one] => draft.say(format!("That sender was made at {one}.")),
        [rest @ .., last] => draft.say(format!("There are {}, made at {} and {last}.", places.len(), rest.join(", "))),
    }
    for at in &channel.senders {
        let label = format!("a sender of {} that still exists was made here", case.what_of(wait));
        draft.mark(Some((wait, Mark { location: at.clone(), label, primary: false })));
    }
}

/// Whether somebody sent on a channel, everybody who did has ended, and nobody is left who might still send.
fn senders_are_gone(case: &Case<'_>, waiting: &Waiting, group: &[usize], object: Option<ObjectId>) -> bool {
    let only_waits = |index: &usize| group.contains(index) || case.event(*index).op == Op::Join;
    if !waiting.stuck.iter().flatten().all(only_waits) {
        return false;
    }
    let sends = |event: &&crate::Event| {
        matches!(event.op, Op::Send | Op::TrySend) && event.object == object && object.is_some()
    };
    let mut senders = case.trace.events.iter().filter(sends).map(|event| usize::from(event.thread)).peekable();
    senders.peek().is_some() && senders.all(|sender| waiting.ended[sender].is_some())
}

/// Threads each of which waits for the next one to receive.
fn full_circle(case: &Case<'_>, roots: &[usize], draft: &mut Draft) -> Option<Pattern> {
    let sends = |index: &usize| case.event(*index).op == Op::Send && case.event(*index).arms.is_empty();
    let senders: Vec<usize> = roots.iter().copied().filter(sends).collect();
    let received = |thread: ThreadId, channel: Option<ObjectId>| {
        let is_it = |event: &&crate::Event| {
            event.thread == thread && event.object == channel && matches!(event.op, Op::Recv | Op::TryRecv)
        };
        case.trace.events.iter().any(|event| is_it(&event) && event.ok == Some(true))
    };
    // Who is to receive what this one sends: who did so before. Where nobody has yet, it is the only other one.
    let receiver = |sender: usize| {
        let others = || roots.iter().copied().filter(move |&other| other != sender);
        let channel = case.event(sender).object;
        let known = others().find(|&other| received(case.event(other).thread, channel));
        let nobody = !case.trace.threads.iter().zip(0..).any(|(_, thread)| received(thread, channel));
        known.or_else(|| others().next().filter(|_| nobody && roots.len() == 2)).filter(sends)
    };
    let circle = senders.iter().find_map(|&first| {
        let mut circle = vec![first];
        while let Some(next) = receiver(*circle.last()?) {
            if next == first {
                return Some(circle);
            }
            if circle.contains(&next) {
                return None;
            }
            circle.push(next);
        }
        None
    })?;
    for &index in &circle {
        draft.say(format!("{}: there is no room in it.", waits(case, index)));
        draft.mark(case.mark(index, true, waits_label(case, index)));
    }
    draft.tell(&circle);
    draft.say(match circle.len() {
        2 => "Each waits for the other to receive: all places between them are taken, and neither can go first."
            .to_owned(),
        threads => format!(
            "Each of the {threads} waits for the next one to receive: all places between them are taken, and none can \
             go first."
        ),
    });
    Some(Pattern::Channel)
}

/// Threads that select from several operations.
fn selection(case: &Case<'_>, group: &[usize], draft: &mut Draft) -> Pattern {
    for &index in group {
        draft.say(format!("{}, and nobody is left to make that possible.", waits(case, index)));
    }
    mark_waits(case, group, draft);
    given_up(case, group, draft);
    Pattern::Channel
}

fn send(case: &Case<'_>, waiting: &Waiting, group: &[usize], draft: &mut Draft) -> Pattern {
    draft.say(format!("{}: there is no room in it, and nobody is left to receive.", wait_together(case, group)));
    mark_waits(case, group, draft);
    let object = case.event(group[0]).object;
    partners(case, waiting, group, &[Op::Recv, Op::TryRecv], "received from", object, draft);
    Pattern::Channel
}

/// What became of the threads at the other end of a channel, as far as they used it.
fn partners(
    case: &Case<'_>,
    waiting: &Waiting,
    group: &[usize],
    ops: &[Op],
    did: &str,
    object: Option<ObjectId>,
    draft: &mut Draft,
) {
    let Some(object) = object else { return };
    let here = |thread: ThreadId| group.iter().any(|&index| case.event(index).thread == thread);
    let mut ended = Vec::new();
    for thread in 0..ThreadId::try_from(case.trace.threads.len()).unwrap_or(ThreadId::MAX) {
        let uses = |event: &&crate::Event| {
            event.thread == thread && event.object == Some(object) && ops.contains(&event.op) && !event.blocked
        };
        if here(thread) || !case.trace.events.iter().any(|event| uses(&event)) {
            continue;
        }
        if waiting.ended[usize::from(thread)].is_some() {
            ended.push(case.who(thread));
        } else if let Some(index) = waiting.stuck[usize::from(thread)] {
            let Some(edge) = waiting.edges_from(thread).next() else {
                draft.say(format!("{}, which {did} it before, is stuck itself.", case.who(thread)));
                continue;
            };
            let because = because(case, waiting, edge);
            draft.tell(&[index]);
            draft.mark(case.mark(index, true, waits_label(case, index)));
            draft.say(format!(
                "{}, which {did} it before, waits{} {}{because}.",
                case.who(thread),
                case.at(index),
                purpose(case, index)
            ));
        }
    }
    if !ended.is_empty() {
        let have = if ended.len() == 1 { "has" } else { "have" };
        draft.say(format!("{}, which {did} it, {have} ended.", list(&ended)));
    }
}

/// Whether a thread that waits for an event keeps a lock which another stuck thread needs.
fn hold_and_wait(case: &Case<'_>, waiting: &Waiting, roots: &[usize], draft: &mut Draft) -> bool {
    let mut found = false;
    for &root in roots {
        let keeper = case.event(root).thread;
        for edge in waiting.edges.iter().filter(|edge| edge.to == keeper) {
            let Why::Holds(hold) = edge.why else { continue };
            found = true;
            draft.matters([hold.since]);
            draft.mark(case.mark(hold.since, false, takes(case, &hold)));
            draft.mark(case.mark(edge.event, true, waits_label(case, edge.event)));
            let (who, other) = (case.who(keeper), case.who(edge.from));
            let what = case.what(hold.object);
            draft.say(if draft.is_told(edge.event) {
                format!("{who} keeps {what} while it waits, and {other} cannot go on without it.")
            } else {
                let (at, since) = (case.at(edge.event), case.since(hold.since));
                format!("{who} keeps {what} while it waits (held{since}), and {other} waits{at} for it.")
            });
            draft.tell(&[edge.event]);
        }
    }
    found
}
