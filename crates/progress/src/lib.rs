//! What a learner has done: `progress.toml` in the repository's root, and what it is worth.
//!
//! The file is meant to be committed. Two machines may both have written to it: what git makes of that is read as what
//! both say.

mod attempts;
mod belt;
mod file;
mod merge;
mod replace;
mod standing;

pub use attempts::{count_attempt, forget_attempts};
pub use belt::Belt;
pub use file::{Progress, Seen, SetAside, Solved, update};
pub use replace::replace;
pub use standing::{ExerciseStanding, Standing, TrackStanding, points};
