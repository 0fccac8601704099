//! `progress`: what is done, at a glance.

use std::path::PathBuf;

use progress::{Progress, Standing};
use serde::Serialize;

use crate::exit::Outcome;
use crate::output::print;
use crate::repository::Repository;
use crate::{report, stage};

/// The arguments of `progress`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object on the standard output.
    #[arg(long, conflicts_with = "html")]
    json: bool,
    /// Write an HTML page, and print where it is.
    #[arg(long)]
    html: bool,
    /// Write the page here.
    #[arg(long, value_name = "PATH", requires = "html")]
    out: Option<PathBuf>,
    /// Open the page in the browser.
    #[arg(long, requires = "html")]
    open: bool,
}

/// Prints a map of all tracks: what is solved, and how.
pub(crate) fn progress(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    if arguments.html {
        let films = repository.workspace().scratch().join("films");
        let out = arguments.out.clone().unwrap_or_else(|| films.join("progress.html"));
        let mut map = stage::bare(&repository, "map")?;
        map.arg("--out").arg(out).args(arguments.open.then_some("--open"));
        return stage::run(&mut map);
    }
    let progress = Progress::read(&repository.root)?;
    let exercises = repository.exercises();
    let standing = Standing::new(&progress, &exercises);
    if arguments.json {
        print(&(serde_json::to_string(&Answer::new(&standing))? + "\n"))?;
    } else {
        print(&report::progress(&standing))?;
    }
    if let Some(complaint) = progress.complaint() {
        anstream::eprintln!("warning: {complaint}");
    }
    Ok(Outcome::Passed)
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    points: u32,
    all_points: u32,
    tracks: Vec<Track<'a>>,
}

#[derive(Debug, Serialize)]
struct Track<'a> {
    track: &'static str,
    belt: String,
    points: u32,
    all_points: u32,
    exercises: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    exercise: &'a str,
    difficulty: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    solved: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<i64>,
    hints: i64,
    saw_solution: bool,
    broke: bool,
}

impl<'a> Answer<'a> {
    fn new(standing: &'a Standing<'a>) -> Self {
        let track = |track: &'a progress::TrackStanding<'a>| Track {
            track: track.track.name(),
            belt: track.belt().to_string(),
            points: track.points(),
            all_points: track.all_points(),
            exercises: track
                .exercises
                .iter()
                .map(|row| Row {
                    exercise: row.exercise.id.as_str(),
                    difficulty: row.exercise.manifest.difficulty,
                    solved: row.solved.as_ref().map(|solved| solved.date.clone()),
                    attempts: row.solved.as_ref().map(|solved| solved.attempts),
                    hints: row.solved.as_ref().map_or(0, |solved| solved.hints),
                    saw_solution: row.solved.as_ref().is_some_and(|solved| solved.saw_solution),
                    broke: row.broke,
                })
                .collect(),
        };
        Answer {
            schema: judge::SCHEMA,
            points: standing.points(),
            all_points: standing.all_points(),
            tracks: standing.tracks.iter().map(track).collect(),
        }
    }
}
