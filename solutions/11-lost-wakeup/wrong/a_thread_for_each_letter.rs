//! verdict: assertion-failed
//! scenario: what_is_left_is_delivered_in_order
//! why: nobody sleeps, nobody has to be woken: every letter gets a thread of its own, as many as there are letters, and they overtake each other.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// The number of an order.
pub type OrderId = u64;

/// The confirmation of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub order: OrderId,
    pub to: String,
}

/// Letters on their way to the customers.
pub struct Outbox {
    deliver: Arc<dyn Fn(Letter) + Send + Sync>,
    under_way: Mutex<Vec<JoinHandle<()>>>,
}

impl Outbox {
    /// Opens an outbox, which delivers what is posted.
    pub fn open(_clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        Outbox { deliver: Arc::new(deliver), under_way: Mutex::default() }
    }

    /// Sends somebody with a letter.
    pub fn post(&self, letter: Letter) {
        let deliver = Arc::clone(&self.deliver);
        self.under_way.lock().unwrap().push(thread::spawn(move || deliver(letter)));
    }

    /// Waits until everybody is back.
    pub fn close(self) {
        for clerk in self.under_way.into_inner().unwrap() {
            clerk.join().unwrap();
        }
    }
}
