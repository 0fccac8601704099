//! verdict: assertion-failed
//! scenario: the_next_customer_asks_anew
//! why: what a carrier has said need not be asked for again, and the second quote takes no time; at the fare of the first.
//!
//! Quotes of a travel agency, which asks a carrier for the fare of every leg of a journey.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;

/// An amount of money, in cents.
pub type Cents = u64;

/// A part of a journey, which one carrier sells. Legs go by their numbers in the timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Leg(pub u32);

/// What a journey costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The fare of each leg, in the order of the journey.
    pub fares: Vec<Cents>,
    pub total: Cents,
}

/// The carrier has no seat left for a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldOut(pub Leg);

impl fmt::Display for SoldOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leg {} is sold out", self.0.0)
    }
}

impl Error for SoldOut {}

/// The carriers, which are asked over the network.
pub trait Carriers: Send + Sync + 'static {
    /// Asks the carrier of a leg for a fare. It keeps a seat until it has answered, or the question is given up.
    fn fare(&self, leg: Leg) -> impl Future<Output = Result<Cents, SoldOut>> + Send;
}

/// A travel agency. Any number of customers may ask it for quotes at the same time.
pub struct Agency<C> {
    carriers: Arc<C>,
    /// The fares that are known.
    known: Mutex<HashMap<Leg, Cents>>,
}

impl<C: Carriers> Agency<C> {
    pub fn new(carriers: Arc<C>) -> Self {
        Agency { carriers, known: Mutex::default() }
    }

    /// What a journey costs, or the leg for which there is no seat.
    pub async fn quote(&self, journey: &[Leg]) -> Result<Quote, SoldOut> {
        // When it is dropped, on whatever way out, the set ends the tasks that are left in it.
        let mut questions = JoinSet::new();
        let mut fares = vec![0; journey.len()];
        for (place, &leg) in journey.iter().enumerate() {
            if let Some(&fare) = self.known.lock().unwrap().get(&leg) {
                fares[place] = fare;
                continue;
            }
            let carriers = Arc::clone(&self.carriers);
            questions.spawn(async move { (place, carriers.fare(leg).await) });
        }
        while let Some(answer) = questions.join_next().await {
            let (place, fare) = answer.expect("a carrier does not panic");
            fares[place] = fare?;
            self.known.lock().unwrap().insert(journey[place], fares[place]);
        }
        let total = fares.iter().sum();
        Ok(Quote { fares, total })
    }
}
