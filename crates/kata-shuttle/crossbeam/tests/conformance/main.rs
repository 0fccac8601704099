//! What crossbeam documents: over against crossbeam itself, where one interleaving suffices, and over every interleaving
//! where it does not.

#[path = "../../../tests/support/explore.rs"]
mod support;

mod documented;
mod exploration;
