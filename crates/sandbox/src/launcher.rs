//! The launcher: a program that confines itself and becomes another one.

mod calls;
mod files;
mod limits;
mod privileges;
mod self_test;

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};
use lexopt::prelude::*;

use crate::{Limits, Stage};

/// The status with which it says that it could not confine itself. The program did not start.
const REFUSED: u8 = 125;

/// What the launcher was told.
struct Orders {
    stage: Stage,
    limits: Limits,
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    program: OsString,
    arguments: Vec<OsString>,
}

/// Confines this process as the command line says, and becomes the program that it names.
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == "--self-test") {
        return self_test::main();
    }
    match confine() {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("sandbox: {error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

fn confine() -> anyhow::Result<std::convert::Infallible> {
    let orders = orders(lexopt::Parser::from_env())?;
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .context("cannot tie its life to its parent's")?;
    limits::set(&orders.limits)?;
    privileges::drop_all()?;
    // In bubblewrap's namespaces nothing else exists.
    if !(orders.read.is_empty() && orders.write.is_empty()) {
        files::restrict(&orders.read, &orders.write)?;
    }
    calls::filter(orders.stage)?;
    let error = Command::new(&orders.program).args(&orders.arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", orders.program.display()))
}

fn orders(mut parser: lexopt::Parser) -> anyhow::Result<Orders> {
    // A number that is not told does not count.
    let (mut stage, mut limits) = (None, Limits { processes: u64::MAX, ..Limits::default() });
    let (mut read, mut write) = (Vec::new(), Vec::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("stage") => stage = Some(parser.value()?.parse_with(parse_stage)?),
            Long("cpu") => limits.cpu_seconds = parser.value()?.parse()?,
            Long("memory") => limits.memory_mib = parser.value()?.parse()?,
            Long("file") => limits.file_mib = parser.value()?.parse()?,
            Long("open-files") => limits.open_files = parser.value()?.parse()?,
            Long("processes") => limits.processes = parser.value()?.parse()?,
            Long("read") => read.push(parser.value()?.into()),
            Long("write") => write.push(parser.value()?.into()),
            Value(program) => {
                let Some(stage) = stage else { bail!("it needs --stage") };
                let arguments = parser.raw_args()?.collect();
                return Ok(Orders { stage, limits, read, write, program, arguments });
            }
            other => return Err(other.unexpected().into()),
        }
    }
    bail!("it needs a program to become")
}

fn parse_stage(text: &str) -> Result<Stage, String> {
    let known = Stage::ALL.into_iter().find(|(_, name)| *name == text);
    known.map(|(stage, _)| stage).ok_or_else(|| format!("there is no stage `{text}`"))
}
