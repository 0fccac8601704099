//! Printing: into the timeline, and not without end.

use std::time::Duration;

use kata_shuttle::print::print;
use kata_shuttle::thread;
use kata_trace::{Budget, Op, Verdict};

use crate::support::*;

#[test]
fn what_is_printed_is_in_the_timeline() {
    fn scenario() {
        print(format_args!("{} and {}\n", 1, "two"));
        let thread = thread::spawn(|| print(format_args!("from a thread\n")));
        thread.join().unwrap();
        panic!("to see the timeline");
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    let trace = finding.trace.unwrap();
    let printed: Vec<_> = trace.events.iter().filter(|event| event.op == Op::Print).collect();
    assert_eq!(printed[0].text.as_deref(), Some("1 and two"));
    assert_eq!(printed[0].at.as_ref().unwrap().file, file!());
    assert_eq!((printed[1].text.as_deref(), printed[1].thread), (Some("from a thread"), 1));
}

#[test]
fn printing_without_end_is_stopped() {
    fn scenario() {
        loop {
            print(format_args!("{:1000}\n", "on and on"));
        }
    }
    let finding = assert_fails(scenario, Verdict::OutputFlood);
    assert_eq!(finding.message, "printed more than 1024 KiB in one execution");
    assert_eq!(finding.at.unwrap().file, file!());
}

#[test]
fn the_limit_is_for_one_execution() {
    fn scenario() {
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    print(format_args!("{:300}\n", "a line"));
                    thread::sleep(Duration::ZERO);
                });
            }
        });
    }
    let budget = Budget { output_kib: 1, ..Budget::default() };
    let finding = kata_shuttle::run(scenario, &budget, kata_shuttle::Settings::default());
    assert_passed(&finding);
    assert!(finding.evidence.executions > 3);
}
