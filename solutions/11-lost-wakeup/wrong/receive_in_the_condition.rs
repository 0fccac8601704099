//! verdict: not-concurrent
//! scenario: two_letters_wake_two_clerks
//! why: a shared receiver, read in a `while let`: the guard of its lock lives until the end of the loop's body, and a clerk delivers with the lock in hand.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::sync::mpsc::{self, Sender};
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
    letters: Sender<Letter>,
    clerks: Vec<JoinHandle<()>>,
}

impl Outbox {
    /// Opens an outbox with so many clerks, who deliver what is posted.
    pub fn open(clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        let (letters, posted) = mpsc::channel();
        let posted = Arc::new(Mutex::new(posted));
        let deliver = Arc::new(deliver);
        let clerk = |_| {
            let (posted, deliver) = (Arc::clone(&posted), Arc::clone(&deliver));
            thread::spawn(move || {
                while let Ok(letter) = posted.lock().unwrap().recv() {
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
