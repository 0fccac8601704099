//! One scenario in a process of its own, and what its end means.

use std::process::ExitStatus;
use std::time::Duration;

use kata_trace::{Budget, DeadlockKind, Evidence, Grade, Grades, Outcome, Record, Request, Verdict};

use crate::Error;
use crate::child::{self, Cancel, Ended, Finished, Limits};
use crate::compile::Program;

/// A record holds the log of one execution: far more than this is not a record.
const LONGEST_RECORD: usize = 64 << 20;

/// How far a process goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way<'a> {
    /// Until everything is explored, or a failure found.
    Explore,
    /// Through one schedule.
    Replay(&'a str),
    /// Through one schedule, and on to a simpler one that fails in the same way.
    Simplify(&'a str),
    /// Through one schedule, up to the first decision behind it.
    Stand(&'a str),
}

/// Runs one scenario of a compiled exercise, or one schedule of it. `None` when it was cancelled.
///
/// # Errors
/// The process cannot be started.
pub(crate) fn run(
    program: &Program,
    scenario: &str,
    budget: &Budget,
    grades: &Grades,
    way: Way<'_>,
    cancel: &Cancel,
) -> Result<Option<Record>, Error> {
    let request = Request {
        nonce: nonce()?,
        scenario: scenario.to_owned(),
        budget: budget.clone(),
        replay: match way {
            Way::Explore => None,
            Way::Replay(tokens) | Way::Simplify(tokens) | Way::Stand(tokens) => Some(tokens.to_owned()),
        },
        simplify: matches!(way, Way::Simplify(_)),
        stop: matches!(way, Way::Stand(_)),
        grades: grades.clone(),
    };
    let mut line = serde_json::to_vec(&request).expect("a request has only string keys");
    line.push(b'\n');
    let limits = Limits {
        wall: Duration::from_secs(budget.wall_seconds),
        stdout: LONGEST_RECORD,
        stderr: usize::try_from(budget.output_kib << 10).unwrap_or(usize::MAX),
        resources: None,
        signals_as_statuses: program.room.turns_signals_into_statuses(),
    };
    let mut command = program.command(budget);
    let finished =
        child::run(&mut command, &line, limits, cancel).map_err(|error| Error::io("start", &program.path, error))?;
    Ok(conclude(&request, &finished))
}

fn nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::new(format!("cannot get random numbers: {error}")))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// What the end of a process means.
fn conclude(request: &Request, finished: &Finished) -> Option<Record> {
    let budget = &request.budget;
    let failed = |verdict, message: String| Some(without_record(request, verdict, message));
    let status = match finished.ended {
        Ended::Cancelled => return None,
        Ended::TooLong => {
            let message = format!("did not end within {} s", budget.wall_seconds);
            return failed(Verdict::TimedOut, message);
        }
        Ended::TooMuch => {
            let message = format!("printed more than {} KiB", budget.output_kib);
            return failed(Verdict::OutputFlood, message);
        }
        Ended::Itself(status) => status,
    };
    let answer = Answer::of(&finished.stdout, request);
    match (answer, status.code()) {
        (Answer::Record(record), Some(0)) => Some(believed(request, *record)),
        (Answer::Foreign, _) | (Answer::Record(_), _) => failed(
            Verdict::Tampered,
            "something other than the checker wrote to the channel that carries the verdict".to_owned(),
        ),
        (Answer::Nothing, Some(code)) => failed(Verdict::NoVerdict, ended_early(code, &finished.stderr)),
        (Answer::Nothing, None) => {
            let (verdict, message) = killed(status, budget, &finished.stderr);
            failed(verdict, message)
        }
    }
}

/// A record, unless a pass is not borne out by what it says itself.
fn believed(request: &Request, record: Record) -> Record {
    let explores = request.replay.is_none();
    if record.verdict != Verdict::Passed || !explores {
        return record;
    }
    let floor = request.budget.floor;
    if record.evidence.executions < floor {
        let message =
            format!("said to hold after {} executions, and there are at least {floor}", record.evidence.executions);
        return without_record(request, Verdict::Tampered, message);
    }
    let forbidden = |outcome: &&Outcome| request.grades.of(&outcome.outcome) == Some(Grade::Forbidden);
    if let Some(outcome) = record.outcomes.iter().find(forbidden) {
        let message = format!("said to hold, and came to the forbidden outcome `{}`", outcome.outcome);
        return without_record(request, Verdict::Tampered, message);
    }
    record
}

enum Answer {
    /// Nothing was written.
    Nothing,
    /// One record with the right nonce.
    Record(Box<Record>),
    /// Anything else.
    Foreign,
}

impl Answer {
    fn of(stdout: &[u8], request: &Request) -> Self {
        if stdout.is_empty() {
            return Answer::Nothing;
        }
        let line = stdout.strip_suffix(b"\n").filter(|line| !line.contains(&b'\n'));
        let record = line.and_then(|line| serde_json::from_slice::<Record>(line).ok());
        match record {
            Some(record) if record.nonce == request.nonce && record.scenario == request.scenario => {
                Answer::Record(Box::new(record))
            }
            _ => Answer::Foreign,
        }
    }
}

fn without_record(request: &Request, verdict: Verdict, message: String) -> Record {
    Record {
        nonce: request.nonce.clone(),
        scenario: request.scenario.clone(),
        verdict,
        kind: None::<DeadlockKind>,
        message,
        at: None,
        evidence: Evidence::default(),
        schedule: None,
        trace: None,
        diverged: None,
        simplification: None,
        outcomes: Vec::new(),
        standing: None,
    }
}

fn ended_early(code: i32, stderr: &[u8]) -> String {
    let mut message = format!(
        "the process ended with status {code} before the scenario did: is there a `std::process::exit`, or a panic in \
         a place that cannot be unwound?"
    );
    if let Some(line) = String::from_utf8_lossy(stderr).lines().rev().find(|line| !line.trim().is_empty()) {
        message.push_str(&format!(" Its last words: {}", line.trim()));
    }
    message
}

#[cfg(unix)]
fn killed(status: ExitStatus, budget: &Budget, stderr: &[u8]) -> (Verdict, String) {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::Signal;

    let said = |text: &str| memchr(stderr, text.as_bytes());
    let signal = status.signal().unwrap_or(0);
    let is = |other: Signal| other.as_raw() == signal;
    if said("has overflowed its stack") {
        let message = "a thread overflowed its stack: is there a recursion that never ends?";
        (Verdict::Crashed, message.to_owned())
    } else if is(Signal::ABORT) && said("memory allocation of ") {
        (Verdict::OutOfMemory, format!("wanted more than {} MiB of memory", budget.memory_mib))
    } else if is(Signal::XCPU) {
        (Verdict::TimedOut, format!("used {} s of processor time", budget.cpu_seconds))
    } else if is(Signal::SEGV) || is(Signal::BUS) {
        // The threads of a model have stacks that the standard library does not know, and says nothing about.
        let message = format!(
            "the process died from {status}: without `unsafe`, that is a stack overflow: is there a recursion that never ends?"
        );
        (Verdict::Crashed, message)
    } else if is(Signal::ABORT) {
        let message = "the process aborted: is there a `std::process::abort`, or a panic while another one unwinds?";
        (Verdict::Crashed, message.to_owned())
    } else if is(Signal::KILL) {
        (
            Verdict::Crashed,
            "the process was killed from outside, perhaps because the machine ran out of memory".to_owned(),
        )
    } else {
        (Verdict::Crashed, format!("the process died from {status}"))
    }
}

#[cfg(not(unix))]
fn killed(status: ExitStatus, _budget: &Budget, _stderr: &[u8]) -> (Verdict, String) {
    (Verdict::Crashed, format!("the process died: {status}"))
}

fn memchr(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;
    use std::time::Instant;

    use super::*;

    fn request() -> Request {
        Request { nonce: "n".repeat(32), scenario: "s".to_owned(), ..Request::default() }
    }

    fn verdict(status: ExitStatus, stdout: &str, stderr: &str) -> Verdict {
        let finished = Finished { ended: Ended::Itself(status), stdout: stdout.into(), stderr: stderr.into() };
        conclude(&request(), &finished).unwrap().verdict
    }

    fn passed(executions: u64, outcomes: Vec<Outcome>) -> Record {
        let evidence = Evidence { executions, ..Evidence::default() };
        Record { evidence, outcomes, ..without_record(&request(), Verdict::Passed, String::new()) }
    }

    fn line(record: &Record) -> String {
        serde_json::to_string(record).unwrap() + "\n"
    }

    fn record() -> String {
        line(&passed(1, Vec::new()))
    }

    #[test]
    fn a_pass_that_its_own_evidence_contradicts_is_not_believed() {
        assert_eq!(verdict(code(0), &line(&passed(0, Vec::new())), ""), Verdict::Tampered);
        let mut graded = request();
        graded.grades.acceptable.insert("one".to_owned());
        let came_to = |outcome: &str| {
            let outcome = Outcome { outcome: outcome.to_owned(), grade: None, executions: 1, schedule: String::new() };
            believed(&graded, passed(1, vec![outcome])).verdict
        };
        assert_eq!((came_to("one"), came_to("two")), (Verdict::Passed, Verdict::Tampered));
    }

    fn code(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    fn signal(signal: i32) -> ExitStatus {
        ExitStatus::from_raw(signal)
    }

    #[test]
    fn one_record_with_the_nonce_and_status_zero_is_believed() {
        assert_eq!(verdict(code(0), &record(), ""), Verdict::Passed);
    }

    #[test]
    fn any_other_answer_was_tampered_with() {
        let other_nonce = record().replace("nnnn", "mmmm");
        let other_scenario = record().replace("\"s\"", "\"t\"");
        let twice = record() + &record();
        let unfinished = record().trim_end().to_owned();
        for stdout in [&other_nonce, &other_scenario, &twice, &unfinished, "test result: ok\n"] {
            assert_eq!(verdict(code(0), stdout, ""), Verdict::Tampered, "{stdout}");
        }
        assert_eq!(verdict(code(1), &record(), ""), Verdict::Tampered);
        assert_eq!(verdict(signal(9), &record(), ""), Verdict::Tampered);
    }

    #[test]
    fn an_end_without_an_answer_is_told_apart_by_its_cause() {
        assert_eq!(verdict(code(0), "", ""), Verdict::NoVerdict);
        assert_eq!(verdict(code(101), "", ""), Verdict::NoVerdict);
        assert_eq!(verdict(signal(6), "", "memory allocation of 8 bytes failed\n"), Verdict::OutOfMemory);
        assert_eq!(verdict(signal(6), "", "\nthread 'main' has overflowed its stack\n"), Verdict::Crashed);
        assert_eq!(verdict(signal(11), "", ""), Verdict::Crashed);
        assert_eq!(verdict(signal(24), "", ""), Verdict::TimedOut);
    }

    fn sh(script: &str, limits: Limits) -> Finished {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(script);
        child::run(&mut command, b"", limits, &Cancel::default()).unwrap()
    }

    const AMPLE: Limits = Limits {
        wall: Duration::from_secs(60),
        stdout: 1 << 20,
        stderr: 1 << 20,
        resources: None,
        signals_as_statuses: false,
    };

    #[test]
    fn a_child_is_stopped_at_its_limits() {
        let short = Limits { wall: Duration::from_millis(50), ..AMPLE };
        assert_eq!(sh("while :; do :; done", short).ended, Ended::TooLong);
        let narrow = Limits { stderr: 1000, ..AMPLE };
        let flood = sh("while :; do echo flood >&2; done", narrow);
        assert_eq!((flood.ended, flood.stderr.len()), (Ended::TooMuch, 1000));
    }

    #[test]
    fn a_child_that_is_not_wanted_any_more_is_stopped() {
        let cancel = Cancel::default();
        cancel.cancel();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "while :; do :; done"]);
        assert_eq!(child::run(&mut command, b"", AMPLE, &cancel).unwrap().ended, Ended::Cancelled);
    }

    #[test]
    fn what_a_child_leaves_behind_in_its_group_ends_with_it() {
        let finished = sh("sh -c 'while :; do :; done' & echo $!", AMPLE);
        assert!(matches!(finished.ended, Ended::Itself(_)));
        let left = String::from_utf8(finished.stdout).unwrap();
        // It ends when the system gets round to it, and is a zombie until whoever inherited it collects it.
        let given_up = Instant::now() + Duration::from_secs(10);
        while std::fs::read_to_string(format!("/proc/{}/stat", left.trim())).is_ok_and(|stat| !stat.contains(") Z")) {
            assert!(Instant::now() < given_up, "it still runs");
            std::thread::yield_now();
        }
    }
}
