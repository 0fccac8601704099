//! A customer asks for a journey of six legs, and looks at the clock.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use lazy_futures::{Agency, Carriers, Cents, Leg, SoldOut};
use tokio::time::{self, Instant};

/// How long each carrier takes, in milliseconds.
const ANSWERS: [u64; 6] = [120, 180, 90, 150, 200, 110];

struct Network;

impl Carriers for Network {
    async fn fare(&self, leg: Leg) -> Result<Cents, SoldOut> {
        let place = leg.0 as usize;
        let Some(&millis) = ANSWERS.get(place) else { return Err(SoldOut(leg)) };
        time::sleep(Duration::from_millis(millis)).await;
        Ok(4_900 + 700 * Cents::from(leg.0))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    for (leg, millis) in ANSWERS.iter().enumerate() {
        println!("The carrier of leg {leg} answers within {millis} ms.");
    }
    let agency = Agency::new(Arc::new(Network));
    let journey: Vec<Leg> = (0..).map(Leg).take(ANSWERS.len()).collect();
    let asked = Instant::now();
    match agency.quote(&journey).await {
        Ok(quote) => println!("The agency: that makes {} cents.", quote.total),
        Err(error) => println!("The agency: sorry, {error}."),
    }
    let waited = asked.elapsed().as_millis();
    let slowest = ANSWERS.iter().max().map_or(0, |&millis| u128::from(millis));
    println!();
    println!("The slowest carrier takes {slowest} ms. The customer waited for {waited} ms.");
    if waited >= 2 * slowest {
        println!("Customers who wait for half a second book somewhere else.");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
