//! verdict: not-concurrent
//! scenario: a_screening_holds_up_no_reads_of_others
//! why: a read lock for payments, a write lock for a history in one piece: it waits for the screening of anybody.
//!
//! The wallets of a shop's customers: what they hold, what they paid for, and what they were given back.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

/// An amount of money, in cents.
pub type Cents = i64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u32);

/// What a customer pays for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    pub customer: CustomerId,
    pub order: OrderId,
    pub amount: Cents,
}

/// Why nothing was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    /// The shop does not know this customer.
    UnknownCustomer,
    /// The wallet holds less than the amount.
    InsufficientFunds,
    /// The screening advises against it.
    Suspicious,
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Declined::UnknownCustomer => "the customer is unknown",
            Declined::InsufficientFunds => "the wallet holds too little",
            Declined::Suspicious => "the payment looks suspicious",
        })
    }
}

impl std::error::Error for Declined {}

/// One line of a wallet's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Paid(OrderId, Cents),
    Refunded(OrderId, Cents),
}

struct Wallet {
    balance: Mutex<Cents>,
    history: Mutex<Vec<Entry>>,
}

/// All wallets, and the screening that every payment goes through.
pub struct Wallets {
    wallets: BTreeMap<CustomerId, Wallet>,
    log: std::sync::RwLock<()>,
    screen: Box<dyn Fn(&Payment) -> bool + Send + Sync>,
}

impl Wallets {
    /// Opens the wallets. `screen` tells whether a payment may be made.
    pub fn new(
        deposits: impl IntoIterator<Item = (CustomerId, Cents)>,
        screen: impl Fn(&Payment) -> bool + Send + Sync + 'static,
    ) -> Self {
        let open = |deposit| Wallet { balance: Mutex::new(deposit), history: Mutex::new(Vec::new()) };
        let wallets = deposits.into_iter().map(|(customer, deposit)| (customer, open(deposit))).collect();
        Wallets { wallets, log: Default::default(), screen: Box::new(screen) }
    }

    /// Pays for an order out of the customer's wallet.
    pub fn pay(&self, payment: Payment) -> Result<(), Declined> {
        let wallet = self.wallet(payment.customer)?;
        let _h = self.log.read().unwrap();
        let mut balance = wallet.balance.lock().unwrap();
        if *balance < payment.amount {
            return Err(Declined::InsufficientFunds);
        }
        if !(self.screen)(&payment) {
            return Err(Declined::Suspicious);
        }
        *balance -= payment.amount;
        wallet.history.lock().unwrap().push(Entry::Paid(payment.order, payment.amount));
        Ok(())
    }

    /// Gives a payment back.
    pub fn refund(&self, payment: Payment) -> Result<(), Declined> {
        let wallet = self.wallet(payment.customer)?;
        *wallet.balance.lock().unwrap() += payment.amount;
        wallet.history.lock().unwrap().push(Entry::Refunded(payment.order, payment.amount));
        Ok(())
    }

    /// What the wallet holds.
    pub fn balance(&self, customer: CustomerId) -> Result<Cents, Declined> {
        Ok(*self.wallet(customer)?.balance.lock().unwrap())
    }

    /// What was paid and given back so far.
    pub fn history(&self, customer: CustomerId) -> Result<Vec<Entry>, Declined> {
        let _h = self.log.write().unwrap();
        Ok(self.wallet(customer)?.history.lock().unwrap().clone())
    }

    fn wallet(&self, customer: CustomerId) -> Result<&Wallet, Declined> {
        self.wallets.get(&customer).ok_or(Declined::UnknownCustomer)
    }
}
