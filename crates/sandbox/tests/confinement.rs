//! Every tier that this machine has, held to what it promises.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Output;

use sandbox::{Limits, Policy, Sandbox, Stage, system_files};

fn launcher() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sandbox"))
}

fn tiers() -> Vec<Sandbox> {
    let (working, refusals) = Sandbox::available(launcher());
    assert!(!working.is_empty(), "there is no sandbox on this machine: {refusals:?}");
    working
}

/// A policy for a shell, which only a stage with further processes can run.
fn shell(limits: Limits) -> Policy {
    let mut policy = Policy::new(Stage::Compile, limits);
    policy.read(system_files()).read(["/bin", "/usr/bin"]);
    policy
}

fn run(sandbox: &Sandbox, policy: &Policy, script: &str) -> Output {
    sandbox.command(policy, "/bin/sh").arg("-c").arg(script).output().unwrap()
}

#[test]
fn a_tier_that_works_says_which_it_is() {
    for sandbox in tiers() {
        assert_eq!(sandbox.tier().name().parse(), Ok(sandbox.tier()));
    }
}

#[test]
fn only_the_files_of_the_policy_can_be_read_and_written() {
    for sandbox in tiers() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, theirs) = (folder.path().join("mine"), folder.path().join("theirs"));
        std::fs::create_dir(&mine).unwrap();
        std::fs::create_dir(&theirs).unwrap();
        std::fs::write(theirs.join("secret"), "secret").unwrap();
        let mut policy = shell(Limits::default());
        policy.write([&mine]);
        let script = format!(
            "echo written > {0}/file; cat {0}/file {1}/secret; echo > {1}/new",
            mine.display(),
            theirs.display()
        );
        let output = run(&sandbox, &policy, &script);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "written\n", "{}", sandbox.tier());
        assert!(!theirs.join("new").exists(), "{}", sandbox.tier());
        policy.read([theirs.join("secret")]);
        let output = run(&sandbox, &policy, &script);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "written\nsecret", "{}", sandbox.tier());
        assert!(!theirs.join("new").exists(), "{}", sandbox.tier());
    }
}

#[test]
fn the_environment_is_empty() {
    for sandbox in tiers() {
        let output = run(&sandbox, &shell(Limits::default()), "echo ${HOME-none} ${CARGO_MANIFEST_DIR-none}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "none none\n", "{}", sandbox.tier());
    }
}

#[test]
fn processor_time_files_and_memory_have_limits() {
    for sandbox in tiers() {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { cpu_seconds: 1, memory_mib: 64, file_mib: 1, open_files: 64, ..Limits::default() };
        let mut policy = shell(limits);
        policy.write([folder.path()]);
        let endless = run(&sandbox, &policy, "while :; do :; done");
        assert!(!endless.status.success(), "{}", sandbox.tier());
        let file = folder.path().join("file");
        run(
            &sandbox,
            &policy,
            &format!("while echo 0123456789012345678901234567890123456789; do :; done > {}", file.display()),
        );
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 1 << 20, "{}", sandbox.tier());
        let hoard = "x=0123456789; while :; do x=$x$x; done";
        assert!(!run(&sandbox, &policy, hoard).status.success(), "{}", sandbox.tier());
    }
}

#[test]
fn the_end_of_a_confined_program_is_told() {
    use std::os::unix::process::ExitStatusExt as _;
    for sandbox in tiers() {
        assert_eq!(run(&sandbox, &shell(Limits::default()), "exit 3").status.code(), Some(3));
        let killed = run(&sandbox, &shell(Limits::default()), "kill -9 $$").status;
        let as_status = sandbox.turns_signals_into_statuses();
        assert_eq!((killed.code(), killed.signal()), if as_status { (Some(137), None) } else { (None, Some(9)) });
    }
}

#[test]
fn a_program_that_is_not_there_is_named() {
    for sandbox in tiers() {
        let output = sandbox.command(&shell(Limits::default()), "/nowhere/program").output().unwrap();
        assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/program"), "{}", sandbox.tier());
        assert_eq!(output.status.code(), Some(125));
    }
}
