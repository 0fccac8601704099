//! verdict: not-concurrent
//! scenario: two_letters_wake_two_clerks
//! why: under the lock nothing can come in between, deliveries included: one at a time, and whoever wants to post a letter waits for it.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
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
    office: Arc<Office>,
    clerks: Vec<JoinHandle<()>>,
}

impl Outbox {
    /// Opens an outbox with so many clerks, who deliver what is posted.
    pub fn open(clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        let office = Arc::new(Office::default());
        let deliver = Arc::new(deliver);
        let clerk = |_| {
            let (office, deliver) = (Arc::clone(&office), Arc::clone(&deliver));
            thread::spawn(move || {
                let mut desk = office.desk.lock().unwrap();
                loop {
                    if let Some(letter) = desk.letters.pop_front() {
                        deliver(letter);
                    } else if desk.closing {
                        break;
                    } else {
                        desk = office.bell.wait(desk).unwrap();
                    }
                }
            })
        };
        let clerks = (0..clerks).map(clerk).collect();
        Outbox { office, clerks }
    }

    /// Leaves a letter with the clerks.
    pub fn post(&self, letter: Letter) {
        self.office.desk.lock().unwrap().letters.push_back(letter);
        self.office.bell.notify_one();
    }

    /// Delivers what is left, and sends the clerks home.
    pub fn close(self) {
        self.office.desk.lock().unwrap().closing = true;
        self.office.bell.notify_all();
        for clerk in self.clerks {
            clerk.join().unwrap();
        }
    }
}

/// What the clerks share.
#[derive(Default)]
struct Office {
    desk: Mutex<Desk>,
    bell: Condvar,
}

/// What a clerk looks at before going to sleep.
#[derive(Default)]
struct Desk {
    letters: VecDeque<Letter>,
    closing: bool,
}
