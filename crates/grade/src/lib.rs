//! Grades a class: takes submissions in, judges each text once, keeps records that a second run repeats, and writes
//! marks and pages from them.
//!
//! Nothing that students hand in is run but what the judge compiles: no manifest, no build script, no configuration.

mod basket;
pub mod class;
pub mod export;
pub mod feedback;
mod harness;
pub mod intake;
pub mod judging;
pub mod merge;
mod name;
pub mod note;
pub mod out;
pub mod page;
pub mod place;
pub mod plan;
pub mod record;
pub mod roster;
pub mod run;
pub mod settled;
mod shape;
pub mod slurm;
mod standing;
pub mod text;
pub mod worth;

/// The version of the forms of all files that are written here.
pub const SCHEMA: u32 = 1;
