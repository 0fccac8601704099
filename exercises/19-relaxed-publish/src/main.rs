//! Publishes revisions while request handlers read the latest one, and looks for flags that were never published.

use std::env::consts::ARCH;
use std::process::ExitCode;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use relaxed_publish::{Flags, Reader, Revision, board};

const HANDLERS: usize = 3;
const REVISIONS: usize = 5_000;
const TIME: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    println!(
        "{HANDLERS} handlers read the flags while {REVISIONS} revisions are published, over and over for {TIME:?}."
    );
    let start = Instant::now();
    let (mut deployments, mut requests, mut torn) = (0_u64, 0, Vec::new());
    while start.elapsed() < TIME {
        let (seen, wrong) = deployment();
        deployments += 1;
        requests += seen;
        torn.extend(wrong);
    }
    println!();
    println!(
        "{deployments} deployments, {requests} requests, {} of them under flags that nobody published.",
        torn.len()
    );
    if let Some(revision) = torn.first() {
        println!("The first one: {revision:?}");
        return ExitCode::FAILURE;
    }
    println!("This is a machine of type {ARCH}. That nothing was seen here says little about others:");
    println!("cargo xtask check 19-relaxed-publish explores what the language allows.");
    ExitCode::SUCCESS
}

/// Publishes every revision once. Returns the number of requests, and what was read and never published.
fn deployment() -> (u64, Vec<Revision>) {
    let (mut publisher, reader) = board(REVISIONS);
    let start = Barrier::new(HANDLERS + 1);
    thread::scope(|scope| {
        let handlers: Vec<_> = (0..HANDLERS)
            .map(|_| {
                let (reader, start) = (reader.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    requests(&reader)
                })
            })
            .collect();
        start.wait();
        for number in 1..=REVISIONS {
            publisher.publish(flags(number)).expect("there is room for all of them");
        }
        let mut all = (0, Vec::new());
        for handler in handlers {
            let (seen, wrong) = handler.join().expect("a handler only reads");
            all.0 += seen;
            all.1.extend(wrong);
        }
        all
    })
}

fn requests(reader: &Reader) -> (u64, Vec<Revision>) {
    let (mut seen, mut wrong) = (0, Vec::new());
    loop {
        let latest = reader.latest();
        seen += 1;
        if let Some(revision) = latest {
            if revision.flags != flags(revision.number) {
                wrong.push(revision);
            }
            if revision.number == REVISIONS {
                return (seen, wrong);
            }
        }
    }
}

/// The flags of each revision, so that a reader can tell whether they were published.
fn flags(number: usize) -> Flags {
    let number = u32::try_from(number).expect("a demo publishes few revisions");
    let rollout_percent = u8::try_from(number % 100 + 1).expect("at most a hundred per cent");
    Flags { new_checkout: number % 2 == 1, rollout_percent, upload_limit_mib: number * 10 }
}
