//! verdict: not-concurrent
//! scenario: airlines_are_asked_at_the_same_time
//! why: each airline is joined before the next one is asked, and then there is nothing left to wait for: it takes as long as all of them together.
//!
//! A search for fares: every airline is asked at the same time, and the page shows what they offer as it comes in.

use std::sync::Arc;
use std::thread;

/// An amount of money, in cents.
pub type Cents = u64;

/// The number of an airline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AirlineId(pub u16);

/// Where a traveller wants to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    pub from: String,
    pub to: String,
}

/// What an airline asks for a trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub airline: AirlineId,
    pub fare: Cents,
}

/// How a search went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many offers were shown.
    pub offers: usize,
    /// The airlines whose adapter panicked.
    pub failed: Vec<AirlineId>,
}

/// Asks an airline for its fare. `None`: it does not fly there.
pub type Adapter = Arc<dyn Fn(&Trip) -> Option<Cents> + Send + Sync>;

/// The airlines that are asked.
pub struct FareSearch {
    airlines: Vec<(AirlineId, Adapter)>,
}

impl FareSearch {
    pub fn new(airlines: impl IntoIterator<Item = (AirlineId, Adapter)>) -> Self {
        FareSearch { airlines: airlines.into_iter().collect() }
    }

    /// Asks every airline, and shows each offer as it comes in.
    pub fn search(&self, trip: &Trip, mut show: impl FnMut(Offer)) -> Summary {
        let mut summary = Summary { offers: 0, failed: Vec::new() };
        for (airline, adapter) in &self.airlines {
            match thread::scope(|scope| scope.spawn(|| adapter(trip)).join()) {
                Ok(Some(fare)) => {
                    show(Offer { airline: *airline, fare });
                    summary.offers += 1;
                }
                Ok(None) => {}
                Err(_) => summary.failed.push(*airline),
            }
        }
        summary
    }
}
