//! What a student gets for the whole assignment, after the policy for late submissions.

use crate::class::Student;
use crate::merge::Grading;
use crate::record::Status;
use crate::worth::rounded;

/// The marks of a student.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standing {
    /// Before anything is taken. Nothing if something could not be judged.
    pub(crate) raw: Option<f64>,
    /// The percent that are taken.
    pub(crate) percent: f64,
    /// The marks that there are.
    pub(crate) points: f64,
    /// Nothing was handed in, for any exercise.
    pub(crate) missing: bool,
}

impl Standing {
    pub(crate) fn of(grading: &Grading, student: &Student) -> Self {
        let assignment = &grading.class.assignment;
        let marks: Vec<Option<f64>> = grading.records_of(student).map(|(_, record)| record.mark).collect();
        let missing = grading.records_of(student).all(|(_, record)| record.status == Status::Missing);
        let raw: Option<f64> = marks.into_iter().sum();
        Standing {
            raw: raw.map(rounded),
            percent: assignment.late.percent(student.lateness),
            points: assignment.points(),
            missing,
        }
    }

    /// What is left of marks after what is taken for being late.
    pub(crate) fn left(&self, marks: f64) -> f64 {
        rounded(marks * (100.0 - self.percent) / 100.0)
    }

    /// The marks in the end.
    pub(crate) fn marks(&self) -> Option<f64> {
        self.raw.map(|raw| self.left(raw))
    }
}
