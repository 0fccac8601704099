//! Putting the results of all shards together.

use std::collections::BTreeMap;
use std::path::Path;

use assignment::Task;
use exercise::{Catalogue, Exercise};
use judge::{Judgement, Recogniser, Workspace};
use kata_trace::Verdict;

use crate::SCHEMA;
use crate::class::{Class, Handed, Student};
use crate::out::{Out, read, write_lines};
use crate::plan::Plan;
use crate::record::{Record, Status, Timing};
use crate::settled::Settled;
use crate::worth::{Expected, ended, expected, mark};

/// Everything that is known when all is judged.
#[derive(Debug)]
pub struct Grading {
    /// What was handed in.
    pub class: Class,
    /// What was to be judged.
    pub plan: Plan,
    /// The exercises, with the scenarios that texts were held to.
    pub exercises: BTreeMap<String, (Exercise, Vec<Expected>)>,
    /// What was judged, by exercise and text.
    pub settled: BTreeMap<(String, String), Settled>,
    /// What texts are like, by exercise and text: the path of the wrong fix, and its lesson.
    pub likes: BTreeMap<(String, String), (String, String)>,
    /// The records, by student and exercise.
    pub records: Vec<Record>,
}

impl Grading {
    /// Reads what there is in the folder of a grading.
    ///
    /// # Errors
    /// There is no plan, or an exercise cannot be read.
    pub fn read(out: &Out, root: &Path, catalogue: &Catalogue) -> anyhow::Result<Self> {
        let class: Class = read(&out.class())?;
        let plan: Plan = read(&out.plan())?;
        let overlay = plan.overlay.then(|| out.overlay());
        let mut exercises = BTreeMap::new();
        let mut recognisers = BTreeMap::new();
        let mut starters = BTreeMap::new();
        for task in &class.assignment.tasks {
            let exercise = catalogue.exercise(catalogue.find(&task.id)?)?;
            let scenarios = expected(root, &exercise, overlay.as_deref())?;
            recognisers.insert(task.id.clone(), Recogniser::new(&Workspace::new(root), &exercise).ok());
            let starter = std::fs::read(root.join(exercise.starter())).ok();
            starters.insert(task.id.clone(), starter.map(|text| blake3::hash(&text).to_hex()[..32].to_owned()));
            exercises.insert(task.id.clone(), (exercise, scenarios));
        }
        let mut settled = BTreeMap::new();
        let mut likes = BTreeMap::new();
        for unit in &plan.units {
            let Some(one) = Settled::read(out, unit) else { continue };
            let key = (unit.exercise.clone(), unit.text.clone());
            if let (Some(judgement), Some(Some(recogniser))) = (&one.judgement, recognisers.get(&unit.exercise))
                && let Some(like) = like(out, &unit.text, judgement, recogniser)
            {
                likes.insert(key.clone(), like);
            }
            settled.insert(key, one);
        }
        let mut grading = Grading { class, plan, exercises, settled, likes, records: Vec::new() };
        let mut records = Vec::new();
        for student in &grading.class.students {
            for task in &grading.class.assignment.tasks {
                let starter = starters.get(&task.id).cloned().flatten();
                records.push(grading.record(student, task, starter.as_deref()));
            }
        }
        records.sort_by(|a, b| (&a.student, &a.exercise).cmp(&(&b.student, &b.exercise)));
        grading.records = records;
        Ok(grading)
    }

    /// Writes the records.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&self, out: &Out) -> anyhow::Result<()> {
        write_lines(&out.results(), &self.records)?;
        let timings = self.settled.values().map(|settled| {
            let ms = settled.judgement.as_ref().map(|judgement| judgement.ms).unwrap_or_default();
            Timing {
                key: &settled.unit.key,
                exercise: &settled.unit.exercise,
                text: &settled.unit.text,
                attempts: settled.attempts,
                ms: settled.ms,
                compile_ms: ms.compile,
                run_ms: ms.run,
            }
        });
        write_lines(&out.timings(), timings)
    }

    /// The records of a student, in the order of the assignment.
    pub fn records_of<'a>(&'a self, student: &'a Student) -> impl Iterator<Item = (&'a Task, &'a Record)> {
        let key = |record: &Record| record.student.clone();
        let start = self.records.partition_point(|record| key(record) < student.person.id);
        let own = self.records[start..].iter().take_while(|record| record.student == student.person.id);
        let own: Vec<&Record> = own.collect();
        self.class
            .assignment
            .tasks
            .iter()
            .filter_map(move |task| own.iter().find(|record| record.exercise == task.id).map(|record| (task, *record)))
    }

    /// What was found of the text of a record.
    pub fn judgement(&self, record: &Record) -> Option<&Judgement> {
        let key = (record.exercise.clone(), record.text.clone()?);
        self.settled.get(&key)?.judgement.as_ref()
    }

    fn record(&self, student: &Student, task: &Task, starter: Option<&str>) -> Record {
        let mut record = Record {
            schema: SCHEMA,
            student: student.person.id.clone(),
            exercise: task.id.clone(),
            status: Status::Missing,
            verdict: None,
            kind: None,
            scenario: None,
            message: String::new(),
            mark: Some(0.0),
            points: task.points,
            text: None,
            starter: false,
            like: None,
            sandbox: None,
            scenarios: Vec::new(),
        };
        let Some(Handed { text, .. }) = student.files.get(&task.id) else { return record };
        let (_, expected) = &self.exercises[&task.id];
        let key = (task.id.clone(), text.clone());
        let settled = self.settled.get(&key);
        record.text = Some(text.clone());
        record.starter = starter == Some(text);
        record.sandbox = Some(self.plan.sandbox.clone());
        if let Some(judgement) = settled.and_then(|settled| settled.judgement.as_ref()) {
            record.status = Status::Graded;
            record.verdict = Some(judgement.verdict);
            record.kind = judgement.kind;
            record.scenario = judgement.scenario.clone();
            record.message = judgement.message.clone();
            record.like = self.likes.get(&key).map(|(path, _)| path.clone());
            record.scenarios = ended(task, expected, Some(judgement));
            // What the starter holds already, nobody has earned.
            let unchanged = record.starter && judgement.verdict != Verdict::Passed;
            let earned = if unchanged { 0.0 } else { mark(task, judgement.verdict, &record.scenarios) };
            record.mark = Some(earned);
            return record;
        }
        record.status = Status::InternalError;
        record.verdict = Some(Verdict::InternalError);
        record.mark = None;
        record.message = match settled.and_then(|settled| settled.error.clone()) {
            Some(error) => error,
            None => {
                let unit = self.plan.unit(&task.id, text);
                let shard = unit.map(|unit| self.plan.shard_of(unit).to_string()).unwrap_or_default();
                format!("it was never judged: run the shard {shard}")
            }
        };
        record
    }
}

/// The wrong fix that a text is like, and its lesson.
fn like(out: &Out, text: &str, judgement: &Judgement, recogniser: &Recogniser) -> Option<(String, String)> {
    let text = String::from_utf8(out.texts().read(text).ok()?).ok()?;
    let recognised = recogniser.recognise(&text, judgement).ok()??;
    Some((recognised.fix.path.to_string_lossy().replace('\\', "/"), recognised.lesson))
}
