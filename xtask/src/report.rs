//! What a check says to people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use exercise::{Engine, Exercise, Hint, Id};
use judge::corpus::Verified;
use judge::demo::Ending;
use judge::{Judgement, Recognised, ScenarioResult, Schedule};
use kata_trace::{Divergence, ThreadId, Trace, Verdict};
use progress::{Belt, ExerciseStanding, Standing};

use crate::command::Symptom;
use crate::failure::departure;
use crate::links::linked;

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
        for line in viewer::outcomes::table(&scenario.outcomes, true).lines() {
            let _ = writeln!(text, "  {line}");
        }
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
    if let Some(inputs) = scenario.inputs {
        let _ = write!(text, " of {inputs} random inputs");
    }
    match (scenario.exhaustive, scenario.preemption_bound) {
        (true, _) if scenario.inputs.is_some() => text.push_str(", exhaustive for each"),
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

/// What is done, track by track.
pub(crate) fn progress(standing: &Standing<'_>) -> String {
    let mut text = String::new();
    let rows = || standing.tracks.iter().flat_map(|track| &track.exercises);
    let width = rows().map(|row| row.exercise.id.as_str().len()).max().unwrap_or(0);
    for track in &standing.tracks {
        let belt = track.belt();
        let _ = writeln!(
            text,
            "{BOLD}{}{BOLD:#}  {}{belt} belt{:#}  {FAINT}{} of {} points{FAINT:#}",
            track.track.title(),
            colour(belt),
            colour(belt),
            track.points(),
            track.all_points()
        );
        for row in &track.exercises {
            let mark = if row.solved.is_some() { format!("{GOOD}✓{GOOD:#}") } else { "·".to_owned() };
            let _ = writeln!(text, "  {mark} {:width$}  {FAINT}{}{FAINT:#}", row.exercise.id.as_str(), how(row));
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{} of {} points, {} of {} solved",
        standing.points(),
        standing.all_points(),
        standing.solved(),
        standing.exercises()
    );
    if let Some(row) = rows().find(|row| row.solved.is_none()) {
        text.push_str(&next(Some(&row.exercise.id)));
    }
    text
}

/// When and how an exercise was solved.
fn how(row: &ExerciseStanding<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(solved) = &row.solved {
        parts.push(solved.date.clone());
        parts.push(if solved.first_try() { "first try".to_owned() } else { format!("{} attempts", solved.attempts) });
        match solved.hints {
            _ if solved.saw_solution => parts.push("with the solution".to_owned()),
            0 => parts.push("no hints".to_owned()),
            1 => parts.push("1 hint".to_owned()),
            hints => parts.push(format!("{hints} hints")),
        }
    } else {
        parts.push(format!("{} points", progress::points(row.exercise.manifest.difficulty)));
    }
    if row.broke {
        parts.push("broken by hand".to_owned());
    }
    parts.join(", ")
}

fn colour(belt: Belt) -> Style {
    match belt {
        Belt::White => AnsiColor::White.on_default(),
        Belt::Yellow => AnsiColor::BrightYellow.on_default(),
        Belt::Orange => AnsiColor::BrightRed.on_default(),
        Belt::Green => AnsiColor::Green.on_default(),
        Belt::Blue => AnsiColor::BrightBlue.on_default(),
        Belt::Brown => AnsiColor::Yellow.on_default(),
        Belt::Black => AnsiColor::White.on(AnsiColor::Black).bold(),
    }
}

/// What solving an exercise was worth.
pub(crate) fn award(exercise: &Exercise, standing: &Standing<'_>) -> String {
    let mut text = format!("\n+{} points", progress::points(exercise.manifest.difficulty));
    if let Some(track) = standing.tracks.iter().find(|track| track.track == exercise.manifest.track) {
        let belt = track.belt();
        let _ = write!(
            text,
            ", {}: {}{belt} belt{:#} ({} of {} points)",
            track.track.title(),
            colour(belt),
            colour(belt),
            track.points(),
            track.all_points()
        );
    }
    text.push('\n');
    text
}

/// Hints, of all that there are. `new` is whether the reader has not seen them.
pub(crate) fn hints(exercise: &Exercise, shown: &[&Hint], all: &[&Hint], new: bool) -> String {
    let id = &exercise.id;
    let mut text = heading(exercise);
    for hint in shown {
        let number = all.iter().position(|other| other == hint).map_or(0, |index| index + 1);
        let _ = writeln!(
            text,
            "{BOLD}hint {number} of {}: {}{BOLD:#}\n\n{}\n",
            all.len(),
            hint.stage.title(),
            viewer::prose::fill(&hint.text, width().clamp(40, 100))
        );
    }
    match (shown.last(), all.last()) {
        (None, _) => text.push_str("there is no hint for this exercise\n"),
        (Some(shown), Some(last)) if shown != last => {
            let _ = writeln!(text, "{FAINT}when you want the next one: cargo xtask hint {id}{FAINT:#}");
        }
        _ if new => {
            let _ =
                writeln!(text, "{FAINT}that was the last one; all of them again: cargo xtask hint {id} --all{FAINT:#}");
        }
        _ => {
            let _ = writeln!(
                text,
                "{FAINT}you have seen all hints (cargo xtask hint {id} --all); the solution: cargo xtask solution {id}{FAINT:#}"
            );
        }
    }
    text
}

/// The lesson of a wrong fix that the file is like.
pub(crate) fn lesson(known: &Recognised) -> String {
    let name = known.fix.path.file_stem().unwrap_or_default().to_string_lossy().replace('_', " ");
    let lesson = viewer::prose::fill(&known.lesson, width().clamp(40, 98)).replace('\n', "\n  ");
    format!("\n{BOLD}this looks like a fix that many try: {name}{BOLD:#}\n  {lesson}\n")
}

/// How runs of the demo ended.
pub(crate) fn runs(exercise: &Exercise, endings: &[Ending], limit: Duration) -> String {
    let check = format!("`cargo xtask check {}`", exercise.id);
    let well = endings.iter().filter(|ending| ending.is_well()).count();
    let hung = endings.iter().filter(|ending| **ending == Ending::Hung).count();
    match endings {
        [Ending::Hung] => {
            format!("\n{BAD}✗{BAD:#} it was still running after {} s, and was stopped\n", limit.as_secs())
        }
        [ending] if ending.is_well() => {
            format!("\nThis run went well, which says little about the next one: {check} looks at all of them.\n")
        }
        [Ending::Ended(status)] => format!("\n{BAD}✗{BAD:#} the run ended with {status}\n"),
        _ => {
            let all = endings.len();
            let mut text = format!("{} of {all} runs showed the symptom", all - well);
            if hung > 0 {
                let _ = write!(text, ", {hung} of them by hanging for {} s", limit.as_secs());
            }
            text.push('\n');
            if well == all {
                let _ = writeln!(text, "That is no proof: {check} looks at every interleaving it can.");
            }
            text
        }
    }
}

/// A right fix.
pub(crate) struct OtherFix {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// What it does; the reference's is explained in the solution's README.
    pub(crate) idea: Option<String>,
    /// What it costs.
    pub(crate) trade_off: Option<String>,
}

/// The right fixes as differences from the learner's file.
pub(crate) fn solution(exercise: &Exercise, own: &str, others: &[OtherFix]) -> String {
    let mut text = heading(exercise);
    let readme = exercise.solutions().join("README.md");
    let _ = writeln!(text, "{BOLD}{}{BOLD:#} explains why it broke, and what each fix costs\n", readme.display());
    for fix in others {
        let _ = writeln!(text, "{BOLD}{}{BOLD:#}", fix.path.display());
        if let Some(idea) = &fix.idea {
            let _ = writeln!(text, "  idea: {idea}");
        }
        if let Some(trade_off) = &fix.trade_off {
            let _ = writeln!(text, "  cost: {trade_off}");
        }
        text.push('\n');
        text.push_str(&difference(own, &without_heading(&fix.text)));
        text.push('\n');
    }
    text
}

/// A fix without the lines that are about it.
fn without_heading(fix: &str) -> String {
    let is_about = |line: &str| line.starts_with("//! idea:") || line.starts_with("//! trade-off:");
    if !fix.lines().next().is_some_and(is_about) {
        return fix.to_owned();
    }
    let rest = fix.lines().skip_while(|line| line.starts_with("//!") && line.trim() != "//!").skip(1);
    rest.map(|line| format!("{line}\n")).collect()
}

fn difference(own: &str, other: &str) -> String {
    let diff = similar::TextDiff::from_lines(own, other);
    let mut text = String::new();
    for (number, group) in diff.grouped_ops(3).iter().enumerate() {
        if number > 0 {
            let _ = writeln!(text, "  {FAINT}⋮{FAINT:#}");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            let _ = match change.tag() {
                similar::ChangeTag::Delete => writeln!(text, "  {BAD}-{BAD:#} {line}"),
                similar::ChangeTag::Insert => writeln!(text, "  {GOOD}+{GOOD:#} {line}"),
                similar::ChangeTag::Equal => writeln!(text, "  {FAINT}  {line}{FAINT:#}"),
            };
        }
    }
    if text.is_empty() {
        text.push_str("  as yours\n");
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

/// What exercises lack that are not finished.
pub(crate) fn missing(missing: &BTreeMap<&str, Vec<String>>) -> String {
    let mut text = String::new();
    for (exercise, what) in missing {
        let _ = writeln!(text, "\n{BOLD}{exercise}{BOLD:#} is not finished:");
        for what in what {
            let _ = writeln!(text, "  {what}");
        }
    }
    text
}

/// What failed, and how.
pub(crate) fn failed(root: &Path, exercise: &Exercise, judgement: &Judgement) -> String {
    let heading = heading(exercise);
    match judgement.scenario.as_deref() {
        Some(_) => heading + &story(root, exercise, judgement),
        None => heading + &refused(root, judgement),
    }
}

/// Which exercise it is about.
pub(crate) fn heading(exercise: &Exercise) -> String {
    format!("{BOLD}{}{BOLD:#}: {}\n\n", exercise.id, exercise.manifest.title)
}

/// A file that never ran.
fn refused(root: &Path, judgement: &Judgement) -> String {
    let mut text = format!("{BAD}✗ {}{BAD:#}: {}\n", judgement.verdict, judgement.message);
    for diagnostic in &judgement.diagnostics {
        let _ = write!(text, "\n{}\n", diagnostic.rendered.trim_end());
    }
    linked(root, text)
}

/// How the execution went. What is printed loses its colours where they are not wanted.
fn story(root: &Path, exercise: &Exercise, judgement: &Judgement) -> String {
    let sources = judgement.sources(root, exercise);
    linked(root, viewer::tell(judgement, &sources, |story| viewer::timeline::render(story, &style())))
}

fn style() -> viewer::Style {
    viewer::Style { color: true, width: width() }
}

/// A schedule was run again, and applies.
pub(crate) fn replayed(
    root: &Path,
    exercise: &Exercise,
    judgement: &Judgement,
    asked: Schedule<'_>,
    failure: Option<&Trace>,
) -> String {
    if judgement.scenario.is_none() {
        return refused(root, judgement);
    }
    // Nothing was searched.
    let mut text = story(root, exercise, &Judgement { evidence: None, ..judgement.clone() });
    if let (Some(failure), Some(now)) = (failure, judgement.execution())
        && let Some(departure) = departure_in_words(failure, &now)
    {
        let _ = writeln!(text, "\n{departure}");
    }
    let taken = judgement.schedule.as_deref().unwrap_or_default();
    if let (true, Some(evidence)) = (asked.tokens.starts_with('#'), &judgement.evidence) {
        let _ = writeln!(text, "\nThis is execution {}, with the schedule {taken}.", evidence.executions);
    }
    if judgement.verdict == Verdict::Passed {
        if taken.len() < asked.tokens.len() {
            text.push_str("\nThe program ends before the schedule does.\n");
        }
        let scenario = asked.scenario;
        let _ = writeln!(
            text,
            "\n{scenario} holds in this interleaving. Whether it holds in the others, `cargo xtask check {}` tells.",
            exercise.id
        );
    }
    text
}

/// A schedule does not apply any more: where, and what went before.
pub(crate) fn diverged(divergence: &Divergence, before: Option<&Trace>) -> String {
    let mut text =
        format!("{BAD}✗ the schedule no longer applies{BAD:#}: {}\n", divergence_in_words(divergence, before));
    if let Some(before) = before.filter(|before| !before.events.is_empty()) {
        let _ = write!(text, "\nup to there:\n\n{}", viewer::timeline::lanes(before, &style()));
    }
    text
}

/// Where an execution goes another way than the failure whose schedule it follows, if it does.
pub(crate) fn departure_in_words(failure: &Trace, now: &Trace) -> Option<String> {
    let at = departure(failure, now)?;
    let step = |trace: &Trace| match trace.events.get(at) {
        Some(_) => format!("`{}`", viewer::timeline::step(trace, at)),
        None => "the end".to_owned(),
    };
    Some(format!("At step {} it goes another way than the failure did: {}, not {}.", at + 1, step(now), step(failure)))
}

/// One sentence on where a schedule does not apply.
pub(crate) fn divergence_in_words(divergence: &Divergence, before: Option<&Trace>) -> String {
    let name = |thread: ThreadId| {
        let known = before.and_then(|trace| trace.threads.get(usize::from(thread)));
        known.map_or_else(|| format!("thread {thread}"), |thread| thread.name.clone())
    };
    let steps = before.map_or(divergence.decision.saturating_sub(1), |trace| trace.events.len() as u64);
    let after = if steps == 0 { "before the first step".to_owned() } else { format!("after step {steps}") };
    let Divergence { decision, wanted, .. } = divergence;
    let possible: BTreeSet<ThreadId> = divergence.possible.iter().copied().collect();
    let others: Vec<String> = possible.iter().map(|&thread| name(thread)).collect();
    let instead = match others.as_slice() {
        [] => "this program goes another way".to_owned(),
        _ if possible.contains(wanted) => {
            format!("{} can go on there, but not in the way that the schedule asks for", name(*wanted))
        }
        [one] => format!("only {one} can go on there"),
        [rest @ .., last] => format!("only {} and {last} can go on there", rest.join(", ")),
    };
    format!("{after}, its decision {decision} lets {} go on, and {instead}", name(*wanted))
}

/// The columns of the terminal, or as many as anybody has: a terminal that nobody has told its size has none.
#[cfg(unix)]
fn width() -> usize {
    let columns = rustix::termios::tcgetwinsize(std::io::stdout()).map_or(0, |size| size.ws_col);
    if columns == 0 { 100 } else { usize::from(columns) }
}

#[cfg(not(unix))]
fn width() -> usize {
    100
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
