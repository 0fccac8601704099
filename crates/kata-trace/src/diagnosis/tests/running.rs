//! Livelock, blocked executors, work that does not overlap.

use super::told;
use crate::Verdict;
use crate::diagnosis::{Repetition, repetition};
use crate::script;

const POLITE: &str = "t1: lock a :25
    t1: try-lock b failed :26
    t1: yield :27
    t2: try-lock a failed :26
    t2: yield :27
";

#[test]
fn two_threads_that_try_and_keep_what_they_have() {
    let script = format!(
        "main: spawn t1 :1
         main: spawn t2 :2
         t2: lock b :25
         {}",
        POLITE.replacen("t1: lock a :25", "t1: lock a :25\n", 1)
            + &POLITE.replacen("t1: lock a :25\n", "", 1).repeat(9)
    );
    insta::assert_snapshot!(told(Verdict::Livelock, &script), @"
    Livelock
    From step 7 on, the same 4 steps repeat without end.
    t1 tries to lock `b` at :26 in vain (held by t2 since :25) and yields at :27.
    t2 tries to lock `a` at :26 in vain (held by t1 since :25) and yields at :27.
    Both run, neither gets anywhere.
    - :25 t2 locks `b`
    - :25 t1 locks `a`
    ^ :26 t2 tries to lock `a` in vain
    ^ :26 t1 tries to lock `b` in vain
    events [2, 3, 6, 7, 8, 9]
    ");
}

#[test]
fn a_thread_that_spins_on_a_flag_which_nobody_is_left_to_set() {
    let script = format!(
        "main: spawn t1 :1
         t1: exit
         {}",
        "main: load ready =false :9\nmain: yield :10\n".repeat(20)
    );
    insta::assert_snapshot!(told(Verdict::Livelock, &script), @"
    Livelock
    From step 3 on, the same 2 steps repeat without end.
    main reads `ready` = false at :9 and yields at :10.
    No other thread is left that could change what it waits for.
    - :9 main reads `ready` = false
    events [2, 3]
    ");
}

#[test]
fn attempts_that_are_counted_still_repeat() {
    let rounds: String =
        (0..20).map(|n| format!("t1: rmw tries {n}->{} :3\nt1: try-lock a failed :4\n", n + 1)).collect();
    let trace = script::trace(&format!("t2: lock a :9\nt1: yield :1\n{rounds}"));
    assert_eq!(repetition(&trace), Some(Repetition { start: 2, period: 2, times: 20 }));
}

#[test]
fn a_log_without_rounds_has_no_repetition() {
    let script: String = (0..30).map(|n| format!("t1: load x ={} :{n}\n", n % 7)).collect();
    assert_eq!(repetition(&script::trace(&script)), None);
    assert_eq!(told(Verdict::Livelock, &script), "nothing");
}

#[test]
fn irregular_attempts_are_counted() {
    let mut script = "t2: lock a :9\n".to_owned();
    for n in 0..20 {
        script += "t1: try-lock a failed :4\n";
        script += &"t3: yield :5\n".repeat(n % 5 + n / 7);
    }
    insta::assert_snapshot!(told(Verdict::Livelock, &script), @"
    Livelock
    In the last 40 steps:
    t1 tries to lock `a` at :4 in vain, 7 times.
    ^ :4 t1 tries to lock `a` in vain
    events [43]
    ");
}

#[test]
fn a_call_that_blocks_the_executor() {
    insta::assert_snapshot!(told(
        Verdict::BlockedExecutor,
        "main: spawn heartbeat test:130
         main: spawn server test:142
         server: poll >main test:142
         server: spawn thumbnail test:157
         thumbnail: poll >main test:157
         thumbnail: blocking-call \"Codec::decode: strip 0\" :59
         thumbnail: blocking-call blocked \"Codec::decode\" >heartbeat :59"
    ), @"
    BlockedExecutor
    `thumbnail` calls `Codec::decode: strip 0` at :59 while it is polled.
    `thumbnail` calls `Codec::decode` at :59 while it is polled, in the same turn: that blocks the executor's thread for as long as it takes.
    `heartbeat` is not polled meanwhile, although it is on the same thread.
    ^ :59 `thumbnail` blocks the executor's thread here
    events [5, 6]
    ");
}

#[test]
fn a_guard_that_is_alive_across_an_await() {
    insta::assert_snapshot!(told(
        Verdict::GuardAcrossAwait,
        "main: spawn billing test:9
         billing: poll >main test:9
         billing: lock cache :20"
    ), @"
    GuardAcrossAwait
    `billing` locked `cache` at :20 and still held it when it came to an `.await` that was not ready.
    Whoever locks `cache` now blocks the thread that would have to poll `billing` again for it to let go.
    ^ :20 `billing` locks `cache`, and keeps it across an `.await`
    events [2]
    ");
    insta::assert_snapshot!(told(
        Verdict::GuardAcrossAwait,
        "main: spawn t1 test:9
         t1: lock cache :20
         t1: lock log :21
         t1: suspend cache :22"
    ), @"
    GuardAcrossAwait
    `t1` locked `cache` at :20 and still held it when it came to an `.await` that was not ready, at :22.
    Whoever locks `cache` now blocks the thread that would have to poll `t1` again for it to let go.
    ^ :20 `t1` locks `cache`, and keeps it across an `.await`
    - :22 `t1` waits here
    events [1, 3]
    ");
}

#[test]
fn a_task_with_a_lane_of_its_own_that_blocks_twice_in_one_turn() {
    insta::assert_snapshot!(told(
        Verdict::BlockedExecutor,
        "main: spawn heartbeat test:10
         main: spawn thumbnail test:11
         thumbnail: poll >main test:11
         thumbnail: blocking-call \"decode_strip(0)\" :14
         thumbnail: poll >main test:11
         thumbnail: blocking-call \"decode_strip(1)\" :14
         thumbnail: blocking-call \"decode_strip(2)\" blocked >heartbeat :14"
    ), @"
    BlockedExecutor
    `thumbnail` calls `decode_strip(1)` at :14 while it is polled.
    `thumbnail` calls `decode_strip(2)` at :14 while it is polled, in the same turn: that blocks the executor's thread for as long as it takes.
    `heartbeat` is not polled meanwhile, although it is on the same thread.
    ^ :14 `thumbnail` blocks the executor's thread here
    events [5, 6]
    ");
}

#[test]
fn work_that_one_lock_serialises() {
    insta::assert_snapshot!(told(
        Verdict::NotConcurrent,
        "main: spawn t1 test:20
         main: spawn t2 test:21
         t1: lock bank :15
         t1: arrive audit blocked test:14
         main: join t1 blocked test:22
         t2: lock bank blocked :15"
    ), @"
    NotConcurrent
    t1 (test:14) is in the middle of the work that must be able to overlap, and waits there for the others.
    t2 waits at :15 for `bank`, which t1 has held since :15.
    As long as t1 waits there, nobody else can come.
    - :15 t1 locks `bank`
    - test:14 t1 waits here for the others
    ^ :15 t2 waits here for `bank`
    events [2, 3, 4, 5]
    ");
}

#[test]
fn work_that_one_thread_does_in_turns() {
    insta::assert_snapshot!(told(
        Verdict::NotConcurrent,
        "main: spawn t1 :30
         t1: arrive audit blocked test:14
         main: join t1 blocked :31"
    ), @"
    NotConcurrent
    t1 (test:14) is in the middle of the work that must be able to overlap, and waits there for the others.
    main waits at :31 for t1 to end, and nobody else is left to come.
    - test:14 t1 waits here for the others
    ^ :31 main waits here for t1 to end
    events [1, 2]
    ");
}

#[test]
fn work_that_the_test_finds_serialised_behind_a_lock() {
    insta::assert_snapshot!(told(
        Verdict::NotConcurrent,
        "main: spawn t1 test:20
         t1: read-lock tariff :15
         t1: recv answer blocked test:14
         t2: write-lock tariff blocked :16
         t3: read-lock tariff blocked :15
         main: join t3 blocked test:22"
    ), @"
    NotConcurrent
    t2 waits at :16 to write `tariff`, which t1 has held for reading since :15.
    t1 waits at test:14 to receive from `answer`.
    t3 waits at :15 to read `tariff`, behind t2, which has waited to write it since :16 (a new reader queues behind a waiting writer).
    - :15 t1 read-locks `tariff`
    ^ :16 t2 waits here to write `tariff`
    ^ :15 t3 waits here to read `tariff`
    events [1, 2, 3, 4]
    ");
    // Where no lock is waited for, nothing is known.
    assert_eq!(told(Verdict::NotConcurrent, "main: spawn t1 test:20\nt1: recv answer blocked test:14"), "nothing");
}

#[test]
fn a_thread_that_spins_on_what_a_stuck_one_wrote() {
    let script = format!(
        "main: rmw busy false->true :70
         main: arrive delivery blocked test:94
         {}",
        "t1: rmw busy true->true :70\nt1: yield :71\n".repeat(20)
    );
    insta::assert_snapshot!(told(Verdict::Livelock, &script), @"
    Livelock
    From step 3 on, the same 2 steps repeat without end.
    t1 finds `busy` = true at :70 and yields at :71.
    `busy` has been true since main wrote it at :70.
    No other thread is left that could change what it waits for.
    main waits at test:94 for the others.
    - :70 main writes `busy` = true
    ^ :70 t1 finds `busy` = true
    events [0, 1, 2, 3]
    ");
}

#[test]
fn a_lock_that_an_earlier_panic_has_poisoned() {
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "main: lock books :108
         main: panic \"there is no rate\" test:333
         main: unlock books :110
         main: lock books :108
         main: panic \"called `Result::unwrap()` on an `Err` value: PoisonError { .. }\" :108"
    ), @"
    Panic
    main panicked at :108: called `Result::unwrap()` on an `Err` value: PoisonError { .. }.
    `books` is poisoned: main panicked at test:333 while it held it, since :108: there is no rate.
    - :108 main locks `books`
    - test:333 main panics here, and poisons `books`
    ^ :108 main panics here
    events [0, 1, 4]
    ");
    // A thread that was joined by one that went on.
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "main: spawn t1 test:9
         t1: lock books :108
         t1: panic \"there is no rate\" test:333
         t1: unlock books :110
         main: join t1 test:9
         main: panic \"there is no rate\" test:333
         main: spawn t2 test:9
         t2: lock books :108
         t2: panic \"called `Result::unwrap()` on an `Err` value: PoisonError { .. }\" :108"
    ), @"
    Panic
    t2 panicked at :108: called `Result::unwrap()` on an `Err` value: PoisonError { .. }.
    `books` is poisoned: t1 panicked at test:333 while it held it, since :108: there is no rate.
    - :108 t1 locks `books`
    - test:333 t1 panics here, and poisons `books`
    ^ :108 t2 panics here
    events [1, 2, 8]
    ");
    // Nobody is told that the first thread panicked: that is the news, and not what follows from it.
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "main: spawn t1 test:9
         t1: lock books :108
         t1: panic \"there is no rate\" :109
         t1: unlock books
         main: lock books :108
         main: panic \"called `Result::unwrap()` on an `Err` value: PoisonError { .. }\" :108"
    ), @"
    Panic
    t1 panicked at :109: there is no rate.
    It still held `books`, since :108.
    ^ :109 t1 panics here
    events [1, 2]
    ");
}

#[test]
fn a_panic_that_was_caught_is_not_what_a_thread_fails_with() {
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "main: spawn t1 test:9
         main: spawn t2 test:10
         t1: panic \"caught\" test:20
         t1: exit
         t2: panic \"index out of bounds\" :30"
    ), @"
    Panic
    t2 panicked at :30: index out of bounds.
    ^ :30 t2 panics here
    events [4]
    ");
}

#[test]
fn a_child_that_is_asked_over_and_over() {
    insta::assert_snapshot!(told(
        Verdict::Livelock,
        "main: spawn sort :20
         main: join sort failed :24
         sort: write-pipe sort.stdout =65536 blocked"
    ), @"
    Pipe
    main asks at :24 over and over whether sort has ended, and does nothing else in between.
    sort waits to write to `sort.stdout`, which is full: it holds 65536 bytes.
    sort goes on when somebody reads from `sort.stdout`, and nobody does.
    ^ :24 main asks here whether sort has ended
    events [1]
    ");
}

#[test]
fn threads_and_pools_that_multiply() {
    let script = "main: spawn t1 :20
         main: spawn t2 :20
         t1: start-pool =4 :31
         t2: start-pool =4 :31
         w1: arrive digest blocked :32
         w2: arrive digest blocked :32
         w3: arrive digest blocked :32";
    insta::assert_snapshot!(told(Verdict::Oversubscribed, script), @"
    Oversubscribed
    main started 2 threads at :20.
    t1 and t2 started 2 pools of 4 threads at :31.
    3 threads are at work at :32 at the same time.
    ^ :20 a thread is started here
    ^ :31 a pool of 4 threads is started here
    ^ :32 3 threads are at work here
    events [0, 1, 2, 3, 4, 5, 6]
    ");
}
