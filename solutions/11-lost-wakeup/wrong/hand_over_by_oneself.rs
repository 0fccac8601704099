//! verdict: not-concurrent
//! scenario: two_letters_wake_two_clerks
//! why: whoever has a letter delivers it: there is nobody to be woken, and the customer's thread is the clerk now.
//!
//! The outbox of a shop: whoever has a letter for a customer posts it and goes on, and clerks deliver it.

use std::sync::Mutex;

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
    deliver: Box<dyn Fn(Letter) + Send + Sync>,
    at_work: Mutex<()>,
}

impl Outbox {
    /// Opens an outbox, which delivers what is posted.
    pub fn open(_clerks: usize, deliver: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        Outbox { deliver: Box::new(deliver), at_work: Mutex::new(()) }
    }

    /// Delivers a letter.
    pub fn post(&self, letter: Letter) {
        let _at_work = self.at_work.lock().unwrap();
        (self.deliver)(letter);
    }

    /// There is nothing left to do.
    pub fn close(self) {}
}
