//! What is told of every wrong program of the corpus. Each account was read against its program; whatever changes in one
//! is to be read again.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use exercise::{Engine, Exercise, FixKind, fixes};
use judge::{Judgement, Options, Replayed, Schedule};
use kata_trace::diagnosis::{Diagnosis, diagnose};
use kata_trace::{Names, Trace, Verdict};
use repo_tests::{bench, exercises, root};
use viewer::evidence::sentence;
use viewer::{Story, Style};

use crate::verdicts::VERIFIED;

/// The exercises whose accounts nobody has read yet. Those on threads of the operating system differ from run to run: in
/// a pool, which thread comes to a piece of work, and what it knows of by then; in a pipe, how many bytes are in it.
const UNREAD: [&str; 3] = ["30-blocked-reactor", "45-oversubscribed-pool", "50-full-pipe"];

/// A program that fails, and how.
struct Failing {
    exercise: Exercise,
    file: PathBuf,
    judgement: Judgement,
}

/// Every starter and every wrong fix, judged.
static FAILING: LazyLock<Vec<Failing>> = LazyLock::new(|| {
    // What that has found is remembered.
    LazyLock::force(&VERIFIED);
    let reviewed = exercises().into_iter().filter(|exercise| !UNREAD.contains(&exercise.id.as_str()));
    let programs: Vec<(Exercise, PathBuf)> = reviewed.flat_map(programs).collect();
    let bench = bench();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut judged = Vec::new();
        while let Some((exercise, file)) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let options = Options { remember: true, edits_follow: false, ..Options::default() };
            let judgement = judge::judge(&bench, exercise, file, options, &mut |_| {}).unwrap().judgement;
            judged.push(Failing { exercise: exercise.clone(), file: file.clone(), judgement });
        }
        judged
    };
    let mut failing = std::thread::scope(|scope| {
        let others = scope.spawn(work);
        [work(), others.join().unwrap()].into_iter().flatten().collect::<Vec<_>>()
    });
    failing.sort_by(|a, b| a.file.cmp(&b.file));
    failing
});

fn programs(exercise: Exercise) -> Vec<(Exercise, PathBuf)> {
    let wrong = fixes(root(), &exercise).unwrap().into_iter().filter(|fix| matches!(fix.kind, FixKind::Wrong { .. }));
    let mut files: Vec<PathBuf> = wrong.map(|fix| fix.path).collect();
    files.push(exercise.starter());
    files.into_iter().map(|file| (exercise.clone(), file)).collect()
}

impl Failing {
    /// The program's name in a message or a snapshot: `03-deadlock.one_lock`.
    fn name(&self) -> String {
        format!("{}.{}", self.exercise.id, self.file.file_stem().unwrap().to_string_lossy())
    }

    fn trace(&self) -> Trace {
        self.judgement.execution().unwrap_or_else(|| panic!("{} has no execution to show", self.name()))
    }

    fn tell<R>(&self, show: impl FnOnce(&Story<'_>) -> R) -> R {
        let source = std::fs::read_to_string(root().join(&self.file)).unwrap();
        let sources = [(self.file.to_string_lossy().into_owned(), source)];
        viewer::tell(&self.judgement, &sources, show)
    }
}

/// What a program's account comes to: the verdict, why, and the lines.
fn account(failing: &Failing) -> String {
    let Judgement { verdict, kind, message, .. } = &failing.judgement;
    let trace = failing.trace();
    let kind_name = kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    let mut text = format!("{verdict}{kind_name} in {}\n", failing.judgement.scenario.as_deref().unwrap());
    text += &format!("{message}\n\n");
    let Some(Diagnosis { pattern, sentences, marks, .. }) = diagnose(&trace, *verdict, *kind) else {
        return text + "nothing is said about why";
    };
    text += &format!("{pattern:?}\n{}\n\n", sentences.join("\n"));
    let names = Names::new(&trace);
    for mark in &marks {
        text += &format!("{} {} {}\n", if mark.primary { '^' } else { '-' }, names.place(&mark.location), mark.label);
    }
    text
}

#[test]
fn every_wrong_program_gets_the_account_that_was_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("../snapshots");
    settings.set_omit_expression(true);
    settings.bind(|| {
        for failing in &*FAILING {
            insta::assert_snapshot!(failing.name(), account(failing));
        }
    });
}

#[test]
fn the_film_tells_the_same_story_as_the_timeline() {
    for failing in &*FAILING {
        let name = failing.name();
        let trace = failing.trace();
        let timeline = failing.tell(|story| viewer::timeline::render(story, &Style { color: false, width: 100 }));
        let film = failing.tell(|story| viewer::film::render(story, &name));
        let (_, data) = film.split_once("id=\"film\">").unwrap();
        let data: serde_json::Value = serde_json::from_str(data.split_once("</script").unwrap().0).unwrap();
        let words = plain(&film);

        let heading = timeline.lines().next().unwrap();
        assert!(words.contains(heading), "{name}: {heading}");
        let verdict = failing.judgement.verdict;
        for sentence in diagnose(&trace, verdict, failing.judgement.kind).into_iter().flat_map(|it| it.sentences) {
            assert!(words.contains(&plain(&sentence)), "{name}: {sentence}");
        }
        let evidence = failing.tell(|story| sentence(story.verdict, story.evidence, story.simplification, story.trace));
        let one_line = timeline.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            !evidence.is_empty() && words.contains(&evidence) && one_line.ends_with(&evidence),
            "{name}: {evidence}"
        );

        let rows: Vec<&serde_json::Value> = data["rows"].as_array().unwrap().iter().collect();
        for (number, cell) in steps(&timeline) {
            let step = &data["steps"][number - 1];
            let text = step["text"].as_str().unwrap_or_default().replace('\u{a0}', " ");
            assert_eq!(step["thread"], trace.events[number - 1].thread, "{name}, step {number}");
            assert!(says(&text, &cell), "{name}, step {number}: {text} in the film, {cell} in the timeline");
            let shown = |row: &&serde_json::Value| row["first"] == number && row["across"].is_null();
            assert!(rows.iter().any(shown), "{name}, step {number} is not in the film");
        }
        let ends = data["ends"].as_array().unwrap();
        // Where an oracle ends an execution, nobody need wait.
        let may_wait = matches!(verdict, Verdict::Livelock | Verdict::NotConcurrent);
        assert_eq!(
            !ends.is_empty(),
            verdict == Verdict::Deadlock || (may_wait && timeline.contains("    ✗  │")),
            "{name}"
        );
        for end in ends {
            let text = end["text"].as_str().unwrap().replace('\u{a0}', " ");
            // A narrow lane breaks the line between words.
            let mut first = text.split(',').next().unwrap().split(' ');
            assert!(first.all(|word| timeline.contains(word)), "{name}: {text}");
        }
        if verdict == Verdict::AssertionFailed {
            let mut fails = steps(&timeline).into_iter().filter(|(_, cell)| cell.starts_with("✗ fails"));
            // A panic that the test itself provokes comes before.
            let at = failing.judgement.at.as_ref().unwrap().line.to_string();
            assert!(fails.next_back().is_some_and(|(_, cell)| cell.ends_with(&at)), "{name} shows where it fails");
        }
    }
}

/// The steps of a timeline with what stands in the lane, as far as it stands in the first line.
fn steps(timeline: &str) -> Vec<(usize, String)> {
    let steps = timeline.lines().take_while(|line| *line != "why").filter_map(|line| {
        let (gutter, lanes) = line.split_once('│')?;
        let number = gutter.trim_matches(['•', ' ', '→', '⇄']).parse().ok()?;
        let cell = lanes.split('│').map(str::trim).find(|cell| !cell.is_empty())?;
        let cell = cell.split(" ×").next().unwrap_or(cell);
        Some((number, cell.to_owned()))
    });
    steps.collect()
}

/// Whether a text begins with what stands in a cell, where long names are shortened.
fn says(text: &str, cell: &str) -> bool {
    let mut rest = text;
    cell.split('…').enumerate().all(|(number, part)| {
        let found = rest.find(part).filter(|&at| number > 0 || at == 0);
        rest = found.map_or("", |at| &rest[at + part.len()..]);
        found.is_some()
    })
}

/// The words of a page or of a sentence, without what marks code.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut tag = false;
    for c in text.chars() {
        match c {
            '<' => tag = true,
            '>' => tag = false,
            '`' => {}
            _ if !tag => plain.push(c),
            _ => {}
        }
    }
    plain.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn what_is_shown_of_a_failure_cannot_be_made_simpler() {
    let bench = bench();
    let explored = FAILING.iter().filter(|failing| failing.judgement.engine == Some(Engine::Shuttle));
    let mut tried = 0;
    for failing in explored {
        let (name, shown) = (failing.name(), &failing.judgement);
        let simplification = shown.simplification.unwrap_or_else(|| panic!("{name} was not simplified"));
        assert!(simplification.to <= simplification.from, "{name}: {simplification:?}");
        // The budget is too small for the long executions of a livelock, and for no other.
        assert!(simplification.minimal || shown.verdict == Verdict::Livelock, "{name}: {simplification:?}");
        let tokens = shown.schedule.as_deref().unwrap();
        let schedule = Schedule { engine: Engine::Shuttle, scenario: shown.scenario.as_deref().unwrap(), tokens };
        let again = judge::simplify(&bench, &failing.exercise, &failing.file, schedule, &mut |_| {}).unwrap();
        let Replayed::Ran(again) = again else { panic!("{name}: its own schedule does not apply to it") };
        assert_eq!((again.verdict, again.kind, &again.at), (shown.verdict, shown.kind, &shown.at), "{name}");
        assert_eq!((&again.schedule, again.execution()), (&shown.schedule, shown.execution()), "{name}");
        assert!(!again.simplification.unwrap().is_simpler(), "{name}: {:?}", again.simplification);
        tried += 1;
    }
    assert!(tried > 30, "only {tried} programs fail in the shuttle world");
}
