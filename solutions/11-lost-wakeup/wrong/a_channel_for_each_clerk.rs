//! verdict: not-concurrent
//! scenario: no_letter_waits_while_a_clerk_is_free
//! why: each clerk has a channel and gets letters in turn, so that nothing is shared; a letter waits for its clerk, while another one has nothing to do.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
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
    clerks: Vec<(Sender<Letter>, JoinHandle<()>)>,
    posted: AtomicUsize,
}

impl Outbox {
    /// Opens an outbox with so many clerks, who deliver what is posted.
    pub fn open(clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        let deliver = Arc::new(deliver);
        let clerk = |_| {
            let (tray, rx) = mpsc::channel();
            let deliver = Arc::clone(&deliver);
            (tray, thread::spawn(move || rx.into_iter().for_each(|letter| deliver(letter))))
        };
        let clerks = (0..clerks).map(clerk).collect();
        Outbox { clerks, posted: AtomicUsize::new(0) }
    }

    /// Leaves a letter with the clerk whose turn it is.
    pub fn post(&self, letter: Letter) {
        let turn = self.posted.fetch_add(1, Ordering::SeqCst) % self.clerks.len();
        self.clerks[turn].0.send(letter).unwrap();
    }

    /// Delivers what is left, and sends the clerks home.
    pub fn close(self) {
        let (trays, clerks): (Vec<_>, Vec<_>) = self.clerks.into_iter().unzip();
        drop(trays);
        for clerk in clerks {
            clerk.join().unwrap();
        }
    }
}
