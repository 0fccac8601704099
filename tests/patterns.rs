//! Small programs in ordinary Rust through the checker: one for each pattern of failure, with what is said about it; one
//! that fails only at random; and one with outcomes.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use insta::assert_snapshot;
use judge::Judgement;
use kata_trace::diagnosis::diagnose;
use kata_trace::{Names, Verdict};
use repo_tests::{checkout, copy, root, xtask_in_checkout};

/// A checkout whose exercises take any program.
static CHECKOUT: LazyLock<PathBuf> = LazyLock::new(|| {
    let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "patterns");
    std::fs::remove_dir_all(checkout.join("exercises")).unwrap();
    copy(&root().join("tests/fixtures/patterns/exercises"), &checkout.join("exercises"));
    checkout
});

fn file(program: &str) -> PathBuf {
    root().join("tests/fixtures/patterns/programs").join(program).with_extension("rs")
}

/// A command of the checker on a program.
fn run(arguments: &[&str], program: &str) -> std::process::Output {
    let learner = CHECKOUT.join(program).with_extension("rs");
    std::fs::copy(file(program), &learner).unwrap();
    let mut command = xtask_in_checkout(&CHECKOUT);
    command.args(arguments).arg("--file").arg(&learner).output().unwrap()
}

fn judgement(exercise: &str, program: &str) -> Judgement {
    let output = run(&["check", exercise, "--json"], program);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn text(arguments: &[&str], program: &str) -> String {
    String::from_utf8(run(arguments, program).stdout).unwrap()
}

/// The verdict on a program, the pattern, why, and the lines.
fn told(exercise: &str, program: &str) -> String {
    let judgement = judgement(exercise, program);
    let kind = judgement.kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    let trace = judgement.execution().unwrap_or_else(|| panic!("{}: {}", judgement.verdict, judgement.message));
    let mut lines = vec![format!("{}{kind}", judgement.verdict)];
    let Some(diagnosis) = diagnose(&trace, judgement.verdict, judgement.kind) else {
        lines.push("nothing is said about why".to_owned());
        return lines.join("\n");
    };
    lines.push(format!("{:?}", diagnosis.pattern));
    lines.extend(diagnosis.sentences);
    let source = std::fs::read_to_string(file(program)).unwrap();
    let names = Names::new(&trace);
    lines.extend(diagnosis.marks.iter().map(|mark| {
        let sign = if mark.primary { '^' } else { '-' };
        // Whatever the learner is shown is in the learner's file.
        let line = source.lines().nth(mark.location.line as usize - 1).map(str::trim);
        let quoted = line.filter(|_| Path::new(&mark.location.file).ends_with(format!("{program}.rs")));
        format!("{sign} {} {}: {}", names.place(&mark.location), mark.label, quoted.unwrap_or("not shown"))
    }));
    lines.join("\n")
}

fn pattern(program: &str) -> String {
    told("90-patterns", program)
}

#[test]
fn lost_update() {
    assert_snapshot!(pattern("lost_update"), @"
    assertion-failed
    LostUpdate
    main read `hits` = 0 at :10; t1 then wrote 1 at :11; main then wrote 1 at :11, from what it had read before.
    Both went on from the same 0: the load and the store are two steps, and what t1 wrote between them is lost (a lost update).
    - :10 main reads `hits` = 0: let seen = hits.load(Ordering::SeqCst);
    - :11 t1 writes `hits` = 1: hits.store(seen + 1, Ordering::SeqCst);
    ^ :11 main writes `hits` = 1: hits.store(seen + 1, Ordering::SeqCst);
    ");
}

#[test]
fn stale_read() {
    assert_snapshot!(pattern("stale_read"), @"
    assertion-failed
    StaleRead
    main read `rate` = 19 at :12; t1 then changed it from 19 to 21 at :10; main then found 21 at :13.
    main's two reads are two critical sections: what the first one saw no longer held at the second.
    - :12 main reads `rate` = 19: let net = *rate.lock().unwrap();
    - :10 t1 writes `rate` = 21: move || *rate.lock().unwrap() = 21
    ^ :13 main reads `rate` = 21: let printed = *rate.lock().unwrap();
    ");
}

#[test]
fn check_then_act() {
    assert_snapshot!(pattern("check_then_act"), @"
    assertion-failed
    CheckThenAct
    main read `seats` = 1 at :9; t1 then changed it from 1 to 0 at :11; main then changed it from 0 to -1 at :11.
    The read and the write are two critical sections: when main wrote, what it had read was no longer true (check-then-act).
    - :9 main reads `seats` = 1: let free = *seats.lock().unwrap() > 0;
    - :11 t1 writes `seats` = 0: *seats.lock().unwrap() -= 1;
    ^ :11 main writes `seats` = -1: *seats.lock().unwrap() -= 1;
    ");
}

#[test]
fn torn_read() {
    assert_snapshot!(pattern("torn_read"), @"
    assertion-failed
    TornRead
    main read `host` = 0 at :22; t1 wrote `host` = 1 at :18; t1 wrote `port` = 1 at :19; main read `port` = 1 at :22.
    So main saw `host` from before t1's change and `port` from after it: a torn read.
    ^ :22 main reads `host` = 0: let (host, port) = (address.host.load(Ordering::SeqCst), address.port.load(Ordering::SeqCst));
    - :18 t1 writes `host` = 1: address.host.store(1, Ordering::SeqCst);
    - :19 t1 writes `port` = 1: address.port.store(1, Ordering::SeqCst);
    ^ :22 main reads `port` = 1: let (host, port) = (address.host.load(Ordering::SeqCst), address.port.load(Ordering::SeqCst));
    ");
}

#[test]
fn dirty_read() {
    assert_snapshot!(pattern("dirty_read"), @"
    assertion-failed
    DirtyRead
    t1 changed `balance` from 20 to -60 at :12; main then found -60 at :17; t1 then changed it from -60 to 20 at :13.
    t1 takes its change back, but in a step of its own: between the two, everybody can see it (a dirty read).
    - :12 t1 writes `balance` = -60: if balance.fetch_sub(80, Ordering::SeqCst) < 80 {
    ^ :17 main reads `balance` = -60: let seen = balance.load(Ordering::SeqCst);
    - :13 t1 writes `balance` = 20: balance.fetch_add(80, Ordering::SeqCst);
    ");
}

#[test]
fn overwritten_write() {
    assert_snapshot!(pattern("overwritten_write"), @"
    assertion-failed
    OverwrittenWrite
    main wrote `current` = 1 at :13; t1 then wrote 2 at :11; main then read 2 at :14.
    main's write and its read are two steps, and t1's write came between: main reads what t1 wrote in place of its own (an overwritten write).
    - :13 main writes `current` = 1: current.store(1, Ordering::SeqCst);
    - :11 t1 writes `current` = 2: move || current.store(2, Ordering::SeqCst)
    ^ :14 main reads `current` = 2: let mine = current.load(Ordering::SeqCst) == 1;
    ");
}

#[test]
fn order_violation() {
    assert_snapshot!(pattern("order_violation"), @r#"
    panicked
    Panic
    t1 panicked at :13: no port.
    t1 read `port` = 0 at :12; only after that main wrote 80 at :16.
    Nothing makes t1 wait for main's write: the two come in any order (an order violation).
    ^ :12 t1 reads `port` = 0: let port = port.load(Ordering::SeqCst);
    ^ :13 t1 panics here: assert!(port != 0, "no port");
    - :16 main writes `port` = 80: port.store(80, Ordering::SeqCst);
    "#);
}

#[test]
fn lock_cycle() {
    assert_snapshot!(pattern("lock_cycle"), @"
    deadlock (lock-cycle)
    LockCycle
    main waits at :22 for `stock`, which t1 has held since :17.
    t1 waits at :18 for `till`, which main has held since :21.
    Each waits for the lock that the other holds: they take the same two locks in opposite orders.
    - :21 main locks `till`: let till = shop.till.lock().unwrap();
    - :17 t1 locks `stock`: let _stock = shop.stock.lock().unwrap();
    ^ :18 t1 waits here for `till`: let _till = shop.till.lock().unwrap();
    ^ :22 main waits here for `stock`: let stock = shop.stock.lock().unwrap();
    ");
}

#[test]
fn self_deadlock() {
    assert_snapshot!(pattern("self_deadlock"), @"
    deadlock (self-deadlock)
    SelfDeadlock
    main waits at :12 for `open`, which it already holds itself, since :16.
    A `Mutex` is not reentrant: the thread that holds it cannot lock it again.
    - :16 main locks `open`: let mut open = self.open.lock().unwrap();
    ^ :12 main waits here for `open`, which it holds itself: self.open.lock().unwrap().len()
    ");
}

#[test]
fn read_behind_a_waiting_writer() {
    assert_snapshot!(pattern("read_behind_a_waiting_writer"), @"
    deadlock (self-deadlock)
    SelfDeadlock
    main waits at :13 to read `config` a second time: it holds it for reading already, since :12.
    Between the two, t1 came to write at :10, and a new reader queues behind a waiting writer: t1 waits for main's first read, and main's second read waits for t1.
    t1 waits at :10 to write `config`, which main has held for reading since :12.
    - :12 main read-locks `config`: let outer = config.read().unwrap();
    - :10 t1 waits to write `config`: move || *config.write().unwrap() = 2
    ^ :13 main waits here for `config`, which it holds itself: let inner = config.read().unwrap();
    ");
}

#[test]
fn lost_wakeup() {
    assert_snapshot!(pattern("lost_wakeup"), @"
    deadlock (nobody-will-wake)
    LostWakeup
    t1 waits at :21 on `bell`, and nobody is left to notify it.
    t1 had read `open` = false at :19; then main wrote `open` = true at :25 and notified `bell` at :26; only after that did t1 start to wait.
    A condition variable remembers no notification: it wakes those who wait, and at that moment nobody did.
    main waits at :27 for t1 to end.
    - :19 t1 reads `open` = false: if !door.open.load(Ordering::SeqCst) {
    - :25 main writes `open` = true: door.open.store(true, Ordering::SeqCst);
    - :26 main notifies `bell`: nobody waits yet: door.bell.notify_one();
    ^ :21 t1 waits here on `bell`: drop(door.bell.wait(gate).unwrap());
    ");
}

#[test]
fn wrong_waiter() {
    assert_snapshot!(pattern("wrong_waiter"), @"
    deadlock (nobody-will-wake)
    WrongWaiter
    t1 and t2 wait at :16 on `changed`, and nobody is left to notify it.
    The notification that main gave at :28 while t1 waited woke t2 instead.
    t2 had no use for it and waited again at :16: `notify_one` wakes any one of those who wait, whatever they wait for.
    main waits at :30 for t1 to end.
    ^ :16 t1 waits here on `changed`: goods = self.changed.wait(goods).unwrap();
    - :28 main's notification wakes t2: shelf.changed.notify_one();
    ^ :16 t2 waits here on `changed`: goods = self.changed.wait(goods).unwrap();
    ");
}

#[test]
fn sender_not_dropped() {
    assert_snapshot!(pattern("sender_not_dropped"), @"
    deadlock (channel)
    SenderNotDropped
    main waits to receive from `jobs/done`: it is empty, but not closed, for a sender of it still exists.
    That sender was made at :7.
    t1, which sent on it, has ended.
    No other thread is left, so that sender belongs to main itself, or is never dropped.
    - :7 a sender of `jobs/done` that still exists was made here: let (jobs, done) = mpsc::channel();
    ");
}

#[test]
fn wait_while_holding() {
    assert_snapshot!(pattern("wait_while_holding"), @"
    deadlock (nobody-will-wake)
    HoldAndWait
    main waits at :26 on `bell`, and nobody is left to notify it.
    Nothing in this execution ever notified `bell`.
    main keeps `queue` while it waits (held since :23), and t1 waits at :18 for it.
    - :23 main locks `queue`: let queue = office.queue.lock().unwrap();
    ^ :26 main waits here on `bell`: rung = office.bell.wait(rung).unwrap();
    ^ :18 t1 waits here for `queue`: office.queue.lock().unwrap().push(1);
    ");
}

#[test]
fn join_while_holding() {
    assert_snapshot!(pattern("join_while_holding"), @r#"
    deadlock (lock-cycle)
    HoldAndWait
    main waits at :13 for t1 to end.
    t1 waits at :10 for `log`, which main has held since :12.
    main keeps `log` while it waits for the thread that needs it.
    - :12 main locks `log`: let lines = log.lock().unwrap();
    ^ :13 main waits here for t1 to end: writer.join().unwrap();
    ^ :10 t1 waits here for `log`: move || log.lock().unwrap().push("ready")
    "#);
}

#[test]
fn receive_while_holding() {
    assert_snapshot!(pattern("receive_while_holding"), @"
    deadlock (channel)
    HoldAndWait
    main waits at :14 to receive from `answer/answers`: it is empty, but not closed, for a sender of it still exists.
    That sender was made at :8.
    main keeps `state` while it waits (held since :13), and t1 waits at :11 for it.
    - :13 main locks `state`: let held = state.lock().unwrap();
    ^ :14 main waits here to receive from `answer/answers`: let answer = answers.recv().unwrap();
    - :8 a sender of `answer/answers` that still exists was made here: let (answer, answers) = mpsc::channel();
    ^ :11 t1 waits here for `state`: move || answer.send(*state.lock().unwrap()).unwrap()
    ");
}

#[test]
fn missing_release() {
    assert_snapshot!(told("91-orderings", "missing_release"), @"
    data-race
    DataRace
    t1 writes `text` at :21, main reads it at :25, and nothing orders the two.
    main's load of `sent` at :25 (Acquire) reads t1's store at :22 (Relaxed), but does not synchronise with it.
    The store does not release: what t1 did before it is not published by it.
    - :21 t1 writes `text`: unsafe { *letter.text.get() = 42 };
    ^ :22 t1's store: Relaxed, does not release: letter.sent.store(true, Ordering::Relaxed);
    - :25 main's load: Acquire: if letter.sent.load(Ordering::Acquire) && unsafe { *letter.text.get() } != 42 {
    ^ :25 main reads `text`: if letter.sent.load(Ordering::Acquire) && unsafe { *letter.text.get() } != 42 {
    ");
}

#[test]
fn missing_acquire() {
    assert_snapshot!(told("91-orderings", "missing_acquire"), @"
    data-race
    DataRace
    t1 writes `text` at :21, main reads it at :25, and nothing orders the two.
    main's load of `sent` at :25 (Relaxed) reads t1's store at :22 (Release), but does not synchronise with it.
    The load does not acquire: main sees the flag, not what came before it.
    - :21 t1 writes `text`: unsafe { *letter.text.get() = 42 };
    - :22 t1's store: Release: letter.sent.store(true, Ordering::Release);
    ^ :25 main's load: Relaxed, does not acquire: if letter.sent.load(Ordering::Relaxed) && unsafe { *letter.text.get() } != 42 {
    ^ :25 main reads `text`: if letter.sent.load(Ordering::Relaxed) && unsafe { *letter.text.get() } != 42 {
    ");
}

#[test]
fn a_failure_that_was_found_at_random_is_shown_as_simple_as_it_can_be() {
    let found = judgement("92-random", "busy_lock_cycle");
    let simplification = found.simplification.unwrap();
    assert_eq!((found.evidence.unwrap().seed.is_some(), simplification.minimal), (true, true));
    assert!(simplification.to.steps * 2 < simplification.from.steps, "{simplification:?}");
    let told = text(&["check", "92-random"], "busy_lock_cycle");
    let (_, timeline) = told.split_once("step │").unwrap();
    assert_snapshot!(format!("{}\n{}", timeline.split_once("why").unwrap().0, told.lines().last().unwrap()), @"
     main               │ t1                  │ t2                  │ t3
    ───────┼────────────────────┼─────────────────────┼─────────────────────┼───────────────────────────
        1  │ spawn t1 :31       │                     │                     │
        2  │ spawn t2 :31       │                     │                     │
        3  │ spawn t3 :31       │                     │                     │
    •   4  │ join t1 … blocked :36                    │                     │
        5→ │                    │                     │                     │ update visitors 0→1 :17
    •   6  │                    │                     │                     │ lock Shop#1 = 0 :18
        7  │                    │                     │                     │ update visitors 1→2 :19
        8⇄ │                    │                     │ update visitors 2→3 :17
    •   9  │                    │                     │ lock Shop#2 = 0 :18 │
       10  │                    │                     │ update visitors 3→4 :19
    •  11  │                    │                     │ lock Shop#1 … blocked :20
       12→ │                    │ update visitors 4→5 :17                   │
    •  13  │                    │ lock Shop#1 … blocked :18                 │
    •  14→ │                    │                     │                     │ lock Shop#2 … blocked :20
        ✗  │ waits for t1       │                     │                     │
           │                    │ waits for Shop#1, held by t3 since :18    │
           │                    │                     │ waits for Shop#1, held by t3 since :18
           │                    │                     │                     │ waits for Shop#2, held by
           │                    │                     │                     │  t2 since :18
           → the one before waits, yielded or ended   ⇄ preemption: it could go on   • explained below


      executions: 1 preemption in place of 2, 4 switches in place of 5, 14 steps in place of 32
    ");
}

#[test]
fn each_outcome_is_told_with_its_grade_its_number_and_an_example() {
    let told = text(&["check", "93-outcomes"], "store_buffering_in_order");
    assert_snapshot!(told, @"
    passed 93-outcomes: Outcomes

      store_buffering  6 interleavings, exhaustive
        acceptable   r1=0 r2=1  1 execution   --schedule '000110'
        acceptable   r1=1 r2=0  1 execution   --schedule '01100'
        interesting  r1=1 r2=1  4 executions  --schedule '00110'
      store_buffering  32 interleavings, exhaustive
        acceptable   r1=0 r2=1  11 executions  --schedule '2:000111000'
        acceptable   r1=1 r2=0  7 executions   --schedule '5:011100000'
        interesting  r1=1 r2=1  13 executions  --schedule '4:001110000'
    ");
    let passed = judgement("93-outcomes", "store_buffering_in_order");
    for scenario in &passed.scenarios {
        let reached: u64 = scenario.outcomes.iter().map(|outcome| outcome.executions).sum();
        assert!(0 < reached && reached <= scenario.executions, "{reached} of {}", scenario.executions);
        for outcome in &scenario.outcomes {
            let arguments = ["replay", "93-outcomes", "--scenario", "store_buffering", "--schedule", &outcome.schedule];
            let again = text(&arguments, "store_buffering_in_order");
            // The two worlds write schedules in different ways, and `replay` looks for the scenario in the first.
            let applies = scenario.engine == exercise::Engine::Shuttle;
            assert_eq!(again.contains(&format!("outcome: {}", outcome.outcome)), applies, "{again}");
        }
    }
}

#[test]
fn an_outcome_that_is_forbidden_fails_where_memory_is_weak() {
    let failed = judgement("93-outcomes", "store_buffering");
    assert_eq!((failed.verdict, failed.engine), (Verdict::AssertionFailed, Some(exercise::Engine::Loom)));
    assert_eq!(failed.message, "forbidden outcome: r1=0 r2=0");
    let told = text(&["check", "93-outcomes"], "store_buffering");
    let (account, rest) = told.split_once("-->").unwrap();
    assert_snapshot!(format!("{account}…\n\n{}", rest.split_once("\n\n").unwrap().1), @"
    93-outcomes: Outcomes

    ✗ assertion-failed in store_buffering
      should hold: At least one thread reads what the other wrote
      but: forbidden outcome: r1=0 r2=0 (test:6)

      step │ main                   │ t1
    ───────┼────────────────────────┼────────────────────────
        1  │ spawn t1 :9            │
        2  │ store x 1 Relaxed :16  │
        3  │ load y → 0 Relaxed :17 │
        4→ │                        │ store y 1 Relaxed :12
        5  │                        │ load x → 0 Relaxed :13
        6  │                        │ ends
        7→ │ join t1 :18            │
        8  │ ✗ fails test:6         │
           → the one before waits, yielded or ended

    why
      t1 read `x` = 0 at :13, although main had already written 1 at :16.
      main wrote `x` before it read `y`, t1 wrote `y` before it read `x`, and each found what was there
        before the other's write (store buffering).
      main's store at :16 (Relaxed) need not be seen by the others before its load at :17 (Relaxed) is
        done.
      t1's store at :12 (Relaxed) need not be seen by the others before its load at :13 (Relaxed) is
        done.
      Release and acquire leave a store and a later load of something else in any order.

      …

    outcomes so far
      forbidden  r1=0 r2=0  1 execution  --schedule '1:00011100'

    found in execution 1, with no preemption, by systematic search
    ");
    let film = CHECKOUT.join("outcomes.html");
    text(&["film", "93-outcomes", "--out", &film.display().to_string()], "store_buffering");
    let film = std::fs::read_to_string(film).unwrap();
    let outcomes = film.split_once("aria-label=\"Outcomes\"").unwrap().1.split_once("</section>").unwrap().0;
    assert!(outcomes.contains("forbidden") && outcomes.contains("r1=0 r2=0"), "{outcomes}");
}
