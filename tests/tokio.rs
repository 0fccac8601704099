//! Programs that use tokio, in the world of interleavings.

use exercise::Exercise;
use judge::{Judgement, Options, judge};
use kata_trace::Verdict;
use repo_tests::{alone, bench, exercise, root};

/// The hit counter, whose learner may use tokio.
fn counter() -> Exercise {
    let mut counter = exercise("01-lost-update");
    counter.manifest.crates = vec!["tokio".to_owned()];
    counter
}

/// The hit counter on a mutex of tokio: `record` and `flush` are asynchronous inside.
const ASYNCHRONOUS: &str = r#"
    use std::fmt;
    use std::time::Duration;

    use tokio::runtime::Builder;
    use tokio::sync::Mutex;

    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct UnknownPage(pub String);

    impl fmt::Display for UnknownPage {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "there is no page {}", self.0)
        }
    }

    impl std::error::Error for UnknownPage {}

    struct Page {
        path: String,
        hits: Mutex<u64>,
    }

    pub struct HitCounter {
        pages: Vec<Page>,
    }

    fn run<F: Future>(future: F) -> F::Output {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    async fn add(page: &Page) {
        tokio::select! {
            biased;
            mut hits = page.hits.lock() => *hits += 1,
            () = tokio::time::sleep(Duration::from_secs(60)), if false => {}
        }
    }

    impl HitCounter {
        pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
            let pages = paths.into_iter().map(|path| Page { path: path.to_owned(), hits: Mutex::new(0) });
            HitCounter { pages: pages.collect() }
        }

        pub fn record(&self, path: &str) -> Result<(), UnknownPage> {
            let page = self.page(path)?;
            run(add(page));
            Ok(())
        }

        pub fn pending(&self, path: &str) -> Result<u64, UnknownPage> {
            Ok(*self.page(path)?.hits.blocking_lock())
        }

        pub fn flush(&self, mut store: impl FnMut(&str, u64)) {
            for page in &self.pages {
                let hits = run(async { std::mem::take(&mut *page.hits.lock().await) });
                if hits > 0 {
                    store(&page.path, hits);
                }
            }
        }

        fn page(&self, path: &str) -> Result<&Page, UnknownPage> {
            self.pages.iter().find(|page| page.path == path).ok_or_else(|| UnknownPage(path.to_owned()))
        }
    }
"#;

fn judged(source: &str) -> Judgement {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    std::fs::write(&file, source).unwrap();
    judge(&bench(), &counter(), &file, Options { remember: false, jobs: 2, ..Options::default() }, &mut |_| {})
        .unwrap()
        .judgement
}

/// The program with something else in one place.
fn changed(from: &str, to: &str) -> String {
    assert!(ASYNCHRONOUS.contains(from), "the program has no `{from}`");
    ASYNCHRONOUS.replacen(from, to, 1)
}

#[test]
fn an_asynchronous_program_that_is_right_passes() {
    let judgement = judged(ASYNCHRONOUS);
    assert_eq!(judgement.verdict, Verdict::Passed, "{}", judgement.message);
    assert!(judgement.scenarios.len() > 3);
}

#[test]
fn an_update_over_an_await_is_found_and_told_with_the_names_of_the_program() {
    let source = changed(
        "mut hits = page.hits.lock() => *hits += 1,",
        "hits = page.hits.lock() => { let found = *hits; drop(hits); *page.hits.lock().await = found + 1 }",
    );
    let judgement = judged(&source);
    assert_eq!(judgement.verdict, Verdict::AssertionFailed, "{}", judgement.message);
    assert_eq!(judgement.scenario.as_deref(), Some("every_view_counts"));
    let trace = judgement.execution().unwrap();
    assert!(trace.objects.iter().any(|object| object.name.starts_with("hits")), "{:?}", trace.objects);
}

#[test]
fn a_task_that_nobody_will_wake_is_a_deadlock() {
    let source = changed("() = tokio::time::sleep(Duration::from_secs(60)), if false => {}", "else => {}").replacen(
        "*hits += 1,",
        "{ *hits += 1; let _again = page.hits.lock().await; }",
        1,
    );
    let judgement = judged(&source);
    assert_eq!(judgement.verdict, Verdict::Deadlock, "{}", judgement.message);
    assert_eq!(judgement.kind, Some(kata_trace::DeadlockKind::SelfDeadlock));
}

#[test]
fn what_is_not_modelled_is_refused_with_what_to_use_instead() {
    for (line, item, instead) in [
        ("async fn connect() { let _ = tokio::net::TcpStream::connect(\"x\").await; }", "TcpStream", "channel"),
        ("async fn wait() { let _ = tokio::signal::ctrl_c().await; }", "ctrl_c", "Notify"),
        ("use tokio::io::AsyncReadExt;", "AsyncReadExt", "channel"),
        ("async fn read() { let _ = tokio::fs::read_to_string(\"x\").await; }", "read_to_string", "in memory"),
        ("#[tokio::main] async fn start() {}", "tokio::main", "runtime::Builder"),
    ] {
        let judgement = judged(&format!("{ASYNCHRONOUS}\n{line}\n"));
        assert_eq!(judgement.verdict, Verdict::RejectedSource, "{}", judgement.message);
        let diagnostic = judgement.diagnostics.first().unwrap();
        assert!(diagnostic.message.contains(item), "{}", diagnostic.message);
        assert!(diagnostic.help.as_deref().unwrap_or_default().contains(instead), "{:?}", diagnostic.help);
    }
}

#[test]
fn a_branch_of_select_that_is_none_is_an_error_that_says_what_one_looks_like() {
    let source = changed("() = tokio::time::sleep(Duration::from_secs(60)), if false => {}", "() = async {}, => {}");
    let judgement = judged(&source);
    assert_eq!(judgement.verdict, Verdict::CompileError);
    let diagnostic = judgement.diagnostics.first().unwrap();
    assert!(diagnostic.message.contains("select! expects branches like"), "{}", diagnostic.message);
}

#[test]
fn without_the_crate_in_its_manifest_an_exercise_has_no_tokio() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    std::fs::write(&file, ASYNCHRONOUS).unwrap();
    let options = Options { remember: false, jobs: 2, ..Options::default() };
    let judgement = judge(&bench(), &exercise("01-lost-update"), &file, options, &mut |_| {}).unwrap().judgement;
    assert_eq!(judgement.verdict, Verdict::CompileError);
    assert!(root().join(file).is_file(), "it is left alone");
}
