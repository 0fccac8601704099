//! idea: one task for the request, which asks all carriers
//! trade-off: the request is a message to somebody who could also count, limit or remember questions; but the task outlives the request unless it looks whether anybody still waits for its reply.
//!
//! Quotes of a travel agency, which asks a carrier for the fare of every leg of a journey.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;
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
}

impl<C: Carriers> Agency<C> {
    pub fn new(carriers: Arc<C>) -> Self {
        Agency { carriers }
    }

    /// What a journey costs, or the leg for which there is no seat.
    pub async fn quote(&self, journey: &[Leg]) -> Result<Quote, SoldOut> {
        let (reply, quote) = oneshot::channel();
        tokio::spawn(ask(Arc::clone(&self.carriers), journey.to_vec(), reply));
        quote.await.expect("a task that asks replies")
    }
}

/// Asks for every leg of a journey, until the customer leaves.
async fn ask<C: Carriers>(carriers: Arc<C>, journey: Vec<Leg>, mut reply: oneshot::Sender<Result<Quote, SoldOut>>) {
    let mut questions = JoinSet::new();
    for (place, leg) in journey.iter().copied().enumerate() {
        let carriers = Arc::clone(&carriers);
        questions.spawn(async move { (place, carriers.fare(leg).await) });
    }
    let mut fares = vec![0; journey.len()];
    loop {
        let answer = tokio::select! {
            answer = questions.join_next() => answer,
            () = reply.closed() => return,
        };
        match answer {
            Some(Ok((place, Ok(fare)))) => fares[place] = fare,
            Some(Ok((_, Err(sold_out)))) => {
                let _ = reply.send(Err(sold_out));
                return;
            }
            Some(Err(_)) => return,
            None => break,
        }
    }
    let total = fares.iter().sum();
    let _ = reply.send(Ok(Quote { fares, total }));
}
