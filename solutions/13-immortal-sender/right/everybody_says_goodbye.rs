//! idea: the sender may live on: every thread says when it is over, in the `Drop` of a guard, so that a panic says it, too.
//! trade-off: the end is a message, which can say more than a closed channel (who, and how); forget the guard in one place, and it hangs again.
//!
//! A search for fares: every airline is asked at the same time, and the page shows what they offer as it comes in.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
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
        let (news, inbox) = mpsc::channel();
        let mut threads = Vec::new();
        for (airline, adapter) in &self.airlines {
            let (airline, adapter, trip) = (*airline, Arc::clone(adapter), trip.clone());
            let goodbye = Goodbye { airline, news: news.clone() };
            threads.push(thread::spawn(move || {
                if let Some(fare) = adapter(&trip) {
                    let _ = goodbye.news.send(News::Found(Offer { airline, fare }));
                }
            }));
        }

        let mut shown = 0;
        let mut dead = Vec::new();
        let mut working = threads.len();
        while working > 0 {
            match inbox.recv() {
                Ok(News::Found(offer)) => {
                    show(offer);
                    shown += 1;
                }
                Ok(News::Over { airline, panicked }) => {
                    working -= 1;
                    if panicked {
                        dead.push(airline);
                    }
                }
                Err(mpsc::RecvError) => break,
            }
        }
        for thread in threads {
            let _ = thread.join();
        }
        let failed = self.airlines.iter().map(|&(airline, _)| airline).filter(|airline| dead.contains(airline));
        Summary { offers: shown, failed: failed.collect() }
    }
}

/// What the threads of a search tell it.
enum News {
    Found(Offer),
    Over { airline: AirlineId, panicked: bool },
}

/// Tells the search that a thread is over, however it came to its end.
struct Goodbye {
    airline: AirlineId,
    news: Sender<News>,
}

impl Drop for Goodbye {
    fn drop(&mut self) {
        let _ = self.news.send(News::Over { airline: self.airline, panicked: thread::panicking() });
    }
}
