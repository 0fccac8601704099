//! Kits of the repository, each an archive that is complete without it.
//!
//! - *student*: the exercises as they are shipped and the checker, without solutions and corpora;
//! - *gradescope*: an autograder that prepares and grades in a bare container;
//! - *classroom*: a template repository for GitHub Classroom.
//!
//! The same repository gives the same archive, byte for byte.

mod classroom;
mod gradescope;
mod kit;
mod purpose;
mod repository;
mod student;

pub use classroom::classroom;
pub use gradescope::gradescope;
pub use kit::Kit;
pub use purpose::purpose;
pub use student::student;
