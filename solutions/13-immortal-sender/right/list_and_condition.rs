//! idea: no channel: a list under a lock, with the number of those who may still add to it, and a condition variable.
//! trade-off: everything that a channel does is there to be seen, and to be got wrong: the count, the guard, the notification.
//!
//! A search for fares: every airline is asked at the same time, and the page shows what they offer as it comes in.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
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
        let board = Arc::new(Board::default());
        let mut threads = Vec::new();
        for (airline, adapter) in &self.airlines {
            let (airline, adapter, trip) = (*airline, Arc::clone(adapter), trip.clone());
            let place = Place::take(&board);
            let thread = thread::spawn(move || {
                if let Some(fare) = adapter(&trip) {
                    place.put(Offer { airline, fare });
                }
            });
            threads.push((airline, thread));
        }

        let mut shown = 0;
        while let Some(offer) = board.next() {
            show(offer);
            shown += 1;
        }
        let failed = threads.into_iter().filter_map(|(airline, thread)| thread.join().is_err().then_some(airline));
        Summary { offers: shown, failed: failed.collect() }
    }
}

/// The offers that were not shown yet.
#[derive(Default)]
struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    offers: VecDeque<Offer>,
    places: usize,
}

impl Board {
    /// `None`: there is nothing, and nobody is left who could bring something.
    fn next(&self) -> Option<Offer> {
        let waits = |state: &mut State| state.offers.is_empty() && state.places > 0;
        self.changed.wait_while(self.state.lock().unwrap(), waits).unwrap().offers.pop_front()
    }
}

/// The right to put offers on a board.
struct Place(Arc<Board>);

impl Place {
    fn take(board: &Arc<Board>) -> Self {
        board.state.lock().unwrap().places += 1;
        Place(Arc::clone(board))
    }

    fn put(&self, offer: Offer) {
        self.0.state.lock().unwrap().offers.push_back(offer);
        self.0.changed.notify_one();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().places -= 1;
        self.0.changed.notify_one();
    }
}
