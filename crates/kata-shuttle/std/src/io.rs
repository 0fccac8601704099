//! `std::io` without the process's own streams.

pub use std::io::*;

refused! {
    "kata: a model runs the program thousands of times and has no input; pass what is read as an argument instead";
    types { Stdin, StdinLock<'a> } from io;
    fn stdin() -> std::io::Stdin;
}

refused! {
    "kata: a model runs the program thousands of times and shows what `println!` prints; use `println!` instead";
    types { Stdout, StdoutLock<'a> } from io;
    fn stdout() -> std::io::Stdout;
}

refused! {
    "kata: a model runs the program thousands of times and shows what `eprintln!` prints; use `eprintln!` instead";
    types { Stderr, StderrLock<'a> } from io;
    fn stderr() -> std::io::Stderr;
}
