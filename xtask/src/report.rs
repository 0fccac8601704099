//! What a check says to people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use exercise::{Engine, Exercise, Id};
use judge::corpus::Verified;
use judge::{Judgement, ScenarioResult};
use kata_trace::{Event, Trace};

use crate::command::Symptom;
use crate::progress::Solved;

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// Every scenario held: which, and how much was explored to say so.
pub(crate) fn passed(exercise: &Exercise, judgement: &Judgement) -> String {
    let mut text = format!("{GOOD}passed{GOOD:#} {BOLD}{}{BOLD:#}: {}\n\n", exercise.id, exercise.manifest.title);
    let width = judgement.scenarios.iter().map(|scenario| scenario.name.len()).max().unwrap_or(0);
    for scenario in &judgement.scenarios {
        let _ = writeln!(text, "  {:width$}  {FAINT}{}{FAINT:#}", scenario.name, explored(scenario));
    }
    text
}

/// What was explored of a scenario.
fn explored(scenario: &ScenarioResult) -> String {
    let count = scenario.executions;
    if scenario.engine == Engine::Real {
        return format!("{count} {}", if count == 1 { "run" } else { "runs" });
    }
    let mut text = format!("{count} {}", if count == 1 { "interleaving" } else { "interleavings" });
    match (scenario.exhaustive, scenario.preemption_bound) {
        (true, _) => text.push_str(", exhaustive"),
        (false, Some(1)) => text.push_str(", all with up to 1 preemption among them"),
        (false, Some(bound)) => {
            let _ = write!(text, ", all with up to {bound} preemptions among them");
        }
        (false, None) => {}
    }
    if let (false, Some(seed)) = (scenario.exhaustive, scenario.seed) {
        let _ = write!(text, ", random ones from seed {seed:#x}");
    }
    text
}

/// Where to go on.
pub(crate) fn next(id: Option<&Id>) -> String {
    match id {
        Some(id) => format!("next: {BOLD}{id}{BOLD:#}, see exercises/{id}/README.md\n"),
        None => "every exercise is solved\n".to_owned(),
    }
}

/// The exercise to go on with, and how.
pub(crate) fn next_exercise(exercise: Option<&Exercise>) -> String {
    let Some(Exercise { id, manifest }) = exercise else { return next(None) };
    format!(
        "{BOLD}{id}{BOLD:#}: {}\n{}\n\nread   exercises/{id}/README.md\nedit   {}\ncheck  cargo xtask check {id}\n",
        manifest.title,
        manifest.summary,
        manifest
            .editable
            .iter()
            .map(|file| format!("exercises/{id}/{}", file.display()))
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// All exercises, by track.
pub(crate) fn list(exercises: &[(Exercise, bool)]) -> String {
    let mut text = String::new();
    let width = exercises.iter().map(|(exercise, _)| exercise.id.as_str().len()).max().unwrap_or(0);
    let mut track = None;
    for (exercise, solved) in exercises {
        let manifest = &exercise.manifest;
        if track != Some(manifest.track) {
            let gap = if track.is_some() { "\n" } else { "" };
            let _ = writeln!(text, "{gap}{BOLD}{}{BOLD:#}", manifest.track.title());
            track = Some(manifest.track);
        }
        let mark = if *solved { format!("{GOOD}✓{GOOD:#}") } else { " ".to_owned() };
        let difficulty = "●".repeat(manifest.difficulty.into()) + &"○".repeat((5 - manifest.difficulty).into());
        let _ = writeln!(
            text,
            "{mark} {:width$}  {FAINT}{difficulty}{FAINT:#}  {}",
            exercise.id.as_str(),
            manifest.summary
        );
    }
    let solved = exercises.iter().filter(|(_, solved)| *solved).count();
    let _ = writeln!(text, "\n{solved} of {} solved", exercises.len());
    text
}

/// The solved exercises.
pub(crate) fn progress(exercises: &[(&Id, Option<Solved>)]) -> String {
    let mut text = String::new();
    let width = exercises.iter().map(|(id, _)| id.as_str().len()).max().unwrap_or(0);
    for (id, solved) in exercises {
        if let Some(Solved { date, attempts }) = solved {
            let attempts = format!("{attempts} {}", if *attempts == 1 { "attempt" } else { "attempts" });
            let _ = writeln!(text, "{GOOD}✓{GOOD:#} {:width$}  {date}  {FAINT}{attempts}{FAINT:#}", id.as_str());
        }
    }
    let solved = exercises.iter().filter(|(_, solved)| solved.is_some()).count();
    let gap = if solved == 0 { "" } else { "\n" };
    let _ = writeln!(text, "{gap}{solved} of {} solved", exercises.len());
    if let Some((id, _)) = exercises.iter().find(|(_, solved)| solved.is_none()) {
        text.push_str(&next(Some(id)));
    }
    text
}

/// The programs of the corpus that did not get their declared verdict.
pub(crate) fn verified(programs: &[Verified]) -> String {
    let mut text = String::new();
    for program in programs {
        if let Some(deviation) = &program.deviation {
            let _ = writeln!(text, "{BAD}✗{BAD:#} {BOLD}{}{BOLD:#}\n    {deviation}", program.file.display());
        }
    }
    let deviations = programs.iter().filter(|program| program.deviation.is_some()).count();
    let exercises: BTreeSet<_> = programs.iter().map(|program| &program.exercise).collect();
    let _ = match deviations {
        0 => writeln!(
            text,
            "{GOOD}✓{GOOD:#} {} programs of {} exercises got their declared verdicts",
            programs.len(),
            exercises.len()
        ),
        _ => writeln!(text, "\n{deviations} of {} programs deviate from what they declare", programs.len()),
    };
    text
}

/// What failed, and how.
pub(crate) fn failed(root: &Path, exercise: &Exercise, judgement: &Judgement) -> String {
    let mut text = format!("{BAD}{}{BAD:#}", judgement.verdict);
    if let Some(kind) = judgement.kind {
        let _ = write!(text, " {BAD}({kind}){BAD:#}");
    }
    let _ = write!(text, " {BOLD}{}{BOLD:#}", exercise.id);
    if let Some(scenario) = judgement.failing_scenario() {
        let _ = write!(text, ", scenario {BOLD}{}{BOLD:#}", scenario.name);
        if !scenario.about.is_empty() {
            let _ = write!(text, "\n{}", scenario.about);
        }
    }
    text.push_str("\n\n");
    if !judgement.diagnostics.is_empty() {
        for diagnostic in &judgement.diagnostics {
            let _ = writeln!(text, "{}", diagnostic.rendered.trim_end());
            text.push('\n');
        }
        return text;
    }
    text.push_str(&story(root, judgement));
    text
}

/// How the failing execution went.
fn story(_root: &Path, judgement: &Judgement) -> String {
    let mut text = String::new();
    if let Some(trace) = judgement.execution() {
        for (step, event) in trace.events.iter().enumerate() {
            let _ = writeln!(text, "{:>4}  {}", step + 1, line(&trace, event));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}", judgement.message);
    text
}

fn line(trace: &Trace, event: &Event) -> String {
    let mut text = format!("{:10} {:?}", trace.thread_name(event.thread), event.op);
    if let Some(object) = event.object {
        let _ = write!(text, " {}", trace.object_name(object));
    }
    if event.blocked {
        text.push_str(" … blocked");
    }
    if let Some(at) = &event.at {
        let _ = write!(text, "  {FAINT}{}:{}{FAINT:#}", at.file, at.line);
    }
    text
}

/// What `doctor` found.
pub(crate) fn symptoms(version: &str, symptoms: &[Symptom]) -> String {
    let mut text = format!("concurrency katas {version}\n\n");
    let width = symptoms.iter().map(|symptom| symptom.what.len()).max().unwrap_or(0);
    for Symptom { what, found, remedy } in symptoms {
        let mark = if remedy.is_none() { format!("{GOOD}✓{GOOD:#}") } else { format!("{BAD}✗{BAD:#}") };
        let _ = writeln!(text, "{mark} {what:width$}  {found}");
        if let Some(remedy) = remedy {
            let _ = writeln!(text, "  {:width$}  {BOLD}{remedy}{BOLD:#}", "");
        }
    }
    text
}
