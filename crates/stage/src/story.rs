//! The execution of a judgement, told as a whole.

use std::path::Path;

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
    anyhow::ensure!(judgement.scenario.is_some(), "it did not come to running");
    Ok(viewer::tell(judgement, &judgement.sources(root, exercise), show))
}
