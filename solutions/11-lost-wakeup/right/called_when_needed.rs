//! idea: no clerk ever sleeps: one is called when a letter comes and not all of them are there, and goes home when nothing is left.
//! trade-off: no bell and no closing to be told of, and no threads while there is nothing to do; a thread is started for most letters on quiet days, and what it costs is known to the system only.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::collections::VecDeque;
use std::mem;
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
    office: Arc<Office>,
    clerks: usize,
}

impl Outbox {
    /// Opens an outbox with so many clerks, who deliver what is posted.
    pub fn open(clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        Outbox { office: Arc::new(Office { desk: Mutex::default(), deliver: Box::new(deliver) }), clerks }
    }

    /// Leaves a letter with the clerks.
    pub fn post(&self, letter: Letter) {
        let mut desk = self.office.desk.lock().unwrap();
        desk.letters.push_back(letter);
        if desk.at_work < self.clerks {
            desk.at_work += 1;
            desk.threads.retain(|clerk| !clerk.is_finished());
            let office = Arc::clone(&self.office);
            desk.threads.push(thread::spawn(move || office.work()));
        }
    }

    /// Waits until the last clerk has gone home: nobody goes while there is a letter.
    pub fn close(self) {
        let clerks = mem::take(&mut self.office.desk.lock().unwrap().threads);
        for clerk in clerks {
            clerk.join().unwrap();
        }
    }
}

/// What the clerks share.
struct Office {
    desk: Mutex<Desk>,
    deliver: Box<dyn Fn(Letter) + Send + Sync>,
}

#[derive(Default)]
struct Desk {
    letters: VecDeque<Letter>,
    /// The clerks who will look for a letter once more.
    at_work: usize,
    threads: Vec<JoinHandle<()>>,
}

impl Office {
    fn work(&self) {
        while let Some(letter) = self.next_letter() {
            (self.deliver)(letter);
        }
    }

    /// `None`: the clerk goes home. Looking and going are one step, so that whoever posts knows who is there.
    fn next_letter(&self) -> Option<Letter> {
        let mut desk = self.desk.lock().unwrap();
        let letter = desk.letters.pop_front();
        if letter.is_none() {
            desk.at_work -= 1;
        }
        letter
    }
}
