use super::{told, told_of};
use crate::diagnosis::deadlock_kind;
use crate::{DeadlockKind, Location, ObjectKind, Verdict, script};

fn deadlock(script: &str) -> String {
    format!("{}: {}", deadlock_kind(&script::trace(script)), told(Verdict::Deadlock, script))
}

#[test]
fn two_locks_in_opposite_orders() {
    insta::assert_snapshot!(deadlock(
        "main: spawn t1 test:8
         main: spawn t2 test:9
         main: join t1 blocked test:10
         t1: lock a =10 :25
         t2! lock b =20 :25
         t2: lock a blocked :26
         t1: lock b blocked :26"
    ), @"
    lock-cycle: LockCycle
    t1 waits at :26 for `b`, which t2 has held since :25.
    t2 waits at :26 for `a`, which t1 has held since :25.
    Each waits for the lock that the other holds: they take the same two locks in opposite orders.
    main waits at test:10 for t1 to end.
    - :25 t1 locks `a`
    - :25 t2 locks `b`
    ^ :26 t2 waits here for `a`
    ^ :26 t1 waits here for `b`
    events [2, 3, 4, 5, 6]
    ");
}

#[test]
fn three_locks_in_a_ring() {
    insta::assert_snapshot!(deadlock(
        "t1: lock a :1
         t2: lock b :1
         t3: lock c :1
         t1: lock b blocked :2
         t2: lock c blocked :2
         t3: lock a blocked :2"
    ), @"
    lock-cycle: LockCycle
    t1 waits at :2 for `b`, which t2 has held since :1.
    t2 waits at :2 for `c`, which t3 has held since :1.
    t3 waits at :2 for `a`, which t1 has held since :1.
    Each of the 3 waits for a lock that the next one holds: none can go first.
    - :1 t1 locks `a`
    - :1 t2 locks `b`
    - :1 t3 locks `c`
    ^ :2 t1 waits here for `b`
    ^ :2 t2 waits here for `c`
    ^ :2 t3 waits here for `a`
    events [0, 1, 2, 3, 4, 5]
    ");
}

#[test]
fn a_thread_joined_while_its_lock_is_held() {
    insta::assert_snapshot!(deadlock(
        "main: spawn t1 :3
         main: lock log :5
         main: join t1 blocked :6
         t1: lock log blocked :12"
    ), @"
    lock-cycle: HoldAndWait
    main waits at :6 for t1 to end.
    t1 waits at :12 for `log`, which main has held since :5.
    main keeps `log` while it waits for the thread that needs it.
    - :5 main locks `log`
    ^ :6 main waits here for t1 to end
    ^ :12 t1 waits here for `log`
    events [1, 2, 3]
    ");
}

#[test]
fn a_mutex_locked_twice() {
    insta::assert_snapshot!(deadlock(
        "main: lock sessions :14
         main: lock sessions blocked :22"
    ), @"
    self-deadlock: SelfDeadlock
    main waits at :22 for `sessions`, which it already holds itself, since :14.
    A `Mutex` is not reentrant: the thread that holds it cannot lock it again.
    - :14 main locks `sessions`
    ^ :22 main waits here for `sessions`, which it holds itself
    events [0, 1]
    ");
}

#[test]
fn a_read_lock_upgraded() {
    insta::assert_snapshot!(deadlock(
        "main: read-lock cfg :14
         main: write-lock cfg blocked :22"
    ), @"
    self-deadlock: SelfDeadlock
    main waits at :22 to write `cfg`, which it still holds itself for reading, since :14.
    A read lock cannot be turned into a write lock: the thread waits for itself to let go.
    - :14 main read-locks `cfg`
    ^ :22 main waits here for `cfg`, which it holds itself
    events [0, 1]
    ");
}

#[test]
fn a_second_read_behind_a_waiting_writer() {
    insta::assert_snapshot!(deadlock(
        "t1: read-lock stats :14
         t2: write-lock stats blocked :40
         t1: read-lock stats blocked :18"
    ), @"
    self-deadlock: SelfDeadlock
    t1 waits at :18 to read `stats` a second time: it holds it for reading already, since :14.
    Between the two, t2 came to write at :40, and a new reader queues behind a waiting writer: t2 waits for t1's first read, and t1's second read waits for t2.
    t2 waits at :40 to write `stats`, which t1 has held for reading since :14.
    - :14 t1 read-locks `stats`
    - :40 t2 waits to write `stats`
    ^ :18 t1 waits here for `stats`, which it holds itself
    events [0, 1, 2]
    ");
}

#[test]
fn a_read_behind_a_writer_that_waits_for_another_reader() {
    insta::assert_snapshot!(deadlock(
        "t1: lock a :10
         t3: read-lock r :30
         t2: write-lock r blocked :20
         t3: lock a blocked :31
         t1: read-lock r blocked :11"
    ), @"
    lock-cycle: LockCycle
    t1 waits at :11 to read `r`, behind t2, which has waited to write it since :20 (a new reader queues behind a waiting writer).
    t2 waits at :20 to write `r`, which t3 has held for reading since :30.
    t3 waits at :31 for `a`, which t1 has held since :10.
    The 3 wait for each other in a circle: none can go first.
    - :10 t1 locks `a`
    - :30 t3 read-locks `r`
    - :20 t2 waits to write `r`
    ^ :20 t2 waits here to write `r`
    ^ :31 t3 waits here for `a`
    ^ :11 t1 waits here to read `r`
    events [0, 1, 2, 3, 4]
    ");
}

#[test]
fn an_initialiser_that_asks_for_its_own_result() {
    insta::assert_snapshot!(deadlock(
        "main: init-begin CONFIG :4
         main: init-wait CONFIG blocked :9"
    ), @"
    self-deadlock: SelfDeadlock
    main asks at :9 for `CONFIG` while it is still running the initialiser of `CONFIG`, since :4.
    The initialiser waits for its own result.
    - :4 main initialises `CONFIG`
    ^ :9 main waits here for `CONFIG`, which it is initialising
    events [0, 1]
    ");
}

#[test]
fn a_lock_whose_holder_has_ended() {
    insta::assert_snapshot!(deadlock(
        "t1: lock a :10
         t1: exit
         main: lock a blocked :20"
    ), @"
    nobody-will-wake: NobodyWillWake
    main waits at :20 for `a`, which t1 took at :10 and never released: t1 has ended.
    - :10 t1 locks `a`
    ^ :20 main waits here for `a`
    events [0, 2]
    ");
}

#[test]
fn a_notification_before_the_wait() {
    insta::assert_snapshot!(deadlock(
        "main: spawn t1 :5
         t1: load ready =false :18
         main! store ready false->true :29
         main: notify-one bell :30
         main: join t1 blocked :31
         t1: lock gate :19
         t1: unlock gate
         t1: wait bell :20"
    ), @"
    nobody-will-wake: LostWakeup
    t1 waits at :20 on `bell`, and nobody is left to notify it.
    t1 had read `ready` = false at :18; then main wrote `ready` = true at :29 and notified `bell` at :30; only after that did t1 start to wait.
    A condition variable remembers no notification: it wakes those who wait, and at that moment nobody did.
    main waits at :31 for t1 to end.
    - :18 t1 reads `ready` = false
    - :29 main writes `ready` = true
    - :30 main notifies `bell`: nobody waits yet
    ^ :20 t1 waits here on `bell`
    events [1, 2, 3, 4, 7]
    ");
}

#[test]
fn a_notification_between_a_look_under_the_lock_and_a_wait_under_the_same_lock() {
    insta::assert_snapshot!(deadlock(
        "main: spawn t1 :5
         t1: lock jobs =0 :18
         t1: unlock jobs 0->0
         main! lock jobs =0 :29
         main: unlock jobs 0->1 :30
         main: notify-one bell :31
         main: join t1 blocked :32
         t1: lock jobs =1 :19
         t1: unlock jobs 1->1
         t1: wait bell :20"
    ), @"
    nobody-will-wake: LostWakeup
    t1 waits at :20 on `bell`, and nobody is left to notify it.
    t1 had read `jobs` = 0 at :18; then main wrote `jobs` = 1 at :30 and notified `bell` at :31; only after that did t1 start to wait.
    A condition variable remembers no notification: it wakes those who wait, and at that moment nobody did.
    main waits at :32 for t1 to end.
    - :18 t1 reads `jobs` = 0
    - :30 main writes `jobs` = 1
    - :31 main notifies `bell`: nobody waits yet
    ^ :20 t1 waits here on `bell`
    events [1, 3, 4, 5, 6, 9]
    ");
}

#[test]
fn a_notification_under_the_lock_between_a_look_and_a_wait() {
    let text = deadlock(
        "t1: lock jobs =0 :18
         t1: unlock jobs 0->0
         main! lock jobs =0 :29
         main: notify-one bell :31
         main: unlock jobs 0->1 :30
         t1: lock jobs =1 :19
         t1: unlock jobs 1->1
         t1: wait bell :20",
    );
    assert!(text.contains("t1 had read `jobs` = 0 at :18; then main wrote `jobs` = 1 at :30"), "{text}");
}

#[test]
fn a_notification_before_a_wait_that_checks_nothing() {
    insta::assert_snapshot!(deadlock(
        "main: notify-all bell :30
         main: exit
         t1: lock gate :19
         t1: unlock gate
         t1: wait bell :20"
    ), @"
    nobody-will-wake: LostWakeup
    t1 waits at :20 on `bell`, and nobody is left to notify it.
    main had notified it at :30 before t1 started to wait.
    A condition variable remembers no notification: it wakes those who wait, and at that moment nobody did.
    - :30 main notifies `bell`: nobody waits yet
    ^ :20 t1 waits here on `bell`
    events [0, 4]
    ");
}

#[test]
fn a_wait_that_nobody_ever_notifies() {
    insta::assert_snapshot!(deadlock(
        "t1: lock gate :19
         t1: unlock gate
         t1: wait bell :20
         t2: lock gate :19
         t2: unlock gate
         t2: wait bell :20
         main: join t1 blocked :30"
    ), @"
    nobody-will-wake: NobodyWillWake
    t1 and t2 wait at :20 on `bell`, and nobody is left to notify it.
    Nothing in this execution ever notified `bell`.
    main waits at :30 for t1 to end.
    ^ :20 t1 waits here on `bell`
    ^ :20 t2 waits here on `bell`
    events [2, 5, 6]
    ");
}

#[test]
fn a_notification_that_wakes_the_wrong_waiter() {
    insta::assert_snapshot!(deadlock(
        "t1: wait bell :20
         t2: wait bell :40
         main: notify-one bell >t1 :30
         main: join t2 blocked :31
         t1: wake bell notified :20
         t1: exit"
    ), @"
    nobody-will-wake: NobodyWillWake
    t2 waits at :40 on `bell`, and nobody is left to notify it.
    The notification that main gave at :30 while t2 waited woke t1 instead.
    main waits at :31 for t2 to end.
    ^ :40 t2 waits here on `bell`
    - :30 main's notification wakes t1
    events [1, 2, 3]
    ");
}

#[test]
fn a_wait_that_keeps_the_lock_which_the_notifier_needs() {
    insta::assert_snapshot!(deadlock(
        "t1: lock queue :10
         t1: lock gate :11
         t1: unlock gate
         t1: wait bell :12
         t2: lock queue blocked :30"
    ), @"
    nobody-will-wake: HoldAndWait
    t1 waits at :12 on `bell`, and nobody is left to notify it.
    Nothing in this execution ever notified `bell`.
    t1 keeps `queue` while it waits (held since :10), and t2 waits at :30 for it.
    - :10 t1 locks `queue`
    ^ :12 t1 waits here on `bell`
    ^ :30 t2 waits here for `queue`
    events [0, 3, 4]
    ");
}

#[test]
fn a_receiver_that_keeps_a_sender_of_its_own() {
    insta::assert_snapshot!(deadlock(
        "main: spawn t1 :5
         t1: send jobs =1 :8
         t1: exit
         main: recv jobs =1 :12
         main: recv jobs blocked :12"
    ), @"
    channel: SenderNotDropped
    main waits at :12 to receive from `jobs`: it is empty, but not closed, for a sender of it still exists.
    t1, which sent on it, has ended.
    No other thread is left, so that sender belongs to main itself, or is never dropped.
    ^ :12 main waits here to receive from `jobs`
    events [4]
    ");
}

/// The same, where the world knows which senders exist.
fn a_receiver_that_waits_for(senders: &[u32]) -> String {
    let mut trace = script::trace(
        "main: spawn t1 :5
         t1: send jobs =1 :8
         t1: exit
         main: recv jobs blocked :12",
    );
    let made = |&line| Location { file: script::LEARNERS_FILE.to_owned(), line, column: 1 };
    trace.objects[0].senders = senders.iter().map(made).collect();
    told_of(Verdict::Deadlock, &trace)
}

#[test]
fn senders_that_exist_are_named_by_their_places() {
    insta::assert_snapshot!(a_receiver_that_waits_for(&[3]), @"
    SenderNotDropped
    main waits at :12 to receive from `jobs`: it is empty, but not closed, for a sender of it still exists.
    That sender was made at :3.
    t1, which sent on it, has ended.
    No other thread is left, so that sender belongs to main itself, or is never dropped.
    ^ :12 main waits here to receive from `jobs`
    - :3 a sender of `jobs` that still exists was made here
    events [3]
    ");
    insta::assert_snapshot!(a_receiver_that_waits_for(&[3, 7, 4]), @"
    SenderNotDropped
    main waits at :12 to receive from `jobs`: it is empty, but not closed, for a sender of it still exists.
    There are 3, made at :3, :7 and :4.
    t1, which sent on it, has ended.
    No other thread is left, so that sender belongs to main itself, or is never dropped.
    ^ :12 main waits here to receive from `jobs`
    - :3 a sender of `jobs` that still exists was made here
    - :7 a sender of `jobs` that still exists was made here
    - :4 a sender of `jobs` that still exists was made here
    events [3]
    ");
}

#[test]
fn a_send_under_the_lock_that_the_receiver_needs() {
    insta::assert_snapshot!(deadlock(
        "t2: recv jobs =1 :40
         t1: lock state :20
         t1: send jobs blocked :21
         t2: lock state blocked :41"
    ), @"
    channel: HoldAndWait
    t1 waits at :21 to send on `jobs`: there is no room in it, and nobody is left to receive.
    t2, which received from it before, waits at :41 for `state`, which t1 has held since :20.
    t1 keeps `state` while it waits, and t2 cannot go on without it.
    - :20 t1 locks `state`
    ^ :21 t1 waits here to send on `jobs`
    ^ :41 t2 waits here for `state`
    events [1, 2, 3]
    ");
}

#[test]
fn two_stages_that_feed_each_other_through_full_channels() {
    insta::assert_snapshot!(deadlock(
        "t1: recv back =1 ok :10
         t2: recv forth =1 ok :20
         t1: send forth blocked :11
         t2: send back blocked :21"
    ), @"
    channel: Channel
    t1 waits at :11 to send on `forth`: there is no room in it.
    t2 waits at :21 to send on `back`: there is no room in it.
    Each waits for the other to receive: all places between them are taken, and neither can go first.
    ^ :11 t1 waits here to send on `forth`
    ^ :21 t2 waits here to send on `back`
    events [2, 3]
    ");
}

#[test]
fn two_stages_of_which_one_has_received_nothing_yet() {
    insta::assert_snapshot!(deadlock(
        "t2: recv forth =1 ok :20
         t2: send back =1 :21
         t1: send forth blocked :11
         t2: send back blocked :21
         main: join t1 blocked :30"
    ), @"
    channel: Channel
    t2 waits at :21 to send on `back`: there is no room in it.
    t1 waits at :11 to send on `forth`: there is no room in it.
    Each waits for the other to receive: all places between them are taken, and neither can go first.
    main waits at :30 for t1 to end.
    ^ :11 t1 waits here to send on `forth`
    ^ :21 t2 waits here to send on `back`
    events [2, 3, 4]
    ");
}

#[test]
fn three_stages_in_a_circle() {
    insta::assert_snapshot!(deadlock(
        "t1: recv c =1 ok :10
         t2: recv a =1 ok :20
         t3: recv b =1 ok :30
         t1: send a blocked :11
         t2: send b blocked :21
         t3: send c blocked :31"
    ), @"
    channel: Channel
    t1 waits at :11 to send on `a`: there is no room in it.
    t2 waits at :21 to send on `b`: there is no room in it.
    t3 waits at :31 to send on `c`: there is no room in it.
    Each of the 3 waits for the next one to receive: all places between them are taken, and none can go first.
    ^ :11 t1 waits here to send on `a`
    ^ :21 t2 waits here to send on `b`
    ^ :31 t3 waits here to send on `c`
    events [3, 4, 5]
    ");
}

#[test]
fn a_selection_that_nobody_makes_possible() {
    insta::assert_snapshot!(deadlock(
        "t1: recv jobs or:send:done blocked :10
         main: join t1 blocked :20"
    ), @"
    channel: Channel
    t1 waits at :10 to receive from `jobs` or to send on `done`, and nobody is left to make that possible.
    main waits at :20 for t1 to end.
    ^ :10 t1 waits here to receive from `jobs` or to send on `done`
    events [0, 1]
    ");
}

#[test]
fn a_message_that_did_not_fit_and_was_given_up() {
    insta::assert_snapshot!(deadlock(
        "t1: recv jobs =1 ok :10
         t1: try-send done failed :11
         t1: recv jobs =2 ok :10
         t1: try-send done ok :11
         main: recv done ok :20
         t1: recv jobs blocked :10
         main: recv done blocked :20"
    ), @"
    channel: Channel
    t1 waits at :10 to receive from `jobs`: it is empty, but not closed, for a sender of it still exists.
    main waits at :20 to receive from `done`: it is empty, but not closed, for a sender of it still exists.
    t1 tried to send on `done` at :11, found no room in it, and did not try again.
    t1, which sent on it before, is stuck itself.
    - :11 t1 cannot send on `done`
    ^ :10 t1 waits here to receive from `jobs`
    ^ :20 main waits here to receive from `done`
    events [1, 5, 6]
    ");
}

#[test]
fn a_thread_parked_without_a_token() {
    insta::assert_snapshot!(deadlock(
        "t1: park blocked :10
         main: join t1 blocked :20"
    ), @"
    nobody-will-wake: NobodyWillWake
    t1 waits at :10 to be unparked, and nobody is left to unpark it.
    Nothing in this execution ever unparked t1.
    main waits at :20 for t1 to end.
    ^ :10 t1 waits here to be unparked
    events [0, 1]
    ");
}

#[test]
fn a_barrier_with_a_party_that_left() {
    insta::assert_snapshot!(deadlock(
        "main: spawn t1 :1
         main: spawn t2 :2
         t1: barrier-wait phase blocked :10
         t2: exit
         main: join t1 blocked :20"
    ), @"
    nobody-will-wake: NobodyWillWake
    t1 waits at :10 for the others at `phase`, and nobody is left to arrive there.
    t2 ended without having been at `phase`.
    main waits at :20 for t1 to end.
    ^ :10 t1 waits here for the others at `phase`
    events [2, 3, 4]
    ");
}

#[test]
fn nothing_is_said_when_no_thread_is_stuck() {
    assert_eq!(told(Verdict::Deadlock, "main: lock a :1"), "nothing");
    assert_eq!(deadlock_kind(&script::trace("main: lock a :1")), DeadlockKind::NobodyWillWake);
}

#[test]
fn a_notification_that_wakes_a_waiter_for_something_else() {
    insta::assert_snapshot!(deadlock(
        "t1: wait changed :20
         t2: wait changed :40
         main: notify-one changed >t1 :30
         main: join t2 blocked :31
         t1: wake changed notified :20
         t1: lock buffer :20
         t1: unlock buffer
         t1: wait changed :20"
    ), @"
    nobody-will-wake: WrongWaiter
    t1 (at :20) and t2 (at :40) wait on `changed`, and nobody is left to notify it.
    The notification that main gave at :30 while t2 waited woke t1 instead.
    t1 had no use for it and waited again at :20: `notify_one` wakes any one of those who wait, whatever they wait for.
    main waits at :31 for t2 to end.
    ^ :40 t2 waits here on `changed`
    - :30 main's notification wakes t1
    ^ :20 t1 waits here on `changed`
    events [1, 2, 3, 7]
    ");
}

#[test]
fn a_receiver_that_waits_although_all_senders_have_ended() {
    insta::assert_snapshot!(deadlock(
        "t1: send jobs =1 :8
         t1: exit
         t2: recv jobs =1 :12
         t2: recv jobs blocked :12
         main: join t2 blocked :20"
    ), @"
    channel: SenderNotDropped
    t2 waits at :12 to receive from `jobs`: it is empty, but not closed, for a sender of it still exists.
    t1, which sent on it, has ended.
    main waits at :20 for t2 to end.
    ^ :12 t2 waits here to receive from `jobs`
    events [3, 4]
    ");
}

#[test]
fn a_receiver_whose_sender_is_stuck_elsewhere() {
    insta::assert_snapshot!(deadlock(
        "t1: send jobs =1 :8
         t1: exit
         main: recv jobs =1 :12
         main: recv jobs blocked :12
         t2: park blocked :40"
    ), @"
    channel: Channel
    main waits at :12 to receive from `jobs`: it is empty, but not closed, for a sender of it still exists.
    t1, which sent on it, has ended.
    t2 waits at :40 to be unparked, and nobody is left to unpark it.
    Nothing in this execution ever unparked t2.
    ^ :12 main waits here to receive from `jobs`
    ^ :40 t2 waits here to be unparked
    events [3, 4]
    ");
}

#[test]
fn a_lock_kept_while_waiting_for_somebody_who_does_not_need_it() {
    insta::assert_snapshot!(deadlock(
        "t1: lock log :5
         t1: lock gate :6
         t1: unlock gate
         t1: wait bell :7
         main: join t1 blocked :9"
    ), @"
    nobody-will-wake: NobodyWillWake
    t1 waits at :7 on `bell`, and nobody is left to notify it.
    Nothing in this execution ever notified `bell`.
    main waits at :9 for t1 to end.
    ^ :7 t1 waits here on `bell`
    events [3, 4]
    ");
}

#[test]
fn a_lock_kept_while_receiving() {
    insta::assert_snapshot!(deadlock(
        "main: lock log :5
         t1: lock log blocked :20
         main: recv jobs blocked :6"
    ), @"
    channel: HoldAndWait
    main waits at :6 to receive from `jobs`: it is empty, but not closed, for a sender of it still exists.
    main keeps `log` while it waits (held since :5), and t1 waits at :20 for it.
    - :5 main locks `log`
    ^ :20 t1 waits here for `log`
    ^ :6 main waits here to receive from `jobs`
    events [0, 1, 2]
    ");
}

#[test]
fn a_second_read_without_a_writer_in_between_is_no_deadlock() {
    assert_eq!(told(Verdict::Deadlock, "t1: read-lock stats :14\nt1: read-lock stats :18"), "nothing");
}

#[test]
fn a_permit_that_another_one_took() {
    let mut trace = script::trace(
        "t1: lock progress :80
         t1: unlock progress
         t2: lock progress :80
         t2: unlock progress
         main: lock progress :49
         main: unlock progress :49
         main: notify-one changed :51
         t2: wake changed notified :72
         t1: wait changed :72
         main: join t1 blocked test:32",
    );
    trace.objects[1].kind = ObjectKind::Notify;
    insta::assert_snapshot!(told_of(Verdict::Deadlock, &trace), @"
    LostWakeup
    t1 waits at :72 on `changed`, and nobody is left to notify it.
    t1 had read `progress` at :80; then main changed `progress` at :49 and notified `changed` at :51; only after that did t1 start to wait.
    `notify_one` leaves one permit if nobody waits, however often it is called, and t2 took it at :72.
    main waits at test:32 for t1 to end.
    - :80 t1 reads `progress`
    - :49 main changes `progress`
    - :51 main leaves a permit in `changed`: nobody waits yet
    ^ :72 t1 waits here on `changed`
    events [0, 4, 5, 6, 7, 8, 9]
    ");
}

#[test]
fn a_child_that_nobody_reads_is_waited_for() {
    insta::assert_snapshot!(deadlock(
        "main: spawn sort :20
         main: write-pipe sort.stdin =1048576 :24
         main: close-pipe sort.stdin
         main: join sort blocked \"wait\" :28
         sort: write-pipe sort.stdout =65536 blocked"
    ), @"
    channel: Pipe
    main waits at :28 for sort to end.
    sort waits to write to `sort.stdout`, which is full: it holds 65536 bytes.
    sort goes on when somebody reads from `sort.stdout`, and nobody does.
    Each waits for the other.
    ^ :28 main waits here for sort to end
    events [3, 4]
    ");
}

#[test]
fn a_child_that_answers_while_it_is_told() {
    insta::assert_snapshot!(deadlock(
        "main: spawn sort :20
         t1: read-pipe sort.stderr blocked :22
         main: write-pipe sort.stdin =65536 blocked :24
         sort: write-pipe sort.stdout =65536 blocked"
    ), @"
    channel: Pipe
    main waits at :24 to write to `sort.stdin`, which is full: it holds 65536 bytes.
    t1 waits at :22 to read from `sort.stderr`, which is empty.
    sort waits to write to `sort.stdout`, which is full: it holds 65536 bytes.
    sort goes on when somebody reads from `sort.stdout`, and nobody does.
    ^ :22 t1 waits here to read from `sort.stderr`, which is empty
    ^ :24 main waits here to write to `sort.stdin`, which is full: it holds 65536 bytes
    events [1, 2, 3]
    ");
}

#[test]
fn a_child_whose_input_never_ends() {
    insta::assert_snapshot!(deadlock(
        "main: spawn sort :20
         main: read-pipe sort.stdout blocked :24
         sort: read-pipe sort.stdin blocked"
    ), @"
    channel: Pipe
    main waits at :24 to read from `sort.stdout`, which is empty.
    sort waits to read from `sort.stdin`, which is empty.
    sort goes on when somebody writes to `sort.stdin` or closes it, and nobody does.
    Each waits for the other.
    ^ :24 main waits here to read from `sort.stdout`, which is empty
    events [1, 2]
    ");
}

#[test]
fn a_pipe_that_does_not_break() {
    insta::assert_snapshot!(deadlock(
        "main: spawn t1 :20
         main: join t1 blocked :22
         t1: write-pipe pipe =65536 blocked :24"
    ), @"
    channel: Pipe
    t1 waits at :24 to write to `pipe`, which is full: it holds 65536 bytes.
    Nobody reads from `pipe`, and its reading end is still open somewhere: if it were closed, the write would fail.
    main waits at :22 for t1 to end.
    ^ :24 t1 waits here to write to `pipe`, which is full: it holds 65536 bytes
    events [1, 2]
    ");
}
