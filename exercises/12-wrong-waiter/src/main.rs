//! An evening in the restaurant.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wrong_waiter::{Dish, Pass};

const COOKS: u16 = 3;
const WAITERS: u16 = 4;
const EVENING: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_millis(400);

#[derive(Default)]
struct Kitchen {
    put: AtomicUsize,
    taken: AtomicUsize,
}

fn main() -> ExitCode {
    let pass = Arc::new(Pass::new(2));
    let kitchen = Arc::new(Kitchen::default());
    println!("{COOKS} cooks and {WAITERS} waiters are at work. There is room for 2 dishes on the pass.");
    for cook in 1..=COOKS {
        let (pass, kitchen) = (Arc::clone(&pass), Arc::clone(&kitchen));
        thread::spawn(move || {
            loop {
                pass.put(Dish { table: cook, name: "soup of the day".to_owned() });
                kitchen.put.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    for _ in 0..WAITERS {
        let (pass, kitchen) = (Arc::clone(&pass), Arc::clone(&kitchen));
        thread::spawn(move || {
            loop {
                drop(pass.take());
                kitchen.taken.fetch_add(1, Ordering::SeqCst);
            }
        });
    }

    let start = Instant::now();
    let (mut last, mut since) = (0, start);
    while start.elapsed() < EVENING || since.elapsed() > PATIENCE / 4 {
        thread::sleep(Duration::from_millis(20));
        let taken = kitchen.taken.load(Ordering::SeqCst);
        if taken != last {
            (last, since) = (taken, Instant::now());
        } else if since.elapsed() > PATIENCE {
            let left = kitchen.put.load(Ordering::SeqCst).saturating_sub(taken);
            println!();
            println!("After {taken} dishes nothing has moved for {} ms.", PATIENCE.as_millis());
            println!(
                "There are {left} dishes on the pass. Every waiter stands there and waits, and so does every cook."
            );
            return ExitCode::FAILURE;
        }
    }
    println!("{last} dishes were carried to the tables.");
    ExitCode::SUCCESS
}
