//! idea: tasks that hear when nobody waits for their answers any more
//! trade-off: nobody has to end them, on whatever way out; each waits for two things, and forgetting the second keeps a seat.
//!
//! Quotes of a travel agency, which asks a carrier for the fare of every leg of a journey.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc;

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
        let (answer, mut answers) = mpsc::channel(journey.len().max(1));
        for (place, &leg) in journey.iter().enumerate() {
            let (carriers, answer) = (Arc::clone(&self.carriers), answer.clone());
            tokio::spawn(async move {
                tokio::select! {
                    fare = carriers.fare(leg) => {
                        // Nobody listens any more when another leg is sold out.
                        let _ = answer.send((place, fare)).await;
                    }
                    () = answer.closed() => {}
                }
            });
        }
        drop(answer);
        let mut fares = vec![0; journey.len()];
        while let Some((place, fare)) = answers.recv().await {
            fares[place] = fare?;
        }
        let total = fares.iter().sum();
        Ok(Quote { fares, total })
    }
}
