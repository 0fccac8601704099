//! What is done, added up.

use exercise::{Exercise, Track};

use crate::{Belt, Progress, Solved};

/// The points of an exercise of this difficulty, which goes from 1 to 5: the harder, the more, and no exercise is worth
/// more than five easy ones.
pub fn points(difficulty: u8) -> u32 {
    10 * u32::from(difficulty)
}

/// A learner's standing in everything that there is.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// By track, in the order of the course.
    pub tracks: Vec<TrackStanding<'a>>,
}

/// A learner's standing in a track.
#[derive(Clone, Debug)]
pub struct TrackStanding<'a> {
    /// Which.
    pub track: Track,
    /// Its exercises, in learning order.
    pub exercises: Vec<ExerciseStanding<'a>>,
}

/// What a learner has done with an exercise.
#[derive(Clone, Debug)]
pub struct ExerciseStanding<'a> {
    /// Which.
    pub exercise: &'a Exercise,
    /// When and how it was solved.
    pub solved: Option<Solved>,
    /// The program was broken by hand.
    pub broke: bool,
}

impl<'a> Standing<'a> {
    /// Adds up what was done with these exercises, which are in learning order.
    pub fn new(progress: &Progress, exercises: &'a [Exercise]) -> Self {
        let mut tracks: Vec<TrackStanding<'a>> = Vec::new();
        for exercise in exercises {
            let track = exercise.manifest.track;
            let standing = ExerciseStanding {
                exercise,
                solved: progress.solved(&exercise.id),
                broke: progress.broke(&exercise.id),
            };
            match tracks.iter_mut().find(|standing| standing.track == track) {
                Some(known) => known.exercises.push(standing),
                None => tracks.push(TrackStanding { track, exercises: vec![standing] }),
            }
        }
        Standing { tracks }
    }

    /// The points of what is solved.
    pub fn points(&self) -> u32 {
        self.tracks.iter().map(TrackStanding::points).sum()
    }

    /// The points of everything.
    pub fn all_points(&self) -> u32 {
        self.tracks.iter().map(TrackStanding::all_points).sum()
    }

    /// How many exercises are solved.
    pub fn solved(&self) -> usize {
        self.tracks.iter().flat_map(|track| &track.exercises).filter(|exercise| exercise.solved.is_some()).count()
    }

    /// How many exercises there are.
    pub fn exercises(&self) -> usize {
        self.tracks.iter().map(|track| track.exercises.len()).sum()
    }
}

impl TrackStanding<'_> {
    /// The points of what is solved.
    pub fn points(&self) -> u32 {
        let solved = self.exercises.iter().filter(|exercise| exercise.solved.is_some());
        solved.map(|exercise| points(exercise.exercise.manifest.difficulty)).sum()
    }

    /// The points of the whole track.
    pub fn all_points(&self) -> u32 {
        self.exercises.iter().map(|exercise| points(exercise.exercise.manifest.difficulty)).sum()
    }

    /// The belt.
    pub fn belt(&self) -> Belt {
        Belt::new(self.points(), self.all_points())
    }
}

impl Solved {
    /// The first version that was checked was right.
    pub fn first_try(&self) -> bool {
        self.attempts <= 1
    }

    /// Nothing was looked at before.
    pub fn unaided(&self) -> bool {
        self.hints == 0 && !self.saw_solution
    }
}
