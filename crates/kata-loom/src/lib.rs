//! The world of weak memory: std's primitives on loom, explored exhaustively.

pub mod cell;
mod deadlock;
mod demand;
mod execution;
mod explore;
mod failure;
pub mod hint;
mod knowledge;
mod liberty;
mod object;
mod oracle;
mod point;
pub mod print;
pub mod process;
mod race;
pub mod sync;
pub mod thread;
pub mod time;

pub use explore::{explore, explore_with, main};
