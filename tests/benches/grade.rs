//! How long a class of a thousand files takes, as a multiple of what its different programs take to compile and to run with
//! nothing else around them, on as many processors.
//!
//! `cargo bench --profile dev -p repo-tests --bench grade`. The class hands in 200 different programs of five exercises, drawn
//! from their corpora; a few differ from each other in a comment only.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use exercise::{Exercise, fixes};
use judge::{Needs, Options, judge_text};
use repo_tests::{bench, exercise, root, xtask};

const EXERCISES: [&str; 5] =
    ["01-lost-update", "02-double-spend", "03-deadlock", "13-immortal-sender", "19-relaxed-publish"];
const STUDENTS: usize = 200;
const DIFFERENT: usize = 40;
const SHARDS: usize = 8;

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be created");
    let (submissions, out) = (folder.path().join("class"), folder.path().join("out"));
    let exercises = EXERCISES.map(exercise);
    let mut different = Vec::new();
    for exercise in &exercises {
        let texts = texts(exercise);
        for student in 0..STUDENTS {
            let file = submissions.join(format!("student-{student:03}")).join(exercise.id.as_str()).join("src/lib.rs");
            std::fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder can be created");
            std::fs::write(file, &texts[student % DIFFERENT]).expect("a file can be written");
        }
        different.extend(texts.into_iter().map(|text| (exercise, text)));
    }
    // Building is not what is measured.
    let bench = bench();
    for exercise in &exercises {
        for &engine in &exercise.manifest.engines {
            bench.ready_world(Needs::of(exercise, engine), &mut |_| {}).expect("the world can be built");
        }
    }
    for tool in ["sandbox", "grade"] {
        bench.ready_tool(tool, &mut |_| {}).expect("the tool can be built");
    }

    let options = Options { every_scenario: true, edits_follow: false, ..Options::default() };
    let mut bare = Duration::ZERO;
    // A machine is faster at one time than at another: a part of the class and a part of what it is compared with take turns.
    let mut graded =
        timed(grade(["plan"]).arg(&submissions).arg("--out").arg(&out).arg("--shards").arg(SHARDS.to_string()));
    for shard in 1..=SHARDS {
        for (exercise, text) in different.iter().skip(shard - 1).step_by(SHARDS) {
            let judged = judge_text(&bench, exercise, &exercise.source(), text.as_bytes(), options, &mut |_| {});
            let ms = judged.expect("it can be judged").ms;
            bare += Duration::from_millis(ms.compile + ms.run);
        }
        graded += timed(grade(["run"]).arg(&out).arg("--shard").arg(format!("{shard}/{SHARDS}")));
    }
    graded += timed(grade(["merge"]).arg(&out));
    let again = timed(grade([]).arg(&submissions).arg("--out").arg(&out));
    let processors = available_parallelism().map_or(1, std::num::NonZero::get);
    let share = bare.as_secs_f64() / f64::from(u32::try_from(processors).expect("there are fewer"));
    println!("{} files, {} different, {processors} processors", STUDENTS * EXERCISES.len(), different.len());
    println!("  their compilations and runs, shared   {share:7.1} s");
    println!(
        "  graded in a sandbox                   {:7.1} s  {:5.2} x",
        graded.as_secs_f64(),
        graded.as_secs_f64() / share
    );
    println!(
        "  graded again                          {:7.1} s  {:5.2} x",
        again.as_secs_f64(),
        again.as_secs_f64() / share
    );
}

/// So many different programs for an exercise.
fn texts(exercise: &Exercise) -> Vec<String> {
    let read = |path: &Path| std::fs::read_to_string(root().join(path)).expect("the file can be read");
    let mut texts = vec![read(&exercise.starter())];
    texts.extend(fixes(root(), exercise).expect("the corpus can be read").iter().map(|fix| read(&fix.path)));
    let programs = texts.len();
    for number in programs..DIFFERENT {
        texts.push(format!("{}// {number}\n", texts[number % programs]));
    }
    texts.truncate(DIFFERENT);
    texts
}

fn grade<const N: usize>(step: [&str; N]) -> Command {
    let mut command = xtask();
    command.arg("grade").args(step);
    command
}

fn timed(command: &mut Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    assert!(command.status().expect("the command can be run").success(), "the class is graded");
    started.elapsed()
}
