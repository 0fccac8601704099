use super::told;
use crate::Verdict;

fn race(script: &str) -> String {
    told(Verdict::DataRace, script)
}

#[test]
fn a_payload_published_with_relaxed_on_both_sides() {
    insta::assert_snapshot!(race(
        "t1: cell-write payload :12
         t1: store ready 0->1 Relaxed :13
         t2: load ready =1 Relaxed :20
         t2: cell-read payload :21"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :21, and nothing orders the two.
    t2's load of `ready` at :20 (Relaxed) reads t1's store at :13 (Relaxed), but does not synchronise with it.
    The store does not release: what t1 did before it is not published by it.
    The load does not acquire: t2 sees the flag, not what came before it.
    - :12 t1 writes `payload`
    ^ :13 t1's store: Relaxed, does not release
    ^ :20 t2's load: Relaxed, does not acquire
    ^ :21 t2 reads `payload`
    events [0, 1, 2, 3]
    ");
}

#[test]
fn a_payload_published_without_release() {
    insta::assert_snapshot!(race(
        "t1: cell-write payload :12
         t1: store ready 0->1 Relaxed :13
         t2: load ready =1 Acquire :20
         t2: cell-read payload :21"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :21, and nothing orders the two.
    t2's load of `ready` at :20 (Acquire) reads t1's store at :13 (Relaxed), but does not synchronise with it.
    The store does not release: what t1 did before it is not published by it.
    - :12 t1 writes `payload`
    ^ :13 t1's store: Relaxed, does not release
    - :20 t2's load: Acquire
    ^ :21 t2 reads `payload`
    events [0, 1, 2, 3]
    ");
}

#[test]
fn a_payload_read_without_acquire() {
    insta::assert_snapshot!(race(
        "t1: cell-write payload :12
         t1: store ready 0->1 Release :13
         t2: cas ready 1->2 ok Relaxed :20
         t2: cell-read payload :21"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :21, and nothing orders the two.
    t2's exchange of `ready` at :20 (Relaxed) reads t1's store at :13 (Release), but does not synchronise with it.
    The exchange does not acquire: t2 sees the flag, not what came before it.
    - :12 t1 writes `payload`
    - :13 t1's store: Release
    ^ :20 t2's exchange: Relaxed, does not acquire
    ^ :21 t2 reads `payload`
    events [0, 1, 2, 3]
    ");
}

#[test]
fn fences_on_the_wrong_sides() {
    insta::assert_snapshot!(race(
        "t1: cell-write payload :12
         t1: store ready 0->1 Relaxed :13
         t1: fence Release :14
         t2: fence Acquire :19
         t2: load ready =1 Relaxed :20
         t2: cell-read payload :21"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :21, and nothing orders the two.
    t2's load of `ready` at :20 (Relaxed) reads t1's store at :13 (Relaxed), but does not synchronise with it.
    The store does not release: what t1 did before it is not published by it.
    The load does not acquire: t2 sees the flag, not what came before it.
    t1's release fence at :14 comes after the store, and publishes by later stores only.
    t2's acquire fence at :19 comes before the load, and acquires by earlier loads only.
    - :12 t1 writes `payload`
    ^ :13 t1's store: Relaxed, does not release
    ^ :20 t2's load: Relaxed, does not acquire
    ^ :21 t2 reads `payload`
    events [0, 1, 2, 3, 4, 5]
    ");
}

#[test]
fn fences_for_the_compiler_alone() {
    insta::assert_snapshot!(race(
        "t1: cell-write payload :12
         t1: fence \"for the compiler only\" Release :13
         t1: store ready 0->1 Relaxed :14
         t2: load ready =1 Relaxed :20
         t2: fence \"for the compiler only\" Acquire :21
         t2: cell-read payload :22"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :22, and nothing orders the two.
    t2's load of `ready` at :20 (Relaxed) reads t1's store at :14 (Relaxed), but does not synchronise with it.
    The store does not release: what t1 did before it is not published by it.
    The load does not acquire: t2 sees the flag, not what came before it.
    t1's compiler fence at :13 orders nothing between threads: it holds for the compiler alone.
    t2's compiler fence at :21 orders nothing between threads: it holds for the compiler alone.
    - :12 t1 writes `payload`
    ^ :14 t1's store: Relaxed, does not release
    ^ :20 t2's load: Relaxed, does not acquire
    ^ :22 t2 reads `payload`
    events [0, 1, 2, 3, 4, 5]
    ");
}

#[test]
fn a_lock_that_only_one_side_takes() {
    insta::assert_snapshot!(race(
        "t1: lock writing :11
         t1: cell-write payload :12
         t1: unlock writing
         t2: cell-read payload :20"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :20, and nothing orders the two.
    No lock, join, channel or release–acquire pair lies between them.
    t1 held `writing` at :12, but t2 did not at :20: a lock keeps out only those who take it.
    - :11 t1 locks `writing`
    - :12 t1 writes `payload`
    ^ :20 t2 reads `payload`
    events [0, 1, 3]
    ");
}

#[test]
fn locks_that_are_not_the_same_lock() {
    insta::assert_snapshot!(race(
        "t1: lock mine :11
         t1: cell-write payload :12
         t1: unlock mine
         t2: lock yours :19
         t2: cell-write payload :20"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 writes it at :20, and nothing orders the two.
    No lock, join, channel or release–acquire pair lies between them.
    t1 held `mine` at :12, and t2 held `yours` at :20: no lock in common, so that neither kept the other out.
    - :11 t1 locks `mine`
    - :12 t1 writes `payload`
    - :19 t2 locks `yours`
    ^ :20 t2 writes `payload`
    events [0, 1, 3, 4]
    ");
}

#[test]
fn a_payload_published_too_early() {
    insta::assert_snapshot!(race(
        "t1: store ready 0->1 Release :11
         t1: cell-write payload :12
         t2: load ready =1 Acquire :20
         t2: cell-read payload :21"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :21, and nothing orders the two.
    t2 read `ready` at :20 as t1 had set it at :11, but t1 comes to its access at :12 only after that: it is published too early.
    - :11 t1 publishes with `ready` before its access
    - :12 t1 writes `payload`
    ^ :21 t2 reads `payload`
    events [0, 1, 2, 3]
    ");
}

#[test]
fn a_payload_read_before_the_flag() {
    insta::assert_snapshot!(race(
        "t1: cell-write payload :12
         t2: cell-read payload :19
         t1: store ready 0->1 Release :13
         t2: load ready =1 Acquire :20"
    ), @"
    DataRace
    t1 writes `payload` at :12, t2 reads it at :19, and nothing orders the two.
    t2 looks at `ready` at :20 only after its access at :19.
    - :12 t1 writes `payload`
    ^ :19 t2 reads `payload`
    events [0, 1, 2, 3]
    ");
}

#[test]
fn two_writes_with_nothing_between_them() {
    insta::assert_snapshot!(race(
        "t1: cell-write slot :12
         t2: cell-write slot :12"
    ), @"
    DataRace
    t1 writes `slot` at :12, t2 writes it at :12, and nothing orders the two.
    No lock, join, channel or release–acquire pair lies between them.
    - :12 t1 writes `slot`
    ^ :12 t2 writes `slot`
    events [0, 1]
    ");
}

#[test]
fn nothing_is_said_about_accesses_that_a_lock_orders() {
    assert_eq!(
        race(
            "t1: lock a
             t1: cell-write slot :12
             t1: unlock a
             t2: lock a
             t2: cell-write slot :12"
        ),
        "nothing"
    );
}

#[test]
fn a_value_freed_while_it_is_read() {
    insta::assert_snapshot!(race(
        "t1: cell-read node :30
         t2: cell-write node \"frees it\" :44"
    ), @"
    DataRace
    t1 reads `node` at :30, t2 frees it at :44, and nothing orders the two.
    No lock, join, channel or release–acquire pair lies between them.
    - :30 t1 reads `node`
    ^ :44 t2 frees `node`
    events [0, 1]
    ");
}

#[test]
fn a_load_that_reads_an_older_store_of_the_same_value() {
    insta::assert_snapshot!(race(
        "t1: load locked =false Acquire :58
         t1: store locked false->true Relaxed :61
         t1: cell-write data :78
         t1: store locked true->false Release :84
         t2: load locked =false Acquire :58
         t2: store locked false->true Relaxed :61
         t2: cell-read data :78"
    ), @"
    DataRace
    t1 writes `data` at :78, t2 reads it at :78, and nothing orders the two.
    t2's load of `locked` at :58 finds false, but not the false that t1 stored at :84: it reads an older store, and does not synchronise with that one.
    - :78 t1 writes `data`
    ^ :58 t2 reads `locked` = false, an older one
    ^ :78 t2 reads `data`
    events [2, 3, 4, 6]
    ");
}
