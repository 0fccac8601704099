//! Data races: two accesses that nothing orders, and what should have ordered them.

use crate::{Event, Op};

use super::case::{Case, Draft, list};
use super::deadlock::takes;
use super::holding::{Hold, Holding};
use super::order::{Order, is_acquire, is_compiler_fence, is_release, reads_atomic, reads_from, writes_atomic};
use super::{Diagnosis, Pattern};

pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let sources = reads_from(case.trace);
    let pair = unordered_pair(case, &Order::if_reads_are(case.trace, &sources));
    let ((earlier, later), old) = match pair {
        Some(pair) => (pair, None),
        None => unless_old(case, &sources)?,
    };
    let mut draft = Draft::new();
    draft.matters([earlier, later]);
    let (first, second) = (case.event(earlier), case.event(later));
    let what = case.what_of(earlier);
    draft.say(format!(
        "{} {} {what}{}, {} {} it{}, and nothing orders the two.",
        case.who(first.thread),
        verb(first),
        case.at(earlier),
        case.who(second.thread),
        verb(second),
        case.at(later),
    ));
    draft.mark(case.mark(earlier, false, format!("{} {} {what}", case.who(first.thread), verb(first))));
    draft.mark(case.mark(later, true, format!("{} {} {what}", case.who(second.thread), verb(second))));
    match old {
        Some((store, load)) => old_value(case, store, load, &mut draft),
        None => explain(case, earlier, later, &mut draft),
    }
    locks(case, earlier, later, &mut draft);
    Some(draft.finish(Pattern::DataRace))
}

fn verb(event: &Event) -> &'static str {
    match event.op {
        _ if frees(event) => "frees",
        _ if is_write(event) => "writes",
        _ => "reads",
    }
}

/// A world says in the text of an access that it is the object's end.
fn frees(event: &Event) -> bool {
    event.text.as_deref().is_some_and(|text| text.starts_with("frees"))
}

fn is_write(event: &Event) -> bool {
    event.op == Op::CellWrite || writes_atomic(event) || frees(event)
}

fn is_atomic(event: &Event) -> bool {
    (reads_atomic(event) || writes_atomic(event)) && !frees(event)
}

/// The last access that is not ordered after an earlier, conflicting one, with the latest such. Atomic accesses do
/// not conflict with each other.
fn unordered_pair(case: &Case<'_>, order: &Order) -> Option<(usize, usize)> {
    let is_access = |index: &usize| {
        let event = case.event(*index);
        matches!(event.op, Op::CellRead | Op::CellWrite) || is_atomic(event) || frees(event)
    };
    let accesses: Vec<usize> = (0..case.trace.events.len()).filter(is_access).collect();
    accesses.iter().rev().find_map(|&later| {
        let second = case.event(later);
        let races = |earlier: &&usize| {
            let first = case.event(**earlier);
            **earlier < later
                && first.object == second.object
                && first.thread != second.thread
                && !(is_atomic(first) && is_atomic(second))
                && (is_write(first) || is_write(second))
                && !order.is_before(**earlier, later)
        };
        accesses.iter().rev().find(races).map(|&earlier| (earlier, later))
    })
}

/// A store, and a load that reads it.
type Link = (usize, usize);

/// Where the log shows no race, a load has read another store of the same value than it looks: an older one. The pair that
/// is not ordered then, and the latest load that can have done so, with the store that it seems to read.
fn unless_old(case: &Case<'_>, sources: &[Option<usize>]) -> Option<((usize, usize), Option<Link>)> {
    (sources.iter().enumerate().rev()).filter(|(load, _)| case.event(*load).op == Op::Load).find_map(
        |(load, source)| {
            let store = (*source)?;
            let mut sources = sources.to_vec();
            sources[load] = None;
            let pair = unordered_pair(case, &Order::if_reads_are(case.trace, &sources))?;
            Some((pair, Some((store, load))))
        },
    )
}

/// Says that a load reads an older value than that of a store, equal to it.
fn old_value(case: &Case<'_>, store: usize, load: usize, draft: &mut Draft) {
    let (stored, loaded) = (case.event(store), case.event(load));
    let (a, b, what) = (case.who(stored.thread), case.who(loaded.thread), case.what_of(store));
    let value = loaded.after.as_ref().map_or_else(|| "the same value".to_owned(), ToString::to_string);
    draft.matters([store, load]);
    draft.mark(case.mark(load, true, format!("{b} reads {what} = {value}, an older one")));
    draft.say(format!(
        "{b}'s load of {what}{} finds {value}, but not the {value} that {a} stored{}: it reads an older store, and does \
         not synchronise with that one.",
        case.at(load),
        case.at(store),
    ));
}

/// Says why nothing orders two events of different threads.
pub(super) fn explain(case: &Case<'_>, earlier: usize, later: usize, draft: &mut Draft) {
    let (a, b) = (case.event(earlier).thread, case.event(later).thread);
    let sources = reads_from(case.trace);
    // The flag: what the thread of the later access read from the thread of the earlier one.
    let flags = || {
        (sources.iter().enumerate()).rev().filter_map(|(load, source)| {
            let store = (*source)?;
            let (loads, stores) = (case.event(load), case.event(store));
            // A variable is no flag for itself.
            let is_flag = loads.object != case.event(later).object;
            (loads.thread == b && stores.thread == a && load != later && store != earlier && is_flag)
                .then_some((store, load))
        })
    };
    if let Some((store, load)) = flags().find(|&(store, load)| store > earlier && load < later) {
        broken_link(case, earlier, later, (store, load), draft);
    } else if let Some((store, load)) = flags().find(|&(store, load)| store < earlier && load < later) {
        draft.matters([store, load]);
        let (who, what) = (case.who(a), case.what_of(store));
        draft.mark(case.mark(store, false, format!("{who} publishes with {what} before its access")));
        draft.say(format!(
            "{} read {what}{} as {who} had set it{}, but {who} comes to its access{} only after that: it is published \
             too early.",
            case.who(b),
            case.at(load),
            case.at(store),
            case.at(earlier),
        ));
    } else if let Some((store, load)) = flags().find(|&(store, load)| store > earlier && load > later) {
        draft.matters([store, load]);
        draft.say(format!(
            "{} looks at {}{} only after its access{}.",
            case.who(b),
            case.what_of(load),
            case.at(load),
            case.at(later)
        ));
    } else {
        draft.say("No lock, join, channel or release–acquire pair lies between them.");
    }
}

/// Says which locks the two sides of a race held, if any: a common one would have ordered them (the locksets of Savage et
/// al., "Eraser: A Dynamic Data Race Detector for Multithreaded Programs", TOCS 1997).
fn locks(case: &Case<'_>, earlier: usize, later: usize, draft: &mut Draft) {
    let held = |access: usize| -> Vec<Hold> {
        Holding::before(case.trace, access).of(case.event(access).thread).copied().collect()
    };
    let (first, second) = (held(earlier), held(later));
    let names = |holds: &[Hold]| list(&holds.iter().map(|hold| case.what(hold.object)).collect::<Vec<_>>());
    let who = |access: usize| case.who(case.event(access).thread);
    if first.iter().any(|hold| second.iter().any(|other| other.object == hold.object)) {
        return;
    }
    match (first.is_empty(), second.is_empty()) {
        (true, true) => return,
        (false, false) => draft.say(format!(
            "{} held {}{}, and {} held {}{}: no lock in common, so that neither kept the other out.",
            who(earlier),
            names(&first),
            case.at(earlier),
            who(later),
            names(&second),
            case.at(later)
        )),
        (one_sided, _) => {
            let (holds, with, without) = if one_sided { (&second, later, earlier) } else { (&first, earlier, later) };
            draft.say(format!(
                "{} held {}{}, but {} did not{}: a lock keeps out only those who take it.",
                who(with),
                names(holds),
                case.at(with),
                who(without),
                case.at(without)
            ));
        }
    }
    for hold in first.iter().chain(&second) {
        draft.matters([hold.since]);
        draft.mark(case.mark(hold.since, false, takes(case, hold)));
    }
}

/// A store and the load that reads it lie between the two accesses, and do not synchronise.
fn broken_link(case: &Case<'_>, earlier: usize, later: usize, (store, load): (usize, usize), draft: &mut Draft) {
    let (stored, loaded) = (case.event(store), case.event(load));
    let (a, b) = (case.who(stored.thread), case.who(loaded.thread));
    let what = case.what_of(store);
    draft.matters([store, load]);
    let ordering = |event: &Event| event.ordering.clone().unwrap_or_else(|| "no ordering known".to_owned());
    let fence = |thread, range: std::ops::Range<usize>, fits: fn(&Event) -> bool| {
        range.clone().rev().find(|&index| {
            let event = case.event(index);
            event.thread == thread && event.op == Op::Fence && fits(event)
        })
    };
    let releases = is_release(stored) || fence(stored.thread, earlier..store, is_release).is_some();
    let acquires = is_acquire(loaded) || fence(loaded.thread, load..later, is_acquire).is_some();
    draft.say(format!(
        "{b}'s {} of {what}{} ({}) reads {a}'s {}{} ({}), but does not synchronise with it.",
        noun(loaded, false),
        case.at(load),
        ordering(loaded),
        noun(stored, true),
        case.at(store),
        ordering(stored),
    ));
    if !releases {
        draft.say(format!(
            "The {} does not release: what {a} did before it is not published by it.",
            noun(stored, true)
        ));
    }
    if !acquires {
        draft.say(format!("The {} does not acquire: {b} sees the flag, not what came before it.", noun(loaded, false)));
    }
    if releases && acquires {
        // The two synchronise, so that it is something else in between that the log cannot show.
        draft.say("No other lock, join, channel or release–acquire pair lies between the two accesses.");
    }
    let end = case.trace.events.len();
    if !releases && let Some(index) = fence(stored.thread, store..end, is_release) {
        draft.matters([index]);
        draft.say(format!(
            "{a}'s release fence{} comes after the {}, and publishes by later stores only.",
            case.at(index),
            noun(stored, true)
        ));
    }
    if !acquires && let Some(index) = fence(loaded.thread, 0..load, is_acquire) {
        draft.matters([index]);
        draft.say(format!(
            "{b}'s acquire fence{} comes before the {}, and acquires by earlier loads only.",
            case.at(index),
            noun(loaded, false)
        ));
    }
    for (lacks, thread, range) in [(!releases, stored.thread, earlier..store), (!acquires, loaded.thread, load..later)]
    {
        if let Some(index) = fence(thread, range, is_compiler_fence).filter(|_| lacks) {
            draft.matters([index]);
            draft.say(format!(
                "{}'s compiler fence{} orders nothing between threads: it holds for the compiler alone.",
                case.who(thread),
                case.at(index)
            ));
        }
    }
    let label = |who: &str, noun: &str, event: &Event, lack: &str| format!("{who}'s {noun}: {}{lack}", ordering(event));
    let lack = if releases { "" } else { ", does not release" };
    draft.mark(case.mark(store, !releases, label(a, noun(stored, true), stored, lack)));
    let lack = if acquires { "" } else { ", does not acquire" };
    draft.mark(case.mark(load, !acquires, label(b, noun(loaded, false), loaded, lack)));
}

/// The word for an access to an atomic.
fn noun(event: &Event, as_write: bool) -> &'static str {
    match event.op {
        Op::CompareExchange => "exchange",
        _ if writes_atomic(event) && reads_atomic(event) => "update",
        _ if as_write => "store",
        _ => "load",
    }
}
