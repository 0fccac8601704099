//! The film of a judgement.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Catalogue, Exercise};
use judge::Judgement;

use crate::output::print;

/// The arguments of `film`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The repository.
    #[arg(long)]
    root: PathBuf,
    /// The id of the exercise.
    #[arg(long)]
    exercise: String,
    /// A judgement that came to running, as JSON.
    #[arg(long)]
    judgement: PathBuf,
    /// Where to write the film.
    #[arg(long)]
    out: PathBuf,
    /// Open it in the browser.
    #[arg(long)]
    open: bool,
}

/// Writes the film and says where it is.
pub(crate) fn film(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { root, out, .. } = arguments;
    let catalogue = Catalogue::read(root)?;
    let exercise = catalogue.exercise(catalogue.find(&arguments.exercise)?)?;
    let text = std::fs::read(&arguments.judgement)
        .with_context(|| format!("cannot read {}", arguments.judgement.display()))?;
    let judgement: Judgement = serde_json::from_slice(&text).context("this is no judgement")?;
    write(out, &render(root, &exercise, &judgement)?)?;
    print(&format!("{}\n", out.display()))?;
    if arguments.open { open(out) } else { Ok(()) }
}

/// The film of the execution of this judgement.
pub(crate) fn render(root: &Path, exercise: &Exercise, judgement: &Judgement) -> anyhow::Result<String> {
    let trace = judgement.execution();
    let story = viewer::Story {
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
    Ok(viewer::film::render(&story, &format!("{}: {}", exercise.id, exercise.manifest.title)))
}

/// Writes a file, and its folder if need be.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Opens a film in the browser.
pub(crate) fn open(film: &Path) -> anyhow::Result<()> {
    open::that_detached(film).with_context(|| format!("cannot open a browser: open {} yourself", film.display()))
}
