//! A scenario whose interleaving somebody else decides, step by step.
//!
//! Every position is reached from the beginning, by a process of its own that follows a schedule and stops at the first
//! decision behind it. So going back is exact.

use std::path::Path;
use std::time::Instant;

use exercise::{Engine, Exercise};
use kata_trace::{Decision, Event, Object, ObjectId, Record, Trace, Verdict};

use crate::child::Cancel;
use crate::excerpt::Source;
use crate::process::Way;
use crate::scenario::Scenario;
use crate::verdict::{Milliseconds, Rejection};
use crate::{Bench, Error, Judgement, Prepared, Schedule, Step, Text, lint, prepare, process, read, run};

/// A program to decide for.
pub struct Game {
    exercise: Exercise,
    engine: Engine,
    scenario: Scenario,
    prepared: Prepared,
    /// What an execution uses from its beginning to its end: objects have the same names from the first decision on,
    /// also those that nobody has used yet.
    known: Vec<(Object, u64)>,
}

/// Where a game stands.
#[derive(Clone, Debug)]
pub struct Position {
    /// The decisions that lead here, with those that had one outcome.
    pub schedule: String,
    /// What is to be decided; `None` if the execution is over.
    pub decision: Option<Decision>,
    /// How it went so far: `passed` while nothing has failed. [`Judgement::execution`] is the trace.
    pub judgement: Judgement,
}

impl Game {
    /// Compiles `file` and opens a game of one of its scenarios, whose schedules begin with those tokens. The inner error
    /// is a file that is refused.
    ///
    /// # Errors
    /// The file cannot be read, there is no such scenario, or something fails that is no fault of the file.
    pub fn open(
        bench: &Bench,
        exercise: &Exercise,
        file: &Path,
        start: Schedule<'_>,
        report: &mut dyn FnMut(Step),
    ) -> Result<Result<Self, Rejection>, Error> {
        let Schedule { engine, scenario, tokens } = start;
        let (shown, bytes) = read(bench, file)?;
        let name = shown.to_string_lossy().into_owned();
        let text = match lint::lint(exercise, &name, &bytes) {
            Ok(text) => text,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let text = Text::in_its_place(Source { name: &name, text });
        let prepared = match prepare(bench, exercise, engine, text, &mut Milliseconds::default(), report)? {
            Ok(prepared) => prepared,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let scenario =
            prepared.scenarios.iter().find(|found| found.name == scenario).cloned().ok_or_else(|| {
                Error::new(format!("{} has no scenario `{scenario}` in the {engine} world", exercise.id))
            })?;
        let exercise = exercise.clone();
        let mut game = Game { exercise, engine, scenario, prepared, known: Vec::new() };
        game.known = game.whole(tokens)?;
        Ok(Ok(game))
    }

    /// What the scenario proves, in one sentence. May be empty.
    pub fn about(&self) -> &str {
        &self.scenario.about
    }

    /// Follows a schedule and stops at the first decision behind it. `None` if it was cancelled.
    ///
    /// # Errors
    /// The schedule does not apply to this program, or something fails that is no fault of the file.
    pub fn position(&self, schedule: &str, cancel: &Cancel) -> Result<Option<Position>, Error> {
        let started = Instant::now();
        let Some(mut record) = self.run(Way::Stand(schedule), cancel)? else { return Ok(None) };
        if record.verdict == Verdict::InternalError {
            return Err(Error::new(format!("cannot go on with `{schedule}`: {}", record.message)));
        }
        let standing = record.standing.take();
        if let Some(trace) = &mut record.trace {
            let places = standing.as_ref().map_or(&[][..], |standing| &standing.places);
            let order = arrange(trace, places, &self.known);
            self.prepared.names.give(trace);
            let decision = standing.and_then(|standing| standing.decision);
            let decision = decision.map(|decision| renumbered(decision, &order));
            return Ok(Some(self.at(schedule, decision, record, started)));
        }
        Ok(Some(self.at(schedule, None, record, started)))
    }

    fn at(&self, schedule: &str, decision: Option<Decision>, record: Record, started: Instant) -> Position {
        let result = run::result(self.engine, &self.scenario, &record, started);
        let schedule = record.schedule.clone().unwrap_or_else(|| schedule.to_owned());
        let judgement = Judgement::ended(&self.exercise.id, self.engine, record, vec![result]);
        // Nothing was searched.
        Position { schedule, decision, judgement: Judgement { evidence: None, ..judgement } }
    }

    fn run(&self, way: Way<'_>, cancel: &Cancel) -> Result<Option<Record>, Error> {
        let budget = self.exercise.manifest.budget(&self.scenario.name);
        let grades = self.exercise.manifest.grades(&self.scenario.name);
        process::run(&self.prepared.program, &self.scenario.name, budget, grades, way, cancel)
    }

    /// The objects of the execution that is explored first, and where they lie.
    fn whole(&self, start: &str) -> Result<Vec<(Object, u64)>, Error> {
        let record = self.run(Way::Replay(start), &Cancel::default())?.expect("nobody cancels this");
        let places = record.standing.unwrap_or_default().places;
        let objects = record.trace.unwrap_or_default().objects.into_iter();
        Ok(objects.zip(places).filter_map(|(object, place)| Some((object, place?))).collect())
    }
}

/// Adds the objects that are known to those of a trace, in the order in which they lie: that of their creation, which
/// does not depend on who uses them first. Returns the new number of each object that the trace had.
fn arrange(trace: &mut Trace, places: &[Option<u64>], known: &[(Object, u64)]) -> Vec<ObjectId> {
    let used = trace.objects.len();
    let place = |index: usize| places.get(index).copied().flatten();
    let mut objects: Vec<_> = (trace.objects.drain(..).enumerate())
        .map(|(index, object)| (place(index).map_or((true, 0), |place| (false, place)), Some(index), object))
        .collect();
    let unused = known.iter().filter(|(_, at)| !places.contains(&Some(*at)));
    objects.extend(unused.map(|(object, at)| ((false, *at), None, object.clone())));
    objects.sort_by_key(|(at, _, _)| *at);
    let mut numbers = vec![0; used];
    for (number, (_, index, object)) in objects.into_iter().enumerate() {
        if let Some(index) = index {
            numbers[index] = ObjectId::try_from(number).unwrap_or(ObjectId::MAX);
        }
        trace.objects.push(object);
    }
    for event in &mut trace.events {
        renumber(event, &numbers);
    }
    numbers
}

fn renumber(event: &mut Event, numbers: &[ObjectId]) {
    event.object = event.object.and_then(|object| numbers.get(object as usize).copied());
}

fn renumbered(mut decision: Decision, numbers: &[ObjectId]) -> Decision {
    let next = decision.alternatives.iter_mut().filter_map(|alternative| alternative.next.as_mut());
    next.chain(&mut decision.waiting).for_each(|event| renumber(event, numbers));
    decision
}

#[cfg(test)]
mod tests {
    use kata_trace::{ObjectKind, Op};

    use super::*;

    fn object(label: &str) -> Object {
        Object {
            kind: ObjectKind::Mutex,
            created: None,
            label: Some(label.to_owned()),
            name: String::new(),
            senders: Vec::new(),
        }
    }

    #[test]
    fn objects_are_numbered_in_the_order_of_their_creation_whoever_uses_them_first() {
        let event = |object| Event { object: Some(object), ..Event::new(0, Op::Lock) };
        let mut trace = Trace {
            threads: Vec::new(),
            objects: vec![object("elsewhere"), object("second"), object("first")],
            events: vec![event(1), event(2), event(0)],
        };
        let known = [(object("first"), 8), (object("unused"), 12), (object("second"), 16)];
        let numbers = arrange(&mut trace, &[None, Some(16), Some(8)], &known);
        let labels: Vec<_> = trace.objects.iter().map(|object| object.label.as_deref().unwrap()).collect();
        assert_eq!(labels, ["first", "unused", "second", "elsewhere"]);
        assert_eq!(trace.events.iter().map(|event| event.object.unwrap()).collect::<Vec<_>>(), [2, 0, 3]);
        assert_eq!(numbers, [3, 2, 0]);
    }
}
