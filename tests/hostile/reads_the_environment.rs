//! verdict: rejected-source
//! tries: to find the nonce in the environment or among the arguments
// --- in transfer
let _ = (std::env::vars().count(), std::env::args().count());
