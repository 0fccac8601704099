//! verdict: rejected-source
//! tries: to leave a process behind
// --- in transfer
let _ = std::process::Command::new("sleep").arg("1000").spawn();
