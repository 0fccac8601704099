//! What the limiter promises, for every order in which memory may show what was written.

use std::thread;
use std::time::Duration;

use rate_limiter::{Quota, RateLimiter};

/// On every machine: of two messages, when there is room for one, one is sent.
pub fn on_every_machine_one_of_two() {
    let limiter = limiter(1);
    let granted = both(&limiter, |limiter| sent(limiter, 1, 0), |limiter| sent(limiter, 1, 0));
    assert!(granted != (true, true), "there was room for 1 part, and 2 were let through");
    assert!(granted != (false, false), "there was room for 1 part, and none was let through");
    has_room(&limiter, 0, 0);
}

/// On every machine: room that comes back after an interval is there once.
pub fn on_every_machine_an_interval_gives_room_once() {
    let limiter = limiter(2);
    assert!(sent(&limiter, 2, 0), "there was room for the message, and it was refused");
    let granted = both(&limiter, |limiter| sent(limiter, 1, 10), |limiter| sent(limiter, 1, 10));
    assert!(granted != (true, true), "room for 1 part came back, and 2 were let through");
    assert!(granted != (false, false), "room for 1 part came back, and none was let through");
    has_room(&limiter, 10, 0);
    has_room(&limiter, 20, 1);
}

/// On every machine: room that has come back is there for everybody, whoever is the first to see it.
pub fn on_every_machine_room_for_both() {
    let limiter = limiter(3);
    assert!(sent(&limiter, 3, 0), "there was room for the message, and it was refused");
    let granted = both(&limiter, |limiter| sent(limiter, 1, 20), |limiter| sent(limiter, 1, 20));
    assert!(granted == (true, true), "room for 2 parts came back, and one of two messages was refused");
    has_room(&limiter, 20, 0);
}

/// On every machine: who looks while room comes back and is taken sees what there is before or after.
pub fn on_every_machine_a_look_while_room_comes_back() {
    let limiter = limiter(4);
    assert!(sent(&limiter, 4, 0), "there was room for the message, and it was refused");
    let (granted, seen) = both(&limiter, |limiter| sent(limiter, 1, 20), |limiter| limiter.available(at(20)));
    assert!(granted, "room for 2 parts came back, and a message of 1 was refused");
    assert!(
        seen == 1 || seen == 2,
        "room for 2 parts came back, a message of 1 was sent, and there was room for {seen}"
    );
    has_room(&limiter, 20, 1);
}

fn limiter(burst: u32) -> RateLimiter {
    RateLimiter::new(Quota { burst, interval: at(10) })
}

fn at(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn sent(limiter: &RateLimiter, parts: u32, time: u64) -> bool {
    limiter.try_acquire(parts, at(time))
}

fn has_room(limiter: &RateLimiter, time: u64, parts: u32) {
    let available = limiter.available(at(time));
    assert!(available == parts, "at {time} ms there is room for {parts}, and {available} are available");
}

/// What two threads get, of which one is this one.
fn both<T: Send, U>(
    limiter: &RateLimiter,
    one: impl FnOnce(&RateLimiter) -> T + Send,
    other: impl FnOnce(&RateLimiter) -> U,
) -> (T, U) {
    thread::scope(|senders| {
        let one = senders.spawn(|| one(limiter));
        let other = other(limiter);
        (one.join().unwrap(), other)
    })
}
