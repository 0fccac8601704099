//! A busy minute: request handlers record views, and a reporter delivers them now and then. Do the books agree?

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use lost_update::HitCounter;

const PAGES: [&str; 3] = ["/", "/pricing", "/docs"];
const HANDLERS: usize = 4;
const REQUESTS: usize = 2_000_000;

fn main() -> ExitCode {
    let counter = HitCounter::new(PAGES);
    let serving = AtomicBool::new(true);
    println!("{HANDLERS} handlers serve {REQUESTS} requests each; a reporter delivers the views.");

    let mut delivered = thread::scope(|scope| {
        let reporter = scope.spawn(|| {
            let mut delivered = [0; PAGES.len()];
            while serving.load(Ordering::Relaxed) {
                deliver(&counter, &mut delivered);
                thread::yield_now();
            }
            delivered
        });
        let handlers: Vec<_> = (0..HANDLERS)
            .map(|first| {
                scope.spawn({
                    let counter = &counter;
                    move || {
                        for request in first..first + REQUESTS {
                            counter.record(PAGES[request % PAGES.len()]).expect("only pages of the site are requested");
                        }
                    }
                })
            })
            .collect();
        for handler in handlers {
            handler.join().expect("a handler only records");
        }
        serving.store(false, Ordering::Relaxed);
        reporter.join().expect("a reporter only delivers")
    });
    deliver(&counter, &mut delivered);

    let mut served = [0; PAGES.len()];
    for first in 0..HANDLERS {
        for request in first..first + REQUESTS {
            served[request % PAGES.len()] += 1;
        }
    }
    println!();
    println!("{:<10}{:>10}{:>12}{:>10}", "page", "served", "delivered", "error");
    for ((page, served), delivered) in PAGES.iter().zip(served).zip(delivered) {
        println!("{page:<10}{served:>10}{delivered:>12}{:>10}", delivered - served);
    }
    if served == delivered { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn deliver(counter: &HitCounter, delivered: &mut [i64; PAGES.len()]) {
    counter.flush(|path, hits| {
        let place = PAGES.iter().position(|page| *page == path).expect("only pages of the site are delivered");
        delivered[place] += i64::try_from(hits).expect("a demo does not serve that many requests");
    });
}
