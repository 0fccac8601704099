//! The marks for other programs. The policy for late submissions is applied here; the records keep the raw marks.
//!
//! A student of whom something could not be judged gets no mark anywhere: an empty cell, or no file at all.

mod canvas;
mod classroom;
mod exercism;
mod gradescope;
mod jplag;
mod junit;
mod nbgrader;
mod table;
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;

use crate::feedback::Feedbacks;
use crate::merge::Grading;
use crate::out::Out;

/// A form in which marks are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `results.json` of a [Gradescope autograder](https://gradescope-autograders.readthedocs.io/en/latest/specs/),
    /// one for each student.
    Gradescope,
    /// What a runner tells the reporter of
    /// [GitHub Classroom](https://github.com/classroom-resources/autograding-grading-reporter), one file for each
    /// student.
    Classroom,
    /// `results.json` of an [Exercism test runner](https://exercism.org/docs/building/tooling/test-runners/interface),
    /// version 3, one for each student and exercise.
    Exercism,
    /// One JUnit XML file.
    Junit,
    /// A CSV file that [Canvas](https://community.canvaslms.com/t5/Instructor-Guide/tkb-p/Instructor) imports into its
    /// gradebook.
    Canvas,
    /// A CSV file as [nbgrader](https://nbgrader.readthedocs.io/) exports it.
    Nbgrader,
    /// Folders for [JPlag](https://github.com/jplag/JPlag) and [Dolos](https://dolos.ugent.be/), with the starter as
    /// base code.
    Jplag,
}

impl Format {
    /// Those that are written if nothing is said.
    pub const USUAL: [Format; 6] =
        [Format::Gradescope, Format::Classroom, Format::Exercism, Format::Junit, Format::Canvas, Format::Nbgrader];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Gradescope => "gradescope",
            Format::Classroom => "classroom",
            Format::Exercism => "exercism",
            Format::Junit => "junit",
            Format::Canvas => "canvas",
            Format::Nbgrader => "nbgrader",
            Format::Jplag => "jplag",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let all = Format::USUAL.into_iter().chain([Format::Jplag]);
        let found = all.clone().find(|format| format.name() == text);
        let names = || all.map(Format::name).collect::<Vec<_>>().join(", ");
        found.with_context(|| format!("there is no format `{text}`: there are {}", names()))
    }
}

/// Writes marks in one form, and says where.
///
/// # Errors
/// They cannot be written.
pub fn export(
    grading: &Grading,
    feedbacks: &Feedbacks,
    out: &Out,
    root: &Path,
    format: Format,
) -> anyhow::Result<PathBuf> {
    let folder = || emptied(out.export().join(format.name()));
    let file = |extension| out.export().join(format.name()).with_extension(extension);
    match format {
        Format::Gradescope => gradescope::write(grading, feedbacks, folder()?),
        Format::Classroom => classroom::write(grading, feedbacks, folder()?),
        Format::Exercism => exercism::write(grading, feedbacks, folder()?),
        Format::Jplag => jplag::write(grading, out, root, folder()?),
        Format::Junit => junit::write(grading, feedbacks, file("xml")),
        Format::Canvas => canvas::write(grading, file("csv")),
        Format::Nbgrader => nbgrader::write(grading, file("csv")),
    }
}

/// A folder with nothing of an earlier run in it.
fn emptied(folder: PathBuf) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot replace {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}
