//! What rustc says to programs that use what the loom world has, and what it has not.

#[path = "../../../kata-shuttle/std/tests/support/rustc.rs"]
mod rustc;

use crate::rustc::{assert_listing, compile};

/// What the file of the facade's library begins with.
const FACADE: &str = "libkata_loom_std-";

#[test]
fn everything_stable_that_threads_meet_in_is_there() {
    let everything = include_str!("snippets/everything.rs");
    let (real, world) = (compile(everything, false), compile(everything, true));
    let errors = |said: &str| said.lines().filter(|line| line.contains("error")).collect::<Vec<_>>().join("\n");
    assert_eq!(errors(&real), "", "the real std has it");
    assert_eq!(errors(&world), "", "the world has it");
    assert!(!world.contains("kata:"), "the world refuses nothing of it: {world}");
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
        "let _ = std::panic::catch_unwind(|| 1);",
        "use std::task::Wake;",
        "let a = std::sync::atomic::AtomicU8::new(0); a.as_ptr();",
        "unsafe { std::sync::atomic::AtomicU8::from_ptr(&mut 0) };",
    ]);
}

#[test]
fn what_follows_an_object_from_its_creation_cannot_be_a_static() {
    assert_listing!(&[
        "static A: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);",
        "static M: std::sync::Mutex<u8> = std::sync::Mutex::new(0);",
        "static O: std::sync::OnceLock<u8> = std::sync::OnceLock::new();",
        "const C: std::cell::UnsafeCell<u8> = std::cell::UnsafeCell::new(0);",
    ]);
}

#[test]
fn an_arc_is_not_coerced_and_can_be_made_from_a_box() {
    assert_listing!(&[
        "let a: std::sync::Arc<dyn Fn()> = std::sync::Arc::new(|| ());",
        "let a: std::sync::Arc<dyn Fn()> = std::sync::Arc::from(Box::new(|| ()) as Box<dyn Fn()>);",
        "let a: std::sync::Arc<[u8]> = std::sync::Arc::from(vec![1]);",
    ]);
}

#[test]
fn what_is_unstable_or_forbidden_in_std_is_so_here() {
    assert_listing!(&[
        "use std::sync::MappedMutexGuard;",
        "std::sync::Mutex::new(1).set(2).unwrap();",
        "std::thread::sleep_ms(1);",
        "let m = std::sync::Mutex::new(1); let g = m.lock(); std::thread::scope(|s| { s.spawn(|| drop(g)); });",
        "let c = std::rc::Rc::new(1); std::thread::spawn(move || drop(c));",
        "let (tx, rx) = std::sync::mpsc::channel::<i32>(); std::thread::scope(|s| { s.spawn(|| rx.recv()); }); drop(tx);",
        "let c = std::cell::UnsafeCell::new(1); std::thread::scope(|s| { s.spawn(|| c.get()); });",
    ]);
}
