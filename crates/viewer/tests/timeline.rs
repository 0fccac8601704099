//! Whole renderings, to be read as a learner reads them.

use kata_trace::script::{self, LEARNERS_FILE};
use kata_trace::{DeadlockKind, Evidence, Location, Verdict};
use viewer::{Story, Style, timeline};

/// A failure to draw.
struct Case {
    verdict: Verdict,
    kind: Option<DeadlockKind>,
    scenario: &'static str,
    about: &'static str,
    message: &'static str,
    at: Option<u32>,
    executions: u64,
    preemptions: Option<u32>,
    source: &'static str,
    /// As [`script::trace`], and `@{self.|load(…)}` is the place of the bar in the source.
    script: String,
}

impl Default for Case {
    fn default() -> Self {
        Case {
            verdict: Verdict::AssertionFailed,
            kind: None,
            scenario: "scenario",
            about: "",
            message: "",
            at: None,
            executions: 5,
            preemptions: Some(1),
            source: "",
            script: String::new(),
        }
    }
}

impl Case {
    fn render(&self, style: Style) -> String {
        let trace = script::trace(&place(self.source, &self.script));
        let at = self.at.map(|line| Location { file: script::TEST_FILE.to_owned(), line, column: 5 });
        let evidence = Evidence {
            executions: self.executions,
            preemption_bound: self.preemptions,
            exhaustive: false,
            seed: None,
            inputs: None,
        };
        let sources = [(LEARNERS_FILE.to_owned(), self.source.to_owned())];
        let story = Story {
            verdict: self.verdict,
            kind: self.kind,
            scenario: self.scenario,
            scenario_about: self.about,
            message: self.message,
            at: at.as_ref(),
            evidence: &evidence,
            simplification: None,
            outcomes: &[],
            trace: Some(&trace),
            sources: &sources,
        };
        timeline::render(&story, &style)
    }

    fn plain(&self, width: usize) -> String {
        let drawn = self.render(Style { color: false, width });
        let too_wide = drawn.lines().find(|line| unicode_width::UnicodeWidthStr::width(*line) > width);
        assert_eq!(too_wide, None, "wider than {width} columns:\n{drawn}");
        drawn
    }
}

/// Replaces `@{before|here}` by the line and column of `here` in the source.
fn place(source: &str, script: &str) -> String {
    let mut out = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("@{") {
        let (mark, after) = after.split_once('}').expect("a place ends");
        let (left, right) = mark.split_once('|').expect("a place has a bar");
        let found = source.find(&format!("{left}{right}")).unwrap_or_else(|| panic!("`{left}{right}` in the source"));
        let above = &source[..found + left.len()];
        let line = above.matches('\n').count() + 1;
        let column = above.len() - above.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        out += &format!("{before}:{line}:{column}");
        rest = after;
    }
    out + rest
}

const BANK: &str = include_str!("sources/bank.rs");

fn ab_ba() -> Case {
    Case {
        verdict: Verdict::Deadlock,
        kind: Some(DeadlockKind::LockCycle),
        scenario: "opposite_transfers",
        about: "Two transfers between the same two accounts, in opposite directions, both get done.",
        message: "3 threads wait for ever",
        source: BANK,
        script: "main: lock account·1 =100 test:12
                 main: unlock account·1
                 main: lock account·2 =100 test:13
                 main: unlock account·2
                 main: spawn t1 test:20
                 main: spawn t2 test:21
                 main: join t1 blocked test:19
                 t1: lock account·1 =100 @{from.balance.|lock}
                 t2! lock account·2 =100 @{from.balance.|lock}
                 t2: lock account·1 blocked @{to.balance.|lock}
                 t1: lock account·2 blocked @{to.balance.|lock}"
            .to_owned(),
        ..Case::default()
    }
}

#[test]
fn opposite_lock_orders() {
    insta::assert_snapshot!(ab_ba().plain(100));
}

#[test]
fn opposite_lock_orders_in_80_columns() {
    insta::assert_snapshot!(ab_ba().plain(80));
}

#[test]
fn a_lock_taken_twice() {
    let case = Case {
        verdict: Verdict::Deadlock,
        kind: Some(DeadlockKind::SelfDeadlock),
        scenario: "transfer_to_the_same_account",
        about: "A transfer from an account to itself changes nothing.",
        message: "a thread waits for ever",
        executions: 1,
        preemptions: Some(0),
        source: BANK,
        script: "main: lock balance =100 @{from.balance.|lock}
                 main: lock balance blocked @{to.balance.|lock}"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_lost_update() {
    let case = Case {
        scenario: "every_view_counts",
        about: "Two views at the same time are two views.",
        message: "2 views were recorded, and 1 is counted",
        at: Some(31),
        source: include_str!("sources/hits.rs"),
        script: "main: spawn t1 test:20
                 main: spawn t2 test:21
                 main: join t1 blocked test:22
                 t1: load hits =0 SeqCst @{let hits = self.hits.|load(}
                 t2! load hits =0 SeqCst @{let hits = self.hits.|load(}
                 t2: store hits 0->1 SeqCst @{self.hits.|store(}
                 t2: exit
                 t1: store hits 1->1 SeqCst @{self.hits.|store(}
                 t1: exit
                 main: join t1 test:22
                 main: load hits =1 SeqCst @{        self.hits.|load(}
                 main: panic \"2 views were recorded, and 1 is counted\" test:31"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_check_then_act() {
    let case = Case {
        scenario: "one_balance_pays_once",
        about: "A balance that covers one of two withdrawals pays one.",
        message: "a wallet that held 100 paid 80 twice",
        at: Some(22),
        source: BANK,
        script: "main: spawn t1 test:17
                 main: spawn t2 test:18
                 main: join t1 blocked test:19
                 t1: lock balance =100 @{if *from.balance.|lock}
                 t1: unlock balance 100->100
                 t2! lock balance =100 @{if *from.balance.|lock}
                 t2: unlock balance 100->100
                 t2: lock balance =100 @{    *from.balance.|lock}
                 t2: unlock balance 100->20 @{    |*from.balance.lock}
                 t2: exit
                 t1: lock balance =20 @{    *from.balance.|lock}
                 t1: unlock balance 20->-60 @{    |*from.balance.lock}
                 t1: exit
                 main: join t1 test:19
                 main: join t2 test:19
                 main: panic \"a wallet that held 100 paid 80 twice\" test:22"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn attempts_without_end() {
    let round = "t2: try-lock account·1 failed @{to.balance.|try_lock}
                 t2: yield @{thread::|yield_now}
                 t1: try-lock account·2 failed @{to.balance.|try_lock}
                 t1: yield @{thread::|yield_now}\n";
    let case = Case {
        verdict: Verdict::Livelock,
        scenario: "opposite_transfers",
        about: "Two transfers between the same two accounts, in opposite directions, both get done.",
        message: "2,000 steps, and no end in sight",
        executions: 9,
        source: BANK,
        script: format!(
            "main: spawn t1 test:20
             main: spawn t2 test:21
             main: join t1 blocked test:19
             t1: lock account·1 =100 @{{politely(from: &Account, to: &Account, amount: u64) {{
    let mut debit = from.balance.|lock}}
             t2! lock account·2 =100 @{{politely(from: &Account, to: &Account, amount: u64) {{
    let mut debit = from.balance.|lock}}
             t2: try-lock account·1 failed @{{to.balance.|try_lock}}
             t2: yield @{{thread::|yield_now}}
             t1: try-lock account·2 failed @{{to.balance.|try_lock}}
             t1: yield @{{thread::|yield_now}}
             {}",
            round.repeat(2)
        ),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_lost_wake_up() {
    let case = Case {
        verdict: Verdict::Deadlock,
        kind: Some(DeadlockKind::NobodyWillWake),
        scenario: "a_visitor_is_heard",
        about: "Who waits for the bell hears it.",
        message: "2 threads wait for ever",
        executions: 6,
        source: include_str!("sources/queue.rs"),
        script: "main: spawn t1 test:5
                 t1: load rung =false SeqCst @{self.rung.|load}
                 main! store rung false->true SeqCst @{self.rung.|store}
                 main: notify-one bell @{self.bell.|notify_one}
                 main: join t1 blocked test:8
                 t1: lock gate @{self.gate.|lock}
                 t1: unlock gate
                 t1: wait bell @{self.bell.|wait}
                 t1: wake bell blocked @{self.bell.|wait}"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_data_race() {
    let case = Case {
        verdict: Verdict::DataRace,
        scenario: "a_reader_sees_what_was_published",
        about: "Who sees the flag sees the payload.",
        message: "Causality violation: Concurrent read and write accesses",
        executions: 7,
        preemptions: Some(0),
        source: include_str!("sources/flags.rs"),
        script: "main: spawn t1 test:9
                 main: load ready =false Relaxed @{self.ready.|load}
                 t1: cell-write payload @{self.payload.|with_mut}
                 t1: store ready false->true Relaxed @{self.ready.|store}
                 t1: exit
                 main: load ready =true Relaxed @{self.ready.|load}
                 main: cell-read payload @{self.payload.|with(}"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn work_that_does_not_overlap() {
    let case = Case {
        verdict: Verdict::NotConcurrent,
        scenario: "disjoint_transfers_overlap",
        about: "Transfers that share no account can be made at the same time.",
        message: "work that must be able to overlap does not",
        executions: 1,
        preemptions: Some(0),
        source: BANK,
        script: "main: spawn t1 test:20
                 main: spawn t2 test:21
                 main: join t1 blocked test:19
                 t1: lock bank @{from.balance.|lock}
                 t1: arrive audits blocked test:14
                 t2: lock bank blocked @{from.balance.|lock}"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_panic() {
    let case = Case {
        verdict: Verdict::Panicked,
        scenario: "the_balance_covers_what_is_paid",
        about: "A withdrawal that is not covered is refused.",
        message: "attempt to subtract with overflow",
        source: BANK,
        script: "main: spawn t1 test:17
                 t1! lock balance =100 @{if *from.balance.|lock}
                 t1: unlock balance 100->100
                 main! lock balance =100 @{if *from.balance.|lock}
                 main: unlock balance 100->100
                 main: lock balance =100 @{    *from.balance.|lock}
                 main: unlock balance 100->20 @{    |*from.balance.lock}
                 main: join t1 blocked test:19
                 t1: lock balance =20 @{    *from.balance.|lock}
                 t1: panic \"attempt to subtract with overflow\" @{    |*from.balance.lock}"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_blocked_executor() {
    let case = Case {
        verdict: Verdict::BlockedExecutor,
        scenario: "others_get_their_turn",
        about: "While an image is decoded, another task gets its turn.",
        message: "`Codec::decode` keeps the executor's thread inside a poll of `thumbnail_of_the_beach`",
        executions: 1,
        preemptions: None,
        source: include_str!("sources/thumbnails.rs"),
        script: "main: spawn heartbeat test:130
                 main: spawn server test:142
                 server: poll >main test:142
                 server: spawn thumbnail_of_the_beach test:157
                 thumbnail_of_the_beach: poll >main test:157
                 thumbnail_of_the_beach: spawn blocking_pool_1 @{tokio::task::|spawn_blocking}
                 blocking_pool_1: sleep @{std::thread::|sleep}
                 thumbnail_of_the_beach: blocking-call \"Codec::decode: strip 0\" @{codec.|decode(}
                 thumbnail_of_the_beach: blocking-call blocked \"Codec::decode\" >heartbeat @{codec.|decode(}"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_torn_read_that_the_writer_completes_after_the_failure() {
    let case = Case {
        scenario: "snapshots_add_up",
        about: "A snapshot never sees money on its way.",
        message: "the bank holds 200, and a snapshot shows 170",
        at: Some(59),
        preemptions: Some(2),
        source: BANK,
        script: "main: spawn t1 test:53
                 t1! lock balance#1 =100 @{from.balance.|lock}
                 t1: unlock balance#1 100->70 @{*|debit}
                 main! lock balance#1 =70 @{if *from.balance.|lock}
                 main: lock balance#2 =100 @{if *from.balance.|lock}
                 main: unlock balance#1 70->70
                 main: unlock balance#2 100->100
                 main: panic \"the bank holds 200, and a snapshot shows 170\" test:59
                 t1: lock balance#2 =100 @{to.balance.|lock}
                 t1: unlock balance#2 100->130 @{*|credit}
                 t1: exit"
            .to_owned(),
        ..Case::default()
    };
    insta::assert_snapshot!(case.plain(100));
}

#[test]
fn a_failure_without_an_explanation_quotes_its_place() {
    let at = Location { file: LEARNERS_FILE.to_owned(), line: 9, column: 40 };
    let sources = [(LEARNERS_FILE.to_owned(), BANK.to_owned())];
    let story = Story {
        verdict: Verdict::TimedOut,
        kind: None,
        scenario: "opposite_transfers",
        scenario_about: "",
        message: "used 10 s of processor time",
        at: Some(&at),
        evidence: &Evidence::default(),
        simplification: None,
        outcomes: &[],
        trace: None,
        sources: &sources,
    };
    insta::assert_snapshot!(timeline::render(&story, &Style { color: false, width: 100 }));
}

fn five_philosophers() -> Case {
    let mut script = String::new();
    for seat in 1..=5 {
        script += &format!("main: spawn t{seat} test:{}\n", 10 + seat);
    }
    script += "main: join t1 blocked test:20\n";
    for seat in 1..=5 {
        let mark = if seat == 1 { ':' } else { '!' };
        script += &format!("t{seat}{mark} lock forks#{seat} @{{[seat].|lock}}\n");
    }
    for seat in 1..=5 {
        script += &format!("t{seat}: lock forks#{} blocked @{{% seats].|lock}}\n", seat % 5 + 1);
    }
    Case {
        verdict: Verdict::Deadlock,
        kind: Some(DeadlockKind::LockCycle),
        scenario: "five_philosophers",
        about: "Everybody at the table gets to eat.",
        message: "6 threads wait for ever",
        executions: 1_204,
        preemptions: Some(4),
        source: include_str!("sources/table.rs"),
        script,
        ..Case::default()
    }
}

#[test]
fn six_threads() {
    insta::assert_snapshot!(five_philosophers().plain(100));
}

#[test]
fn six_threads_in_80_columns() {
    insta::assert_snapshot!(five_philosophers().plain(80));
}

#[test]
fn colours_add_nothing_but_emphasis() {
    let colored = ab_ba().render(Style { color: true, width: 100 });
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        bare += before;
        rest = after.split_once('m').expect("a sequence ends").1;
    }
    bare += rest;
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&bare), lines(&ab_ba().plain(100)));
}

#[test]
fn nothing_breaks_in_a_very_narrow_terminal() {
    let drawn = five_philosophers().render(Style { color: false, width: 10 });
    assert!(drawn.contains("forks"), "{drawn}");
}

#[test]
fn a_single_thread_fits_into_every_terminal() {
    let alone = Case {
        verdict: Verdict::Deadlock,
        kind: Some(DeadlockKind::SelfDeadlock),
        message: "a thread waits for ever",
        source: BANK,
        script: "main: lock account·1 =100 @{from.balance.|lock}
                 main: lock account·1 blocked @{to.balance.|lock}"
            .to_owned(),
        ..Case::default()
    };
    for width in 1..=100 {
        let drawn = alone.render(Style { color: false, width });
        let (table, _) = drawn.split_once("why").unwrap();
        // No text is broken into less than 40 columns.
        let widest = table.lines().map(unicode_width::UnicodeWidthStr::width).max();
        assert!(widest <= Some(width.max(40)), "{width} columns:\n{drawn}");
    }
}

#[test]
fn control_characters_of_a_program_never_reach_the_terminal() {
    let case = Case {
        verdict: Verdict::Panicked,
        message: "a\u{1b}[2Jb\u{7}",
        script: "main: print \"x\u{1b}[31m\" :1\nmain: panic \"a\u{1b}[2Jb\u{7}\" :2".to_owned(),
        ..Case::default()
    };
    let drawn = case.plain(80);
    assert!(!drawn.chars().any(|c| c.is_control() && c != '\n'), "{drawn:?}");
}
