//! An execution, ready to be shown at any of its steps.

use std::path::Path;

use exercise::Exercise;
use judge::Judgement;
use kata_trace::spans::Spans;
use kata_trace::{Location, ObjectId, ThreadId, Trace, is_test};
use viewer::steps::Steps;

/// Steps are numbered from 1; after step 0 nothing has happened yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    pub(crate) trace: Trace,
    pub(crate) words: Steps,
    spans: Spans,
    /// The files that may be shown: the path as in [`Location::file`], and the text.
    sources: Vec<(String, String)>,
}

impl Scene {
    /// The execution of a judgement.
    pub(crate) fn of(root: &Path, exercise: &Exercise, judgement: &Judgement) -> Self {
        let trace = judgement.execution().unwrap_or_default();
        let words = Steps::of(&trace, judgement.verdict, judgement.kind);
        Scene { spans: Spans::of(&trace), words, sources: judgement.sources(root, exercise), trace }
    }

    /// Lets a file be shown although no step has been there yet. One that cannot be read is not shown.
    pub(crate) fn open(&mut self, root: &Path, file: &Path) {
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned();
        if self.source(&name).is_none()
            && let Ok(text) = std::fs::read_to_string(file)
        {
            self.sources.push((name, text));
        }
    }

    /// An execution of a program of which one file may be seen.
    #[cfg(test)]
    pub(crate) fn new(trace: Trace, verdict: kata_trace::Verdict, file: &str, text: &str) -> Self {
        let words = Steps::of(&trace, verdict, None);
        Scene { spans: Spans::of(&trace), words, sources: vec![(file.to_owned(), text.to_owned())], trace }
    }

    /// How many steps there are.
    pub(crate) fn len(&self) -> usize {
        self.trace.events.len()
    }

    /// The thread that takes a step.
    pub(crate) fn thread_of(&self, step: usize) -> Option<ThreadId> {
        Some(self.trace.events.get(step.checked_sub(1)?)?.thread)
    }

    /// The object of a step.
    pub(crate) fn object_of(&self, step: usize) -> Option<ObjectId> {
        self.trace.events.get(step.checked_sub(1)?)?.object
    }

    /// Where a thread is after a step, as far as the log tells.
    pub(crate) fn place_of(&self, thread: ThreadId, step: usize) -> Option<&Location> {
        let so_far = self.trace.events[..step].iter().rev();
        so_far.filter(|event| event.thread == thread).find_map(|event| event.at.as_ref())
    }

    /// The threads that live after a step.
    pub(crate) fn living(&self, step: usize) -> impl Iterator<Item = ThreadId> {
        self.threads().filter(move |&thread| self.spans.lives(thread, step))
    }

    /// All threads.
    pub(crate) fn threads(&self) -> std::ops::Range<ThreadId> {
        0..ThreadId::try_from(self.trace.threads.len()).unwrap_or(ThreadId::MAX)
    }

    /// All objects.
    pub(crate) fn objects(&self) -> std::ops::Range<ObjectId> {
        0..ObjectId::try_from(self.trace.objects.len()).unwrap_or(ObjectId::MAX)
    }

    /// A thread's name.
    pub(crate) fn thread(&self, thread: ThreadId) -> &str {
        self.words.threads.get(usize::from(thread)).map_or("?", String::as_str)
    }

    /// An object's name.
    pub(crate) fn object(&self, object: ObjectId) -> &str {
        self.words.objects.get(object as usize).map_or("?", String::as_str)
    }

    /// The value of an object after a step; empty if nobody knows it.
    pub(crate) fn value(&self, object: ObjectId, step: usize) -> String {
        let text = self.spans.value(object, step).unwrap_or_default();
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    /// Who holds an object after a step: names, and since which line.
    pub(crate) fn holders(&self, object: ObjectId, step: usize) -> Vec<String> {
        let told = |hold: &kata_trace::spans::Hold| {
            let shared = if hold.shared { " (shared)" } else { "" };
            let since = self.trace.events[hold.from - 1].at.as_ref();
            let since = since.map_or_else(String::new, |at| format!(" since {}", place(at)));
            format!("{}{shared}{since}", self.thread(hold.thread))
        };
        self.spans.holders(object, step).map(told).collect()
    }

    /// Who waits for an object after a step.
    pub(crate) fn waiters(&self, object: ObjectId, step: usize) -> Vec<&str> {
        self.spans.waits(step).filter(|wait| wait.object == Some(object)).map(|wait| self.thread(wait.thread)).collect()
    }

    /// Whether a thread waits after a step.
    pub(crate) fn waits(&self, thread: ThreadId, step: usize) -> bool {
        self.spans.waits(step).any(|wait| wait.thread == thread)
    }

    /// The text of a file, if it may be shown.
    pub(crate) fn source(&self, file: &str) -> Option<&str> {
        self.sources.iter().find(|(path, _)| path == file).map(|(_, text)| text.as_str())
    }

    /// The place to show after a step: that of the last step whose source may be shown, or else of the first of those
    /// `ahead`.
    pub(crate) fn shown_place<'a>(&'a self, step: usize, ahead: &'a [(ThreadId, Location)]) -> Option<&'a Location> {
        let before = self.trace.events[..step].iter().rev().filter_map(|event| event.at.as_ref());
        let after = self.trace.events[step..].iter().filter_map(|event| event.at.as_ref());
        let ahead = ahead.iter().map(|(_, at)| at);
        before.chain(ahead).chain(after).find(|at| self.source(&at.file).is_some())
    }
}

/// `:25`, or `test:25` in a hidden test.
pub(crate) fn place(at: &Location) -> String {
    format!("{}:{}", if is_test(at) { "test" } else { "" }, at.line)
}
