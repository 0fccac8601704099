//! The exercises of the repository: their manifests, their files, and how to find one.

mod catalogue;
mod error;
mod exercise;
mod id;
mod manifest;
mod parts;
mod solution;

pub use catalogue::{Catalogue, Unknown};
pub use error::Error;
pub use exercise::Exercise;
pub use id::Id;
pub use manifest::{Engine, Hint, Manifest, Reference, Stage, Track};
pub use parts::{TO_WRITE, missing};
pub use solution::{Declared, Fix, FixKind, fixes};
