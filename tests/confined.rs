//! A class's files are judged in a sandbox as a learner's own are without one.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};

use exercise::{Exercise, FixKind, fixes};
use judge::{Bench, Judgement, Options, judge_text};
use kata_trace::Verdict;
use repo_tests::{bench, exercise, exercises, root, sandboxes};

fn confined() -> impl Iterator<Item = Bench> {
    sandboxes().into_iter().map(|sandbox| bench().with_sandbox(Some(sandbox)))
}

fn judged(bench: &Bench, exercise: &Exercise, text: &str, options: Options<'_>) -> Judgement {
    judge_text(bench, exercise, &exercise.source(), text.as_bytes(), options, &mut |_| {}).unwrap()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn tier(bench: &Bench) -> &'static str {
    bench.sandbox().unwrap().tier().name()
}

/// Without what differs from run to run, and from sandbox to sandbox.
fn comparable(mut judgement: Judgement) -> Judgement {
    judgement.ms = judge::Milliseconds::default();
    judgement.sandbox = None;
    for scenario in &mut judgement.scenarios {
        scenario.ms = 0;
    }
    judgement
}

#[test]
fn every_exercise_is_judged_in_a_sandbox_as_without_one() {
    for exercise in exercises() {
        let mut programs = vec![exercise.starter()];
        let fixes = fixes(root(), &exercise).unwrap();
        programs.extend(fixes.iter().find(|fix| fix.kind == FixKind::Reference).map(|fix| fix.path.clone()));
        for program in programs {
            let text = read(&program);
            let free = judged(&bench(), &exercise, &text, Options::default());
            for bench in confined() {
                let found = judged(&bench, &exercise, &text, Options::default());
                assert_eq!(found.sandbox.map(sandbox::Tier::name), Some(tier(&bench)));
                // What real threads do differs from run to run.
                if exercise.manifest.engines.iter().all(|engine| engine.is_model()) {
                    assert_eq!(
                        comparable(found),
                        comparable(free.clone()),
                        "{} in {}",
                        program.display(),
                        tier(&bench)
                    );
                } else {
                    assert_eq!(found.verdict, free.verdict, "{} in {}", program.display(), tier(&bench));
                }
            }
        }
    }
}

/// Where there is a `/proc`, what the checker told only itself could be read there.
#[test]
fn a_program_cannot_look_into_its_own_memory() {
    let look = "
        fn look() {
            use std::io::{Read, Seek, SeekFrom};
            use std::os::unix::fs::FileExt;
            let secret = 0x5eed_u64;
            let place = &raw const secret as u64;
            let Ok(mut memory) = std::fs::File::open(\"/proc/self/mem\") else { return };
            assert!(memory.read_exact_at(&mut [0; 8], place).is_err());
            assert!(memory.seek(SeekFrom::Start(place)).and_then(|_| memory.read_exact(&mut [0; 8])).is_err());
            let step = i64::from(i32::MAX);
            let steps = (0..place / step as u64).try_for_each(|_| memory.seek(SeekFrom::Current(step)).map(drop));
            let rest = SeekFrom::Current((place % step as u64) as i64);
            assert!(steps.and_then(|()| memory.seek(rest)).and_then(|_| memory.read_exact(&mut [0; 8])).is_err());
        }
    ";
    for (id, opening) in
        [("45-oversubscribed-pool", "-> Vec<Manifest> {"), ("50-full-pipe", "-> Result<Formatted, FormatError> {")]
    {
        let exercise = exercise(id);
        let solution = read(&exercise.solutions().join("lib.rs"));
        let text = solution.replacen(opening, &format!("{opening} look();"), 1) + look;
        assert!(text.contains("{ look();"), "{id} has no `{opening}`");
        let free = judged(&bench(), &exercise, &text, Options::default());
        assert_ne!(free.verdict, Verdict::Passed, "{id}: there is nothing to forbid");
        for bench in confined() {
            let found = judged(&bench, &exercise, &text, Options::default());
            assert_eq!(found.verdict, Verdict::Passed, "{id} in {}: {}", tier(&bench), found.message);
        }
    }
}

#[test]
fn a_fix_that_keeps_its_output_in_files_finds_room_for_them() {
    let exercise = exercise("50-full-pipe");
    let program = exercise.solutions().join("right/files_for_pipes.rs");
    for bench in confined() {
        let found = judged(&bench, &exercise, &read(&program), Options::default());
        assert_eq!(found.verdict, Verdict::Passed, "{} in {}: {}", program.display(), tier(&bench), found.message);
    }
    let left = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with(".tmp");
    let builds = bench().workspace().scratch().join("builds/50-full-pipe");
    for slot in std::fs::read_dir(builds).unwrap() {
        let entries = std::fs::read_dir(slot.unwrap().path()).unwrap().map(Result::unwrap);
        assert_eq!(entries.filter(left).count(), 0, "files are left");
    }
}

#[test]
fn a_complaint_names_the_learners_file_and_not_where_the_judge_put_it() {
    let bank = exercise("03-deadlock");
    let text = read(&bank.starter()).replace("use std::fmt;", "use std::fmt;\nconst TEN: u64 = \"ten\";");
    for bench in confined() {
        let judgement = judged(&bench, &bank, &text, Options::default()).without_colours();
        assert_eq!(judgement.verdict, Verdict::CompileError);
        assert_eq!(PathBuf::from(&judgement.at.as_ref().unwrap().file), bank.source());
        assert!(judgement.diagnostics[0].rendered.contains("--> exercises/03-deadlock/src/lib.rs:"), "{judgement:?}");
    }
}

#[test]
fn every_scenario_is_judged_where_points_are_given_for_each() {
    let bank = exercise("03-deadlock");
    let text = read(&bank.starter());
    let options = Options { every_scenario: true, ..Options::default() };
    let judgement = judged(&bench(), &bank, &text, options);
    assert_eq!((judgement.verdict, judgement.scenario.as_deref()), (Verdict::Deadlock, Some("opposite_transfers")));
    assert!(judgement.scenarios.iter().any(|scenario| scenario.verdict == Verdict::Passed));
    let all = judge::scenarios(&read(&bank.hidden(exercise::Engine::Shuttle))).unwrap();
    assert_eq!(judgement.scenarios.len(), all.len());
}

#[test]
fn an_instructors_own_scenarios_are_judged_too() {
    let bank = exercise("03-deadlock");
    let overlay = tempfile::tempdir().unwrap();
    let folder = overlay.path().join("03-deadlock/hidden");
    std::fs::create_dir_all(&folder).unwrap();
    let private = "
        /// Nobody gets money for nothing.
        pub fn nothing_is_free() {
            assert!(deadlock::Bank::new([], |_| {}).snapshot().len() == 1, \"the vault has money\");
        }
    ";
    std::fs::write(folder.join("shuttle.rs"), private).unwrap();
    let options = Options { overlay: Some(overlay.path()), ..Options::default() };
    for bench in confined() {
        let judgement = judged(&bench, &bank, &read(Path::new("solutions/03-deadlock/lib.rs")), options);
        assert_eq!(judgement.scenario.as_deref(), Some("nothing_is_free"), "{}", judgement.message);
        assert_eq!(judgement.scenarios.last().unwrap().about, "Nobody gets money for nothing");
        assert!(judgement.sources(root(), &bank).iter().all(|(name, _)| !name.contains("hidden")));
    }
}
