//! verdict: not-concurrent
//! scenario: the_slowest_carrier_decides
//! why: every question is a task, and is awaited in the line that spawns it: the next task is spawned when this one is done.
//!
//! Quotes of a travel agency, which asks a carrier for the fare of every leg of a journey.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

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
}

impl<C: Carriers> Agency<C> {
    pub fn new(carriers: Arc<C>) -> Self {
        Agency { carriers }
    }

    /// What a journey costs, or the leg for which there is no seat.
    pub async fn quote(&self, journey: &[Leg]) -> Result<Quote, SoldOut> {
        let mut fares = Vec::with_capacity(journey.len());
        for &leg in journey {
            let carriers = Arc::clone(&self.carriers);
            let fare = tokio::spawn(async move { carriers.fare(leg).await }).await;
            fares.push(fare.expect("a carrier does not panic")?);
        }
        let total = fares.iter().sum();
        Ok(Quote { fares, total })
    }
}
