//! What a check says to people.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use exercise::{Engine, Exercise, Id};
use judge::{Judgement, ScenarioResult};
use kata_trace::{Event, Trace, Verdict};

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
        Some(id) => format!("\nnext: {BOLD}{id}{BOLD:#}, see exercises/{id}/README.md\n"),
        None => "\nthat was the last one: every exercise is solved\n".to_owned(),
    }
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

/// One word for a list: whether a verdict is good news.
pub(crate) fn verdict(verdict: Verdict) -> String {
    let style = if verdict == Verdict::Passed { GOOD } else { BAD };
    format!("{style}{verdict}{style:#}")
}
