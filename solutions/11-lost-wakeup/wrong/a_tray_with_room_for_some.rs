//! verdict: not-concurrent
//! scenario: posting_does_not_wait_for_a_delivery
//! why: a bounded channel does everything that is needed, until there are more letters than it has room for: then whoever takes orders waits for the clerks.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::sync::mpsc::{self, SyncSender};
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
    letters: SyncSender<Letter>,
    clerks: Vec<JoinHandle<()>>,
}

impl Outbox {
    /// Opens an outbox with so many clerks, who deliver what is posted.
    pub fn open(clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        let (letters, posted) = mpsc::sync_channel(60);
        let posted = Arc::new(Mutex::new(posted));
        let deliver = Arc::new(deliver);
        let clerk = |_| {
            let (posted, deliver) = (Arc::clone(&posted), Arc::clone(&deliver));
            thread::spawn(move || {
                loop {
                    let next = posted.lock().unwrap().recv();
                    let Ok(letter) = next else { break };
                    deliver(letter);
                }
            })
        };
        let clerks = (0..clerks).map(clerk).collect();
        Outbox { letters, clerks }
    }

    /// Leaves a letter with the clerks.
    pub fn post(&self, letter: Letter) {
        self.letters.send(letter).unwrap();
    }

    /// Delivers what is left, and sends the clerks home.
    pub fn close(self) {
        drop(self.letters);
        for clerk in self.clerks {
            clerk.join().unwrap();
        }
    }
}
