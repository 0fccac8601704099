//! What is told about a text: to whoever wrote it, and without a word of the hidden tests.

use std::collections::BTreeMap;
use std::thread::available_parallelism;

use anyhow::Context as _;
use exercise::Exercise;
use judge::Judgement;
use viewer::Style;

use crate::judging::shown_as;
use crate::merge::Grading;
use crate::out::Out;
use crate::settled::Settled;

/// What is told about a text.
#[derive(Clone, Debug, Default)]
pub struct Feedback {
    /// The failing execution, or the complaints of the compiler. Empty if the text passed, or if a private scenario
    /// failed.
    pub story: String,
    /// The failing execution, to step through.
    pub film: Option<String>,
}

/// What is told about every text that was judged, by exercise and text.
#[derive(Debug, Default)]
pub struct Feedbacks(BTreeMap<(String, String), Feedback>);

impl Feedbacks {
    /// With films where `films` says so.
    ///
    /// # Errors
    /// A text cannot be read.
    pub fn new(grading: &Grading, out: &Out, films: bool) -> anyhow::Result<Self> {
        let all: Vec<_> = grading.settled.iter().collect();
        // Drawing takes longer than everything else that is done when all is judged.
        let processors = available_parallelism().map_or(1, std::num::NonZero::get);
        let one = |(key, settled): &(&(String, String), &Settled)| {
            let judgement = settled.judgement.as_ref()?;
            Some(feedback(grading, out, key, judgement, films).map(|feedback| ((*key).clone(), feedback)))
        };
        let all: BTreeMap<_, _> = std::thread::scope(|scope| {
            let parts = all.chunks(all.len().div_ceil(processors).max(1));
            let one = &one;
            let parts = parts.map(|part| scope.spawn(move || part.iter().filter_map(one).collect::<Vec<_>>()));
            let parts: Vec<_> = parts.collect();
            let done = parts.into_iter().flat_map(|part| part.join().expect("drawing does not panic"));
            done.collect::<anyhow::Result<_>>()
        })?;
        Ok(Feedbacks(all))
    }

    /// What is told about one text.
    pub fn of(&self, exercise: &str, text: Option<&str>) -> Option<&Feedback> {
        self.0.get(&(exercise.to_owned(), text?.to_owned()))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&(String, String), &Feedback)> {
        self.0.iter()
    }
}

fn feedback(
    grading: &Grading,
    out: &Out,
    (id, text): &(String, String),
    judgement: &Judgement,
    films: bool,
) -> anyhow::Result<Feedback> {
    let (exercise, expected) = &grading.exercises[id];
    let is_private =
        |name: &str| expected.iter().any(|one| one.private && one.name == name && Some(one.engine) == judgement.engine);
    Ok(match &judgement.scenario {
        Some(scenario) if is_private(scenario) => Feedback::default(),
        Some(_) => {
            let text = out.texts().read(text).context("a text is lost: plan again")?;
            let text = String::from_utf8_lossy(&text);
            // A program that is drawn badly is no reason to lose all the others.
            let told = std::panic::catch_unwind(|| told(exercise, judgement, &text, films));
            told.unwrap_or_else(|_| Feedback { story: "the timeline could not be drawn".to_owned(), film: None })
        }
        None => Feedback { story: complaints(judgement), film: None },
    })
}

fn told(exercise: &Exercise, judgement: &Judgement, text: &str, film: bool) -> Feedback {
    // The only file that is quoted is the student's own.
    let sources = [(shown_as(exercise), text.to_owned())];
    let title = format!("{}: {}", exercise.id, exercise.manifest.title);
    let style = Style { color: false, width: 100 };
    viewer::tell(judgement, &sources, |story| Feedback {
        story: viewer::timeline::render(story, &style),
        film: film.then(|| viewer::film::render(story, &title)),
    })
}

fn complaints(judgement: &Judgement) -> String {
    let plain = judgement.without_colours();
    let rendered: Vec<_> = plain.diagnostics.iter().map(|complaint| complaint.rendered.trim_end()).collect();
    rendered.join("\n\n")
}
