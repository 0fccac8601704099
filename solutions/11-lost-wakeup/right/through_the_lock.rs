//! idea: the flag stays where it is; whoever sets it goes through the lock once before ringing: nobody can be between looking and sleeping then.
//! trade-off: the smallest change, and good where the flag is needed without the lock, too; an empty critical section looks like a mistake, and needs its comment.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
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
                while let Some(letter) = office.next_letter() {
                    deliver(letter);
                }
            })
        };
        let clerks = (0..clerks).map(clerk).collect();
        Outbox { office, clerks }
    }

    /// Leaves a letter with the clerks.
    pub fn post(&self, letter: Letter) {
        self.office.letters.lock().unwrap().push_back(letter);
        self.office.bell.notify_one();
    }

    /// Delivers what is left, and sends the clerks home.
    pub fn close(self) {
        self.office.closing.store(true, Ordering::SeqCst);
        // A clerk who has not seen it holds the lock, or sleeps.
        drop(self.office.letters.lock().unwrap());
        self.office.bell.notify_all();
        for clerk in self.clerks {
            clerk.join().unwrap();
        }
    }
}

/// What the clerks share.
#[derive(Default)]
struct Office {
    letters: Mutex<VecDeque<Letter>>,
    closing: AtomicBool,
    bell: Condvar,
}

impl Office {
    /// The letter that was posted first. `None`: there is none, and there will be none.
    fn next_letter(&self) -> Option<Letter> {
        let mut letters = self.letters.lock().unwrap();
        loop {
            if let Some(letter) = letters.pop_front() {
                return Some(letter);
            }
            if self.closing.load(Ordering::SeqCst) {
                return None;
            }
            letters = self.bell.wait(letters).unwrap();
        }
    }
}
