//! verdict: rejected-source
//! tries: to call the C library
// --- beside it
unsafe extern "C" {
    safe fn fork() -> i32;
}
// --- in transfer
fork();
