//! The process of one scenario: it reads one request, runs, and answers with one record.
//!
//! The record leaves through a descriptor that is not the standard output any more when learner's code starts, and
//! repeats a nonce that only this process was told: text that learner's code prints is never taken for a verdict.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::panic::Location;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use kata_trace::{
    Budget, DeadlockKind, Divergence, Evidence, Grades, Outcome, Record, Request, Simplification, Standing, Trace,
    Verdict,
};

use crate::{Failure, input, limits};

/// A scenario: one function of the hidden tests.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The function's name.
    pub name: &'static str,
    /// The function.
    pub run: fn(),
}

/// What a world's driver found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// See [`Record::verdict`].
    pub verdict: Verdict,
    /// See [`Record::kind`].
    pub kind: Option<DeadlockKind>,
    /// See [`Record::message`].
    pub message: String,
    /// See [`Record::at`].
    pub at: Option<kata_trace::Location>,
    /// See [`Record::evidence`].
    pub evidence: Evidence,
    /// See [`Record::schedule`].
    pub schedule: Option<String>,
    /// See [`Record::trace`].
    pub trace: Option<Trace>,
    /// See [`Record::diverged`].
    pub diverged: Option<Divergence>,
    /// See [`Record::simplification`].
    pub simplification: Option<Simplification>,
    /// See [`Record::outcomes`].
    pub outcomes: Vec<Outcome>,
    /// See [`Record::standing`].
    pub standing: Option<Standing>,
}

impl Finding {
    /// Every execution held.
    pub fn passed(evidence: Evidence) -> Self {
        Finding {
            verdict: Verdict::Passed,
            kind: None,
            message: String::new(),
            at: None,
            evidence,
            schedule: None,
            trace: None,
            diverged: None,
            simplification: None,
            outcomes: Vec::new(),
            standing: None,
        }
    }

    /// An execution failed.
    pub fn failed(failure: Failure, evidence: Evidence, schedule: Option<String>, trace: Option<Trace>) -> Self {
        Finding {
            verdict: failure.verdict,
            kind: failure.kind,
            message: failure.message,
            at: failure.at,
            evidence,
            schedule,
            trace,
            diverged: None,
            simplification: None,
            outcomes: Vec::new(),
            standing: None,
        }
    }
}

/// What a driver is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The scenario's function.
    pub run: fn(),
    /// How far to go.
    pub budget: Budget,
    /// See [`Request::replay`].
    pub replay: Option<String>,
    /// See [`Request::simplify`].
    pub simplify: bool,
    /// See [`Request::grades`].
    pub grades: Grades,
    /// See [`Request::stop`].
    pub stop: bool,
}

impl Order {
    /// To explore, as far as usual.
    pub fn new(run: fn()) -> Self {
        Order { run, budget: Budget::default(), replay: None, simplify: false, stop: false, grades: Grades::default() }
    }
}

struct Channel {
    out: Mutex<Option<File>>,
    nonce: String,
    scenario: String,
}

static CHANNEL: OnceLock<Channel> = OnceLock::new();

/// Executions begun, for the answer of the watch.
static EXECUTIONS: AtomicU64 = AtomicU64::new(0);

/// The last place where a thread reached the world, for the answer of the watch.
static LAST_SEEN: AtomicPtr<Location<'static>> = AtomicPtr::new(std::ptr::null_mut());

/// Tells the watch that an execution begins.
#[inline]
pub fn count_execution() {
    EXECUTIONS.fetch_add(1, Ordering::Relaxed);
}

/// Tells the watch where a thread has just reached the world.
#[inline]
pub fn seen_at(at: &'static Location<'static>) {
    LAST_SEEN.store(std::ptr::from_ref(at).cast_mut(), Ordering::Relaxed);
}

/// The `main` of a scenario's process. `explore` is the driver of the world.
///
/// Never returns: the process ends with status 0 after the record, and with status 2 when it was not started by a
/// judge.
pub fn main(scenarios: &[Scenario], mut explore: impl FnMut(Order) -> Finding) -> ! {
    let (request, checker) = match open() {
        Ok(opened) => opened,
        Err(error) => {
            eprintln!("this program is started by the checker, with a request on its standard input: {error}");
            std::process::exit(2);
        }
    };
    let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == request.scenario) else {
        eprintln!("there is no scenario `{}` here", request.scenario);
        std::process::exit(2);
    };
    watch(Duration::from_secs(request.budget.cpu_seconds), checker);
    let Request { budget, replay, simplify, stop, grades, .. } = request;
    let order = Order { run: scenario.run, budget, replay, simplify, stop, grades };
    answer(input::explore(order, &mut explore))
}

/// Writes the record and ends the process. The first call wins; the others wait for the end.
pub fn answer(mut finding: Finding) -> ! {
    input::label(&mut finding);
    let channel = CHANNEL.get().expect("the harness was entered");
    let record = Record {
        nonce: channel.nonce.clone(),
        scenario: channel.scenario.clone(),
        verdict: finding.verdict,
        kind: finding.kind,
        message: finding.message,
        at: finding.at,
        evidence: finding.evidence,
        schedule: finding.schedule,
        trace: finding.trace,
        diverged: finding.diverged,
        simplification: finding.simplification,
        outcomes: finding.outcomes,
        standing: finding.standing,
    };
    let mut line = serde_json::to_vec(&record).expect("a record has only string keys");
    line.push(b'\n');
    let out = channel.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    let Some(mut out) = out else {
        loop {
            std::thread::park();
        }
    };
    let written = out.write_all(&line).and_then(|()| out.flush());
    std::process::exit(if written.is_ok() { 0 } else { 2 })
}

/// The request, and the pipe to the checker, which shows when the checker has ended.
fn open() -> std::io::Result<(Request, File)> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let request: Request = serde_json::from_str(&text).map_err(std::io::Error::other)?;
    let out = take_stdout()?;
    let checker = out.try_clone()?;
    limits::apply(&request.budget)?;
    let channel =
        Channel { out: Mutex::new(Some(out)), nonce: request.nonce.clone(), scenario: request.scenario.clone() };
    if CHANNEL.set(channel).is_err() {
        return Err(std::io::Error::other("the harness was entered twice"));
    }
    Ok((request, checker))
}

/// Moves the standard output to a descriptor of its own; what is printed from now on goes to the standard error.
#[cfg(unix)]
fn take_stdout() -> std::io::Result<File> {
    let out = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(File::from(out))
}

#[cfg(not(unix))]
fn take_stdout() -> std::io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    Ok(File::from(std::io::stdout().as_handle().try_clone_to_owned()?))
}

/// Answers `timed-out` when the processor time is used up, for a loop that never reaches the world cannot be stopped
/// from inside; and ends the process when the checker has ended.
fn watch(limit: Duration, checker: File) {
    let watch = move || {
        while limits::cpu_time() < limit {
            let rest = limit.saturating_sub(limits::cpu_time()).clamp(Duration::from_millis(20), limit);
            // Who is killed just while this process starts may send it no signal.
            if limits::is_abandoned_within(&checker, rest) {
                std::process::exit(2);
            }
        }
        let last = LAST_SEEN.load(Ordering::Relaxed);
        // SAFETY: only `seen_at` stores here, from a `&'static Location`.
        #[allow(unsafe_code, reason = "an atomic reference to a static place")]
        let at = unsafe { last.cast_const().as_ref() };
        let place = at.map_or_else(String::new, |at| format!(" after {}:{}", at.file(), at.line()));
        answer(Finding::failed(
            Failure {
                verdict: Verdict::TimedOut,
                kind: None,
                message: format!(
                    "used {} s of processor time: a loop{place} that never reaches a lock, an atomic, a channel or \
                     a yield cannot be interleaved with anything",
                    limit.as_secs()
                ),
                at: at.map(Into::into),
            },
            Evidence { executions: EXECUTIONS.load(Ordering::Relaxed), ..Evidence::default() },
            None,
            None,
        ))
    };
    std::thread::Builder::new().name("watch".to_owned()).spawn(watch).expect("a process may have two threads");
}
