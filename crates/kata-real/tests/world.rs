//! The world against std's documentation, and the detectors against good and bad code.
//!
//! Each case runs in a process of its own, as a scenario does: this program starts itself.

#[path = "world/blocking.rs"]
mod blocking;
#[path = "world/guards.rs"]
mod guards;
#[path = "world/oracles.rs"]
mod oracles;
#[path = "world/parking_lot.rs"]
mod parking_lot_locks;
#[path = "world/pools.rs"]
mod pools;
#[cfg(unix)]
#[path = "world/processes.rs"]
mod processes;
#[path = "world/standstill.rs"]
mod standstill;
#[path = "world/sync.rs"]
mod sync;
#[path = "world/tasks.rs"]
mod tasks;
#[path = "world/threads.rs"]
mod threads;

use std::io::Write as _;
use std::process::{Command, ExitCode, Stdio};

use kata::harness::Scenario;
use kata_trace::{Budget, DeadlockKind, Record, Request, Verdict};
use libtest_mimic::{Arguments, Failed, Trial};

/// Code, and the verdict that it must get.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    run: fn(),
    verdict: (Verdict, Option<DeadlockKind>),
}

/// Cases that must get a verdict, and a kind with it if it has one: `cases![Verdict::Passed; one another]`.
macro_rules! cases {
    ($verdict:expr; $($name:ident)*) => {
        $crate::cases!(@ ($verdict, None) $($name)*)
    };
    ($verdict:expr, $kind:expr; $($name:ident)*) => {
        $crate::cases!(@ ($verdict, Some($kind)) $($name)*)
    };
    (@ $verdict:tt $($name:ident)*) => {
        &[$($crate::Case { name: stringify!($name), run: $name, verdict: $verdict }),*]
    };
}
pub(crate) use cases;

const GROUPS: &[&[&[Case]]] = &[
    blocking::CASES,
    guards::CASES,
    oracles::CASES,
    parking_lot_locks::CASES,
    pools::CASES,
    #[cfg(unix)]
    processes::CASES,
    standstill::CASES,
    sync::CASES,
    tasks::CASES,
    threads::CASES,
];

/// Set in the process of a case.
const CASE: &str = "KATA_CASE";

fn main() -> ExitCode {
    #[cfg(unix)]
    kata_real::process::play();
    let cases: Vec<Case> = GROUPS.iter().flat_map(|group| group.iter().copied().flatten().copied()).collect();
    if std::env::var_os(CASE).is_some() {
        let scenarios: Vec<Scenario> = cases.iter().map(|case| Scenario { name: case.name, run: case.run }).collect();
        kata_real::main(&scenarios);
    }
    let trials = cases.into_iter().map(|case| Trial::test(case.name, move || check(case))).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn check(case: Case) -> Result<(), Failed> {
    let record = record(case.name)?;
    let found = (record.verdict, record.kind);
    if found != case.verdict {
        return Err(format!("{found:?} at {:?}: {}", record.at, record.message).into());
    }
    if record.verdict == Verdict::Passed {
        return Ok(());
    }
    // A failure is reported where the code says so.
    let at = record.at.ok_or("the record names no place")?;
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let source = std::fs::read_to_string(format!("{root}/{}", at.file))?;
    let mut lines = source.lines().skip(at.line as usize - 1);
    let (line, below) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if line.ends_with("// reported") || below.trim() == "// reported" {
        return Ok(());
    }
    Err(format!("reported at {}:{}: {line}\n{}", at.file, at.line, record.message).into())
}

/// Runs a case in a process of its own.
fn record(name: &str) -> Result<Record, Failed> {
    let request = Request {
        nonce: "0".repeat(32),
        scenario: name.to_owned(),
        budget: Budget { wall_seconds: 20, ..Budget::default() },
        ..Request::default()
    };
    let mut child = Command::new(std::env::current_exe()?)
        .env(CASE, name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().expect("it is piped").write_all(&serde_json::to_vec(&request)?)?;
    let output = child.wait_with_output()?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let last = String::from_utf8_lossy(&output.stderr).into_owned();
        format!("no record: {error}; {}; {last}", output.status).into()
    })
}
