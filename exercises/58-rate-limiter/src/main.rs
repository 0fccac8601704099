//! Two vans are on their way, and every customer on their lists is sent a message.

use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use rate_limiter::{Quota, RateLimiter};

const QUOTA: Quota = Quota { burst: 10, interval: Duration::from_millis(1) };
const SENDERS: usize = 4;
const TIME: Duration = Duration::from_millis(800);

/// A message that was sent, some time between the two.
#[derive(Clone, Copy)]
struct Sent {
    begun: Duration,
    done: Duration,
}

/// Too much in a span of time.
struct Excess {
    parts: usize,
    span: Duration,
    taken: usize,
}

fn main() -> ExitCode {
    println!("The carrier takes {} messages at once, and one more every {:?}.", QUOTA.burst, QUOTA.interval);
    println!("{SENDERS} threads send as much as the limiter lets them, for {TIME:?}.");
    let limiter = RateLimiter::new(QUOTA);
    let sent = Mutex::new(Vec::new());
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                let mut mine = Vec::new();
                while start.elapsed() < TIME {
                    let begun = start.elapsed();
                    if limiter.try_acquire(1, begun) {
                        mine.push(Sent { begun, done: start.elapsed() });
                    } else {
                        thread::yield_now();
                    }
                }
                sent.lock().expect("senders do not panic").extend(mine);
            });
        }
    });
    let sent = sent.into_inner().expect("senders do not panic");
    println!("{} messages were sent.", sent.len());
    println!();
    match worst(&sent) {
        Some(Excess { parts, span, taken }) => {
            println!("Within {span:.1?} the carrier was sent {parts} messages, and takes {taken} in that time.");
            println!("It locks the account until tomorrow.");
            ExitCode::FAILURE
        }
        None => {
            println!("The carrier was never sent more than it takes.");
            ExitCode::SUCCESS
        }
    }
}

/// The span of time with most messages too many.
fn worst(sent: &[Sent]) -> Option<Excess> {
    let mut by_begin = sent.to_vec();
    by_begin.sort_unstable_by_key(|message| message.begun);
    let mut worst: Option<Excess> = None;
    for (first, Sent { begun, .. }) in by_begin.iter().enumerate() {
        let mut ends: Vec<Duration> = by_begin[first..].iter().map(|message| message.done).collect();
        ends.sort_unstable();
        for (earlier, end) in ends.iter().enumerate() {
            let (parts, span) = (earlier + 1, *end - *begun);
            let intervals = span.as_nanos() / QUOTA.interval.as_nanos();
            let taken = QUOTA.burst as usize + usize::try_from(intervals).expect("the demo is short");
            if parts > taken && worst.as_ref().is_none_or(|worst| parts - taken > worst.parts - worst.taken) {
                worst = Some(Excess { parts, span, taken });
            }
        }
    }
    worst
}
