//! The exercises judged themselves: each program must get the verdict that it is declared with.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use exercise::{Declared, Exercise, FixKind, fixes};
use kata_trace::{DeadlockKind, Verdict};
use serde::{Deserialize, Serialize};

use crate::verdict::millis;
use crate::{Bench, Error, Judgement, Needs, Options, Step, judge};

/// A program of the corpus that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// The exercise's id.
    pub exercise: String,
    /// The program's file, relative to the repository's root.
    pub file: PathBuf,
    /// What it was declared to get.
    pub declared: Finding,
    /// What it got; nothing when the checker failed.
    pub found: Option<Finding>,
    /// What is wrong, if that is not the same.
    pub deviation: Option<String>,
    /// What was said about what it got.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Milliseconds on the wall clock.
    pub ms: u64,
}

/// The part of a judgement that is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// The kind of a deadlock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeadlockKind>,
    /// The scenario that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
}

struct Subject<'a> {
    exercise: &'a Exercise,
    file: PathBuf,
    declared: Declared,
}

/// How far a verification has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Programs in all.
    pub all: usize,
    /// The one that was judged last, or nothing before the first.
    pub last: Option<&'a Verified>,
}

/// Judges the starters and the fixes of exercises, as many at a time as there are processors. The order of the results
/// is that of the exercises: starter, reference, right fixes, wrong fixes. With `remember`, the verdict on a program is
/// taken from memory if neither it nor anything that it is judged with has changed. `tell` is called after each one.
///
/// # Errors
/// A world cannot be built, or the files of a solution cannot be read. What fails with a single program is that
/// program's deviation.
pub fn verify(
    bench: &Bench,
    exercises: &[Exercise],
    remember: bool,
    report: &mut dyn FnMut(Step),
    tell: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Vec<Verified>, Error> {
    let mut subjects = Vec::new();
    for exercise in exercises {
        for &engine in &exercise.manifest.engines {
            bench.ready_world(Needs::of(exercise, engine), report)?;
        }
        subjects.extend(subjects_of(bench, exercise)?);
    }
    let verified: Vec<Mutex<Option<Verified>>> = subjects.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let all = subjects.len();
    tell(Progress { all, last: None });
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(subject), Some(slot)) = (subjects.get(index), verified.get(index)) else { break };
            let one = verify_one(bench, subject, remember);
            tell(Progress { all, last: Some(&one) });
            *slot.lock().expect("nothing panics while it holds this") = Some(one);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(work);
        }
        work();
    });
    let finish = |slot: Mutex<Option<Verified>>| slot.into_inner().ok().flatten();
    Ok(verified.into_iter().filter_map(finish).collect())
}

fn subjects_of<'a>(bench: &Bench, exercise: &'a Exercise) -> Result<Vec<Subject<'a>>, Error> {
    let manifest = &exercise.manifest;
    let starter =
        Declared { verdict: manifest.verdict, kind: manifest.kind, scenario: Some(manifest.scenario.clone()) };
    let mut subjects = vec![Subject { exercise, file: exercise.starter(), declared: starter }];
    let fixes = fixes(bench.workspace().root(), exercise).map_err(|error| Error::new(error.to_string()))?;
    for fix in fixes {
        let declared = match fix.kind {
            FixKind::Reference | FixKind::Right { .. } => {
                Declared { verdict: Verdict::Passed, kind: None, scenario: None }
            }
            FixKind::Wrong { declared, .. } => declared,
        };
        subjects.push(Subject { exercise, file: fix.path, declared });
    }
    Ok(subjects)
}

fn verify_one(bench: &Bench, subject: &Subject<'_>, remember: bool) -> Verified {
    let started = Instant::now();
    let options = Options { remember, edits_follow: false, ..Options::default() };
    let judged = judge(bench, subject.exercise, &subject.file, options, &mut |_| {});
    let declared = &subject.declared;
    let (found, deviation, message) = match judged {
        Ok(judged) => {
            let deviation = deviation(subject, &judged.judgement);
            let Judgement { verdict, kind, scenario, message, .. } = judged.judgement;
            (Some(Finding { verdict, kind, scenario }), deviation, message)
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
            (None, Some(format!("the checker failed: {error}{cause}")), String::new())
        }
    };
    Verified {
        exercise: subject.exercise.id.to_string(),
        file: subject.file.clone(),
        declared: Finding { verdict: declared.verdict, kind: declared.kind, scenario: declared.scenario.clone() },
        found,
        deviation,
        message,
        ms: millis(started.elapsed()),
    }
}

fn deviation(subject: &Subject<'_>, judgement: &Judgement) -> Option<String> {
    let declared = &subject.declared;
    let message = judgement.message.lines().next().unwrap_or_default();
    if judgement.verdict != declared.verdict {
        return Some(format!("{} in place of {}: {message}", judgement.verdict, declared.verdict));
    }
    if declared.kind.is_some() && judgement.kind != declared.kind {
        return Some(format!("a deadlock of another kind: {:?}: {message}", judgement.kind));
    }
    if declared.scenario.is_some() && judgement.scenario != declared.scenario {
        let scenario = judgement.scenario.as_deref().unwrap_or("no scenario");
        return Some(format!("{} in {scenario}, and not in the declared scenario: {message}", judgement.verdict));
    }
    None
}
