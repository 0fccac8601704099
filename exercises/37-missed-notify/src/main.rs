//! A server is started again and again, and is asked for something while it starts.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use missed_notify::{Part, Startup};
use tokio::time;

const DATABASE: Part = Part("database");
const PATIENCE: Duration = Duration::from_millis(500);
const DEMO: Duration = Duration::from_secs(3);
/// Starts for which the database gets ready in advance.
const STARTS: usize = 500_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    println!("A server starts, and a request comes in meanwhile. Again and again.");
    let startups: Arc<[Startup]> = (0..STARTS).map(|_| Startup::new([DATABASE])).collect();
    let begun = Arc::new(AtomicUsize::new(0));
    thread::spawn({
        let (startups, begun) = (Arc::clone(&startups), Arc::clone(&begun));
        move || {
            for (number, startup) in startups.iter().enumerate() {
                while begun.load(Ordering::Acquire) <= number {
                    std::hint::spin_loop();
                }
                // The database is quick, and not always equally quick.
                (0..number % 4).for_each(|_| std::hint::spin_loop());
                startup.is_up(DATABASE);
            }
        }
    });

    let begin = Instant::now();
    for (number, startup) in startups.iter().enumerate() {
        begun.store(number + 1, Ordering::Release);
        if time::timeout(PATIENCE, startup.ready()).await.is_err() {
            println!();
            println!("Start {}: the server has been up for {} ms, and would answer", number + 1, PATIENCE.as_millis());
            println!("any request that comes now: {} parts are missing.", startup.missing().len());
            println!("The request that came early is still waiting for it to start.");
            return ExitCode::FAILURE;
        }
        if begin.elapsed() > DEMO {
            println!("{} starts, and every request was let in.", number + 1);
            return ExitCode::SUCCESS;
        }
    }
    println!("{STARTS} starts, and every request was let in.");
    ExitCode::SUCCESS
}
