//! What recording costs: executions with and without it, and bare shuttle on the same program, in turn in one run.
//!
//! Run it on a quiet machine: `cargo bench --profile dev -p kata-shuttle --bench recording`.

use std::time::{Duration, Instant};

use kata_shuttle::{Settings, run};
use kata_trace::Budget;

const ROUNDS: usize = 15;
const EXECUTIONS: u64 = 3_000;

/// Two threads that count together, on the primitives of `$world`.
macro_rules! counter {
    ($name:ident, $world:ident) => {
        fn $name() {
            let count = std::sync::Arc::new($world::sync::Mutex::new(0_u64));
            let counting = |count: std::sync::Arc<$world::sync::Mutex<u64>>| {
                move || {
                    for _ in 0..5 {
                        *count.lock().unwrap() += 1;
                    }
                }
            };
            let threads = [count.clone(), count.clone()].map(|count| $world::thread::spawn(counting(count)));
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(*count.lock().unwrap(), 10);
        }
    };
}

counter!(ours, kata_shuttle);
counter!(bare, shuttle);

/// Random schedules, as bare shuttle has them: the systematic search would exhaust the program too soon.
fn explored(settings: Settings) -> Duration {
    let budget = Budget { executions: 0, random_executions: EXECUTIONS, ..Budget::default() };
    let start = Instant::now();
    let finding = run(ours, &budget, settings);
    let time = start.elapsed();
    assert_eq!((finding.verdict, finding.evidence.executions), (kata_trace::Verdict::Passed, EXECUTIONS));
    time
}

fn shuttled() -> Duration {
    let executions = usize::try_from(EXECUTIONS).expect("a few thousand");
    let start = Instant::now();
    shuttle::check_pct(bare, executions, 3);
    start.elapsed()
}

fn main() {
    let rounds: Vec<[Duration; 3]> = (0..=ROUNDS)
        .map(|_| [explored(Settings { silent: true }), explored(Settings::default()), shuttled()])
        .skip(1)
        .collect();
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let micros = |which: usize| {
        median(rounds.iter().map(|round| round[which].as_secs_f64() * 1e6 / EXECUTIONS as f64).collect())
    };
    let ratio =
        |to: usize| median(rounds.iter().map(|round| round[1].as_secs_f64() / round[to].as_secs_f64()).collect());
    println!("medians of {ROUNDS} rounds of {EXECUTIONS} executions");
    println!("  without recording  {:6.1} µs an execution", micros(0));
    println!("  with recording     {:6.1} µs an execution, {:.2} times that without", micros(1), ratio(0));
    println!("  bare shuttle       {:6.1} µs an execution; with recording {:.2} times that", micros(2), ratio(2));
}
