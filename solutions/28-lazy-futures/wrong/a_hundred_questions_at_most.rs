//! verdict: not-concurrent
//! scenario: a_long_journey
//! why: nobody needs more than a hundred questions at a time, until somebody does, and another customer waits for this one's.
//!
//! Quotes of a travel agency, which asks a carrier for the fare of every leg of a journey.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::Semaphore;

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
    /// Room for questions.
    room: Semaphore,
}

impl<C: Carriers> Agency<C> {
    pub fn new(carriers: Arc<C>) -> Self {
        Agency { carriers, room: Semaphore::new(100) }
    }

    /// What a journey costs, or the leg for which there is no seat.
    pub async fn quote(&self, journey: &[Leg]) -> Result<Quote, SoldOut> {
        let mut questions: Vec<_> = journey.iter().map(|&leg| Box::pin(self.ask(leg))).collect();
        let mut fares: Vec<Option<Cents>> = vec![None; journey.len()];
        let mut open = journey.len();
        poll_fn(|cx| {
            for (fare, question) in fares.iter_mut().zip(&mut questions).filter(|(fare, _)| fare.is_none()) {
                if let Poll::Ready(answer) = question.as_mut().poll(cx) {
                    *fare = Some(answer?);
                    open -= 1;
                }
            }
            if open == 0 { Poll::Ready(Ok(())) } else { Poll::Pending }
        })
        .await?;
        let fares: Vec<Cents> = fares.into_iter().flatten().collect();
        let total = fares.iter().sum();
        Ok(Quote { fares, total })
    }

    async fn ask(&self, leg: Leg) -> Result<Cents, SoldOut> {
        let _room = self.room.acquire().await.expect("it is never closed");
        self.carriers.fare(leg).await
    }
}
