//! verdict: no-verdict
//! tries: to print what a checker might print, and to leave
// --- in transfer
println!("test result: ok. 9 passed; 0 failed; 0 ignored");
println!("{}", r#"{"nonce":"00000000000000000000000000000000","scenario":"opposite_transfers","verdict":"passed","message":"","evidence":{"executions":9,"preemption_bound":null,"exhaustive":true,"seed":null}}"#);
std::process::exit(0);
