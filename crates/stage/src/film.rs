//! The film of a judgement.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::judgement::Shown;
use crate::output::print;
use crate::story;

/// The arguments of `film`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    shown: Shown,
    /// Where to write the film.
    #[arg(long)]
    out: PathBuf,
    /// Open it in the browser.
    #[arg(long)]
    open: bool,
}

/// Writes the film and says where it is.
pub(crate) fn film(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { shown, out, .. } = arguments;
    let (exercise, judgement) = shown.read()?;
    write(out, &story::film(&shown.root, &exercise, &judgement)?)?;
    print(&format!("{}\n", out.display()))?;
    if arguments.open { open(out) } else { Ok(()) }
}

/// Writes a film, and its folder if need be.
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
