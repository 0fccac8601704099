use super::told;
use crate::Verdict;

fn assertion(script: &str) -> String {
    told(Verdict::AssertionFailed, script)
}

#[test]
fn a_lost_update_of_an_atomic() {
    insta::assert_snapshot!(assertion(
        "main: spawn t1 test:5
         main: spawn t2 test:6
         t1: load hits =0 SeqCst :14
         t2! load hits =0 SeqCst :14
         t2: store hits 0->1 SeqCst :16
         t2: exit
         t1: store hits 1->1 SeqCst :16
         t1: exit
         main: join t1 test:7
         main: join t2 test:8
         main: load hits =1 SeqCst :20
         main: panic \"left: 1, right: 2\" test:9"
    ), @"
    LostUpdate
    t1 read `hits` = 0 at :14; t2 then wrote 1 at :16; t1 then wrote 1 at :16, from what it had read before.
    Both went on from the same 0: the load and the store are two steps, and what t2 wrote between them is lost (a lost update).
    - :14 t1 reads `hits` = 0
    - :16 t2 writes `hits` = 1
    ^ :16 t1 writes `hits` = 1
    events [2, 4, 6, 11]
    ");
}

#[test]
fn a_lost_update_under_a_mutex() {
    insta::assert_snapshot!(assertion(
        "t1: lock hits =0 :14
         t1: unlock hits 0->0
         t2! lock hits =0 :14
         t2: unlock hits 0->0
         t2: lock hits =0 :16
         t2: unlock hits 0->1 :17
         t1: lock hits =1 :16
         t1: unlock hits 1->1 :17
         main: lock hits =1 :20
         main: unlock hits 1->1
         main: panic \"left: 1, right: 2\" test:9"
    ), @"
    LostUpdate
    t1 read `hits` = 0 at :14; t2 then changed it from 0 to 1 at :17; t1 then wrote 1 at :17, from what it had read before.
    Both went on from the same 0: the read and the write are two critical sections, and what t2 wrote between them is lost (a lost update).
    - :14 t1 reads `hits` = 0
    - :17 t2 writes `hits` = 1
    ^ :17 t1 writes `hits` = 1
    events [0, 5, 6, 7, 10]
    ");
}

#[test]
fn a_check_then_act_in_two_critical_sections() {
    insta::assert_snapshot!(assertion(
        "t1: lock balance =100 :14
         t1: unlock balance 100->100
         t2! lock balance =100 :14
         t2: unlock balance 100->100
         t2: lock balance =100 :17
         t2: unlock balance 100->30 :18
         t2: exit
         t1: lock balance =30 :17
         t1: unlock balance 30->-40 :18
         t1: exit
         main: lock balance =-40 :30
         main: unlock balance -40->-40
         main: panic \"the balance is -40\" test:9"
    ), @"
    CheckThenAct
    t1 read `balance` = 100 at :14; t2 then changed it from 100 to 30 at :18; t1 then changed it from 30 to -40 at :18.
    The read and the write are two critical sections: when t1 wrote, what it had read was no longer true (check-then-act).
    - :14 t1 reads `balance` = 100
    - :18 t2 writes `balance` = 30
    ^ :18 t1 writes `balance` = -40
    events [0, 5, 7, 8, 12]
    ");
}

#[test]
fn a_check_then_act_on_a_value_that_has_no_short_form() {
    insta::assert_snapshot!(assertion(
        "t1: lock seats :14
         t1: unlock seats
         t2! lock seats :17
         t2: unlock seats :18
         t1: lock seats :17
         t1: unlock seats :18
         main: panic \"2 people on one seat\" test:9"
    ), @"
    CheckThenAct
    t1 read `seats` at :14; t2 then changed it at :18; t1 then changed it at :18.
    The read and the write are two critical sections: when t1 wrote, what it had read was no longer true (check-then-act).
    - :14 t1 reads `seats`
    - :18 t2 changes `seats`
    ^ :18 t1 changes `seats`
    events [0, 3, 4, 5, 6]
    ");
}

#[test]
fn a_check_of_an_atomic_before_it_is_updated() {
    insta::assert_snapshot!(assertion(
        "t1: load stock =1 :10
         t2! load stock =1 :10
         t2: rmw stock 1->0 :12
         t1: rmw stock 0->-1 :12
         main: load stock =-1 :20
         main: panic \"left: -1, right: 0\" test:9"
    ), @"
    CheckThenAct
    t1 read `stock` = 1 at :10; t2 then changed it from 1 to 0 at :12; t1 then changed it from 0 to -1 at :12.
    The read and the write are two steps: when t1 wrote, what it had read was no longer true (check-then-act).
    - :10 t1 reads `stock` = 1
    - :12 t2 writes `stock` = 0
    ^ :12 t1 writes `stock` = -1
    events [0, 2, 3, 5]
    ");
}

#[test]
fn an_exchange_after_the_value_went_away_and_came_back() {
    insta::assert_snapshot!(assertion(
        "t1: load head =7 :10
         t2! cas head 7->3 ok :20
         t2: cas head 3->7 ok :25
         t1: cas head 7->5 ok :12
         main: load head =5 :30
         main: panic \"slot 3 is lost\" test:9"
    ), @"
    Aba
    t1 read `head` = 7 at :10; others then changed it 2 times, and at last t2 changed it from 3 to 7 at :25; so t1's exchange at :12 found what t1 had read, and succeeded.
    That a value is the same does not mean that nothing happened to it (the ABA problem).
    - :10 t1 reads `head` = 7
    - :25 t2 writes `head` = 7
    ^ :12 t1 writes `head` = 5
    events [0, 2, 3, 5]
    ");
}

#[test]
fn two_reads_around_a_change() {
    insta::assert_snapshot!(assertion(
        "t1: lock rate =1 :10
         t1: unlock rate 1->1
         t2! lock rate =1 :20
         t2: unlock rate 1->2 :21
         t1: lock rate =2 :12
         t1: unlock rate 2->2
         t1: panic \"1 != 2\" test:9"
    ), @"
    StaleRead
    t1 read `rate` = 1 at :10; t2 then changed it from 1 to 2 at :21; t1 then found 2 at :12.
    t1's two reads are two critical sections: what the first one saw no longer held at the second.
    - :10 t1 reads `rate` = 1
    - :21 t2 writes `rate` = 2
    ^ :12 t1 reads `rate` = 2
    events [0, 3, 4, 6]
    ");
}

#[test]
fn a_torn_read_of_two_variables() {
    insta::assert_snapshot!(assertion(
        "main: spawn t1 test:3
         main: load host =1 :30
         t1! store host 1->2 :12
         t1: store port 1->2 :13
         main: load port =2 :31
         main: panic \"host 1 with port 2\" test:9"
    ), @"
    TornRead
    main read `host` = 1 at :30; t1 wrote `host` = 2 at :12; t1 wrote `port` = 2 at :13; main read `port` = 2 at :31.
    So main saw `host` from before t1's change and `port` from after it: a torn read.
    ^ :30 main reads `host` = 1
    - :12 t1 writes `host` = 2
    - :13 t1 writes `port` = 2
    ^ :31 main reads `port` = 2
    events [1, 2, 3, 4, 5]
    ");
}

#[test]
fn a_torn_read_in_the_middle_of_a_change() {
    insta::assert_snapshot!(assertion(
        "main: spawn t1 test:3
         t1: lock host =1 :11
         t1: unlock host 1->2 :12
         main! lock host =2 :30
         main: unlock host 2->2
         main: lock port =1 :31
         main: unlock port 1->1
         main: panic \"host 2 with port 1\" test:9
         t1: lock port =1 :13
         t1: unlock port 1->2 :14"
    ), @"
    TornRead
    t1 wrote `host` = 2 at :12; main read `host` = 2 at :30; main read `port` = 1 at :31; t1 wrote `port` = 2 at :14.
    So main saw `port` from before t1's change and `host` from after it: a torn read.
    - :12 t1 writes `host` = 2
    ^ :30 main reads `host` = 2
    ^ :31 main reads `port` = 1
    - :14 t1 writes `port` = 2
    events [2, 3, 5, 7, 9]
    ");
}

#[test]
fn a_torn_read_of_variables_that_were_written_before_the_thread_began() {
    insta::assert_snapshot!(assertion(
        "main: rmw level 0->3 :5
         main: spawn t1 test:3
         main: cas drained 0->20 :61
         t1! load drained =20 :54
         t1: load level =3 :42
         main: cas level 3->1 :63
         main: cas level 1->2 :42
         main: panic \"refused\" test:9"
    ), @"
    TornRead
    main wrote `drained` = 20 at :61; t1 read `drained` = 20 at :54; t1 read `level` = 3 at :42; main wrote `level` = 1 at :63.
    So t1 saw `level` from before main's change and `drained` from after it: a torn read.
    - :61 main writes `drained` = 20
    ^ :54 t1 reads `drained` = 20
    ^ :42 t1 reads `level` = 3
    - :63 main writes `level` = 1
    events [2, 3, 4, 5, 7]
    ");
}

#[test]
fn a_section_that_changes_nothing_takes_nothing_from_anybody() {
    insta::assert_snapshot!(assertion(
        "main: lock level =3 :59
         main: unlock level 3->3
         main: lock drained =0 :60
         main: unlock drained 0->20 :62
         t1! lock drained =20 :60
         t1: unlock drained 20->20 :62
         t1: lock level =3 :65
         t1: unlock level 3->3 :66
         main: lock level =3 :65
         main: unlock level 3->1 :66
         main: panic \"refused\" test:9"
    ), @"
    TornRead
    main wrote `drained` = 20 at :62; t1 read `drained` = 20 at :60; t1 read `level` = 3 at :65; main wrote `level` = 1 at :66.
    So t1 saw `level` from before main's change and `drained` from after it: a torn read.
    - :62 main writes `drained` = 20
    ^ :60 t1 reads `drained` = 20
    ^ :65 t1 reads `level` = 3
    - :66 main writes `level` = 1
    events [3, 4, 6, 9, 10]
    ");
}

#[test]
fn a_load_that_returns_an_older_value() {
    insta::assert_snapshot!(assertion(
        "t1: store data 0->42 Relaxed :12
         t1: store ready 0->1 Relaxed :13
         t2: load ready =1 Relaxed :20
         t2: load data =0 Relaxed :21
         t2: panic \"left: 0, right: 42\" test:9"
    ), @"
    StaleRead
    t2 read `data` = 0 at :21, although t1 had already written 42 at :12.
    t2's load of `ready` at :20 (Relaxed) reads t1's store at :13 (Relaxed), but does not synchronise with it.
    The store does not release: what t1 did before it is not published by it.
    The load does not acquire: t2 sees the flag, not what came before it.
    A load may return an older value than the last one written, as long as nothing orders the two.
    - :12 t1 writes `data` = 42
    ^ :13 t1's store: Relaxed, does not release
    ^ :20 t2's load: Relaxed, does not acquire
    ^ :21 t2 reads `data` = 0
    events [0, 1, 2, 3, 4]
    ");
}

#[test]
fn a_lost_update_by_a_load_of_an_older_value() {
    insta::assert_snapshot!(assertion(
        "t1: load hits =0 Relaxed :14
         t1: store hits 0->1 Relaxed :16
         t2: load hits =0 Relaxed :14
         t2: store hits 1->1 Relaxed :16
         main: load hits =1 Relaxed :20
         main: panic \"left: 1, right: 2\" test:9"
    ), @"
    LostUpdate
    t2 read `hits` = 0 at :14, although t1 had already written 1 at :16.
    No lock, join, channel or release–acquire pair lies between them.
    t2 then wrote 1 at :16, from the old value: t1's write is lost.
    - :16 t1 writes `hits` = 1
    - :14 t2 reads `hits` = 0
    ^ :16 t2 writes `hits` = 1
    events [1, 2, 3, 5]
    ");
}

#[test]
fn nothing_is_lost_of_a_swap_that_found_the_flag_up() {
    assert_eq!(
        assertion(
            "t1: rmw taken false->true AcqRel :30
             t2! rmw taken true->true AcqRel :30
             t1: store taken true->false Release :35
             t2: panic \"a frame is free, and none was given\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn the_variable_that_the_failing_thread_looked_at_last_comes_first() {
    insta::assert_snapshot!(assertion(
        "t1: load calls =0 :3
         t1: load hits =0 :14
         t2! store calls 0->1 :4
         t2: store hits 0->1 :16
         t1: store hits 1->1 :16
         t1: store calls 1->1 :4
         main: load calls =1 :19
         main: load hits =1 :20
         main: panic \"left: 1, right: 2\" test:9"
    ), @"
    LostUpdate
    t1 read `hits` = 0 at :14; t2 then wrote 1 at :16; t1 then wrote 1 at :16, from what it had read before.
    The load and the store are two steps, and what t2 wrote between them is lost (a lost update).
    - :14 t1 reads `hits` = 0
    - :16 t2 writes `hits` = 1
    ^ :16 t1 writes `hits` = 1
    events [1, 3, 4, 8]
    ");
}

#[test]
fn nothing_is_said_about_accesses_that_fork_and_join_order() {
    assert_eq!(
        assertion(
            "main: load hits =0 :1
             main: spawn t1 :2
             t1: store hits 0->1 :3
             t1: exit
             main: join t1 :4
             main: store hits 1->5 :5
             main: panic \"5\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn nothing_is_said_about_whole_critical_sections_and_atomic_updates() {
    assert_eq!(
        assertion(
            "t1: lock a =0 :1
             t1: unlock a 0->1 :1
             t2: lock a =1 :1
             t2: unlock a 1->2 :1
             t1: lock a =2 :1
             t1: unlock a 2->3 :1
             t1: rmw b 0->1 :2
             t2: rmw b 1->2 :2
             t1: rmw b 2->3 :2
             main: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn nothing_is_said_about_a_loop_that_waits_for_a_flag() {
    assert_eq!(
        assertion(
            "t1: load done =false :1
             t2: store done false->true :2
             t1: load done =true :1
             main: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn nothing_is_said_about_an_exchange_loop() {
    assert_eq!(
        assertion(
            "t1: load n =0 :1
             t2: load n =0 :1
             t2: cas n 0->1 ok :2
             t1: cas n 1->1 failed :2
             t1: cas n 1->2 ok :2
             main: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn a_panic_that_another_threads_change_explains() {
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "t1: lock balance =100 :14
         t1: unlock balance 100->100
         t2! lock balance =100 :17
         t2: unlock balance 100->30 :18
         t1: lock balance =30 :17
         t1: panic \"attempt to subtract with overflow\" :18:9"
    ), @"
    Panic
    t1 panicked at :18: attempt to subtract with overflow.
    It still held `balance`, since :17.
    t1 read `balance` = 100 at :14; t2 then changed it from 100 to 30 at :18; t1 then found 30 at :17.
    t1's two reads are two critical sections: what the first one saw no longer held at the second.
    - :14 t1 reads `balance` = 100
    - :18 t2 writes `balance` = 30
    ^ :17 t1 reads `balance` = 30
    ^ :18 t1 panics here
    events [0, 3, 4, 5]
    ");
}

#[test]
fn a_panic_that_has_nothing_to_do_with_other_threads() {
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "t1: rmw served 0->1 :10
         t1: panic \"index out of bounds: the len is 0 but the index is 0\" :18:9"
    ), @"
    Panic
    t1 panicked at :18: index out of bounds: the len is 0 but the index is 0.
    ^ :18 t1 panics here
    events [1]
    ");
}

#[test]
fn a_message_that_was_dropped_with_its_send() {
    insta::assert_snapshot!(assertion(
        "t1: send log =1 :74
         t1: send log blocked :74
         t1: recv lines =3 :53
         t1: cancel-send log =2 :74
         main: recv log =1 test:8
         main: panic \"[1, 2] were logged, and [1] arrived\" test:9"
    ), @"
    CancelledSend
    t1 waited to send on `log` at :74, and the send was cancelled: its future was dropped before there was room.
    The message belonged to that future, and was dropped with it.
    ^ :74 t1's send is cancelled, and its message dropped
    events [3, 5]
    ");
    // A send of the test's own is nothing that its program can lose.
    assert_eq!(assertion("main: cancel-send log =2 test:7\nmain: panic \"no\" test:9"), "nothing");
}

#[test]
fn an_update_whose_future_was_dropped_in_the_middle() {
    insta::assert_snapshot!(assertion(
        "t1: lock contents :75
         t1: cancel-wait prices test:20
         t1: unlock contents :76
         main: lock contents :70
         main: unlock contents
         main: panic \"the cart is empty\" test:9"
    ), @"
    CancelledUpdate
    t1 held `contents` since :75, had changed it at :76, and waited at test:20 for `prices` when its future was dropped.
    What comes behind that `.await` was not run: `contents` was unlocked, and stayed as it was at that moment.
    - :75 t1 locks `contents`
    - test:20 t1 waits here, and is dropped
    ^ :76 t1 changes `contents`, and gets no further
    events [0, 1, 2, 5]
    ");
    // A lock that is given back unchanged, or by the future that goes on, is none of it.
    let unchanged =
        "t1: lock contents :75\nt1: cancel-wait prices test:20\nt1: unlock contents\nmain: panic \"no\" test:9";
    assert_eq!(assertion(unchanged), "nothing");
    let goes_on = "t1: lock contents :75\nt1: cancel-wait prices test:20\nt1: recv answers :77\nt1: unlock contents :76\n\
                   main: panic \"no\" test:9";
    assert_eq!(assertion(goes_on), "nothing");
}

#[test]
fn several_messages_that_were_dropped_with_their_sends() {
    insta::assert_snapshot!(assertion(
        "t1: cancel-send log =2 :74
         t1: cancel-send log =3 :74
         t2: cancel-send log =4 :80
         main: panic \"[1, 2, 3, 4] were logged, and [1] arrived\" test:9"
    ), @"
    CancelledSend
    t1 waited to send on `log` at :74, and the send was cancelled: its future was dropped before there was room.
    The message belonged to that future, and was dropped with it. So were those of 2 sends which were cancelled later.
    ^ :74 t1's send is cancelled, and its message dropped
    ^ :80 t2's send is cancelled, and its message dropped
    events [0, 1, 2, 3]
    ");
}

#[test]
fn an_exchange_that_failed_and_was_not_tried_again() {
    insta::assert_snapshot!(assertion(
        "t1: load hits =0 :42
         t2! load hits =0 :42
         t2: cas hits 0->1 ok :43
         t1: cas hits 1->1 failed :43
         main: load hits =1 :49
         main: panic \"left: 1, right: 2\" test:9"
    ), @"
    GaveUp
    t1's exchange at :43 failed, because `hits` was 1, no longer the 0 that t1 had read at :42: t2 had changed it at :43.
    t1 wrote nothing, and did not try again.
    - :42 t1 reads `hits` = 0
    - :43 t2 writes `hits` = 1
    ^ :43 t1's exchange fails: `hits` is 1
    events [0, 2, 3, 5]
    ");
}

#[test]
fn a_weak_exchange_that_failed_for_no_reason() {
    insta::assert_snapshot!(assertion(
        "t1: load hits =0 :42
         t1: cas hits 0->0 failed spurious :43
         main: load hits =0 :49
         main: panic \"left: 0, right: 1\" test:9"
    ), @"
    GaveUp
    t1's exchange at :43 failed, for no reason, as `compare_exchange_weak` may.
    t1 wrote nothing, and did not try again.
    ^ :43 t1's exchange fails: `hits` is 0
    events [1, 3]
    ");
}

#[test]
fn a_lock_that_was_taken_and_not_waited_for() {
    insta::assert_snapshot!(assertion(
        "t1: lock till =100 :10
         t2! try-lock till failed :20
         t2: panic \"order 2 was refused\" test:9"
    ), @"
    GaveUp
    t2 tried to lock `till` at :20, and did not get it: t1 had held it since :10.
    t2 did not try again.
    - :10 t1 locks `till`
    ^ :20 t2 does not get `till`
    events [0, 1, 2]
    ");
}

#[test]
fn nothing_is_said_about_an_attempt_that_was_made_good() {
    assert_eq!(
        assertion(
            "t1: lock till :10
             t2: try-lock till failed :20
             t1: unlock till
             t2: try-lock till ok :20
             t2: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn a_change_that_is_seen_before_it_is_taken_back() {
    insta::assert_snapshot!(assertion(
        "t1: rmw balance 20->-60 :84
         main! load balance =-60 :106
         main: panic \"-60 is seen\" test:9
         t1: rmw balance -60->20 :85"
    ), @"
    DirtyRead
    t1 changed `balance` from 20 to -60 at :84; main then found -60 at :106; t1 then changed it from -60 to 20 at :85.
    t1 takes its change back, but in a step of its own: between the two, everybody can see it (a dirty read).
    - :84 t1 writes `balance` = -60
    ^ :106 main reads `balance` = -60
    - :85 t1 writes `balance` = 20
    events [0, 1, 2, 3]
    ");
}

#[test]
fn a_lock_that_is_found_locked_is_no_dirty_read() {
    insta::assert_snapshot!(assertion(
        "t1: cas locked false->true ok Acquire :59
         main: cas locked =true failed Acquire :59
         t1: store locked true->false Release :93
         main: panic \"no frame\" test:9"
    ), @"
    GaveUp
    main's exchange at :59 failed, because `locked` was true, which is not what main expected.
    main wrote nothing, and did not try again.
    ^ :59 main's exchange fails: `locked` is true
    events [1, 3]
    ");
}

#[test]
fn two_threads_that_read_what_was_there_before_the_others_write() {
    let story = |before_main: &str, orderings: [&str; 2], between: &str| {
        let [store, load] = orderings;
        assertion(&format!(
            "main: store saving false->true {store} :57
             {before_main}
             main: load ticking =false {load} :43
             t1: store ticking false->true Release :57
             {between}
             t1: load saving =false Acquire :32
             t1: panic \"both\" test:9"
        ))
    };
    insta::assert_snapshot!(story("", ["Release", "Acquire"], ""), @"
    StaleRead
    t1 read `saving` = false at :32, although main had already written true at :57.
    main wrote `saving` before it read `ticking`, t1 wrote `ticking` before it read `saving`, and each found what was there before the other's write (store buffering).
    main's store at :57 (Release) need not be seen by the others before its load at :43 (Acquire) is done.
    t1's store at :57 (Release) need not be seen by the others before its load at :32 (Acquire) is done.
    Release and acquire leave a store and a later load of something else in any order.
    - :57 main writes `saving` = true
    ^ :57 main's store: Release
    ^ :43 main's load: Acquire
    ^ :57 t1's store: Release
    ^ :32 t1 reads `saving` = false
    ^ :32 t1's load: Acquire
    events [0, 1, 2, 3, 4]
    ");
    insta::assert_snapshot!(story("", ["SeqCst", "SeqCst"], "t1: fence AcqRel :31"), @"
    StaleRead
    t1 read `saving` = false at :32, although main had already written true at :57.
    main wrote `saving` before it read `ticking`, t1 wrote `ticking` before it read `saving`, and each found what was there before the other's write (store buffering).
    main's store at :57 stays before its load at :43; that takes both sides.
    t1's store at :57 (Release) need not be seen by the others before its load at :32 (Acquire) is done.
    The AcqRel fence at :31 does not change that.
    Release and acquire leave a store and a later load of something else in any order.
    - :57 main writes `saving` = true
    ^ :57 t1's store: Release
    ^ :32 t1 reads `saving` = false
    ^ :32 t1's load: Acquire
    events [0, 1, 2, 3, 4, 5]
    ");
    insta::assert_snapshot!(story("main: fence SeqCst :42", ["Relaxed", "Relaxed"], ""), @"
    StaleRead
    t1 read `saving` = false at :32, although main had already written true at :57.
    main wrote `saving` before it read `ticking`, t1 wrote `ticking` before it read `saving`, and each found what was there before the other's write (store buffering).
    main's store at :57 stays before its load at :43; that takes both sides.
    t1's store at :57 (Release) need not be seen by the others before its load at :32 (Acquire) is done.
    Release and acquire leave a store and a later load of something else in any order.
    - :57 main writes `saving` = true
    ^ :57 t1's store: Release
    ^ :32 t1 reads `saving` = false
    ^ :32 t1's load: Acquire
    events [0, 2, 3, 4, 5]
    ");
}

#[test]
fn nothing_is_said_about_the_hidden_tests_own_variables() {
    assert_eq!(
        assertion(
            "t1: load seen =0 test:5
             t2: store seen 0->1 test:6
             t1: store seen 1->1 test:6
             main: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn the_panic_that_a_join_passes_on_is_not_the_failure() {
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "t1: panic \"attempt to subtract with overflow\" :18
         main: join t1 :30
         main: panic \"called `Result::unwrap()` on an `Err` value: Any { .. }\" test:9"
    ), @"
    Panic
    t1 panicked at :18: attempt to subtract with overflow.
    ^ :18 t1 panics here
    events [0]
    ");
}

#[test]
fn an_initial_value_that_was_already_replaced() {
    insta::assert_snapshot!(assertion(
        "t1: store on =true Relaxed :75
         t1: store revision =2 Release :79
         main: load revision =2 Acquire :87
         t1: store limit =200 Relaxed :80
         main: load limit =0 Relaxed :92
         main: panic \"revision 2 was read with limit 0\" test:80"
    ), @"
    StaleRead
    main read `limit` = 0 at :92, although t1 had already written 200 at :80.
    main read `revision` at :87 as t1 had set it at :79, but t1 comes to its access at :80 only after that: it is published too early.
    A load may return an older value than the last one written, as long as nothing orders the two.
    - :79 t1 publishes with `revision` before its access
    - :80 t1 writes `limit` = 200
    ^ :92 main reads `limit` = 0
    events [1, 2, 3, 4, 5]
    ");
}

#[test]
fn a_wait_that_ended_for_no_reason() {
    insta::assert_snapshot!(told(
        Verdict::Panicked,
        "main: spawn t1 :1
         t1: lock slot :20
         t1: unlock slot
         t1: wait bell :21
         t1: wake bell blocked :21
         t1: wake bell spurious :21
         t1: lock slot :21
         t1: panic \"called `Option::unwrap()` on a `None` value\" :22
         t1: unlock slot
         main: lock slot :30
         main: panic \"called `Result::unwrap()` on an `Err` value: PoisonError { .. }\" :30"
    ), @"
    Panic
    t1 panicked at :22: called `Option::unwrap()` on a `None` value.
    It still held `slot`, since :21.
    t1's wait on `bell` at :21 ended for no reason: a spurious wake-up, which the standard library allows.
    ^ :22 t1 panics here
    ^ :21 t1 wakes although nobody woke it
    events [5, 6, 7]
    ");
}

#[test]
fn a_wait_whose_time_limit_passed() {
    insta::assert_snapshot!(assertion(
        "t1: wait bell :16
         t1: wake bell timeout :16
         main: panic \"the answer is there\" test:9"
    ), @"
    TimeLimit
    t1's wait on `bell` at :16 ended because its time limit passed.
    ^ :16 t1's time limit passes
    events [1, 2]
    ");
}

#[test]
fn a_write_that_another_one_replaces_before_it_is_read() {
    insta::assert_snapshot!(assertion(
        "t1: store current 0->1 :10
         t2! store current 1->2 :10
         t1: load current =2 :12
         t1: panic \"the request of 2 was answered for 1\" test:9"
    ), @"
    OverwrittenWrite
    t1 wrote `current` = 1 at :10; t2 then wrote 2 at :10; t1 then read 2 at :12.
    t1's write and its read are two steps, and t2's write came between: t1 reads what t2 wrote in place of its own (an overwritten write).
    - :10 t1 writes `current` = 1
    - :10 t2 writes `current` = 2
    ^ :12 t1 reads `current` = 2
    events [0, 1, 2, 3]
    ");
}

#[test]
fn nothing_is_said_about_a_write_that_is_read_back() {
    assert_eq!(
        assertion(
            "t2: store current 0->2 :10
             t1: store current 2->1 :10
             t1: load current =1 :12
             t1: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn nothing_is_said_about_a_flag_that_is_reset_and_waited_for() {
    assert_eq!(
        assertion(
            "t1: store done true->false :10
             t2: store done false->true :20
             t1: load done =true :11
             t1: load result =0 :12
             t1: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn a_read_that_comes_before_the_write_it_needs() {
    insta::assert_snapshot!(assertion(
        "main: spawn t1 :3
         t1: load port =0 :20
         t1: panic \"no port\" test:9
         main: store port 0->80 :5"
    ), @"
    OrderViolation
    t1 read `port` = 0 at :20; only after that main wrote 80 at :5.
    Nothing makes t1 wait for main's write: the two come in any order (an order violation).
    ^ :20 t1 reads `port` = 0
    - :5 main writes `port` = 80
    events [1, 2, 3]
    ");
}

#[test]
fn nothing_is_said_about_a_write_that_follows_from_the_read() {
    assert_eq!(
        assertion(
            "main: load port =0 :20
             main: spawn t1 :3
             main: panic \"no\" test:9
             t1: store port 0->80 :5"
        ),
        "nothing"
    );
}

#[test]
fn nothing_is_said_about_a_read_after_the_write() {
    assert_eq!(
        assertion(
            "main: store port 0->80 :5
             t1: load port =80 :20
             t1: panic \"no\" test:9
             main: store port 80->81 :6"
        ),
        "nothing"
    );
}

#[test]
fn nothing_is_said_about_parts_of_two_changes() {
    assert_eq!(
        assertion(
            "t1: store host 1->2 :12
             t1: store port 1->2 :13
             main! load host =2 :30
             main: load port =2 :31
             t1: store host 2->3 :12
             t1: store port 2->3 :13
             main: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn a_torn_read_of_a_later_change_names_the_values_that_were_read() {
    insta::assert_snapshot!(assertion(
        "t1: store host 1->2 :12
         t1: store port 1->2 :13
         main: load host =2 :30
         t1! store port 2->3 :14
         t1: store host 2->3 :15
         main: load port =3 :31
         main: panic \"host 2 with port 3\" test:9"
    ), @"
    TornRead
    main read `host` = 2 at :30; t1 wrote `port` = 3 at :14; t1 wrote `host` = 3 at :15; main read `port` = 3 at :31.
    So main saw `host` from before t1's change and `port` from after it: a torn read.
    ^ :30 main reads `host` = 2
    - :14 t1 writes `port` = 3
    - :15 t1 writes `host` = 3
    ^ :31 main reads `port` = 3
    events [2, 3, 4, 5, 6]
    ");
}

#[test]
fn nothing_is_said_about_an_attempt_that_begins_again() {
    assert_eq!(
        assertion(
            "t2: lock mine =100 :83
             t2: try-lock yours failed :88
             t2: unlock mine 100->100
             t1: lock mine =100 :83
             t1: unlock mine 100->130 :90
             t2: lock mine =130 :83
             t2: try-lock yours ok :88
             t2: unlock yours
             t2: unlock mine 130->120 :89
             main: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn a_check_then_act_through_one_function_is_one_all_the_same() {
    insta::assert_snapshot!(assertion(
        "t1: lock balance =100 :83
         t1: unlock balance 100->100
         t2! lock balance =100 :83
         t2: unlock balance 100->20 :90
         t1: lock balance =20 :83
         t1: unlock balance 20->-60 :90
         main: panic \"paid twice\" test:9"
    ), @"
    CheckThenAct
    t1 read `balance` = 100 at :83; t2 then changed it from 100 to 20 at :90; t1 then changed it from 20 to -60 at :90.
    The read and the write are two critical sections: when t1 wrote, what it had read was no longer true (check-then-act).
    - :83 t1 reads `balance` = 100
    - :90 t2 writes `balance` = 20
    ^ :90 t1 writes `balance` = -60
    events [0, 3, 4, 5, 6]
    ");
}

#[test]
fn a_value_written_back_over_a_change() {
    insta::assert_snapshot!(assertion(
        "t1: lock balance =100 :86
         t1: unlock balance 100->100
         main! lock balance =100 :101
         main: unlock balance 100->130 :101
         t1: lock balance =130 :93
         t1: unlock balance 130->20 :93
         main: panic \"it should hold 50\" test:9"
    ), @"
    CheckThenAct
    t1 read `balance` = 100 at :86; main then changed it from 100 to 130 at :101; t1 then changed it from 130 to 20 at :93.
    The read and the write are two critical sections: when t1 wrote, what it had read was no longer true (check-then-act).
    If t1 made the 20 that it wrote from the 100 that it had read, main's change is lost.
    - :86 t1 reads `balance` = 100
    - :101 main writes `balance` = 130
    ^ :93 t1 writes `balance` = 20
    events [0, 3, 4, 5, 6]
    ");
}

#[test]
fn an_exchange_that_failed_again_and_again() {
    insta::assert_snapshot!(assertion(
        "t1: load hits =0 :42
         t2! cas hits 0->1 ok :43
         t1: cas hits 1->1 failed :43
         t1: load hits =1 :42
         t2! cas hits 1->2 ok :43
         t1: cas hits 2->2 failed :43
         main: panic \"left: 2, right: 3\" test:9"
    ), @"
    GaveUp
    t1's exchange at :43 failed, because `hits` was 2, no longer the 1 that t1 had read at :42: t2 had changed it at :43.
    That was its attempt number 2: t1 wrote nothing in any of them, and gave up.
    - :42 t1 reads `hits` = 1
    - :43 t2 writes `hits` = 2
    ^ :43 t1's exchange fails: `hits` is 2
    events [3, 4, 5, 6]
    ");
}

#[test]
fn nothing_is_said_about_a_change_that_is_not_taken_back() {
    assert_eq!(
        assertion(
            "t1: rmw balance 20->-60 :84
             main! load balance =-60 :106
             main: panic \"no\" test:9
             t1: rmw balance -60->-50 :85"
        ),
        "nothing"
    );
}

#[test]
fn nothing_is_said_about_a_load_of_the_latest_value() {
    assert_eq!(
        assertion(
            "t1: store data 0->42 Relaxed :12
             t2: load data =42 Relaxed :21
             t2: panic \"no\" test:9"
        ),
        "nothing"
    );
}

#[test]
fn an_update_that_a_panic_ended_in_the_middle() {
    insta::assert_snapshot!(assertion(
        "main: spawn t1 test:5
         t1: lock books :108
         t1: panic \"there is no rate\" test:20
         t1: unlock books :110
         t1: exit
         main: lock books :120
         main: unlock books
         main: panic \"60 are missing\" test:9"
    ), @"
    PanickedUpdate
    t1 panicked at test:20: there is no rate.
    It held `books`, since :108, and `books` was unlocked as the change at :110 had left it.
    - :108 t1 locks `books`
    - test:20 t1 panics here
    ^ :110 t1 changes `books`, and gets no further
    events [1, 2, 3, 7]
    ");
    // What was not changed was not left half-done.
    assert_eq!(
        assertion(
            "t1: lock books :108
             t1: panic \"there is no rate\" test:20
             t1: unlock books
             t1: exit
             main: panic \"60 are missing\" test:9"
        ),
        "nothing"
    );
}
