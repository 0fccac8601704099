//! verdict: rejected-source
//! tries: to use what only the compiler's developers have
// --- at the top
#![feature(rustc_attrs)]
