//! verdict: rejected-source
//! tries: to read a file when it is compiled, with the raw name of the macro
// --- beside it
pub const PASSWORDS: &str = r#include_str!("/etc/passwd");
