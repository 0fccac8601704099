//! What the limiter promises, for every interleaving of its senders.

use std::collections::BTreeSet;
use std::fmt;
use std::thread;
use std::time::Duration;

use kata_proptest::strategy::{Just, Strategy};
use kata_proptest::{History, Model, Plan, Shape, any, plans, prop_oneof};
use rate_limiter::{Quota, RateLimiter};

/// Of two messages that arrive at the same time, when there is room for one, one is sent.
pub fn room_for_one_of_two() {
    let limiter = limiter(1);
    let granted = both(&limiter, |limiter| sent(limiter, 1, 0), |limiter| sent(limiter, 1, 0));
    assert!(granted != (true, true), "there was room for 1 part, and 2 were let through");
    assert!(granted != (false, false), "there was room for 1 part, and none was let through");
    has_room(&limiter, 0, 0);
}

/// Of two messages that arrive at the same time, when there is room for one, one is sent: also of a large burst.
pub fn room_for_one_more_of_many() {
    let limiter = limiter(300);
    granted(&limiter, 255, 0);
    granted(&limiter, 44, 0);
    let granted = both(&limiter, |limiter| sent(limiter, 1, 0), |limiter| sent(limiter, 1, 0));
    assert!(granted != (true, true), "there was room for 1 part, and 2 were let through");
    assert!(granted != (false, false), "there was room for 1 part, and none was let through");
    has_room(&limiter, 0, 0);
}

/// While there is room for both, both of two messages are sent.
pub fn room_for_both() {
    let limiter = limiter(3);
    let granted = both(&limiter, |limiter| sent(limiter, 1, 0), |limiter| sent(limiter, 2, 0));
    assert!(granted == (true, true), "there was room for both messages, and one of them was refused");
    has_room(&limiter, 0, 0);
}

/// While there is room for all of them, all messages are sent, however often others are faster.
pub fn busy_is_no_reason_to_refuse() {
    let limiter = limiter(9);
    let busy = |limiter: &RateLimiter| {
        let send = |_: &i32| {
            // Whoever wants to be next is.
            thread::yield_now();
            sent(limiter, 1, 0)
        };
        (0..5).filter(send).count()
    };
    let (others, granted) = both(&limiter, busy, |limiter| sent(limiter, 1, 0));
    assert!(granted && others == 5, "there was room for 9 messages, and one of 6 was refused");
    has_room(&limiter, 0, 3);
}

/// A message that is too large takes no room from one that is not.
pub fn a_message_is_sent_whole_or_not_at_all() {
    let limiter = limiter(2);
    let granted = both(&limiter, |limiter| sent(limiter, 3, 0), |limiter| sent(limiter, 2, 0));
    assert!(!granted.0, "there was room for 2 parts, and a message of 3 was let through");
    assert!(granted.1, "there was room for 2 parts, and a message of 2 was refused");
    has_room(&limiter, 0, 0);
}

/// Room that comes back after an interval is there for one message, not for each of those who see it come.
pub fn an_interval_gives_room_once() {
    let limiter = limiter(2);
    fill(&limiter, 2);
    let granted = both(&limiter, |limiter| sent(limiter, 1, 10), |limiter| sent(limiter, 1, 10));
    assert!(granted != (true, true), "room for 1 part came back, and 2 were let through");
    assert!(granted != (false, false), "room for 1 part came back, and none was let through");
    has_room(&limiter, 10, 0);
    has_room(&limiter, 20, 1);
}

/// Room that has come back is there for everybody, whoever is the first to see it.
pub fn room_that_has_come_back_is_there_for_both() {
    let limiter = limiter(3);
    fill(&limiter, 3);
    let granted = both(&limiter, |limiter| sent(limiter, 1, 20), |limiter| sent(limiter, 1, 20));
    assert!(granted == (true, true), "room for 2 parts came back, and one of two messages was refused");
    has_room(&limiter, 20, 0);
}

/// The time that is left of an interval is not lost, however often the limiter is asked, and by whom.
pub fn asking_does_not_put_it_off() {
    let limiter = limiter(2);
    fill(&limiter, 2);
    for time in 1..10 {
        refused(&limiter, 1, time);
        has_room(&limiter, time, 0);
    }
    granted(&limiter, 1, 10);
    refused(&limiter, 1, 19);
    has_room(&limiter, 25, 1);
    granted(&limiter, 1, 29);
    granted(&limiter, 1, 30);
    has_room(&limiter, 39, 0);
    has_room(&limiter, 40, 1);
    granted(&limiter, 1, 47);
    has_room(&limiter, 50, 1);
}

/// Time in which all of the room is there is not saved up.
pub fn idle_time_is_not_saved_up() {
    let limiter = limiter(2);
    granted(&limiter, 1, 1003);
    has_room(&limiter, 1012, 1);
    has_room(&limiter, 1013, 2);
    granted(&limiter, 2, 1998);
    refused(&limiter, 1, 2007);
    granted(&limiter, 1, 2008);
    refused(&limiter, 1, 2010);
}

/// A call with an earlier time than one before it makes no room come back twice.
pub fn a_look_at_the_clock_that_was_long_ago() {
    let limiter = limiter(1);
    granted(&limiter, 1, 100);
    refused(&limiter, 1, 50);
    refused(&limiter, 1, 100);
    refused(&limiter, 1, 109);
    granted(&limiter, 1, 110);
    refused(&limiter, 1, 0);
    let looked = limiter.available(at(105));
    assert!(looked == 0, "at no moment from 105 ms to 110 ms was there room, and {looked} parts were available");
    refused(&limiter, 1, 119);
    granted(&limiter, 1, 120);
}

/// It holds for nanoseconds and for years, for small and for large quotas.
pub fn nanoseconds_and_years() {
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let (short, long) = (Duration::from_nanos(1), Duration::from_secs(60 * 60));
    for (burst, interval) in [(1, short), (10_000, short), (10_000, long), (7, Duration::from_nanos(3))] {
        let limiter = RateLimiter::new(Quota { burst, interval });
        let begin = year * 97;
        let (mut left, mut taken) = (burst, 0);
        while left > 0 {
            let parts = left.min(255);
            assert!(limiter.try_acquire(parts, begin), "of a burst of {burst}, {taken} parts were taken, and no more");
            (left, taken) = (left - parts, taken + parts);
        }
        assert!(!limiter.try_acquire(1, begin), "a burst of {burst} had room for more");
        let end = begin + interval;
        assert!(!limiter.try_acquire(1, end - short), "room came back before the interval of {interval:?} was over");
        assert!(limiter.try_acquire(1, end), "no room came back at the end of the interval of {interval:?}");
        let all = limiter.available(year * 100);
        assert!(all == burst, "of a burst of {burst}, {all} parts are available after some years");
    }
}

/// One limiter knows nothing of another.
pub fn each_limiter_has_its_own_room() {
    let (one, other) = (limiter(1), limiter(2));
    granted(&one, 1, 0);
    granted(&other, 2, 5);
    refused(&one, 1, 9);
    refused(&other, 1, 10);
    granted(&one, 1, 10);
    granted(&other, 1, 15);
}

/// However messages arrive, no span of time has more parts than the burst, and one for each interval in it.
pub fn no_span_of_time_has_too_much() {
    let plan = any("the calls", &one_after_the_other());
    let limiter = limiter(BURST);
    let mut let_through: Vec<(u64, u32)> = Vec::new();
    for &Call { ask, at: now } in &plan.before {
        match ask {
            Ask::Send(parts) if limiter.try_acquire(parts, at(now)) => let_through.push((now, parts)),
            Ask::Send(_) => {}
            Ask::Look => drop(limiter.available(at(now))),
        }
    }
    for (first, &(begin, _)) in let_through.iter().enumerate() {
        let mut parts = 0;
        for &(end, more) in &let_through[first..] {
            parts += more;
            let most = BURST + u32::try_from((end - begin) / INTERVAL).expect("these are short");
            assert!(parts <= most, "{parts} parts were let through from {begin} ms to {end} ms, where {most} may be");
        }
    }
}

/// However messages arrive, each is answered as the contract says.
pub fn one_sender_is_answered_as_the_rules_say() {
    let plan = any("the calls", &one_after_the_other());
    let limiter = limiter(BURST);
    let history = History::new(Room::all(), plan);
    history.before(|call| call.make(&limiter));
    history.assert_linearizable();
}

/// Whatever two senders ask, they are answered as if they had asked one after the other.
pub fn two_senders_are_answered_as_if_one_after_the_other() {
    let plan = any("the calls", &two_senders());
    let limiter = limiter(BURST);
    let history = History::new(Room::all(), plan);
    history.before(|call| call.make(&limiter));
    thread::scope(|senders| {
        for sender in history.threads() {
            senders.spawn(|| sender.run(|call| call.make(&limiter)));
        }
    });
    history.after(|call| call.make(&limiter));
    history.assert_linearizable();
}

/// In milliseconds.
const INTERVAL: u64 = 10;

/// The burst of the limiter that is asked what is generated.
const BURST: u32 = 3;

/// A call, and its time in milliseconds.
#[derive(Clone, Copy)]
struct Call {
    ask: Ask,
    at: u64,
}

#[derive(Clone, Copy, Debug)]
enum Ask {
    Send(u32),
    Look,
}

#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Granted(bool),
    Room(u32),
}

impl Call {
    fn make(self, limiter: &RateLimiter) -> Answer {
        match self.ask {
            Ask::Send(parts) => Answer::Granted(limiter.try_acquire(parts, at(self.at))),
            Ask::Look => Answer::Room(limiter.available(at(self.at))),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ask {
            Ask::Send(parts) => write!(f, "send {parts} at {} ms", self.at),
            Ask::Look => write!(f, "look at {} ms", self.at),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Granted(true) => f.write_str("granted"),
            Answer::Granted(false) => f.write_str("refused"),
            Answer::Room(parts) => write!(f, "room for {parts}"),
        }
    }
}

/// The contract, for one sender. Times are in milliseconds.
#[derive(Clone, PartialEq)]
struct Room {
    /// When all of the room is there again, if nothing more is taken.
    complete: u64,
    /// The times that calls came with.
    seen: BTreeSet<u64>,
}

impl Room {
    fn all() -> Self {
        Room { complete: 0, seen: BTreeSet::new() }
    }

    /// The moments that a call may be answered for. Between two of them, nothing changes that could be noticed.
    fn moments(&self, now: u64) -> BTreeSet<u64> {
        let latest = self.seen.last().copied().unwrap_or(0).max(now);
        let ends = (0..u64::from(BURST)).filter_map(|more| self.complete.checked_sub(more * INTERVAL));
        let later = self.seen.iter().copied().chain(ends).filter(|time| (now..=latest).contains(time));
        later.chain([now]).collect()
    }

    /// What there is at a moment. Before the latest one it is less, as if what is missing had been taken by then.
    fn at(&self, moment: u64) -> u32 {
        let missing = self.complete.saturating_sub(moment).div_ceil(INTERVAL);
        BURST.saturating_sub(u32::try_from(missing).expect("the times are short"))
    }
}

impl Model for Room {
    type Call = Call;
    type Answer = Answer;

    fn answers(&self, call: &Call) -> Vec<(Answer, Self)> {
        let mut answers = Vec::new();
        for moment in self.moments(call.at) {
            let room = self.at(moment);
            let mut behind = self.clone();
            behind.seen.insert(call.at);
            let answer = match call.ask {
                Ask::Send(parts) if parts <= room => {
                    behind.complete = behind.complete.max(moment) + u64::from(parts) * INTERVAL;
                    Answer::Granted(true)
                }
                Ask::Send(_) => Answer::Granted(false),
                Ask::Look => Answer::Room(room),
            };
            if !answers.contains(&(answer, behind.clone())) {
                answers.push((answer, behind));
            }
        }
        answers
    }
}

fn calls() -> impl Strategy<Value = Call> {
    let at = prop_oneof![Just(0), Just(INTERVAL), Just(2 * INTERVAL), 1..=INTERVAL, 1..=4 * INTERVAL];
    let ask = prop_oneof![5 => (1..=BURST).prop_map(Ask::Send), 2 => Just(Ask::Look)];
    (at, ask).prop_map(|(at, ask)| Call { ask, at })
}

fn one_after_the_other() -> impl Strategy<Value = Plan<Call>> {
    plans(calls(), Shape { before: 0..=12, threads: 0, each: 0..=0, after: 0..=0 }).prop_map(by_the_clock)
}

fn two_senders() -> impl Strategy<Value = Plan<Call>> {
    plans(calls(), Shape { before: 0..=2, threads: 2, each: 1..=2, after: 0..=1 }).prop_map(|mut plan| {
        // What comes first is earlier, mostly, and what comes last later.
        plan.before.iter_mut().for_each(|call| call.at /= 2);
        plan.after.iter_mut().for_each(|call| call.at += INTERVAL);
        by_the_clock(plan)
    })
}

/// Each sender goes by a clock.
fn by_the_clock(mut plan: Plan<Call>) -> Plan<Call> {
    for calls in plan.threads.iter_mut().chain([&mut plan.before, &mut plan.after]) {
        calls.sort_by_key(|call| call.at);
    }
    plan
}

fn limiter(burst: u32) -> RateLimiter {
    RateLimiter::new(Quota { burst, interval: at(INTERVAL) })
}

fn at(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn sent(limiter: &RateLimiter, parts: u32, time: u64) -> bool {
    limiter.try_acquire(parts, at(time))
}

/// Takes all of the room at the beginning.
fn fill(limiter: &RateLimiter, burst: u32) {
    granted(limiter, burst, 0);
}

fn granted(limiter: &RateLimiter, parts: u32, time: u64) {
    let granted = sent(limiter, parts, time);
    assert!(granted, "at {time} ms there was room for a message of {parts}, and it was refused");
}

fn refused(limiter: &RateLimiter, parts: u32, time: u64) {
    let granted = sent(limiter, parts, time);
    assert!(!granted, "at {time} ms there was no room for a message of {parts}, and it was let through");
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
