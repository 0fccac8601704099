//! What this world costs on top of bare loom, for one execution: the primitives, the recording, and the rules that loom
//! lacks. Each program is written twice, and both are explored with the same bounds, alternately in one run.

use std::time::{Duration, Instant};

use kata_trace::{Budget, Verdict};

/// Preemption bounds up to this one.
const BOUND: u32 = 2;

/// A name, and the program for bare loom and for the world.
type Program = (&'static str, [fn(); 2]);

/// Measurements of each kind; the fastest counts.
const ROUNDS: usize = 7;

macro_rules! programs {
    ($($engine:ident),*) => {$(
        mod $engine {
            use ::$engine::sync::atomic::{AtomicUsize, Ordering::{Acquire, Relaxed, Release, SeqCst}};
            use ::$engine::sync::{Arc, Condvar, Mutex};
            use ::$engine::thread;

            fn two(body: fn(usize, &Shared)) {
                let shared = Arc::new(Shared {
                    counter: Mutex::new(0),
                    changed: Condvar::new(),
                    x: AtomicUsize::new(0),
                    y: AtomicUsize::new(0),
                });
                let threads: Vec<_> = (0..2)
                    .map(|id| {
                        let shared = Arc::clone(&shared);
                        thread::spawn(move || body(id, &shared))
                    })
                    .collect();
                threads.into_iter().for_each(|thread| thread.join().unwrap());
            }

            struct Shared {
                counter: Mutex<u32>,
                changed: Condvar,
                x: AtomicUsize,
                y: AtomicUsize,
            }

            pub(super) fn mutex() {
                two(|_, shared| (0..3).for_each(|_| *shared.counter.lock().unwrap() += 1));
            }

            pub(super) fn message() {
                two(|id, shared| match id {
                    0 => {
                        shared.x.store(1, Relaxed);
                        shared.y.store(1, Release);
                        shared.x.store(2, Relaxed);
                    }
                    _ => {
                        let _ = (shared.y.load(Acquire), shared.x.load(Relaxed), shared.x.load(Relaxed));
                    }
                });
            }

            pub(super) fn increments() {
                two(|_, shared| (0..3).for_each(|_| {
                    shared.x.fetch_add(1, Relaxed);
                }));
            }

            pub(super) fn dekker() {
                two(|id, shared| {
                    let (mine, other) = if id == 0 { (&shared.x, &shared.y) } else { (&shared.y, &shared.x) };
                    for turn in 1..=3 {
                        mine.store(turn, SeqCst);
                        other.load(SeqCst);
                    }
                });
            }

            pub(super) fn handoff() {
                two(|id, shared| {
                    if id == 0 {
                        *shared.counter.lock().unwrap() = 1;
                        shared.changed.notify_one();
                    } else {
                        let mut counter = shared.counter.lock().unwrap();
                        while *counter == 0 {
                            counter = shared.changed.wait(counter).unwrap();
                        }
                    }
                });
            }
        }
    )*};
}

programs!(loom, kata_loom);

fn bare(program: fn()) -> (u64, Duration) {
    static EXECUTIONS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    EXECUTIONS.store(0, std::sync::atomic::Ordering::Relaxed);
    let start = Instant::now();
    for bound in 0..=BOUND {
        let mut builder = ::loom::model::Builder::new();
        builder.preemption_bound = Some(bound as usize);
        builder.check(move || {
            EXECUTIONS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            program();
        });
    }
    (EXECUTIONS.load(std::sync::atomic::Ordering::Relaxed), start.elapsed())
}

fn world(program: fn()) -> (u64, Duration) {
    let budget = Budget { executions: u64::MAX, preemptions: Some(BOUND), ..Budget::default() };
    let start = Instant::now();
    let finding = ::kata_loom::explore_with(budget, None, program);
    assert_eq!(finding.verdict, Verdict::Passed, "{}", finding.message);
    (finding.evidence.executions, start.elapsed())
}

fn main() {
    let programs: [Program; 5] = [
        ("mutex counter, 2 threads, 3 locks each", [loom::mutex, kata_loom::mutex]),
        ("message passing, 2 threads", [loom::message, kata_loom::message]),
        ("increments, 2 threads, 3 each", [loom::increments, kata_loom::increments]),
        ("store buffering three times, seq-cst", [loom::dekker, kata_loom::dekker]),
        ("condition variable, 2 threads", [loom::handoff, kata_loom::handoff]),
    ];
    println!("| program | executions bare | in the world | µs each bare | in the world | ratio |");
    println!("|---|---|---|---|---|---|");
    for (name, [bare_program, world_program]) in programs {
        let mut best = [(0, f64::MAX); 2];
        for _ in 0..ROUNDS {
            for (best, (executions, time)) in best.iter_mut().zip([bare(bare_program), world(world_program)]) {
                let each = time.as_secs_f64() * 1e6 / executions as f64;
                *best = (executions, each.min(best.1));
            }
        }
        let [(bare_count, bare), (world_count, world)] = best;
        println!("| {name} | {bare_count} | {world_count} | {bare:.1} | {world:.1} | {:.2} |", world / bare);
    }
}
