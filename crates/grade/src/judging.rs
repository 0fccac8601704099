//! The judge, as grading uses it.

use std::path::PathBuf;

use exercise::Exercise;
use judge::{Bench, Judgement, Needs, Options, Step};
use kata_trace::Verdict;

use crate::harness::harness;

/// What is recorded where nothing is confined.
pub const NO_SANDBOX: &str = "none";

/// Judges texts.
#[derive(Debug)]
pub struct Judging {
    bench: Bench,
    overlay: Option<PathBuf>,
    /// Stands for what everything is judged with.
    pub(crate) harness: String,
}

impl Judging {
    /// With what a bench has.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn new(bench: Bench) -> anyhow::Result<Self> {
        let harness = harness(bench.workspace().root(), &bench.toolchain().rustc)?;
        Ok(Judging { bench, overlay: None, harness })
    }

    /// With private scenarios, too.
    #[must_use]
    pub fn with_overlay(self, overlay: Option<PathBuf>) -> Self {
        Judging { overlay, ..self }
    }

    /// What strangers' programs are confined in.
    pub fn sandbox(&self) -> &'static str {
        self.bench.sandbox().map_or(NO_SANDBOX, |sandbox| sandbox.tier().name())
    }

    /// The bench.
    pub fn bench(&self) -> &Bench {
        &self.bench
    }

    /// Builds what exercises need, before anybody waits for a verdict.
    ///
    /// # Errors
    /// cargo fails.
    pub fn ready(&self, exercises: &[Exercise], report: &mut dyn FnMut(Step)) -> anyhow::Result<()> {
        for exercise in exercises {
            for &engine in &exercise.manifest.engines {
                self.bench.ready_world(Needs::of(exercise, engine), report)?;
            }
        }
        Ok(())
    }

    /// Judges a text as if it were the learner's file.
    ///
    /// # Errors
    /// Something fails that is no fault of the text.
    pub fn judge(&self, exercise: &Exercise, text: &[u8]) -> anyhow::Result<Judgement> {
        let overlay = self.overlay.as_deref();
        let options = Options { every_scenario: true, overlay, ..Options::default() };
        Ok(judge::judge_text(&self.bench, exercise, &exercise.source(), text, options, &mut |_| {})?)
    }

    /// Sees whether the private scenarios of an exercise hold for its right fix. Where they do not, they are wrong, and
    /// every student would get a zero for it.
    ///
    /// # Errors
    /// They do not.
    pub(crate) fn try_private(&self, exercise: &Exercise) -> anyhow::Result<()> {
        let Some(overlay) = &self.overlay else { return Ok(()) };
        let mut engines = exercise.manifest.engines.iter();
        if !engines.any(|&engine| exercise.hidden_in(overlay, engine).is_file()) {
            return Ok(());
        }
        let reference = exercise.solutions().join("lib.rs");
        // A kit has none, perhaps.
        let Ok(text) = std::fs::read(self.bench.workspace().root().join(&reference)) else { return Ok(()) };
        let judgement = self.judge(exercise, &text)?;
        let place = judgement.scenario.as_ref().map_or_else(String::new, |scenario| format!(" in {scenario}"));
        anyhow::ensure!(
            judgement.verdict == Verdict::Passed,
            "nobody could pass the private scenarios of {}: the right fix {} does not ({}{place}: {})",
            exercise.id,
            reference.display(),
            judgement.verdict,
            judgement.message
        );
        Ok(())
    }
}

/// The name that a text is judged under.
pub(crate) fn shown_as(exercise: &Exercise) -> String {
    let parts: Vec<_> = exercise.source().iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// What went wrong, with its causes, in one line.
pub(crate) fn in_one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
