//! idea: one future that polls those that were woken
//! trade-off: no tasks, and an answer polls one question, however many are open; but it is a small executor of its own, with a waker for each question.
//!
//! Quotes of a travel agency, which asks a carrier for the fare of every leg of a journey.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

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
        let mut questions: Vec<_> = journey.iter().map(|&leg| Some(Box::pin(self.carriers.fare(leg)))).collect();
        let bells: Vec<Arc<Bell>> = journey.iter().map(|_| Arc::new(Bell::new())).collect();
        let mut fares = vec![0; journey.len()];
        poll_fn(|cx| {
            for (place, bell) in bells.iter().enumerate() {
                *bell.request.lock().unwrap() = Some(cx.waker().clone());
                let Some(question) = questions[place].as_mut().filter(|_| bell.has_rung()) else { continue };
                let waker = Waker::from(Arc::clone(bell));
                if let Poll::Ready(answer) = question.as_mut().poll(&mut Context::from_waker(&waker)) {
                    fares[place] = answer?;
                    questions[place] = None;
                }
            }
            if questions.iter().all(Option::is_none) { Poll::Ready(Ok(())) } else { Poll::Pending }
        })
        .await?;
        let total = fares.iter().sum();
        Ok(Quote { fares, total })
    }
}

/// Rings when there is something to do for a question.
struct Bell {
    rung: AtomicBool,
    request: Mutex<Option<Waker>>,
}

impl Bell {
    fn new() -> Self {
        Bell { rung: AtomicBool::new(true), request: Mutex::new(None) }
    }

    fn has_rung(&self) -> bool {
        self.rung.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::SeqCst);
        let request = self.request.lock().unwrap().clone();
        if let Some(request) = request {
            request.wake();
        }
    }
}
