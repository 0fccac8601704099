//! Work that must be able to overlap, and did not.

use crate::Op;

use super::case::{Case, Draft, list};
use super::deadlock::{because, takes, waits, waits_label};
use super::livelock::{repetition, rounds};
use super::pipe::is_pipe;
use super::waiting::{Edge, Waiting, Why};
use super::{Diagnosis, Pattern};

pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let waiting = Waiting::at_end(case.trace);
    let (arrived, others): (Vec<usize>, Vec<usize>) =
        waiting.stuck.iter().flatten().partition(|&&index| case.event(index).op == Op::Arrive);
    if arrived.is_empty() {
        return kept_waiting(case, &waiting);
    }
    let mut draft = Draft::new();
    draft.matters(waiting.stuck.iter().flatten().copied());
    let who: Vec<String> = arrived
        .iter()
        .map(|&index| format!("{}{}", case.who(case.event(index).thread), case.place_of(index)))
        .collect();
    let (are, wait) = if arrived.len() == 1 { ("is", "waits") } else { ("are", "wait") };
    let what =
        case.event(arrived[0]).object.and_then(|object| case.trace.objects.get(object as usize)?.label.as_deref());
    let it = match what {
        Some(what) => {
            draft.say(format!("What must be able to overlap: {}.", what.trim_end_matches(',')));
            "it"
        }
        None => "the work that must be able to overlap",
    };
    draft.say(format!("{} {are} in the middle of {it}, and {wait} there for the others.", list(&who)));
    for &index in &arrived {
        draft.mark(case.mark(index, false, waits_label(case, index)));
    }
    for &index in &others {
        // Another process, and whoever waits for a thread to end, is no party that is kept away.
        if is_pipe(case.event(index).op) && case.event(index).at.is_none() {
            continue;
        }
        if case.event(index).op == Op::Join && waiting.stuck.iter().flatten().count() > arrived.len() + 1 {
            continue;
        }
        let edge = waiting.edges_from(case.event(index).thread).next();
        let because = edge.map_or_else(String::new, |edge| because(case, &waiting, edge));
        let alone = if edge.is_some_and(|edge| matches!(edge.why, Why::Holds(_) | Why::Queued(_))) {
            ""
        } else {
            ", and nobody else is left to come"
        };
        draft.say(format!("{}{because}{alone}.", waits(case, index)));
        draft.mark(case.mark(index, true, waits_label(case, index)));
        if let Some(Why::Holds(hold)) = edge.map(|edge| edge.why) {
            draft.matters([hold.since]);
            draft.mark(case.mark(hold.since, false, takes(case, &hold)));
        }
    }
    if let Some(round) = repetition(case.trace) {
        rounds(case, &round, &mut draft);
    } else if others.iter().any(|&index| case.event(index).op != Op::Join) {
        let they = if arrived.len() == 1 { case.who(case.event(arrived[0]).thread) } else { "they" };
        let wait = if arrived.len() == 1 { "waits" } else { "wait" };
        draft.say(format!("As long as {they} {wait} there, nobody else can come."));
    }
    Some(draft.finish(Pattern::NotConcurrent))
}

/// Where nobody has arrived because the hidden test itself says that work did not overlap: those who wait for a lock
/// that another one keeps.
fn kept_waiting(case: &Case<'_>, waiting: &Waiting) -> Option<Diagnosis> {
    let mut draft = Draft::new();
    let of_a_lock = |edge: &&Edge| matches!(edge.why, Why::Holds(_) | Why::Queued(_));
    let threads = waiting.stuck.iter().flatten().map(|&index| case.event(index).thread);
    let edges: Vec<&Edge> = threads.filter_map(|thread| waiting.edges_from(thread).find(of_a_lock)).collect();
    for edge in &edges {
        draft.matters([edge.event]);
        draft.say(format!("{}{}.", waits(case, edge.event), because(case, waiting, edge)));
        draft.mark(case.mark(edge.event, true, waits_label(case, edge.event)));
        if let Why::Holds(hold) = edge.why {
            draft.matters([hold.since]);
            draft.mark(case.mark(hold.since, false, takes(case, &hold)));
            if let Some(index) = waiting.stuck.iter().flatten().find(|&&index| case.event(index).thread == edge.to) {
                draft.matters([*index]);
                draft.say(format!("{}.", waits(case, *index)));
            }
        }
    }
    (!edges.is_empty()).then(|| draft.finish(Pattern::NotConcurrent))
}
