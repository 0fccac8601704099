//! Grading a class: what is taken in of what students hand in, what is made of the verdicts, and that no run, whole,
//! killed or cut into parts, comes to anything else.

#[path = "grading/class.rs"]
mod class;
#[path = "grading/intake.rs"]
mod intake;
#[path = "grading/marks.rs"]
mod marks;
#[path = "grading/pages.rs"]
mod pages;
#[path = "grading/runs.rs"]
mod runs;
