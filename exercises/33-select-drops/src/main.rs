//! A server logs a burst of ten lines, and the collector takes its time.

use std::process::ExitCode;
use std::time::Duration;

use select_drops::{Line, Shipper};
use tokio::sync::{mpsc, oneshot};
use tokio::time;

const LINES: u64 = 10;
const PAUSE: Duration = Duration::from_millis(2);
const STORING: Duration = Duration::from_millis(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    println!("The server logs {LINES} lines, one every {} ms;", PAUSE.as_millis());
    println!("the collector takes {} ms to store one.", STORING.as_millis());
    let (log, lines) = mpsc::channel(1);
    let (collector, mut incoming) = mpsc::channel(1);
    let (_running, stop) = oneshot::channel();
    let shipper = tokio::spawn(Shipper::new(64).run(lines, collector, stop));

    let server = async move {
        let mut logged = 0;
        for number in 1..=LINES {
            let line = Line { number, text: format!("GET /article/{number} 200") };
            logged += u64::from(log.send(line).await.is_ok());
            time::sleep(PAUSE).await;
        }
        logged
    };
    let storage = async {
        let mut stored = Vec::new();
        while let Some(line) = incoming.recv().await {
            time::sleep(STORING).await;
            println!("  stored: {:2} {}", line.number, line.text);
            stored.push(line.number);
        }
        stored
    };
    let (logged, stored) = tokio::join!(server, storage);
    match shipper.await {
        Ok(Ok(shipped)) => println!("The shipper says: all done, {shipped} lines handed on, no errors."),
        Ok(Err(error)) => println!("The shipper says: {error}."),
        Err(_) => println!("The shipper panicked."),
    }
    if stored == (1..=LINES).collect::<Vec<_>>() {
        println!("All {LINES} lines are in the archive.");
        return ExitCode::SUCCESS;
    }
    println!("The server logged {logged} lines. The archive has {}: {stored:?}", stored.len());
    ExitCode::FAILURE
}
