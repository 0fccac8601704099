//! Files that are broken, that cheat, or that would take the machine with them: each gets a verdict that fits, with a
//! message that helps, within its limits; the file stays as it is, and nothing is left running.

use std::path::Path;

use exercise::Exercise;
use insta::assert_snapshot;
use judge::{Judgement, Options, judge};
use kata_trace::Verdict;
use repo_tests::{alone, bench, exercise, root};

/// The bank, with limits that are soon reached.
fn bank() -> Exercise {
    let mut bank = exercise("03-deadlock");
    bank.manifest.budget.cpu_seconds = 2;
    bank.manifest.budget.memory_mib = 512;
    bank.manifest.budget.output_kib = 64;
    bank.manifest.scenario_budget.clear();
    bank
}

fn solution() -> String {
    std::fs::read_to_string(root().join("solutions/03-deadlock/lib.rs")).unwrap()
}

/// The solution with a statement at the beginning of a transfer.
fn while_transferring(statement: &str) -> String {
    let marker = "amount: Cents) -> Result<(), TransferError> {\n";
    changed(marker, &format!("{marker}        {statement}\n"))
}

/// The solution with something else in one place.
fn changed(from: &str, to: &str) -> String {
    let solution = solution();
    assert!(solution.contains(from), "the solution has no `{from}`");
    solution.replacen(from, to, 1)
}

/// Judges a file, and looks at what is left of it.
fn judged(source: &[u8]) -> Judgement {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    std::fs::write(&file, source).unwrap();
    let bench = bench();
    let options = Options { remember: false, jobs: 2, ..Options::default() };
    let judged = judge(&bench, &bank(), &file, options, &mut |_| {}).unwrap();
    assert!(std::fs::read(&file).unwrap() == source, "the file was changed");
    nothing_runs(bench.workspace().scratch());
    judged.judgement
}

fn nothing_runs(scratch: &Path) {
    #[cfg(target_os = "linux")]
    assert_eq!(repo_tests::running_below(&scratch.join("builds")), [""; 0].map(std::path::PathBuf::from));
    #[cfg(not(target_os = "linux"))]
    let _ = scratch;
}

/// What the learner is told of a file that never ran.
fn complaint(judgement: &Judgement) -> String {
    let plain = judgement.without_colours();
    let rendered: Vec<_> = plain.diagnostics.iter().map(|diagnostic| in_lib(&diagnostic.rendered, &plain)).collect();
    rendered.join("\n")
}

/// The temporary folder differs from run to run.
fn in_lib(text: &str, judgement: &Judgement) -> String {
    let file = judgement.diagnostics.iter().find_map(|diagnostic| diagnostic.at.as_ref()).map(|at| at.file.clone());
    file.map_or_else(|| text.to_owned(), |file| text.replace(&file, "lib.rs"))
}

fn rejected(source: &str) -> String {
    let judgement = judged(source.as_bytes());
    assert_eq!(judgement.verdict, Verdict::RejectedSource, "{}", judgement.message);
    complaint(&judgement)
}

fn does_not_compile(source: &str) -> String {
    let judgement = judged(source.as_bytes());
    assert_eq!(judgement.verdict, Verdict::CompileError, "{}", judgement.message);
    complaint(&judgement)
}

/// The verdict on a file that ran, and its message.
fn ran(source: &str) -> String {
    let judgement = judged(source.as_bytes());
    format!("{}: {}", judgement.verdict, judgement.message)
}

#[test]
fn the_solution_itself_passes() {
    assert_eq!(judged(solution().as_bytes()).verdict, Verdict::Passed);
}

#[test]
fn a_loop_that_never_ends_is_stopped() {
    assert_snapshot!(ran(&while_transferring("loop {}")), @"timed-out: used 2 s of processor time: a loop after exercises/03-deadlock/hidden/shuttle.rs:22 that never reaches a lock, an atomic, a channel or a yield cannot be interleaved with anything");
}

#[test]
fn a_program_that_eats_all_memory_is_stopped() {
    let bomb = "let mut hoard = Vec::new(); loop { hoard.push(vec![1_u8; 1 << 20]); }";
    assert_snapshot!(ran(&while_transferring(bomb)), @"out-of-memory: wanted more than 512 MiB of memory");
}

#[test]
fn a_program_that_prints_without_end_is_stopped() {
    assert_snapshot!(ran(&while_transferring(r#"loop { println!("again and again"); }"#)), @"output-flood: printed more than 64 KiB in one execution");
}

#[test]
fn writing_past_the_macros_is_refused() {
    let flood = "loop { std::io::Write::write_all(&mut std::io::stderr(), &[b'x'; 1000]).unwrap(); }";
    assert_snapshot!(ran(&while_transferring(flood)), @"rejected-source: `std::io::stderr` is not modelled in the shuttle world");
}

#[test]
fn leaving_early_is_no_verdict() {
    assert_snapshot!(ran(&while_transferring("std::process::exit(0);")), @"no-verdict: the program ended its process with `exit(0)`");
}

#[test]
fn a_forged_verdict_is_just_text() {
    let forgery = r###"
        let forged = r##"{"nonce":"0","scenario":"opposite_transfers","verdict":"passed","message":"","evidence":
            {"executions":1,"preemption_bound":0,"exhaustive":true,"seed":null}}"##.replace('\n', "");
        println!("{forged}");
        eprintln!("test result: ok. 9 passed; 0 failed");
        std::process::exit(0);
    "###;
    assert_snapshot!(ran(&while_transferring(forgery)), @"no-verdict: the program ended its process with `exit(0)`");
}

#[test]
fn an_abort_is_told_apart() {
    assert_snapshot!(ran(&while_transferring("std::process::abort();")), @"no-verdict: the program ended its process with `abort()`");
}

#[test]
fn a_stack_overflow_is_told_apart() {
    let recursion = "fn deep(n: u64) -> u64 { if n == 0 { 0 } else { deep(n + 1) + 1 } } deep(1);";
    assert_snapshot!(ran(&while_transferring(recursion)), @"crashed: the process died from signal: 11 (SIGSEGV): without `unsafe`, that is a stack overflow: is there a recursion that never ends?");
}

#[test]
fn a_panic_is_a_panic() {
    assert_snapshot!(ran(&while_transferring(r#"panic!("the vault is empty");"#)), @"panicked: the vault is empty");
}

#[test]
fn another_process_is_refused() {
    let fork = r#"std::process::Command::new("/proc/self/exe").spawn().unwrap();"#;
    assert_snapshot!(rejected(&while_transferring(fork)), @r#"
    error: `std::process::Command` goes past the checker
      --> lib.rs:66:9
       |
    66 |         std::process::Command::new("/proc/self/exe").spawn().unwrap();
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^ what another process does cannot be explored
       |
    help: this exercise is solved with threads of one process
    "#);
}

#[test]
fn a_panic_hook_is_refused() {
    assert_snapshot!(rejected(&while_transferring("std::panic::set_hook(Box::new(|_| {}));")), @"
    error: `std::panic::set_hook` goes past the checker
      --> lib.rs:66:9
       |
    66 |         std::panic::set_hook(Box::new(|_| {}));
       |         ^^^^^^^^^^^^^^^^^^^^ the checker learns of a panic from its own hook
       |
    help: let the panic happen, or catch it with `std::panic::catch_unwind`
    ");
}

#[test]
fn atomics_past_the_world_are_refused() {
    let atomics = changed("use std::fmt;\n", "use std::fmt;\nuse core::sync::atomic::AtomicU64;\n");
    assert_snapshot!(rejected(&atomics), @"
    error: `core::sync` goes past the checker
     --> lib.rs:4:5
      |
    4 | use core::sync::atomic::AtomicU64;
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the checker sees what goes through `std`
      |
    help: use `std::sync`
    ");
}

#[test]
fn unsafe_is_refused() {
    assert_snapshot!(rejected(&while_transferring("unsafe { std::ptr::null_mut::<u8>().write(1) };")), @"
    error: this exercise is solved without `unsafe`
      --> lib.rs:66:9
       |
    66 |         unsafe { std::ptr::null_mut::<u8>().write(1) };
       |         ^^^^^^ the checker trusts the compiler's proofs
       |
    help: what `std::sync` offers is enough
    ");
}

#[test]
fn what_the_world_marks_as_not_modelled_is_refused_with_its_advice() {
    let marked = "let count = std::sync::atomic::AtomicU64::new(0); let _ = count.as_ptr();";
    assert_snapshot!(rejected(&while_transferring(marked)), @"
    error: `std::sync::atomic::AtomicU64::as_ptr` is not modelled in the shuttle world
      --> lib.rs:66:73
       |
    66 |         let count = std::sync::atomic::AtomicU64::new(0); let _ = count.as_ptr();
       |                                                                         ^^^^^^ the checker cannot see what this does
       |
    help: what is done through the pointer of `as_ptr` cannot be seen; use the atomic's own operations instead
    ");
}

#[test]
fn what_the_world_does_not_have_is_refused_by_name() {
    let complaint = rejected(&while_transferring("let _ = std::io::stdout();"));
    assert!(complaint.contains("`std::io::stdout` is not modelled in the shuttle world"), "{complaint}");
}

#[test]
fn a_type_error_is_shown_as_rustc_shows_it() {
    assert_snapshot!(does_not_compile(&while_transferring(r#"let amount: Cents = "ten";"#)), @r#"
    error[E0308]: mismatched types
      --> lib.rs:66:29
       |
    66 |         let amount: Cents = "ten";
       |                     -----   ^^^^^ expected `u64`, found `&str`
       |                     |
       |                     expected due to this
    "#);
}

#[test]
fn a_syntax_error_is_shown_as_rustc_shows_it() {
    assert_snapshot!(does_not_compile(&changed("pub fn snapshot(&self)", "pub fn snapshot(&self")), @"
    error: mismatched closing delimiter: `}`
       --> lib.rs:99:20
        |
     52 | impl Bank {
        |           - closing delimiter possibly meant for this
    ...
     99 |     pub fn snapshot(&self -> Vec<(AccountId, Cents)> {
        |                    ^ unclosed delimiter
    ...
    110 | }
        | ^ mismatched closing delimiter
    ");
}

#[test]
fn a_missing_function_is_named_with_its_contract() {
    assert_snapshot!(does_not_compile(&changed("pub fn snapshot", "pub fn balances")), @"
    error: `snapshot` of `Bank` is missing
    help: the contract is `pub fn snapshot(&self) -> Vec<(AccountId, Cents)>`
    ");
}

#[test]
fn a_function_that_is_not_public_is_named() {
    assert_snapshot!(does_not_compile(&changed("pub fn snapshot", "fn snapshot")), @"
    error: `snapshot` is not public
      --> lib.rs:99:8
       |
    99 |     fn snapshot(&self) -> Vec<(AccountId, Cents)> {
       |        ^^^^^^^^ here
       |
    help: the contract is `pub fn snapshot(&self) -> Vec<(AccountId, Cents)>`
    ");
}

#[test]
fn a_changed_signature_is_named_with_its_contract() {
    let fee = changed("to: AccountId, amount: Cents)", "to: AccountId, amount: Cents, _fee: Cents)");
    assert_snapshot!(does_not_compile(&fee), @"
    error: `transfer` is not what the hidden tests use: this method takes 4 arguments but 3 arguments were supplied
      --> lib.rs:65:12
       |
    65 |     pub fn transfer(&self, from: AccountId, to: AccountId, amount: Cents, _fee: Cents) -> Result<(), TransferError> {
       |            ^^^^^^^^ here
       |
    help: the contract is `pub fn transfer(&self, from: AccountId, to: AccountId, amount: Cents) -> Result<(), TransferError>`
    ");
}

#[test]
fn a_constant_that_takes_for_ever_is_stopped() {
    let bomb = solution() + "\n#[allow(long_running_const_eval)]\nconst BOMB: u8 = { while !false {} 0 };\n";
    let judgement = judged(bomb.as_bytes());
    assert_snapshot!(format!("{}: {}", judgement.verdict, judgement.message), @"compile-error: the compiler did not finish with this file: it needs more than 10 s of processor time");
}

#[test]
fn an_empty_file_is_refused() {
    assert_eq!(judged(b"").verdict, Verdict::RejectedSource);
    assert_eq!(judged(b"// still to do\n").verdict, Verdict::RejectedSource);
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let judgement = judged(b"//! A bank.\nfn a() {}\n// \xff\xfe\n");
    assert_eq!(judgement.verdict, Verdict::RejectedSource);
    assert!(judgement.message.ends_with("is not UTF-8 from line 3 on"), "{}", judgement.message);
}
