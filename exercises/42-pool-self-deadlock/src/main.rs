//! Builds a few programs, one after the other, each with a longer chain of what it needs.

use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use pool_self_deadlock::{Builder, Unit, UnitId};

const WORKERS: usize = 4;
const COMPILING: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_millis(600);

fn main() -> ExitCode {
    println!("{WORKERS} workers compile, each unit takes {} ms.", COMPILING.as_millis());
    for levels in 1..=8 {
        let (news, compiled) = mpsc::channel();
        thread::spawn(move || {
            let builder = Builder::new(WORKERS, move |id| {
                thread::sleep(COMPILING);
                let _ = news.send(id);
            });
            builder.build(program(levels));
        });
        let mut units = 0;
        loop {
            match compiled.recv_timeout(PATIENCE) {
                Ok(_) => units += 1,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    println!();
                    println!("A program with {levels} levels: {units} units were compiled, and nothing");
                    println!(
                        "has been for {} ms. All {WORKERS} workers are at work, and none is working.",
                        PATIENCE.as_millis()
                    );
                    return ExitCode::FAILURE;
                }
            }
        }
        println!("A program with {levels} levels: {units} units were compiled.");
    }
    ExitCode::SUCCESS
}

/// A program that needs a library, which needs a library, and so on; and a little tool on each level.
fn program(levels: UnitId) -> Unit {
    let mut unit = Unit { id: 0, needs: Vec::new() };
    for level in 1..levels {
        let tool = Unit { id: 100 + level, needs: Vec::new() };
        unit = Unit { id: level, needs: vec![tool, unit] };
    }
    unit
}
