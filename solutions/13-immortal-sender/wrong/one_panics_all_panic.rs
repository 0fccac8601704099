//! verdict: assertion-failed
//! scenario: an_airline_that_fails
//! why: the sender is dropped, and the search ends; with `join().unwrap()` it ends in the panic of an airline.
//!
//! A search for fares: every airline is asked at the same time, and the page shows what they offer as it comes in.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

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
    pub fn search(&self, trip: &Trip, show: impl FnMut(Offer)) -> Summary {
        let mut inquiries = Inquiries::new();
        for (airline, adapter) in &self.airlines {
            inquiries.ask(*airline, Arc::clone(adapter), trip.clone());
        }
        inquiries.finish(show)
    }
}

/// The airlines that were asked, and what they answer.
struct Inquiries {
    found: Sender<Offer>,
    offers: Receiver<Offer>,
    threads: Vec<(AirlineId, JoinHandle<()>)>,
}

impl Inquiries {
    fn new() -> Self {
        let (found, offers) = mpsc::channel();
        Inquiries { found, offers, threads: Vec::new() }
    }

    fn ask(&mut self, airline: AirlineId, adapter: Adapter, trip: Trip) {
        let found = self.found.clone();
        let thread = thread::spawn(move || {
            if let Some(fare) = adapter(&trip) {
                let _ = found.send(Offer { airline, fare });
            }
        });
        self.threads.push((airline, thread));
    }

    fn finish(self, mut show: impl FnMut(Offer)) -> Summary {
        drop(self.found);
        let mut shown = 0;
        for offer in self.offers {
            show(offer);
            shown += 1;
        }
        for (_, thread) in self.threads {
            thread.join().unwrap();
        }
        Summary { offers: shown, failed: Vec::new() }
    }
}
