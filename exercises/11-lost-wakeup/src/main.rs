//! Customers order one after the other, and each waits for the confirmation.

use std::hint;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, Instant};

use lost_wakeup::{Letter, OrderId, Outbox};

const OPENING_HOURS: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_millis(400);

fn main() -> ExitCode {
    let (hand_over, letterbox) = mpsc::channel();
    let outbox = Outbox::open(1, move |letter| {
        let _ = hand_over.send(letter.order);
    });
    println!("The shop is open. A confirmation takes a few millionths of a second.");

    let start = Instant::now();
    let mut order: OrderId = 0;
    while start.elapsed() < OPENING_HOURS {
        order += 1;
        outbox.post(confirmation(order));
        match look_into(&letterbox) {
            Ok(_) => think(order),
            Err(TryRecvError::Empty) => {
                println!();
                println!(
                    "Order {order}: no confirmation after {} ms. The clerk is doing nothing.",
                    PATIENCE.as_millis()
                );
                println!("Another customer orders …");
                outbox.post(confirmation(order + 1));
                while let Ok(arrived) = look_into(&letterbox) {
                    println!("… and the confirmation of order {arrived} is there.");
                }
                return ExitCode::FAILURE;
            }
            Err(TryRecvError::Disconnected) => {
                println!("The clerk is gone, and the shop is open.");
                return ExitCode::FAILURE;
            }
        }
    }
    outbox.close();
    println!("{order} orders, and each was confirmed at once.");
    ExitCode::SUCCESS
}

fn confirmation(order: OrderId) -> Letter {
    Letter { order, to: format!("customer of order {order}") }
}

/// Waits for the confirmation as customers do: looking all the time.
fn look_into(letterbox: &Receiver<OrderId>) -> Result<OrderId, TryRecvError> {
    let start = Instant::now();
    loop {
        match letterbox.try_recv() {
            Err(TryRecvError::Empty) if start.elapsed() < PATIENCE => hint::spin_loop(),
            found => return found,
        }
    }
}

/// The next customer comes a little sooner, or a little later, than the last one.
fn think(order: OrderId) {
    for _ in 0..order % 24 {
        hint::spin_loop();
    }
}
