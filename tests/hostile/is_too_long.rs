//! verdict: rejected-source
//! tries: to be a very large file
// --- beside it
// {{repeat x 4000000}}
