//! What a film shows, in the form in which the script reads it.

use std::collections::BTreeSet;

use kata_trace::diagnosis::Diagnosis;
use kata_trace::spans::{self, Change, Hold, Life, Wait};
use kata_trace::{Names, ObjectKind, Op, ThreadId, Trace, is_library, is_test};
use serde::Serialize;

use crate::Story;
use crate::end::ends;
use crate::film::links::{Link, links};
use crate::rows::{Row, Switch, fold_text, rows_within, switch};
use crate::timeline::orderings_matter;
use crate::words::Words;

/// More rows than this are folded further, if it is known what matters.
const COMFORTABLE: usize = 60;

/// Of a longer execution only the steps that are shown are in the film: it cannot be unfolded.
const LONGEST: usize = 1000;

/// Steps are numbered from 1 as in the timeline: step `n` is the event at index `n - 1`.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    threads: Vec<String>,
    objects: Vec<Thing>,
    files: Vec<Source>,
    /// `None` for those that are left out.
    steps: Vec<Option<Step>>,
    rows: Vec<RowData>,
    /// Whether every step is here, not only those with a row.
    whole: bool,
    links: Vec<Link>,
    lives: Vec<Life>,
    holds: Vec<Hold>,
    waits: Vec<Wait>,
    changes: Vec<Change>,
    ends: Vec<EndData>,
}

#[derive(Debug, Serialize)]
struct Thing {
    name: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct Source {
    name: String,
    text: String,
}

/// One event.
#[derive(Debug, Serialize)]
struct Step {
    thread: ThreadId,
    text: String,
    /// An index into the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Where it happened, if no file here shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    switch: Option<&'static str>,
    /// The thread that could have gone on.
    #[serde(skip_serializing_if = "Option::is_none")]
    preempts: Option<ThreadId>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    matters: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bad: bool,
}

/// The steps `first..=last`; one step, or what stands for several.
#[derive(Debug, Serialize)]
struct RowData {
    first: usize,
    last: usize,
    /// What to say in place of the step's own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// It is about several steps, and in no lane.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    across: bool,
}

/// How a thread ends up that does not just end.
#[derive(Debug, Serialize)]
struct EndData {
    thread: ThreadId,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<ThreadId>,
}

/// A row in words.
pub(super) struct Told {
    pub(super) last: usize,
    pub(super) text: String,
}

impl Data {
    pub(super) fn new(story: &Story<'_>, trace: &Trace, diagnosis: Option<&Diagnosis>) -> Self {
        let names = Names::new(trace);
        let orderings = orderings_matter(story.verdict, diagnosis);
        let words = Words::new(trace, &names, orderings, usize::MAX).of(story.verdict);
        let ends = ends(trace, story.verdict);
        let rows = rows(trace, story, diagnosis, &words);
        let whole = trace.events.len() <= LONGEST;
        let shown: BTreeSet<usize> = rows.iter().filter(|row| !row.across).map(|row| row.first - 1).collect();
        let is_shown = |index: &usize| whole || shown.contains(index);
        let step = |index: usize| {
            let event = &trace.events[index];
            if !is_shown(&index) {
                return None;
            }
            let file = event.at.as_ref().and_then(|at| story.sources.iter().position(|(path, _)| *path == at.file));
            let elsewhere =
                event.at.as_ref().filter(|at| file.is_none() && !is_library(at)).map(|at| match is_test(at) {
                    true => format!("the hidden test, line {}", at.line),
                    false => names.place(at),
                });
            let switch = switch(trace, index);
            Some(Step {
                thread: event.thread,
                text: words.event(index),
                line: event.at.as_ref().filter(|_| file.is_some()).map(|at| at.line),
                file,
                elsewhere,
                object: event.object,
                switch: switch.map(|switch| match switch {
                    Switch::Preemption => "preemption",
                    Switch::Handover => "handover",
                }),
                matters: diagnosis.is_some_and(|diagnosis| diagnosis.events.contains(&index)),
                bad: event.op == Op::Panic || ends.iter().any(|end| end.event == Some(index)),
                preempts: (switch == Some(Switch::Preemption)).then(|| trace.events[index - 1].thread),
            })
        };
        let mut links = links(trace);
        links.retain(|link| is_shown(&(link.from - 1)) && is_shown(&(link.to - 1)));
        Data {
            threads: (0..trace.threads.len()).map(|thread| words.thread(thread_id(thread))).collect(),
            objects: things(trace, &names),
            files: (story.sources.iter())
                .map(|(path, text)| Source { name: path.clone(), text: text.clone() })
                .collect(),
            steps: (0..trace.events.len()).map(step).collect(),
            rows,
            whole,
            links,
            lives: spans::lives(trace),
            holds: spans::holds(trace),
            waits: spans::waits(trace),
            changes: (spans::changes(trace).into_iter())
                .map(|change| Change { value: crate::paint::clean(&change.value), ..change })
                .collect(),
            ends: (ends.iter())
                .map(|end| EndData {
                    thread: end.thread,
                    text: end.text(trace, &words),
                    waits_for: end.waits_for(trace),
                })
                .collect(),
        }
    }

    /// The rows, in words.
    pub(super) fn rows(&self) -> impl Iterator<Item = Told> {
        self.rows.iter().map(|row| {
            let text = match &self.steps[row.first - 1] {
                Some(step) if !row.across => {
                    let preempts = step.preempts.map(|thread| format!(" (preempts {})", self.thread(thread)));
                    let text = row.text.as_ref().unwrap_or(&step.text);
                    format!("{}{}: {text}", self.thread(step.thread), preempts.unwrap_or_default())
                }
                _ => row.text.clone().unwrap_or_default(),
            };
            Told { last: row.last, text }
        })
    }

    /// How threads end up, in words.
    pub(super) fn ends(&self) -> impl Iterator<Item = String> {
        self.ends.iter().map(|end| format!("{} {}", self.thread(end.thread), end.text))
    }

    fn thread(&self, thread: ThreadId) -> &str {
        self.threads.get(usize::from(thread)).map_or("?", String::as_str)
    }
}

fn thread_id(index: usize) -> ThreadId {
    ThreadId::try_from(index).unwrap_or(ThreadId::MAX)
}

fn things(trace: &Trace, names: &Names<'_>) -> Vec<Thing> {
    let numbered = trace.objects.iter().enumerate();
    numbered
        .map(|(index, object)| Thing {
            name: crate::paint::clean(names.object(u32::try_from(index).unwrap_or(u32::MAX))),
            kind: ObjectKind::noun(object.kind),
        })
        .collect()
}

/// The rows of the timeline with the steps that they stand for, none left out.
fn rows(trace: &Trace, story: &Story<'_>, diagnosis: Option<&Diagnosis>, words: &Words<'_>) -> Vec<RowData> {
    let comfortable = if diagnosis.is_some() { COMFORTABLE } else { LONGEST };
    let rows = rows_within(trace, story.verdict, diagnosis, comfortable);
    let mut starts: Vec<usize> = Vec::new();
    for row in &rows {
        let after_the_one_before = starts.last().map_or(0, |start| start + 1);
        starts.push(match row {
            Row::Event(index, _) => *index,
            Row::Fold(steps) | Row::After(steps) => steps.start,
            Row::Again(again) => again.start + again.period,
            Row::Loop(..) => after_the_one_before,
        });
    }
    let ends = starts.iter().skip(1).copied().chain([trace.events.len()]);
    (rows.iter().zip(&starts).zip(ends))
        // A repetition of which no further round was recorded stands for no step of its own.
        .filter(|((_, start), end)| **start < *end)
        .map(|((row, &start), end)| RowData {
            first: start + 1,
            last: end,
            across: !matches!(row, Row::Event(..)),
            text: match row {
                Row::Event(index, times) if *times > 1 => Some(format!("{} ×{times}", words.event(*index))),
                Row::Event(..) => None,
                Row::Fold(steps) => Some(fold_text(trace, steps, |thread| words.thread(thread))),
                row => row.summary(),
            },
        })
        .collect()
}
