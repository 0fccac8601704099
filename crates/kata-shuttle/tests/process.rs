//! A scenario's process: what ends it from inside still leaves a verdict.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kata::harness::Scenario;
use kata_shuttle::sync::{Arc, Mutex};
use kata_shuttle::{process, thread};
use kata_trace::{Record, Request, Verdict};

/// Set for the process of a scenario, which is this test's program again.
const CHILD: &str = "KATA_TEST_CHILD";

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("in a destructor");
    }
}

fn panics_twice() {
    let thread = thread::spawn(|| {
        let _panics = Panics;
        panic!("first");
    });
    let _never = thread.join();
}

fn resumes_while_unwinding() {
    struct Resumes;
    impl Drop for Resumes {
        fn drop(&mut self) {
            kata_shuttle::unwind::resume_unwind(Box::new("second"));
        }
    }
    let _resumes = Resumes;
    panic!("first");
}

fn exits() {
    process::exit(0);
}

fn aborts() {
    thread::spawn(|| process::abort()).join().unwrap();
}

fn waits_for_ever_while_unwinding() {
    struct Locks(Arc<Mutex<()>>);
    impl Drop for Locks {
        fn drop(&mut self) {
            let _guard = self.0.lock();
        }
    }
    let lock = Arc::new(Mutex::new(()));
    let _held = lock.lock().unwrap();
    let theirs = Arc::clone(&lock);
    let _never = thread::spawn(move || {
        let _locks = Locks(theirs);
        panic!("unwinds");
    })
    .join();
}

fn holds() {
    thread::spawn(|| 1).join().unwrap();
}

fn never_ends() {
    eprintln!("begun");
    loop {
        std::thread::park();
    }
}

const SCENARIOS: &[Scenario] = &[
    Scenario { name: "panics_twice", run: panics_twice },
    Scenario { name: "resumes_while_unwinding", run: resumes_while_unwinding },
    Scenario { name: "exits", run: exits },
    Scenario { name: "aborts", run: aborts },
    Scenario { name: "waits_for_ever_while_unwinding", run: waits_for_ever_while_unwinding },
    Scenario { name: "holds", run: holds },
    Scenario { name: "never_ends", run: never_ends },
];

/// The process of a scenario, when this program is started as one.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_some() {
        kata_shuttle::main(SCENARIOS);
    }
}

fn start(scenario: &str) -> Child {
    let request = Request { nonce: "5eed".to_owned(), scenario: scenario.to_owned(), ..Request::default() };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = serde_json::to_string(&request).unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child
}

fn run(scenario: &str) -> Record {
    let output = start(scenario).wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{scenario}: {:?}\n{stdout}\n{stderr}", output.status);
    // The test harness has said on the same line which test this is.
    let record = stdout.lines().find_map(|line| Some(&line[line.find(r#"{"nonce""#)?..]));
    serde_json::from_str(record.unwrap_or_else(|| panic!("{scenario}: no record in\n{stdout}\n{stderr}"))).unwrap()
}

#[test]
fn a_panic_that_meets_another_leaves_a_verdict_before_the_process_aborts() {
    for (scenario, second) in [("panics_twice", "in a destructor"), ("resumes_while_unwinding", "second")] {
        let record = run(scenario);
        assert_eq!(record.verdict, Verdict::Panicked);
        assert_eq!(record.message, format!("panicked while unwinding, which aborts the process: {second}"));
        assert_eq!(record.at.unwrap().file, file!());
        assert_eq!(record.evidence.executions, 1);
        assert!(record.schedule.is_some());
        assert!(!record.trace.unwrap().events.is_empty());
    }
}

#[test]
fn ending_the_process_is_told_with_its_place() {
    let record = run("exits");
    assert_eq!(record.verdict, Verdict::NoVerdict);
    assert_eq!(record.message, "the program ended its process with `exit(0)`");
    assert_eq!(record.at.unwrap().file, file!());
    let record = run("aborts");
    assert_eq!((record.verdict, record.message.as_str()), {
        (Verdict::NoVerdict, "the program ended its process with `abort()`")
    });
}

#[test]
fn waiting_for_ever_while_unwinding_is_a_deadlock_and_no_crash() {
    let record = run("waits_for_ever_while_unwinding");
    assert_eq!(record.verdict, Verdict::Deadlock, "{}", record.message);
    assert!(record.trace.unwrap().events.iter().any(|event| event.text.as_deref() == Some("unwinds")));
}

#[test]
fn a_scenario_that_holds_says_so() {
    let record = run("holds");
    assert_eq!((record.verdict, record.nonce.as_str()), (Verdict::Passed, "5eed"));
    assert!(record.evidence.exhaustive);
}

#[test]
#[cfg(unix)]
fn a_process_to_whom_nobody_listens_any_more_ends() {
    let mut child = start("never_ends");
    let begun = BufReader::new(child.stderr.take().unwrap()).lines().any(|line| line.unwrap().ends_with("begun"));
    assert!(begun);
    drop(child.stdout.take());
    let given_up = Instant::now() + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > given_up {
            child.kill().unwrap();
            panic!("it still runs");
        }
        std::thread::yield_now();
    }
}
