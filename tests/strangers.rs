//! Submissions of strangers who want points, or the machine: each gets a verdict that fits, in every sandbox, and nothing is
//! left of it.
//!
//! `hostile/` holds what they hand in, as changes of the exercise as it is shipped.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use exercise::Exercise;
use judge::{Bench, Judgement, Options, judge_text};
use kata_trace::Verdict;
use repo_tests::{alone, bench, exercise, root, running_below, sandboxes};

/// A submission and the verdict that it must get.
struct Hostile {
    name: String,
    verdict: Verdict,
    text: String,
}

/// The bank, with limits that are soon reached.
fn bank() -> Exercise {
    let mut bank = exercise("03-deadlock");
    bank.manifest.budget.cpu_seconds = 2;
    bank.manifest.budget.memory_mib = 512;
    bank.manifest.budget.output_kib = 64;
    bank.manifest.scenario_budget.clear();
    bank
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// All of them, by name.
fn corpus() -> Vec<Hostile> {
    let starter = read(&root().join("solutions/03-deadlock/starter.rs"));
    let files = std::fs::read_dir(root().join("tests/hostile")).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| hostile(path, &starter)).collect()
}

fn hostile(path: &Path, starter: &str) -> Hostile {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = read(path);
    let mut sections = text.split("\n// --- ");
    let head = sections.next().unwrap();
    let verdict = head.lines().find_map(|line| line.strip_prefix("//! verdict: ")).unwrap();
    assert!(head.contains("//! tries: "), "{name} does not say what it tries");
    let mut submission = starter.to_owned();
    let mut replaced = String::new();
    for section in sections {
        let (kind, body) = section.split_once('\n').unwrap_or((section, ""));
        let body = repeated(body);
        let (from, to) = match kind {
            "at the top" => ("//! A bank", format!("{body}\n//! A bank")),
            "in transfer" => {
                let signature = "amount: Cents) -> Result<(), TransferError> {\n";
                (signature, format!("{signature}{body}\n"))
            }
            "beside it" => ("impl std::error::Error", format!("{body}\nimpl std::error::Error")),
            other if replaced.is_empty() => {
                let first = other.strip_prefix("in place of: ").unwrap_or_else(|| panic!("{name}: what is `{other}`?"));
                if body.is_empty() {
                    replaced = first.to_owned();
                    continue;
                }
                (first, body)
            }
            second => {
                replaced = format!("{replaced}\n{second}");
                (replaced.as_str(), body)
            }
        };
        assert!(submission.contains(from), "{name}: the exercise has no `{from}`");
        submission = submission.replacen(from, to.trim_end(), 1);
        replaced.clear();
    }
    Hostile { name, verdict: verdict.parse().unwrap(), text: submission }
}

/// `{{repeat x 3}}` is `xxx`.
fn repeated(body: &str) -> String {
    let Some((before, rest)) = body.split_once("{{repeat ") else { return body.to_owned() };
    let (what, after) = rest.split_once("}}").unwrap();
    let (what, times) = what.rsplit_once(' ').unwrap();
    format!("{before}{}{}", what.repeat(times.parse().unwrap()), repeated(after))
}

fn judged(bench: &Bench, exercise: &Exercise, text: &str) -> Judgement {
    judge_text(bench, exercise, &exercise.source(), text.as_bytes(), Options::default(), &mut |_| {}).unwrap()
}

/// Judges all of them, two at a time, and returns those whose verdict is another one.
fn surprises(bench: &Bench, corpus: &[Hostile]) -> Vec<String> {
    let (next, surprises) = (Mutex::new(0), Mutex::new(Vec::new()));
    let bank = bank();
    let work = || {
        loop {
            let index = {
                let mut next = next.lock().unwrap();
                *next += 1;
                *next - 1
            };
            let Some(hostile) = corpus.get(index) else { break };
            let found = judged(bench, &bank, &hostile.text);
            if found.verdict != hostile.verdict {
                let line =
                    format!("{}: {} in place of {}: {}", hostile.name, found.verdict, hostile.verdict, found.message);
                surprises.lock().unwrap().push(line);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    surprises.into_inner().unwrap()
}

#[test]
fn no_sandbox_lets_any_of_them_pass() {
    let _alone = alone();
    let corpus = corpus();
    assert!(corpus.len() >= 40, "there are only {}", corpus.len());
    assert!(corpus.iter().all(|hostile| hostile.verdict != Verdict::Passed));
    for sandbox in sandboxes() {
        let tier = sandbox.tier();
        let bench = bench().with_sandbox(Some(sandbox));
        assert_eq!(surprises(&bench, &corpus), [""; 0], "in {tier}");
        assert_eq!(running_below(&bench.workspace().scratch().join("builds")), [""; 0].map(PathBuf::from));
        let honest = judged(&bench, &bank(), &read(&root().join("solutions/03-deadlock/lib.rs")));
        assert_eq!(honest.verdict, Verdict::Passed, "in {tier}: {}", honest.message);
    }
}
