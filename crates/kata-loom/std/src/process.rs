//! `std::process`, as far as it is about this process.

pub use ::std::process::{ExitCode, Termination, id};
pub use kata_loom::process::{abort, exit};

refused! {
    "kata: a model runs the program thousands of times and starts no processes; use a thread instead";
    types {
        Child, ChildStderr, ChildStdin, ChildStdout, Command, CommandArgs<'a>, CommandEnvs<'a>, ExitStatus, Output, Stdio
    } from process;
}
