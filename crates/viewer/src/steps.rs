//! The steps of an execution in words, for who shows them one by one.

use kata_trace::diagnosis::diagnose;
use kata_trace::{DeadlockKind, Event, Names, ObjectId, Op, ThreadId, Trace, Verdict};

use crate::end::ends;
use crate::paint::clean;
use crate::rows::switch;
use crate::timeline::orderings_matter;
use crate::words::{TIE, Words};

pub use crate::rows::Switch;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is, without who takes it: `lock a = 10 :25`.
    pub text: String,
    /// How its thread came to run after another.
    pub switch: Option<Switch>,
    /// The explanation is about it.
    pub matters: bool,
    /// The failure shows in it.
    pub bad: bool,
}

/// An execution in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// The names of the threads.
    pub threads: Vec<String>,
    /// The names of the objects.
    pub objects: Vec<String>,
    /// As many as there are events.
    pub steps: Vec<Step>,
    /// How threads end up that do not just end.
    pub ends: Vec<(ThreadId, String)>,
    /// Why it failed: each a whole sentence. Empty where nothing is proved.
    pub why: Vec<String>,
}

impl Steps {
    /// The words for an execution that came to this.
    pub fn of(trace: &Trace, verdict: Verdict, kind: Option<DeadlockKind>) -> Self {
        let diagnosis = diagnose(trace, verdict, kind);
        let names = Names::new(trace);
        let words = Words::new(trace, &names, orderings_matter(verdict, diagnosis.as_ref()), usize::MAX).of(verdict);
        let ends = ends(trace, verdict);
        let step = |(index, event): (usize, &Event)| Step {
            text: untied(&words.event(index)),
            switch: switch(trace, index),
            matters: diagnosis.as_ref().is_some_and(|diagnosis| diagnosis.events.contains(&index)),
            bad: event.op == Op::Panic || ends.iter().any(|end| end.event == Some(index)),
        };
        let objects = ObjectId::try_from(trace.objects.len()).unwrap_or(ObjectId::MAX);
        Steps {
            threads: trace.threads.iter().map(|thread| clean(&thread.name)).collect(),
            objects: (0..objects).map(|object| words.object(object).to_owned()).collect(),
            steps: trace.events.iter().enumerate().map(step).collect(),
            ends: ends.iter().map(|end| (end.thread, untied(&end.text(trace, &words)))).collect(),
            why: diagnosis.map_or_else(Vec::new, |it| it.sentences.iter().map(|sentence| clean(sentence)).collect()),
        }
    }
}

/// A step that has not happened yet, in words.
pub fn announced(trace: &Trace, next: &Event) -> String {
    let mut trace = trace.clone();
    trace.events.push(next.clone());
    let names = Names::new(&trace);
    untied(&Words::new(&trace, &names, false, usize::MAX).event(trace.events.len() - 1))
}

fn untied(text: &str) -> String {
    text.replace(TIE, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kata_trace::script;

    #[test]
    fn an_execution_is_told_step_by_step() {
        let trace = script::trace(
            "t1: lock a =10 :1
             t2! lock b =20 :2
             t2: lock a blocked :3
             t1: lock b blocked :4",
        );
        let steps = Steps::of(&trace, Verdict::Deadlock, None);
        let told: Vec<_> = steps.steps.iter().map(|step| (step.text.as_str(), step.switch, step.bad)).collect();
        assert_eq!(
            told,
            [
                ("lock a = 10 :1", None, false),
                ("lock b = 20 :2", Some(Switch::Preemption), false),
                ("lock a … blocked :3", None, true),
                ("lock b … blocked :4", Some(Switch::Handover), true),
            ]
        );
        assert_eq!(steps.ends[0], (0, "waits for b, held by t2 since :2".to_owned()));
        assert!(!steps.why.is_empty());
    }

    #[test]
    fn what_has_not_happened_is_told_without_its_outcome() {
        let trace = script::trace("t1: lock a =10 :1");
        let next = Event { thread: 0, object: Some(0), ..Event::new(0, Op::Unlock) };
        assert_eq!(announced(&trace, &next), "unlock a");
        let next = Event { blocked: true, at: trace.events[0].at.clone(), ..Event { op: Op::Lock, ..next } };
        assert_eq!(announced(&trace, &next), "lock a … blocked :1");
    }
}
