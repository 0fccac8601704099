//! A student's results as a list of tests, which is how most programs see them.

use assignment::{Credit, Task};
use kata_trace::Verdict;

use crate::class::Student;
use crate::feedback::Feedbacks;
use crate::merge::Grading;
use crate::record::{Record, Status};
use crate::worth::share;

/// A test: a scenario, or an exercise of which none ran.
#[derive(Clone, Debug)]
pub(super) struct Test {
    /// The exercise's id.
    pub(super) exercise: String,
    /// The scenario; its place among the private ones where students must not know it.
    pub(super) name: String,
    /// What it proves. May be empty.
    pub(super) about: String,
    /// Students never had it.
    pub(super) private: bool,
    pub(super) ended: Ended,
    /// Its share of the raw marks.
    pub(super) score: f64,
    /// Its share of the marks that there are.
    pub(super) max_score: f64,
    /// What the student is told. May be empty.
    pub(super) output: String,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Passed,
    Failed,
    /// Nothing ran.
    DidNotRun,
    /// Our fault.
    Error,
}

/// The tests of a student, exercise by exercise.
pub(super) fn tests(grading: &Grading, feedbacks: &Feedbacks, student: &Student) -> Vec<Test> {
    grading.records_of(student).flat_map(|(task, record)| of_record(grading, feedbacks, task, record)).collect()
}

/// The tests of a student for one exercise.
pub(super) fn of_record(grading: &Grading, feedbacks: &Feedbacks, task: &Task, record: &Record) -> Vec<Test> {
    let feedback = feedbacks.of(&record.exercise, record.text.as_deref());
    let story = feedback.map(|feedback| feedback.story.as_str()).unwrap_or_default();
    let whole = |ended, output: String| {
        vec![Test {
            exercise: task.id.clone(),
            name: task.id.clone(),
            about: grading.exercises[&task.id].0.manifest.title.clone(),
            private: false,
            ended,
            score: 0.0,
            max_score: task.points,
            output,
        }]
    };
    match record.status {
        Status::Missing => return whole(Ended::DidNotRun, "nothing was handed in".to_owned()),
        Status::InternalError => {
            let output = format!("this could not be judged, which is no fault of yours: {}", record.message);
            return whole(Ended::Error, output);
        }
        Status::Graded => {}
    }
    let verdict = record.verdict.unwrap_or(Verdict::InternalError);
    if record.scenarios.iter().all(|scenario| scenario.verdict.is_none()) {
        let output = format!("{verdict}: {}\n\n{story}", record.message);
        return whole(Ended::DidNotRun, output.trim_end().to_owned());
    }
    let (_, expected) = &grading.exercises[&task.id];
    let all: f64 = record.scenarios.iter().map(|scenario| f64::from(scenario.weight)).sum();
    // Where only a pass counts, the shares of what held are not given; and never more than the mark.
    let shared = verdict == Verdict::Passed || (task.credit == Credit::Scenarios && record.mark > Some(0.0));
    let (mut privately, mut before) = (0, 0.0);
    let test = |(scenario, expected): (&crate::worth::ScenarioRecord, &crate::worth::Expected)| {
        let weight = f64::from(scenario.weight);
        let max_score = if all > 0.0 { share(task.points, before / all, (before + weight) / all) } else { 0.0 };
        before += weight;
        let ended = match scenario.verdict {
            Some(Verdict::Passed) => Ended::Passed,
            Some(_) => Ended::Failed,
            None => Ended::DidNotRun,
        };
        let is_told = record.scenario.as_ref() == Some(&scenario.name);
        let output = match (ended, scenario.verdict) {
            _ if scenario.private => String::new(),
            (Ended::Passed, _) if record.starter && !shared => "it holds in the program that was given, too".to_owned(),
            (Ended::Passed, _) if shared => String::new(),
            (Ended::Passed, _) => "it holds; the exercise counts as a whole, and not all of it holds".to_owned(),
            (Ended::Failed, _) if is_told => story.trim_end().to_owned(),
            (Ended::Failed, Some(verdict)) => verdict.to_string(),
            _ => "it did not run, because another one failed before".to_owned(),
        };
        privately += u32::from(scenario.private);
        Test {
            exercise: task.id.clone(),
            name: if scenario.private { format!("private scenario {privately}") } else { scenario.name.clone() },
            about: if scenario.private { String::new() } else { expected.about.clone() },
            private: scenario.private,
            ended,
            score: if shared && ended == Ended::Passed { max_score } else { 0.0 },
            max_score,
            output,
        }
    };
    record.scenarios.iter().zip(expected).map(test).collect()
}
