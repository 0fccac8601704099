//! idea: threads of a scope that borrow what they need; the sender is given up before the offers are read.
//! trade-off: no clones of adapters and trips, and no thread can be forgotten; that the scope waits for its threads does not close the channel.
//!
//! A search for fares: every airline is asked at the same time, and the page shows what they offer as it comes in.

use std::sync::Arc;
use std::sync::mpsc;
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
        thread::scope(|scope| {
            let (found, offers) = mpsc::channel();
            let mut threads = Vec::new();
            for (airline, adapter) in &self.airlines {
                let found = found.clone();
                let thread = scope.spawn(move || {
                    if let Some(fare) = adapter(trip) {
                        let _ = found.send(Offer { airline: *airline, fare });
                    }
                });
                threads.push((*airline, thread));
            }
            drop(found);

            let shown = offers.into_iter().map(&mut show).count();
            let failed = threads.into_iter().filter_map(|(airline, thread)| thread.join().is_err().then_some(airline));
            Summary { offers: shown, failed: failed.collect() }
        })
    }
}
