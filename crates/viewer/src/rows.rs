//! Which events a timeline shows, and what it folds.

use std::ops::Range;

use kata_trace::diagnosis::holding::stuck;
use kata_trace::diagnosis::{Diagnosis, Repetition, failing_panic, repetition};
use kata_trace::{Op, ThreadId, Trace, Verdict};

/// One row of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// An event, an index into [`Trace::events`], and how often it happens in a row.
    Event(usize, usize),
    /// Events that are left out.
    Fold(Range<usize>),
    /// The steps just above happen so many times more: how many steps, how many times.
    Loop(usize, usize),
    /// The first round of a repetition is shown; this stands for all the others.
    Again(Repetition),
    /// Events after the failure.
    After(Range<usize>),
}

impl Row {
    /// What stands for the steps of this row, unless it is one step or a fold.
    pub(crate) fn summary(&self) -> Option<String> {
        Some(match self {
            Row::Event(..) | Row::Fold(_) => return None,
            Row::Again(again) => format!("{} again and again, without end", steps_above(again.period)),
            Row::Loop(period, times) => format!("{} {times} times more", steps_above(*period)),
            Row::After(rest) if rest.len() == 1 => "1 step after the failure".to_owned(),
            Row::After(rest) => format!("{} steps after the failure", rest.len()),
        })
    }
}

/// `these 4 steps`
fn steps_above(period: usize) -> String {
    if period == 1 { "this step".to_owned() } else { format!("these {period} steps") }
}

/// More rows than this are folded further in a terminal, if they can be.
const COMFORTABLE: usize = 28;

/// So many threads may be spawned in a row before that is folded.
const FEW_SPAWNS: usize = 3;

/// The longest loop within a log that is told as one.
const LONGEST_LOOP: usize = 6;

/// A loop is told as one if it runs so often.
const ROUNDS: usize = 3;

/// The rows of a trace: as much as can be taken in, and everything that the diagnosis is about.
pub(crate) fn rows(trace: &Trace, verdict: Verdict, diagnosis: Option<&Diagnosis>) -> Vec<Row> {
    rows_within(trace, verdict, diagnosis, COMFORTABLE)
}

/// The same with so many rows before what matters less is folded.
pub(crate) fn rows_within(
    trace: &Trace,
    verdict: Verdict,
    diagnosis: Option<&Diagnosis>,
    comfortable: usize,
) -> Vec<Row> {
    // What an oracle ended is not without end.
    let endless = verdict == Verdict::Livelock || verdict == Verdict::NotConcurrent && !stuck(trace).is_empty();
    let again = repetition(trace).filter(|_| endless);
    let matters = diagnosis.map_or(&[][..], |diagnosis| &diagnosis.events);
    let failure = failing_panic(trace).filter(|_| matches!(verdict, Verdict::AssertionFailed | Verdict::Panicked));
    let failure = failure.map(|panic| panic.max(matters.last().copied().unwrap_or(0)) + 1);
    let end = again.map(|again| again.start + again.period).or(failure).unwrap_or(trace.events.len());
    let levels = [Level::SetUp, Level::Unrelated, Level::Neighbours, Level::Essential];
    let mut rows = Vec::new();
    for level in levels {
        let shown = shown(trace, end, matters, level);
        rows = loops(trace, matters, fold(trace, end, &shown, if level == Level::Essential { 1 } else { 2 }));
        if rows.len() <= comfortable {
            break;
        }
    }
    rows.extend(again.map(Row::Again));
    if again.is_none() && end < trace.events.len() {
        rows.push(Row::After(end..trace.events.len()));
    }
    rows
}

/// Tells loops as loops: their first round, and how often it happens.
fn loops(trace: &Trace, matters: &[usize], rows: Vec<Row>) -> Vec<Row> {
    let same = |a: &Row, b: &Row| match (a, b) {
        (Row::Event(a, _), Row::Event(b, _)) => {
            let (a, b) = (&trace.events[*a], &trace.events[*b]);
            let mut a = a.clone();
            a.preemption = b.preemption;
            a == *b
        }
        _ => false,
    };
    let matters = |row: &Row| matches!(row, Row::Event(index, _) if matters.contains(index));
    let mut out = Vec::new();
    let mut at = 0;
    'rows: while at < rows.len() {
        for period in 1..=LONGEST_LOOP.min((rows.len() - at) / ROUNDS) {
            let repeated = (at + period..rows.len()).take_while(|&index| same(&rows[index], &rows[index - period]));
            // An event that matters is not hidden behind one that does not.
            let repeated = repeated.take_while(|&index| !matters(&rows[index]) || matters(&rows[index - period]));
            let repeated = repeated.count() / period;
            if repeated + 1 >= ROUNDS {
                match (&rows[at], period) {
                    (Row::Event(index, _), 1) => out.push(Row::Event(*index, repeated + 1)),
                    _ => {
                        out.extend_from_slice(&rows[at..at + period]);
                        out.push(Row::Loop(period, repeated));
                    }
                }
                at += period * (repeated + 1);
                continue 'rows;
            }
        }
        out.push(rows[at].clone());
        at += 1;
    }
    out
}

/// How much is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// What main does before there is another thread.
    SetUp,
    /// What has nothing to do with the objects of the diagnosis.
    Unrelated,
    /// What is not next to an event of the diagnosis in its thread's order.
    Neighbours,
    /// What the diagnosis does not name.
    Essential,
}

fn shown(trace: &Trace, end: usize, matters: &[usize], level: Level) -> Vec<bool> {
    let events = &trace.events[..end];
    let first_spawn = events.iter().position(|event| event.op == Op::Spawn).unwrap_or(end);
    let many_spawns = many_spawns(trace, end);
    let objects: Vec<_> = matters.iter().filter_map(|&index| trace.events.get(index)?.object).collect();
    let is_essential = |index: usize| {
        let event = &events[index];
        matters.contains(&index) || event.op == Op::Panic || index + 1 == end
    };
    (0..end)
        .map(|index| {
            let event = &events[index];
            is_essential(index)
                || match level {
                    Level::SetUp => {
                        (index >= first_spawn || first_spawn == end || event.op == Op::Note)
                            && !many_spawns.iter().any(|run| run.contains(&index))
                    }
                    Level::Unrelated => {
                        event.blocked
                            || event.preemption
                            || matches!(event.op, Op::Note | Op::Wake | Op::Join)
                            || event.object.is_some_and(|object| objects.contains(&object))
                    }
                    Level::Neighbours => {
                        event.op == Op::Note || neighbours(trace, end, index).into_iter().flatten().any(is_essential)
                    }
                    Level::Essential => false,
                }
        })
        .collect()
}

/// Runs of many spawns by one thread.
fn many_spawns(trace: &Trace, end: usize) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    let alike = |a: &kata_trace::Event, b: &kata_trace::Event| a.op == b.op && a.thread == b.thread;
    for run in trace.events[..end].chunk_by(alike) {
        if run.len() > FEW_SPAWNS && run[0].op == Op::Spawn {
            runs.push(start..start + run.len());
        }
        start += run.len();
    }
    runs
}

/// The events before and after this one in its thread.
fn neighbours(trace: &Trace, end: usize, index: usize) -> [Option<usize>; 2] {
    let thread = trace.events[index].thread;
    let own = |other: &usize| trace.events[*other].thread == thread;
    [(0..index).rev().find(own), (index + 1..end).find(own)]
}

/// Folds runs of events that are not shown. A run of up to `least` is shown after all: a fold takes a row too.
fn fold(trace: &Trace, end: usize, shown: &[bool], least: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut index = 0;
    while index < end {
        let run = shown[index..].iter().take_while(|shown| !**shown).count();
        if run > least {
            rows.push(Row::Fold(index..index + run));
            index += run;
            continue;
        }
        let until = if run == 0 { index + 1 } else { index + run };
        rows.extend(
            (index..until).filter(|&index| !goes_without_saying(trace, index)).map(|index| Row::Event(index, 1)),
        );
        index = until;
    }
    rows
}

/// A wait that goes on after it began.
fn goes_without_saying(trace: &Trace, index: usize) -> bool {
    trace.events[index].op == Op::Wake && trace.events[index].blocked
}

/// What a fold is called: `12 steps: set-up by main, no contention`.
pub(crate) fn fold_text(trace: &Trace, fold: &Range<usize>, name: impl Fn(ThreadId) -> String) -> String {
    let events = &trace.events[fold.clone()];
    let steps = if events.len() == 1 { "1 step".to_owned() } else { format!("{} steps", events.len()) };
    let mut threads: Vec<ThreadId> = events.iter().map(|event| event.thread).collect();
    threads.sort_unstable();
    threads.dedup();
    let contended = events.iter().any(|event| event.blocked || event.ok == Some(false));
    let contention = if contended { "" } else { ", no contention" };
    let spawned: Vec<String> = (events.iter())
        .filter(|event| event.op == Op::Spawn)
        .map(|event| event.peer.map_or_else(|| "a thread".to_owned(), &name))
        .collect();
    let all_spawned = crate::words::some_of(&spawned);
    if fold.start == 0 && threads == [0] && events.len() > spawned.len() {
        let spawns = if spawned.is_empty() { String::new() } else { format!(", which spawns {all_spawned}") };
        return format!("{steps}: set-up by {}{contention}{spawns}", name(0));
    }
    if let [who] = threads[..]
        && events.len() == spawned.len()
    {
        return format!("{steps}: {} spawns {all_spawned}", name(who));
    }
    let who: Vec<String> = threads.iter().map(|&thread| name(thread)).collect();
    format!("{steps} of {}{contention}", who.join(", "))
}

/// How a thread came to run after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// The thread before could have gone on.
    Preemption,
    /// The thread before had to wait, gave its turn away, or ended.
    Handover,
}

/// The context switch just before an event, if there is one.
pub(crate) fn switch(trace: &Trace, index: usize) -> Option<Switch> {
    let event = &trace.events[index];
    let before = &trace.events[index.checked_sub(1)?];
    if before.thread == event.thread {
        return None;
    }
    Some(if event.preemption { Switch::Preemption } else { Switch::Handover })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kata_trace::diagnosis::diagnose;
    use kata_trace::script;

    #[test]
    fn set_up_by_main_is_folded() {
        let trace = script::trace(
            "main: lock a :1
             main: unlock a
             main: lock b :2
             main: spawn t1 :3
             t1: lock a :4",
        );
        let rows = rows(&trace, Verdict::AssertionFailed, None);
        assert_eq!(rows, [Row::Fold(0..3), Row::Event(3, 1), Row::Event(4, 1)]);
        let Row::Fold(fold) = &rows[0] else { unreachable!() };
        assert_eq!(fold_text(&trace, fold, |_| "main".to_owned()), "3 steps: set-up by main, no contention");
    }

    #[test]
    fn everything_that_the_diagnosis_is_about_is_shown_in_a_long_log() {
        let chatter = "t3: load x =0 :9\n".repeat(50);
        let trace = script::trace(&format!(
            "main: spawn t1 :1
             t1: lock a :2
             {chatter}
             t2: lock b :3
             {chatter}
             t1: lock b blocked :4
             t2: lock a blocked :5
             {chatter}"
        ));
        let diagnosis = diagnose(&trace, Verdict::Deadlock, None).unwrap();
        let rows = rows(&trace, Verdict::Deadlock, Some(&diagnosis));
        for event in &diagnosis.events {
            assert!(rows.contains(&Row::Event(*event, 1)), "event {event} in {rows:?}");
        }
        assert!(rows.len() < 15, "{rows:?}");
    }

    #[test]
    fn a_loop_is_told_by_its_first_round() {
        let trace = script::trace(&format!(
            "t1: lock a :1\n{}{}t1: unlock a",
            "t2: try-lock a failed :2\n".repeat(5),
            "t2: try-lock a failed :3\nt2: yield :4\n".repeat(4)
        ));
        assert_eq!(
            rows(&trace, Verdict::AssertionFailed, None),
            [
                Row::Event(0, 1),
                Row::Event(1, 5),
                Row::Event(6, 1),
                Row::Event(7, 1),
                Row::Loop(2, 3),
                Row::Event(14, 1),
            ]
        );
    }

    #[test]
    fn what_comes_after_the_failure_is_folded() {
        let trace = script::trace("t1: load a =0 :1\nt1: panic \"x\" test:2\nt2: load a =0 :1\nt2: exit");
        assert_eq!(
            rows(&trace, Verdict::AssertionFailed, None),
            [Row::Event(0, 1), Row::Event(1, 1), Row::After(2..4)]
        );
    }

    #[test]
    fn a_livelock_shows_one_round_and_stands_for_the_others() {
        let trace =
            script::trace(&format!("t2: lock a :1\n{}", "t1: try-lock a failed :2\nt1: yield :3\n".repeat(100)));
        let diagnosis = diagnose(&trace, Verdict::Livelock, None).unwrap();
        let rows = rows(&trace, Verdict::Livelock, Some(&diagnosis));
        assert_eq!(
            rows,
            [
                Row::Event(0, 1),
                Row::Event(1, 1),
                Row::Event(2, 1),
                Row::Again(Repetition { start: 1, period: 2, times: 100 })
            ]
        );
    }

    #[test]
    fn what_an_oracle_ended_is_not_without_end() {
        let round = "main: note \"asks\" test:1\nmain: sleep blocked test:2\nmain: sleep test:2\n";
        let rows = rows(&script::trace(&round.repeat(2)), Verdict::NotConcurrent, None);
        assert!(!rows.iter().any(|row| matches!(row, Row::Again(_))), "{rows:?}");
    }
}
