//! A morning at the parcel shop, whose computer has one thread. At half past eight the head office publishes a tariff.

use std::collections::BTreeMap;
use std::process::{self, ExitCode};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use guard_across_await::{CustomerId, Desk, Percent, Register, Tariff, Zone};
use tokio::task::{self, LocalSet};
use tokio::time;

const MILLISECOND: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_millis(1000);
const CUSTOMERS: u32 = 8;

/// When something was last heard of the shop, in milliseconds.
static LAST_SEEN: AtomicU64 = AtomicU64::new(0);

/// It takes a while to answer.
struct CustomerDatabase;

impl Register for CustomerDatabase {
    async fn discount(&self, customer: CustomerId) -> Percent {
        time::sleep(MILLISECOND * 150).await;
        Percent::from(customer.0 % 3) * 10
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let opened = Instant::now();
    let now = move || {
        let millis = u64::try_from(opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        LAST_SEEN.store(millis, Ordering::Relaxed);
        millis
    };
    println!("A customer comes every 50 ms; the register takes 150 ms to answer. A tariff is published after 220 ms.");
    println!();
    watch_over_the_shop(opened);

    let desk = Rc::new(Desk::new(CustomerDatabase, tariff(1, 900)));
    LocalSet::new()
        .run_until(async {
            let office = task::spawn_local({
                let desk = Rc::clone(&desk);
                async move {
                    time::sleep(MILLISECOND * 220).await;
                    println!("{:4} ms: the head office publishes edition 2.", now());
                    desk.publish(tariff(2, 1_100));
                    println!("{:4} ms: the sign on the desk says edition {}.", now(), desk.edition());
                }
            });
            let mut visits = Vec::new();
            for customer in 1..=CUSTOMERS {
                let desk = Rc::clone(&desk);
                visits.push(task::spawn_local(async move {
                    if let Ok(quote) = desk.quote(CustomerId(customer), Zone(1)).await {
                        let (euros, cents) = (quote.price / 100, quote.price % 100);
                        println!(
                            "{:4} ms: customer {customer} pays {euros}.{cents:02}, by edition {}.",
                            now(),
                            quote.edition
                        );
                    }
                }));
                time::sleep(MILLISECOND * 50).await;
            }
            for visit in visits {
                visit.await.expect("a visit does not panic");
            }
            office.await.expect("the head office does not panic");
        })
        .await;
    println!("{:4} ms: all {CUSTOMERS} customers were served.", now());
    ExitCode::SUCCESS
}

fn tariff(edition: u32, price: u64) -> Tariff {
    Tariff { edition, prices: BTreeMap::from([(Zone(1), price)]), largest_discount: 15 }
}

/// Ends the demo when nothing is heard of the shop any more.
fn watch_over_the_shop(opened: Instant) {
    thread::spawn(move || {
        loop {
            thread::sleep(MILLISECOND * 50);
            let quiet = opened.elapsed().saturating_sub(MILLISECOND * seen());
            if quiet > PATIENCE {
                println!();
                println!("The register has answered long ago, and customers are still coming. But nothing has been");
                println!("heard of the shop for {} ms: its one thread stands still.", quiet.as_millis());
                process::exit(1);
            }
        }
    });
}

fn seen() -> u32 {
    u32::try_from(LAST_SEEN.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
}
