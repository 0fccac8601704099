//! A grading on a cluster that [Slurm](https://slurm.schedmd.com/) manages: each shard is a task of a job array.
//!
//! The nodes share the folders of the repository and of the grading with this machine, under the same names. What a task
//! has judged is in files: nothing depends on what Slurm remembers of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::Context as _;

use crate::out::Out;
use crate::plan::{Plan, Shard};
use crate::settled::Settled;

/// How often the shards that are not done are submitted. A node that died took its task with it.
const ROUNDS: u32 = 2;

/// How often Slurm is asked what goes on: it is shared with others.
const LOOK: Duration = Duration::from_secs(1);

/// How a task is started.
#[derive(Clone, Debug)]
pub struct Task {
    /// This program.
    pub program: PathBuf,
    /// The repository.
    pub root: PathBuf,
    /// The folder of the grading.
    pub folder: PathBuf,
    /// Further arguments.
    pub arguments: Vec<String>,
}

/// What is told meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// So many shards were submitted as this job.
    Submitted(String, usize),
    /// So many units of all are judged.
    Judged(usize, usize),
}

/// Has every shard of a plan run, and returns when Slurm has nothing more to do. What is missing then stays missing:
/// merging says so.
///
/// # Errors
/// Slurm refuses the job, or cannot be asked.
pub fn run(out: &Out, plan: &Plan, task: &Task, tell: &mut dyn FnMut(Told)) -> anyhow::Result<()> {
    for _ in 0..ROUNDS {
        let shards = unfinished(out, plan);
        if shards.is_empty() {
            break;
        }
        let job = submit(plan, task, &shards)?;
        tell(Told::Submitted(job.clone(), shards.len()));
        while is_under_way(&job)? {
            tell(Told::Judged(judged(out, plan), plan.units.len()));
            std::thread::sleep(LOOK);
        }
    }
    Ok(())
}

/// The shards of which something is not judged.
fn unfinished(out: &Out, plan: &Plan) -> Vec<u32> {
    let is_done =
        |number: &u32| plan.shard(Shard { number: *number, of: plan.shards }).all(|unit| is_judged(out, unit));
    (1..=plan.shards).filter(|number| !is_done(number)).collect()
}

fn judged(out: &Out, plan: &Plan) -> usize {
    plan.units.iter().filter(|unit| is_judged(out, unit)).count()
}

fn is_judged(out: &Out, unit: &crate::plan::Unit) -> bool {
    Settled::read(out, unit).is_some_and(|settled| settled.is_judged())
}

/// Submits a job array, and returns its number.
fn submit(plan: &Plan, task: &Task, shards: &[u32]) -> anyhow::Result<String> {
    let folder = task.folder.join("slurm");
    let script = folder.join("task.sh");
    judge::replace_file(&script, script_of(plan, task).as_bytes())?;
    let numbers: Vec<_> = shards.iter().map(u32::to_string).collect();
    let mut command = Command::new("sbatch");
    command.args(["--parsable", "--job-name=katas", "--requeue"]).arg(format!("--array={}", numbers.join(",")));
    command.arg("--output").arg(folder.join("%A-%a.log")).arg("--chdir").arg(&task.root).arg(&script);
    let output = succeed(&mut command)?;
    // With several clusters, the name of this one follows.
    let said = String::from_utf8_lossy(&output.stdout);
    let job = said.trim().split(';').next().unwrap_or_default().to_owned();
    anyhow::ensure!(!job.is_empty(), "sbatch says nothing of the job that it took");
    Ok(job)
}

fn script_of(plan: &Plan, task: &Task) -> String {
    let mut words = vec![quoted(&task.program), "--root".to_owned(), quoted(&task.root), "run".to_owned()];
    words.push(quoted(&task.folder));
    words.push(format!("--shard \"$SLURM_ARRAY_TASK_ID/{}\"", plan.shards));
    words.extend(task.arguments.iter().map(|argument| quoted(Path::new(argument))));
    format!("#!/bin/sh\nexec {}\n", words.join(" "))
}

/// A word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// Whether Slurm has tasks of a job that are not over.
fn is_under_way(job: &str) -> anyhow::Result<bool> {
    let mut command = Command::new("squeue");
    command.args(["--noheader", "--format=%T", "--jobs", job]);
    let output = start(&mut command)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        // It forgets jobs some time after their end.
        anyhow::ensure!(said.contains("Invalid job id"), "squeue failed: {}", said.trim());
        return Ok(false);
    }
    Ok(!String::from_utf8_lossy(&output.stdout).trim().is_empty())
}

fn start(command: &mut Command) -> anyhow::Result<Output> {
    let name = command.get_program().display().to_string();
    command.output().with_context(|| format!("cannot run {name}: is Slurm installed here?"))
}

fn succeed(command: &mut Command) -> anyhow::Result<Output> {
    let name = command.get_program().display().to_string();
    let output = start(command)?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{name} failed: {}", said.trim());
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_runs_its_shard_whatever_the_folders_are_called() {
        let (harness, sandbox) = (String::new(), String::new());
        let plan = Plan { schema: crate::SCHEMA, harness, sandbox, shards: 8, overlay: false, units: Vec::new() };
        let task = Task {
            program: "/katas/grade".into(),
            root: "/my katas".into(),
            folder: "/class/Ann's".into(),
            arguments: vec!["--sandbox".to_owned(), "landlock".to_owned()],
        };
        insta::assert_snapshot!(script_of(&plan, &task), @r#"
        #!/bin/sh
        exec '/katas/grade' --root '/my katas' run '/class/Ann'\''s' --shard "$SLURM_ARRAY_TASK_ID/8" '--sandbox' 'landlock'
        "#);
    }
}
