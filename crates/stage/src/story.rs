//! The execution of a judgement, told as a whole.

use std::path::Path;

use anyhow::Context as _;
use exercise::Exercise;
use judge::Judgement;
use viewer::Story;

/// Its film.
pub(crate) fn film(root: &Path, exercise: &Exercise, judgement: &Judgement) -> anyhow::Result<String> {
    let title = format!("{}: {}", exercise.id, exercise.manifest.title);
    tell(root, exercise, judgement, |story| viewer::film::render(story, &title))
}

/// Its timeline, `width` columns wide.
pub(crate) fn timeline(
    root: &Path,
    exercise: &Exercise,
    judgement: &Judgement,
    width: usize,
) -> anyhow::Result<String> {
    let style = viewer::Style { color: true, width };
    tell(root, exercise, judgement, |story| viewer::timeline::render(story, &style))
}

fn tell<R>(
    root: &Path,
    exercise: &Exercise,
    judgement: &Judgement,
    show: impl FnOnce(&Story<'_>) -> R,
) -> anyhow::Result<R> {
    let trace = judgement.execution();
    let story = Story {
        verdict: judgement.verdict,
        kind: judgement.kind,
        scenario: judgement.scenario.as_deref().context("it did not come to running")?,
        scenario_about: judgement.failing_scenario().map_or("", |scenario| &scenario.about),
        message: &judgement.message,
        at: judgement.at.as_ref(),
        evidence: &judgement.evidence.clone().unwrap_or_default(),
        simplification: judgement.simplification.as_ref(),
        outcomes: judgement.failing_scenario().map_or(&[], |scenario| &scenario.outcomes),
        trace: trace.as_ref(),
        sources: &judgement.sources(root, exercise),
    };
    Ok(show(&story))
}
