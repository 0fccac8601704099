//! What hidden tests are written with ([`Rendezvous`], [`outcome`](fn@outcome), [`name`], [`note`]), what every world records with ([`Log`]),
//! and how a scenario's process talks to the judge ([`harness`]).

pub mod arena;
pub mod collections;
pub mod harness;
pub mod input;
pub mod ledger;
mod limits;
mod log;
mod oracle;
mod scalar;
mod time;
mod world;

pub use kata_trace::Verdict;
pub use ledger::outcome;
pub use log::{Entry, Log};
pub use oracle::{Rendezvous, fail, name, note, quiesce, threads_started, time_limits};
pub use scalar::Scalar;
pub use world::{Failure, Meeting, World, enter_world};
