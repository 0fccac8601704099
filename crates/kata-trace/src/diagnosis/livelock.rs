//! Threads that run for ever and get nowhere.

use crate::{Event, Op, ThreadId, Trace};

use super::case::{Case, Draft, MarkOf, list};
use super::deadlock::{takes, the_others};
use super::deed::deed;
use super::holding::{Hold, Holding};
use super::order::{reads_atomic, writes_atomic};
use super::waiting::Waiting;
use super::{Diagnosis, Pattern};

/// A sequence of events that repeats until the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// The first event of the first round: an index into [`Trace::events`].
    pub start: usize,
    /// Events of a round.
    pub period: usize,
    /// Whole rounds until the log ends; at least 2. A world may have cut the log off after a few.
    pub times: usize,
}

/// Rounds longer than this are not looked for.
const LONGEST_PERIOD: usize = 400;

/// The events that repeat at the end of a log.
///
/// Values are left out of the comparison where rounds differ in nothing else: an attempt may be counted.
pub fn repetition(trace: &Trace) -> Option<Repetition> {
    let with_values = periodic(&trace.events, |a, b| same_deed(a, b) && a.before == b.before && a.after == b.after);
    let without = periodic(&trace.events, same_deed);
    // Values that differ make a longer round out of a shorter one, or no round at all.
    match (with_values, without) {
        (Some(with), Some(without)) if with.start <= without.start + without.period => Some(with),
        (with, without) => without.or(with),
    }
}

fn same_deed(a: &Event, b: &Event) -> bool {
    (a.thread, a.op, a.blocked, a.object, a.ok, a.peer) == (b.thread, b.op, b.blocked, b.object, b.ok, b.peer)
        && a.at == b.at
}

/// Whether an event finds something out: what a thread that waits actively does.
fn looks(event: &Event) -> bool {
    event.ok == Some(false)
        || event.op == Op::Load
        || event.cause.is_some()
        || (event.before == event.after && event.before.is_some())
}

/// The shortest round that goes on for longest.
fn periodic(events: &[Event], same: impl Fn(&Event, &Event) -> bool) -> Option<Repetition> {
    let mut best: Option<(usize, usize)> = None;
    for period in 1..=LONGEST_PERIOD.min(events.len() / 2) {
        // Several rounds in one go for no longer.
        if best.is_some_and(|(_, shorter)| period % shorter == 0) {
            continue;
        }
        let equal = (period..events.len()).rev().take_while(|&index| same(&events[index], &events[index - period]));
        let tail = period + equal.count();
        // A round in which nobody looks at anything says little, unless there is not much else in the log.
        let round = &events[events.len() - period..];
        let says_much = round.iter().any(looks) || 2 * tail > events.len();
        if tail >= 2 * period && says_much && best.is_none_or(|(longest, _)| tail > longest) {
            best = Some((tail, period));
        }
    }
    let (tail, period) = best?;
    let first = events.len() - tail;
    // A round is told from where a thread begins its turn, if that leaves two of them.
    let turn = |index: &usize| *index > 0 && events[*index].thread != events[*index - 1].thread;
    let turns = first..(first + period).min(events.len() - 2 * period + 1);
    let start = turns.into_iter().find(turn).unwrap_or(first);
    Some(Repetition { start, period, times: (events.len() - start) / period })
}

pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let mut draft = Draft::new();
    match repetition(case.trace) {
        Some(round) => rounds(case, &round, &mut draft),
        None => attempts(case, &mut draft)?,
    }
    let waiting = Waiting::at_end(case.trace);
    for edge in waiting.stuck.iter().flatten() {
        draft.matters([*edge]);
    }
    the_others(case, &waiting, &mut draft);
    Some(draft.finish(Pattern::Livelock))
}

pub(super) fn rounds(case: &Case<'_>, round: &Repetition, draft: &mut Draft) {
    let events = round.start..round.start + round.period;
    draft.matters(events.clone());
    let what = match round.period {
        1 => "one step repeats".to_owned(),
        steps => format!("the same {steps} steps repeat"),
    };
    draft.say(format!("From step {} on, {what} without end.", round.start + 1));
    let threads = threads(&case.trace.events[events.clone()]);
    for &thread in &threads {
        let own: Vec<usize> = events.clone().filter(|&index| case.event(index).thread == thread).collect();
        let own = without_the_begin_of_sleeps(case, &own);
        let mut deeds = Vec::new();
        for run in own.chunk_by(|&a, &b| same_deed(case.event(a), case.event(b))) {
            draft.mark(mark(case, run[0]));
            if let Some(hold) = hindrance(case, run[0]) {
                draft.matters([hold.since]);
                draft.mark(case.mark(hold.since, false, takes(case, &hold)));
            }
            let times = if run.len() > 1 { format!(", {} times", run.len()) } else { String::new() };
            deeds.push(format!("{}{}{times}", deed(case, run[0]), hindered(case, run[0])));
        }
        draft.say(format!("{} {}.", case.who(thread), list(&shorten(deeds))));
    }
    last_writes(case, round, draft);
    draft.say(match threads.len() {
        1 if others_are_done(case, threads[0]) => "No other thread is left that could change what it waits for.",
        1 => "The other threads get no turn meanwhile.",
        2 => "Both run, neither gets anywhere.",
        _ => "All of them run, none gets anywhere.",
    });
}

/// Who made the atomics what they are that the round only looks at.
fn last_writes(case: &Case<'_>, round: &Repetition, draft: &mut Draft) {
    let events = round.start..round.start + round.period;
    let changes =
        |index: usize| writes_atomic(case.event(index)) && case.event(index).before != case.event(index).after;
    let mut told = Vec::new();
    for index in events.clone() {
        let event = case.event(index);
        let Some(object) = event.object.filter(|object| reads_atomic(event) && !told.contains(object)) else {
            continue;
        };
        told.push(object);
        let of = |index: &usize| case.event(*index).object == Some(object) && changes(*index);
        if events.clone().any(|index| of(&index)) {
            continue;
        }
        let write = (0..round.start).rev().find(of).filter(|&write| case.event(write).thread != event.thread);
        let Some((write, value)) = write.and_then(|write| Some((write, case.event(write).after.as_ref()?))) else {
            continue;
        };
        let (who, what) = (case.who(case.event(write).thread), case.what(object));
        draft.matters([write]);
        draft.mark(case.mark(write, false, format!("{who} writes {what} = {value}")));
        draft.say(format!("{what} has been {value} since {who} wrote it{}.", case.at(write)));
    }
}

/// Whether every thread but this one has ended or is stuck.
fn others_are_done(case: &Case<'_>, thread: ThreadId) -> bool {
    let waiting = Waiting::at_end(case.trace);
    let done = waiting.stuck.iter().zip(&waiting.ended).map(|(stuck, ended)| stuck.is_some() || ended.is_some());
    done.enumerate().all(|(other, done)| done || other == usize::from(thread))
}

fn threads(events: &[Event]) -> Vec<ThreadId> {
    let mut threads: Vec<ThreadId> = events.iter().map(|event| event.thread).collect();
    threads.sort_unstable();
    threads.dedup();
    threads
}

/// A thread's part of a long round, told by its ends.
fn shorten(mut deeds: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 8;
    if deeds.len() > SHOWN {
        let left_out = deeds.len() - (SHOWN - 1);
        deeds.splice(SHOWN - 2..deeds.len() - 1, [format!("does {left_out} more things")]);
    }
    deeds
}

/// Who has what a failed attempt asked for.
fn hindrance(case: &Case<'_>, index: usize) -> Option<Hold> {
    let event = case.event(index);
    let tries = matches!(event.op, Op::TryLock | Op::TryReadLock | Op::TryWriteLock) && event.ok == Some(false);
    let object = event.object.filter(|_| tries)?;
    Holding::before(case.trace, index).holders(object).next().copied()
}

/// ` (held by t2 since :29)`
fn hindered(case: &Case<'_>, index: usize) -> String {
    hindrance(case, index)
        .map_or_else(String::new, |hold| format!(" (held by {}{})", case.who(hold.thread), case.since(hold.since)))
}

/// A sleep that ends is told once.
fn without_the_begin_of_sleeps(case: &Case<'_>, own: &[usize]) -> Vec<usize> {
    let begins = |place: usize| {
        let event = case.event(own[place]);
        let ends = |other: &Event| other.op == Op::Sleep && !other.blocked && other.at == event.at;
        event.op == Op::Sleep && event.blocked && own.get(place + 1).is_some_and(|&next| ends(case.event(next)))
    };
    (0..own.len()).filter(|&place| !begins(place)).map(|place| own[place]).collect()
}

fn mark(case: &Case<'_>, index: usize) -> Option<MarkOf> {
    let event = case.event(index);
    let failed = event.ok == Some(false);
    let finds = event.op == Op::ReadModifyWrite && event.before == event.after;
    let matters =
        failed || finds || matches!(event.op, Op::Lock | Op::TryLock | Op::ReadLock | Op::WriteLock | Op::Load);
    let deed = deed(case, index);
    let deed = deed.strip_suffix(&case.at(index)).map_or_else(|| deed.replace(&case.at(index), ""), str::to_owned);
    matters.then(|| case.mark(index, failed || finds, format!("{} {deed}", case.who(event.thread)))).flatten()
}

/// Without a regular round: what was tried again and again in the second half of the log.
fn attempts(case: &Case<'_>, draft: &mut Draft) -> Option<()> {
    let half = case.trace.events.len() / 2;
    let mut tries: Vec<(usize, usize)> = Vec::new();
    for index in half..case.trace.events.len() {
        let event = case.event(index);
        if event.ok != Some(false) {
            continue;
        }
        match tries.iter_mut().find(|(other, _)| same_deed(case.event(*other), event)) {
            Some((_, times)) => *times += 1,
            None => tries.push((index, 1)),
        }
    }
    tries.retain(|(_, times)| *times >= 3);
    if tries.is_empty() {
        return None;
    }
    draft.say(format!("In the last {} steps:", case.trace.events.len() - half));
    for (index, times) in tries {
        draft.matters([index]);
        draft.mark(mark(case, index));
        draft.say(format!("{} {}, {times} times.", case.who(case.event(index).thread), deed(case, index)));
    }
    Some(())
}
