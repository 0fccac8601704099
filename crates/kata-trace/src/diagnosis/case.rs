//! A log with the words for what is in it.

use crate::{Event, Location, Names, ObjectId, ObjectKind, Op, ThreadId, Trace, Value, is_library};

use super::{Diagnosis, Mark, Pattern};

/// A mark with the event whose line it is.
pub(super) type MarkOf = (usize, Mark);

/// A log under diagnosis.
#[derive(Debug)]
pub(super) struct Case<'t> {
    pub(super) trace: &'t Trace,
    names: Names<'t>,
}

impl<'t> Case<'t> {
    pub(super) fn new(trace: &'t Trace) -> Self {
        Case { trace, names: Names::new(trace) }
    }

    pub(super) fn event(&self, index: usize) -> &'t Event {
        &self.trace.events[index]
    }

    /// `t1`
    pub(super) fn who(&self, thread: ThreadId) -> &'t str {
        self.names.thread(thread)
    }

    /// `` `hits` ``
    pub(super) fn what(&self, object: ObjectId) -> String {
        format!("`{}`", self.names.object(object))
    }

    /// The object of an event: `` `hits` ``.
    pub(super) fn what_of(&self, index: usize) -> String {
        self.event(index).object.map_or_else(|| "it".to_owned(), |object| self.what(object))
    }

    /// What the object of an event is.
    pub(super) fn kind_of(&self, index: usize) -> Option<ObjectKind> {
        let object = usize::try_from(self.event(index).object?).ok()?;
        self.trace.objects.get(object).map(|object| object.kind)
    }

    /// ` at :14`, or nothing where the place is not known.
    pub(super) fn at(&self, index: usize) -> String {
        self.place(" at ", self.event(index).at.as_ref())
    }

    /// `, at :14`, or nothing where the place is not known.
    pub(super) fn comma_at(&self, index: usize) -> String {
        self.place(", at ", self.event(index).at.as_ref())
    }

    /// ` since :14`, or nothing where the place is not known.
    pub(super) fn since(&self, index: usize) -> String {
        self.place(" since ", self.event(index).at.as_ref())
    }

    /// `, since :14`, or nothing where the place is not known.
    pub(super) fn comma_since(&self, index: usize) -> String {
        self.place(", since ", self.event(index).at.as_ref())
    }

    /// ` (:14)`, or nothing where the place is not known.
    pub(super) fn place_of(&self, index: usize) -> String {
        let place = self.place("", self.event(index).at.as_ref());
        if place.is_empty() { place } else { format!(" ({place})") }
    }

    fn place(&self, word: &str, at: Option<&Location>) -> String {
        let at = at.filter(|at| !is_library(at));
        at.map_or_else(String::new, |at| format!("{word}{}", self.names.place(at)))
    }

    /// `:14`, if the place is known.
    pub(super) fn known(&self, at: &Location) -> Option<String> {
        (!is_library(at)).then(|| self.names.place(at))
    }

    /// Marks the line of an event, if it is known.
    pub(super) fn mark(&self, index: usize, primary: bool, label: impl Into<String>) -> Option<MarkOf> {
        let location = self.event(index).at.clone().filter(|at| !is_library(at))?;
        Some((index, Mark { location, label: label.into(), primary }))
    }
}

/// ` = 14`, or nothing where the value is not known.
pub(super) fn equals(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| format!(" = {value}"))
}

/// See [`super::failing_panic`].
pub(super) fn failing_panic(trace: &Trace) -> Option<usize> {
    // A lock is poisoned by an earlier panic.
    let follows = |event: &Event| passes_on(event) || is_poison(event);
    let panics = || trace.events.iter().enumerate().filter(|(_, event)| event.op == Op::Panic);
    let ended = || panics().filter(|(index, _)| !was_survived(trace, *index));
    let of_main = ended().rfind(|(_, event)| event.thread == 0 && !follows(event));
    let first = || ended().find(|(_, event)| !follows(event));
    of_main.or_else(first).or_else(|| ended().next()).or_else(|| panics().next()).map(|(index, _)| index)
}

/// Whether a panic says no more than that another thread panicked.
fn passes_on(event: &Event) -> bool {
    let text = event.text.as_deref().unwrap_or_default();
    ["`Err` value: Any", "a scoped thread panicked"].iter().any(|words| text.contains(words))
}

/// Whether a panic says that a lock is poisoned.
pub(super) fn is_poison(event: &Event) -> bool {
    event.op == Op::Panic && event.text.as_ref().is_some_and(|text| text.contains("PoisonError"))
}

/// Whether the program certainly went on after a panic: it was caught, or the thread was joined by one that went on. Who
/// unwinds starts no thread, does not come to its end, and does not panic again.
fn was_survived(trace: &Trace, panic: usize) -> bool {
    let thrown = &trace.events[panic];
    let later = |from: usize| trace.events.iter().enumerate().skip(from + 1);
    let goes_on = |event: &Event| matches!(event.op, Op::Spawn | Op::Exit | Op::Panic);
    if later(panic).any(|(_, event)| event.thread == thrown.thread && goes_on(event)) {
        return true;
    }
    let joins = |event: &Event| event.op == Op::Join && !event.blocked && event.peer == Some(thrown.thread);
    let Some((join, joined)) = later(panic).find(|(_, event)| joins(event)) else { return false };
    match later(join).find(|(_, event)| event.thread == joined.thread && goes_on(event)) {
        Some((again, event)) if event.op == Op::Panic && (event.text == thrown.text || passes_on(event)) => {
            was_survived(trace, again)
        }
        next => next.is_some(),
    }
}

/// `t1`, `t1 and t2`, `t1, t2 and t3`
pub(super) fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// A diagnosis while it is written.
#[derive(Debug)]
pub(super) struct Draft {
    sentences: Vec<String>,
    marks: Vec<MarkOf>,
    events: Vec<usize>,
    told: Vec<usize>,
}

impl Draft {
    pub(super) fn new() -> Self {
        Draft { sentences: Vec::new(), marks: Vec::new(), events: Vec::new(), told: Vec::new() }
    }

    /// Remembers that a sentence says where a thread is stuck.
    pub(super) fn tell(&mut self, stuck: &[usize]) {
        self.told.extend(stuck);
    }

    /// Whether a sentence says where a thread is stuck.
    pub(super) fn is_told(&self, stuck: usize) -> bool {
        self.told.contains(&stuck)
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.sentences.contains(&sentence) {
            self.sentences.push(sentence);
        }
    }

    pub(super) fn mark(&mut self, mark: Option<MarkOf>) {
        if let Some(mark) = mark
            && !self.marks.contains(&mark)
        {
            self.marks.push(mark);
        }
    }

    pub(super) fn matters(&mut self, events: impl IntoIterator<Item = usize>) {
        self.events.extend(events);
    }

    pub(super) fn finish(mut self, pattern: Pattern) -> Diagnosis {
        self.events.sort_unstable();
        self.events.dedup();
        self.marks.sort_by_key(|(index, _)| *index);
        let marks = self.marks.into_iter().map(|(_, mark)| mark).collect();
        Diagnosis { pattern, sentences: self.sentences, marks, events: self.events }
    }
}
