//! verdict: not-concurrent
//! scenario: no_clerk_goes_home_while_there_are_letters
//! why: the clerks go home at once, so that none can be missed; whoever closes the shop delivers what is left, one letter after the other.
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
    deliver: Arc<dyn Fn(Letter) + Send + Sync>,
    clerks: Vec<JoinHandle<()>>,
}

impl Outbox {
    /// Opens an outbox with so many clerks, who deliver what is posted.
    pub fn open(clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        let office = Arc::new(Office::default());
        let deliver: Arc<dyn Fn(Letter) + Send + Sync> = Arc::new(deliver);
        let clerk = |_| {
            let (office, deliver) = (Arc::clone(&office), Arc::clone(&deliver));
            thread::spawn(move || {
                while let Some(letter) = office.next_letter_while_open() {
                    deliver(letter);
                }
            })
        };
        let clerks = (0..clerks).map(clerk).collect();
        Outbox { office, deliver, clerks }
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
        while let Some(letter) = self.office.next_letter() {
            (self.deliver)(letter);
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

impl Office {
    /// The letter that was posted first. `None`: there is none, and there will be none.
    fn next_letter(&self) -> Option<Letter> {
        let mut desk = self.desk.lock().unwrap();
        loop {
            if let Some(letter) = desk.letters.pop_front() {
                return Some(letter);
            }
            if desk.closing {
                return None;
            }
            desk = self.bell.wait(desk).unwrap();
        }
    }

    /// `None`: the shop closes.
    fn next_letter_while_open(&self) -> Option<Letter> {
        let nothing_to_do = |desk: &mut Desk| desk.letters.is_empty() && !desk.closing;
        let mut desk = self.bell.wait_while(self.desk.lock().unwrap(), nothing_to_do).unwrap();
        if desk.closing { None } else { desk.letters.pop_front() }
    }
}
