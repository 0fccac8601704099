//! The map of what a learner has done, as an HTML page.

use std::path::PathBuf;

use exercise::{Catalogue, Exercise};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use progress::{ExerciseStanding, Progress, Standing, TrackStanding, points};

use crate::film::{open, write};
use crate::output::print;

const STYLE: &str = include_str!("map.css");

/// The arguments of `map`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The repository.
    #[arg(long)]
    root: PathBuf,
    /// Where to write the page.
    #[arg(long)]
    out: PathBuf,
    /// Open it in the browser.
    #[arg(long)]
    open: bool,
}

/// Writes the page and says where it is.
pub(crate) fn map(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { root, out, .. } = arguments;
    let catalogue = Catalogue::read(root)?;
    // One that cannot be read is complained about by the commands that use it.
    let exercises: Vec<Exercise> = catalogue.ids().iter().filter_map(|id| catalogue.exercise(id).ok()).collect();
    let progress = Progress::read(root)?;
    write(out, &page(&Standing::new(&progress, &exercises)).into_string())?;
    print(&format!("{}\n", out.display()))?;
    if arguments.open { open(out) } else { Ok(()) }
}

fn page(standing: &Standing<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Concurrency Katas: what is done" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Concurrency Katas" }
                p {
                    (standing.points()) " of " (standing.all_points()) " points, "
                    (standing.solved()) " of " (standing.exercises()) " exercises solved"
                }
                @for standing in &standing.tracks { (track(standing)) }
            }
        }
    }
}

fn track(track: &TrackStanding<'_>) -> Markup {
    let belt = track.belt().to_string();
    html! {
        section {
            h2 { (track.track.title()) " " span.belt.(belt) { (belt) " belt" } }
            progress max=(track.all_points()) value=(track.points()) {
                (track.points()) " of " (track.all_points()) " points"
            }
            ul { @for standing in &track.exercises { (exercise(standing)) } }
        }
    }
}

fn exercise(standing: &ExerciseStanding<'_>) -> Markup {
    let ExerciseStanding { exercise, solved, broke } = standing;
    html! {
        li.solved[solved.is_some()] {
            strong { (exercise.id) } " " (exercise.manifest.title)
            small {
                (points(exercise.manifest.difficulty)) " points"
                @if let Some(solved) = solved {
                    ", solved on " (solved.date)
                    @if solved.first_try() { ", at the first try" } @else { ", after " (solved.attempts) " attempts" }
                    @if solved.saw_solution { ", with the solution" }
                    @else if solved.unaided() { ", without a hint" }
                }
                @if *broke { ", broken by hand" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_what_is_solved_and_how_and_escapes_what_it_quotes() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("exercises/03-deadlock");
        std::fs::create_dir_all(folder.join("src")).unwrap();
        std::fs::create_dir_all(folder.join("hidden")).unwrap();
        std::fs::write(folder.join("src/lib.rs"), "").unwrap();
        std::fs::write(folder.join("hidden/shuttle.rs"), "").unwrap();
        let manifest = "title = \"<b>\"\ntrack = \"shared-state\"\ndifficulty = 2\nengines = [\"shuttle\"]\neditable = [\"src/lib.rs\"]\nverdict = \"deadlock\"\nscenario = \"s\"\nsummary = \"\"\n";
        std::fs::write(folder.join("exercise.toml"), manifest).unwrap();
        let solved =
            "[solved.03-deadlock]\ndate = 2026-01-31\nattempts = 1\n\n[broke.03-deadlock]\ndate = 2026-01-30\n";
        std::fs::write(root.path().join("progress.toml"), solved).unwrap();
        let out = root.path().join("out/map.html");
        map(&Arguments { root: root.path().to_owned(), out: out.clone(), open: false }).unwrap();
        let page = std::fs::read_to_string(out).unwrap();
        for text in ["20 of 20 points", "black belt", "&lt;b&gt;", "at the first try, without a hint, broken by hand"] {
            assert!(page.contains(text), "{text} is missing: {page}");
        }
    }
}
