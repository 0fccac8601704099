//! What is said about small logs written by hand.

mod atomicity;
mod deadlock;
mod race;
mod running;

use super::diagnose;
use crate::{Names, Trace, Verdict, script};

/// The diagnosis of a script: pattern, sentences, marks (`^` primary) and events.
fn told(verdict: Verdict, script: &str) -> String {
    told_of(verdict, &script::trace(script))
}

fn told_of(verdict: Verdict, trace: &Trace) -> String {
    let Some(diagnosis) = diagnose(trace, verdict, None) else {
        return "nothing".to_owned();
    };
    let names = Names::new(trace);
    let mut lines = vec![format!("{:?}", diagnosis.pattern)];
    lines.extend(diagnosis.sentences);
    lines.extend(diagnosis.marks.iter().map(|mark| {
        format!("{} {} {}", if mark.primary { '^' } else { '-' }, names.place(&mark.location), mark.label)
    }));
    lines.push(format!("events {:?}", diagnosis.events));
    lines.join("\n")
}
