//! verdict: not-concurrent
//! scenario: a_long_journey
//! why: `try_join!` takes a fixed number of futures, so that it gets four legs at a time: the fifth waits for the slowest of the first four.
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
        for legs in journey.chunks(4) {
            let fare = |place: usize| {
                let leg = legs.get(place).copied();
                async move {
                    match leg {
                        Some(leg) => self.carriers.fare(leg).await.map(Some),
                        None => Ok(None),
                    }
                }
            };
            let (a, b, c, d) = tokio::try_join!(fare(0), fare(1), fare(2), fare(3))?;
            fares.extend([a, b, c, d].into_iter().flatten());
        }
        let total = fares.iter().sum();
        Ok(Quote { fares, total })
    }
}
