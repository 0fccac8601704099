//! `list`: all exercises.

use exercise::{Engine, Exercise, Track};
use progress::{Progress, points};
use serde::Serialize;

use crate::exit::Outcome;
use crate::output::print;
use crate::report;
use crate::repository::Repository;

/// The arguments of `list`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only this track: shared-state, messages, atomics, async, pools, processes or production.
    #[arg(long, value_parser = track)]
    track: Option<Track>,
    /// Only exercises that are judged in this world: shuttle, loom or real.
    #[arg(long, value_parser = engine)]
    engine: Option<Engine>,
    /// Only exercises of this difficulty, from 1 to 5.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
    difficulty: Option<u8>,
    /// Only solved ones.
    #[arg(long, conflicts_with = "unsolved")]
    solved: bool,
    /// Only those that are not solved.
    #[arg(long)]
    unsolved: bool,
    /// Print one JSON object on the standard output.
    #[arg(long)]
    json: bool,
}

/// Prints the exercises by track, with a mark for the solved ones.
pub(crate) fn list(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let progress = Progress::read(&repository.root)?;
    let rows = repository.exercises().into_iter().map(|exercise| {
        let solved = progress.solved(&exercise.id).is_some();
        (exercise, solved)
    });
    let rows: Vec<(Exercise, bool)> = rows.filter(|(exercise, solved)| arguments.wants(exercise, *solved)).collect();
    if arguments.json {
        print(&(serde_json::to_string(&Answer::new(&rows))? + "\n"))?;
    } else {
        print(&report::list(&rows))?;
    }
    if let Some(complaint) = progress.complaint() {
        anstream::eprintln!("warning: {complaint}");
    }
    Ok(Outcome::Passed)
}

impl Arguments {
    fn wants(&self, exercise: &Exercise, solved: bool) -> bool {
        let manifest = &exercise.manifest;
        self.track.is_none_or(|track| manifest.track == track)
            && self.engine.is_none_or(|engine| manifest.engines.contains(&engine))
            && self.difficulty.is_none_or(|difficulty| manifest.difficulty == difficulty)
            && (solved || !self.solved)
            && (!solved || !self.unsolved)
    }
}

pub(super) fn track(name: &str) -> Result<Track, String> {
    let names = Track::ALL.map(Track::name).join(", ");
    Track::ALL.into_iter().find(|track| track.name() == name).ok_or_else(|| format!("the tracks are {names}"))
}

fn engine(name: &str) -> Result<Engine, String> {
    let names = Engine::ALL.map(Engine::name).join(", ");
    Engine::ALL.into_iter().find(|engine| engine.name() == name).ok_or_else(|| format!("the worlds are {names}"))
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    exercises: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    exercise: &'a str,
    title: &'a str,
    summary: &'a str,
    track: &'static str,
    difficulty: u8,
    points: u32,
    engines: &'a [Engine],
    solved: bool,
}

impl<'a> Answer<'a> {
    fn new(rows: &'a [(Exercise, bool)]) -> Self {
        let row = |(exercise, solved): &'a (Exercise, bool)| Row {
            exercise: exercise.id.as_str(),
            title: &exercise.manifest.title,
            summary: &exercise.manifest.summary,
            track: exercise.manifest.track.name(),
            difficulty: exercise.manifest.difficulty,
            points: points(exercise.manifest.difficulty),
            engines: &exercise.manifest.engines,
            solved: *solved,
        };
        Answer { schema: judge::SCHEMA, exercises: rows.iter().map(row).collect() }
    }
}
