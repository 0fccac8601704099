//! What is told about a text: to whoever wrote it, and without a word of the hidden tests.

use std::collections::BTreeMap;

use anyhow::Context as _;
use exercise::Exercise;
use judge::Judgement;
use viewer::Style;

use crate::judging::shown_as;
use crate::merge::Grading;
use crate::out::Out;

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
        let mut all = BTreeMap::new();
        for (key, settled) in &grading.settled {
            let Some(judgement) = &settled.judgement else { continue };
            let (exercise, expected) = &grading.exercises[&key.0];
            let is_private = |name: &str| {
                expected.iter().any(|one| one.private && one.name == name && Some(one.engine) == judgement.engine)
            };
            let feedback = match &judgement.scenario {
                Some(scenario) if is_private(scenario) => Feedback::default(),
                Some(_) => {
                    let text = out.texts().read(&key.1).context("a text is lost: plan again")?;
                    told(exercise, judgement, &String::from_utf8_lossy(&text), films)
                }
                None => Feedback { story: complaints(judgement), film: None },
            };
            all.insert(key.clone(), feedback);
        }
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
