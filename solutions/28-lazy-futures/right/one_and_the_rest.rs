//! idea: `try_join!` of one question and all the others
//! trade-off: no tasks, and `try_join!` does what the contract asks; but it knows how many it joins when it is compiled, so that a list takes a recursion with a box for each leg.
//!
//! Quotes of a travel agency, which asks a carrier for the fare of every leg of a journey.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
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
        let mut fares = fares(&*self.carriers, journey).await?;
        fares.reverse();
        let total = fares.iter().sum();
        Ok(Quote { fares, total })
    }
}

type Fares<'a> = Pin<Box<dyn Future<Output = Result<Vec<Cents>, SoldOut>> + Send + 'a>>;

/// The fares of a journey, the last leg first.
fn fares<'a, C: Carriers>(carriers: &'a C, journey: &'a [Leg]) -> Fares<'a> {
    Box::pin(async move {
        let Some((&first, rest)) = journey.split_first() else { return Ok(Vec::new()) };
        let (fare, mut fares) = tokio::try_join!(carriers.fare(first), fares(carriers, rest))?;
        fares.push(fare);
        Ok(fares)
    })
}
