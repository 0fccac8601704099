//! More threads than the machine has processors.

use crate::{Op, is_test};

use super::case::{Case, Draft, list};
use super::waiting::Waiting;
use super::{Diagnosis, Pattern};

/// Who has started threads, and where they are.
pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let mut draft = Draft::new();
    let own = |index: &usize| case.event(*index).at.as_ref().is_some_and(|at| !is_test(at));
    let threads: Vec<usize> = of(case, Op::Spawn).filter(own).collect();
    for group in by_place(case, threads) {
        let who = whose(case, &group);
        let starts = if group.len() == 1 { "a thread".to_owned() } else { format!("{} threads", group.len()) };
        tell(case, &group, &format!("{who} started {starts}"), "a thread is started here", &mut draft);
    }
    for group in by_place(case, of(case, Op::StartPool).collect()) {
        let (who, size) = (whose(case, &group), case.event(group[0]).after.as_ref());
        let size = size.map_or_else(String::new, |size| format!(" of {size} threads"));
        let starts = if group.len() == 1 { format!("a pool{size}") } else { format!("{} pools{size}", group.len()) };
        let label = format!("a pool{size} is started here");
        tell(case, &group, &format!("{who} started {starts}"), &label, &mut draft);
    }
    let stuck = Waiting::at_end(case.trace).stuck;
    let working = stuck.iter().flatten().copied().filter(|&index| case.event(index).op == Op::Arrive).collect();
    for group in by_place(case, working) {
        let (at, are) = (case.at(group[0]), if group.len() == 1 { "thread is" } else { "threads are" });
        draft.matters(group.iter().copied());
        draft.mark(case.mark(group[0], true, format!("{} {are} at work here", group.len())));
        draft.say(format!("{} {are} at work{at} at the same time.", group.len()));
    }
    let diagnosis = draft.finish(Pattern::Oversubscribed);
    (!diagnosis.sentences.is_empty()).then_some(diagnosis)
}

fn of(case: &Case<'_>, op: Op) -> impl Iterator<Item = usize> {
    (0..case.trace.events.len()).filter(move |&index| case.event(index).op == op)
}

fn tell(case: &Case<'_>, group: &[usize], sentence: &str, label: &str, draft: &mut Draft) {
    draft.matters(group.iter().copied());
    draft.say(format!("{sentence}{}.", case.at(group[0])));
    draft.mark(case.mark(group[0], true, label));
}

/// `t1 and t2`; who did more than one of these is named once.
fn whose(case: &Case<'_>, group: &[usize]) -> String {
    const SHOWN: usize = 4;
    let mut threads: Vec<_> = group.iter().map(|&index| case.event(index).thread).collect();
    threads.sort_unstable();
    threads.dedup();
    let names: Vec<&str> = threads.into_iter().map(|thread| case.who(thread)).collect();
    if names.len() > SHOWN { format!("{} threads", names.len()) } else { list(&names) }
}

fn by_place(case: &Case<'_>, events: Vec<usize>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in events {
        let same = groups.iter_mut().find(|group| case.event(group[0]).at == case.event(index).at);
        match same {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}
