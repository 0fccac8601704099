//! Folders for programs that look for copies. For each exercise: `submissions`, with a folder for each student, and
//! `base`, the starter that everybody has in common.
//!
//! `jplag -l rust --bc base submissions`, or `dolos run -l rust --ignore base/lib.rs submissions/*/lib.rs`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::merge::Grading;
use crate::name::file_name;
use crate::out::Out;

pub(super) fn write(grading: &Grading, out: &Out, root: &Path, folder: PathBuf) -> anyhow::Result<PathBuf> {
    for (id, (exercise, _)) in &grading.exercises {
        let starter = root.join(exercise.starter());
        let base = std::fs::read(&starter).with_context(|| format!("cannot read {}", starter.display()))?;
        judge::replace_file(&folder.join(id).join("base").join("lib.rs"), &base)?;
        let submissions = folder.join(id).join("submissions");
        for student in &grading.class.students {
            let Some(handed) = student.files.get(id) else { continue };
            let text = out.texts().read(&handed.text)?;
            judge::replace_file(&submissions.join(file_name(&student.person.id)).join("lib.rs"), &text)?;
        }
    }
    Ok(folder)
}
