//! What rustc says to programs that use what the shuttle world has, and what it has not.

#[path = "support/rustc.rs"]
mod rustc;

use crate::rustc::{assert_listing, compile};

/// What the file of the facade's library begins with.
const FACADE: &str = "libkata_shuttle_std-";

#[test]
fn everything_stable_that_threads_meet_in_is_there() {
    let everything = include_str!("snippets/everything.rs");
    let (real, world) = (compile(everything, false), compile(everything, true));
    let errors = |said: &str| said.lines().filter(|line| line.contains("error")).collect::<Vec<_>>().join("\n");
    assert_eq!(errors(&real), "", "the real std has it");
    assert_eq!(errors(&world), "", "the world has it");
    assert!(!world.contains("kata:"), "the world refuses nothing of it: {world}");
    assert_eq!(real.lines().last(), world.lines().last(), "as much of it is deprecated");
}

#[test]
fn what_belongs_to_the_outside_is_refused_with_a_word_on_what_to_use() {
    assert_listing!(&[
        "std::fs::read_to_string(\"a\").unwrap();",
        "use std::fs::File; File::open(\"a\").unwrap();",
        "std::net::TcpStream::connect(\"a\").unwrap();",
        "std::env::var(\"A\").unwrap();",
        "use std::os::unix::thread::JoinHandleExt;",
        "std::process::Command::new(\"a\").spawn().unwrap();",
        "use std::process::Stdio; Stdio::piped();",
        "use std::io::Read; std::io::stdin().read_to_end(&mut vec![]).unwrap();",
        "use std::io::Write; std::io::stdout().lock().flush().unwrap();",
        "use std::io::{self, Write}; writeln!(io::stderr(), \"a\").unwrap();",
    ]);
}

#[test]
fn what_the_model_cannot_see_is_refused_with_a_word_on_what_to_use() {
    assert_listing!(&[
        "std::panic::set_hook(Box::new(|_| {}));",
        "drop(std::panic::take_hook());",
        "let a = std::sync::atomic::AtomicU8::new(0); a.as_ptr();",
        "unsafe { std::sync::atomic::AtomicU8::from_ptr(&mut 0) };",
    ]);
}

#[test]
fn what_is_unstable_or_forbidden_in_std_is_so_here() {
    assert_listing!(&[
        "use std::sync::MappedMutexGuard;",
        "use std::sync::mpmc::channel;",
        "std::thread::add_spawn_hook(|_| || ());",
        "std::sync::Mutex::new(1).set(2).unwrap();",
        "std::thread::sleep_ms(1);",
        "let m = std::sync::Mutex::new(1); let g = m.lock(); std::thread::scope(|s| { s.spawn(|| drop(g)); });",
        "let c = std::rc::Rc::new(1); std::thread::spawn(move || drop(c));",
        "let (tx, rx) = std::sync::mpsc::channel::<i32>(); std::thread::scope(|s| { s.spawn(|| rx.recv()); }); drop(tx);",
    ]);
}
