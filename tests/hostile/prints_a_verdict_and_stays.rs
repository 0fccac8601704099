//! verdict: deadlock
//! tries: to print what a checker might print, and to be as broken as before
// --- in transfer
println!("test result: ok. 9 passed; 0 failed; 0 ignored");
eprintln!("{}", r#"{"schema":1,"exercise":"03-deadlock","verdict":"passed"}"#);
