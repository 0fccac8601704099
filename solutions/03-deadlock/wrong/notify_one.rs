//! verdict: not-concurrent
//! scenario: whoever_waits_goes_on_when_its_accounts_are_free
//! why: all who wait share one condition variable: the one that is woken may have to wait on, and the one that could go sleeps.
//!
//! A bank whose tellers move money between accounts, many at a time.

use std::fmt;
use std::sync::{Condvar, Mutex};

/// An amount of money, in cents.
pub type Cents = u64;

/// The number of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

/// An order to move money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub from: AccountId,
    pub to: AccountId,
    pub amount: Cents,
}

/// Why a transfer was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferError {
    /// The bank does not keep this account.
    UnknownAccount(AccountId),
    /// The account holds less than the amount to be moved.
    InsufficientFunds(AccountId),
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransferError::UnknownAccount(id) => write!(f, "there is no account {}", id.0),
            TransferError::InsufficientFunds(id) => write!(f, "account {} holds too little", id.0),
        }
    }
}

impl std::error::Error for TransferError {}

struct Ledger {
    balances: Vec<(AccountId, Cents)>,
    busy: Vec<usize>,
}

pub struct Bank {
    ledger: Mutex<Ledger>,
    turn: Condvar,
    ids: Vec<AccountId>,
    audit: Box<dyn Fn(&Transfer) + Send + Sync>,
}

impl Bank {
    pub fn new(
        accounts: impl IntoIterator<Item = (AccountId, Cents)>,
        audit: impl Fn(&Transfer) + Send + Sync + 'static,
    ) -> Self {
        let mut balances: Vec<_> = accounts.into_iter().collect();
        balances.sort();
        let ids = balances.iter().map(|entry| entry.0).collect();
        Bank {
            ledger: Mutex::new(Ledger { balances, busy: vec![] }),
            turn: Condvar::new(),
            ids,
            audit: Box::new(audit),
        }
    }

    /// Moves `amount` from one account to another.
    pub fn transfer(&self, from: AccountId, to: AccountId, amount: Cents) -> Result<(), TransferError> {
        for id in [from, to] {
            if self.place(id).is_none() {
                return Err(TransferError::UnknownAccount(id));
            }
        }
        let (debtor, creditor) = (self.place(from).unwrap(), self.place(to).unwrap());
        let mut ledger = self.ledger.lock().unwrap();
        ledger = self
            .turn
            .wait_while(ledger, |ledger| [debtor, creditor].iter().any(|place| ledger.busy.contains(place)))
            .unwrap();
        ledger.busy.extend([debtor, creditor]);
        let covered = ledger.balances[debtor].1 >= amount;
        if covered {
            drop(ledger);
            (self.audit)(&Transfer { from, to, amount });
            ledger = self.ledger.lock().unwrap();
            ledger.balances[debtor].1 -= amount;
            ledger.balances[creditor].1 += amount;
        }
        ledger.busy.retain(|place| ![debtor, creditor].contains(place));
        self.turn.notify_one();
        if covered { Ok(()) } else { Err(TransferError::InsufficientFunds(from)) }
    }

    /// All balances at one moment, ordered by account.
    pub fn snapshot(&self) -> Vec<(AccountId, Cents)> {
        self.ledger.lock().unwrap().balances.clone()
    }

    fn place(&self, id: AccountId) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }
}
