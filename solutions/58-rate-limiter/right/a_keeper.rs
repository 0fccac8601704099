//! idea: one thread has the count to itself; senders write to it, and wait for its answer.
//! trade-off: nothing is shared, so that nothing can be half done; each message costs two more, and the thread has to be stopped.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What the carrier takes: so many parts at once, and room for one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub interval: Duration,
}

/// Knows how much room the carrier has left. Times are counted from the start of the service.
pub struct RateLimiter {
    keeper: Option<(Sender<Question>, JoinHandle<()>)>,
}

struct Question {
    /// None, if it is only a look.
    parts: u32,
    now: Duration,
    answer: Sender<Answer>,
}

struct Answer {
    granted: bool,
    room: u32,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        let (questions, asked) = mpsc::channel::<Question>();
        let keeper = thread::spawn(move || {
            let mut complete = Duration::ZERO;
            for Question { parts, now, answer } in asked {
                let whole = quota.interval * quota.burst;
                let then = complete.max(now) + quota.interval * parts;
                let granted = then <= now + whole;
                if granted && parts > 0 {
                    complete = then;
                }
                let left = whole.saturating_sub(complete.saturating_sub(now)).as_nanos() / quota.interval.as_nanos();
                let room = u32::try_from(left).expect("a burst is a u32");
                // Who has gone does not want to know.
                let _ = answer.send(Answer { granted, room });
            }
        });
        RateLimiter { keeper: Some((questions, keeper)) }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        self.ask(parts, now).granted
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        self.ask(0, now).room
    }

    fn ask(&self, parts: u32, now: Duration) -> Answer {
        let (questions, _) = self.keeper.as_ref().expect("it is there until the end");
        let (answer, answered) = mpsc::channel();
        questions.send(Question { parts, now, answer }).expect("the keeper does not panic");
        answered.recv().expect("the keeper answers everything")
    }
}

impl Drop for RateLimiter {
    fn drop(&mut self) {
        if let Some((questions, keeper)) = self.keeper.take() {
            drop(questions);
            keeper.join().expect("the keeper does not panic");
        }
    }
}
