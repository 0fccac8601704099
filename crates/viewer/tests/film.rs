//! The film of a hand-written execution: what is embedded, and what a browser does with it.

#[cfg(unix)]
use std::path::PathBuf;

use kata_trace::script::{self, LEARNERS_FILE};
use kata_trace::{DeadlockKind, Evidence, Trace, Verdict};
use serde_json::Value;
use viewer::{Story, film};

const BANK: &str = include_str!("sources/bank.rs");

/// Two transfers in opposite directions.
const DEADLOCK: &str = "
    main: lock audit =0 test:10
    main: unlock audit
    main: lock log =0 test:11
    main: unlock log
    main: spawn t1 test:12
    main: spawn t2 test:13
    main: join t1 blocked test:14
    t1: lock alice =100 :9:38
    t2! lock bob =50 :9:38
    t2: lock alice blocked :10:37
    t1: lock bob blocked :10:37";

fn rendered(script: &str, verdict: Verdict, kind: Option<DeadlockKind>) -> String {
    render(&script::trace(script), verdict, kind, "opposite_transfers", BANK)
}

fn render(trace: &Trace, verdict: Verdict, kind: Option<DeadlockKind>, scenario: &str, source: &str) -> String {
    let evidence = Evidence { executions: 5, preemption_bound: Some(1), exhaustive: false, seed: None, inputs: None };
    let sources = [(LEARNERS_FILE.to_owned(), source.to_owned())];
    let story = Story {
        verdict,
        kind,
        scenario,
        scenario_about: "Two transfers both get done",
        message: "",
        at: None,
        evidence: &evidence,
        simplification: None,
        outcomes: &[],
        trace: Some(trace),
        sources: &sources,
    };
    film::render(&story, "99-example: The bank")
}

fn deadlock() -> String {
    rendered(DEADLOCK, Verdict::Deadlock, Some(DeadlockKind::LockCycle))
}

/// The data of a film, as a browser finds it: up to the first end tag.
fn data(film: &str) -> Value {
    let (_, rest) = film.split_once("<script type=\"application/json\" id=\"film\">").expect("there is data");
    let (json, _) = rest.split_once("</script").expect("it ends");
    serde_json::from_str(json).expect("it is JSON")
}

#[test]
fn the_data_of_a_film_is_the_whole_story() {
    let mut data = data(&deadlock());
    data["files"][0]["text"] = "…".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&data).unwrap());
}

#[test]
fn nothing_in_a_program_is_read_as_markup() {
    let evil = "</script><script>alert(1)</script><!-- &amp; <b>";
    let mut trace = script::trace(DEADLOCK);
    trace.threads[1].name = evil.to_owned();
    trace.objects[2].name = evil.to_owned();
    let source = format!("// {evil}\n");
    let film = render(&trace, Verdict::Deadlock, None, evil, &source);
    assert_eq!(film.matches("alert(1)</script>").count(), 0, "{film}");
    assert_eq!(film.matches("<script").count(), 2);
    let data = data(&film);
    assert_eq!(data["threads"][1], evil);
    assert_eq!(data["files"][0]["text"], source);
}

#[test]
fn a_film_asks_for_nothing_outside_itself() {
    let film = deadlock();
    assert!(film.contains("default-src 'none'"));
    for outside in ["src=", "url(http", "@import", "<link", "fetch("] {
        assert!(!film.contains(outside), "{outside}");
    }
    // A namespace is a name, not an address.
    assert_eq!(film.replace("http://www.w3.org/2000/svg", "").matches("://").count(), 0);
}

#[test]
fn a_film_of_a_long_execution_keeps_what_is_shown_and_stays_small() {
    let chatter = "t3: load x =0 :9\n".repeat(20_000);
    let script = format!("{DEADLOCK}\n{chatter}");
    let film = rendered(&script, Verdict::Deadlock, Some(DeadlockKind::LockCycle));
    let data = data(&film);
    assert_eq!(data["whole"], false);
    assert_eq!(data["steps"].as_array().unwrap().len(), 20_011);
    assert!(data["steps"][9]["text"].as_str().unwrap().contains("alice"));
    assert!(film.len() < 300_000, "{}", film.len());
}

#[test]
fn every_step_of_a_trace_belongs_to_one_row() {
    let livelock = format!("t2: lock a :1\n{}", "t1: try-lock a failed :2\nt1: yield :3\n".repeat(100));
    let panic = "t1: load a =0 :1\nt1: panic \"x\" test:2\nt2: load a =0 :1\nt2: exit";
    let looping = format!("t1: lock a :1\n{}t1: unlock a", "t2: try-lock a failed :3\nt2: yield :4\n".repeat(40));
    let cases = [
        (DEADLOCK, Verdict::Deadlock),
        (&livelock, Verdict::Livelock),
        (panic, Verdict::AssertionFailed),
        (&looping, Verdict::AssertionFailed),
        (&looping, Verdict::Passed),
    ];
    for (script, verdict) in cases {
        let data = data(&rendered(script, verdict, None));
        let mut next = 1;
        for row in data["rows"].as_array().unwrap() {
            assert_eq!(row["first"], next, "{row} of {verdict}");
            next = row["last"].as_u64().unwrap() + 1;
        }
        assert_eq!(next, data["steps"].as_array().unwrap().len() as u64 + 1, "{verdict}");
    }
}

/// Where the pictures of this test go.
fn artefacts() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("film");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn a_browser_steps_through_a_film_by_keys() {
    let folder = artefacts();
    let file = folder.join("deadlock.html");
    std::fs::write(&file, deadlock()).unwrap();
    let test = "a_browser_steps_through_a_film_by_keys";
    let Some(mut page) = browser::Page::open(test, &file, "#step=9", &folder.join("profile")) else { return };

    assert_eq!(page.text("#now"), "step 9: t2: lock bob = 50 :9; t1 is preempted");
    assert_eq!(page.text("#count"), "9 / 11");
    assert_eq!(page.text(".line[aria-current] .badges"), "t1t2");
    page.press("ArrowRight");
    assert_eq!(page.text("#now"), "step 10: t2: lock alice … blocked :10");
    assert_eq!(page.address(), "#step=10");
    assert_eq!(page.text("#state tr:first-child"), "alicemutex100t1t2");
    page.press("ArrowLeft");
    assert_eq!(page.text("#count"), "9 / 11");
    page.press("n");
    assert_eq!(page.text("#count"), "11 / 11");
    page.press("p");
    assert_eq!(page.text("#count"), "9 / 11");
    page.press("Home");
    assert_eq!(page.text("#now"), "before the first step");
    page.press("ArrowRight");
    assert_eq!(page.text("#now"), "step 4: 4 steps: set-up by main, no contention");
    page.press("End");
    let end = "step 11: t1: lock bob … blocked :10; main waits for t1; t1 waits for bob, held by t2 since :9; \
               t2 waits for alice, held by t1 since :9";
    assert_eq!(page.text("#now"), end);
    assert_eq!(page.evaluate("document.querySelectorAll('path.cycle').length"), 3);

    // The space bar plays from the beginning, and stops.
    page.press(" ");
    assert_eq!(page.text("#play"), " pause");
    assert_eq!(page.text("#count"), "0 / 11");
    page.press(" ");
    assert_eq!(page.text("#play"), " play");

    page.evaluate("document.getElementById('unfold').click()");
    page.press("Home");
    page.press("ArrowRight");
    assert_eq!(page.text("#now"), "step 1: main: lock audit = 0 test:10");
    page.evaluate("location.hash = '#step=7'; new Promise((done) => setTimeout(done, 0))");
    assert_eq!(page.text("#now"), "step 7: main: join t1 … blocked test:14");
    page.evaluate("document.getElementById('unfold').click()");
    assert_eq!(page.evaluate("document.getElementById('unfold').checked"), false);
    // A link into a fold opens it.
    page.evaluate("location.hash = '#step=2'; new Promise((done) => setTimeout(done, 0))");
    assert_eq!(page.text("#now"), "step 2: main: unlock audit");
    page.evaluate("document.getElementById('unfold').click()");

    // Chromium ignores who changes the address more than 200 times in a row.
    page.evaluate(
        "for (let presses = 0; presses < 300; presses++) {
            const key = presses === 299 ? 'End' : ['ArrowLeft', 'Home'][presses % 2];
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        }",
    );
    assert_eq!(page.text("#count"), "11 / 11");
    assert_eq!(page.address(), "#step=11");

    // The list says the same as the lanes.
    assert_eq!(page.text(".told li[value='9']"), "t2 (preempts t1): lock bob = 50 :9");
    assert_eq!(page.complaints, Vec::<String>::new());

    for (scheme, width, height) in
        [("light", 1280, 900), ("dark", 1280, 900), ("light", 800, 1200), ("dark", 800, 1200)]
    {
        page.prefer(scheme);
        page.resize(width, height);
        page.press("End");
        page.screenshot(&folder.join(format!("deadlock-{scheme}-{width}.png")));
        let wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
        assert_eq!(wider, false, "the page is wider than the window at {width}");
    }
    page.print(&folder.join("deadlock.pdf"));
    assert_eq!(page.complaints, Vec::<String>::new());
}
