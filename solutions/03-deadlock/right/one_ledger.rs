//! idea: balances in one map; a transfer waits on a condition variable until its accounts are free, and is audited with no lock held.
//! trade-off: one lock to reason about and none of the accounts has any, but every change wakes every waiter.
//!
//! A bank whose tellers move money between accounts, many at a time.

use std::collections::BTreeMap;
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

struct Account {
    id: AccountId,
    balance: Cents,
    busy: bool,
}

type Ledger = BTreeMap<AccountId, Account>;

fn set_busy(ledger: &mut Ledger, ids: [AccountId; 2], busy: bool) {
    for id in ids {
        if let Some(account) = ledger.get_mut(&id) {
            account.busy = busy;
        }
    }
}

/// The accounts, and the auditor that sees every transfer.
pub struct Bank {
    ledger: Mutex<Ledger>,
    changed: Condvar,
    audit: Box<dyn Fn(&Transfer) + Send + Sync>,
}

impl Bank {
    /// Opens the accounts. `audit` is told of each transfer while it is being made.
    pub fn new(
        accounts: impl IntoIterator<Item = (AccountId, Cents)>,
        audit: impl Fn(&Transfer) + Send + Sync + 'static,
    ) -> Self {
        let ledger = accounts.into_iter().map(|(id, balance)| (id, Account { id, balance, busy: false })).collect();
        Bank { ledger: Mutex::new(ledger), changed: Condvar::new(), audit: Box::new(audit) }
    }

    /// Moves `amount` from one account to another.
    pub fn transfer(&self, from: AccountId, to: AccountId, amount: Cents) -> Result<(), TransferError> {
        let ledger = self.ledger.lock().unwrap();
        for id in [from, to] {
            if !ledger.contains_key(&id) {
                return Err(TransferError::UnknownAccount(id));
            }
        }
        let mut ledger = self.changed.wait_while(ledger, |ledger| ledger[&from].busy || ledger[&to].busy).unwrap();
        if ledger[&from].balance < amount {
            return Err(TransferError::InsufficientFunds(from));
        }
        set_busy(&mut ledger, [from, to], true);
        drop(ledger);
        (self.audit)(&Transfer { from, to, amount });
        let mut ledger = self.ledger.lock().unwrap();
        set_busy(&mut ledger, [from, to], false);
        for account in ledger.values_mut() {
            if account.id == from {
                account.balance -= amount;
            }
            if account.id == to {
                account.balance += amount;
            }
        }
        self.changed.notify_all();
        Ok(())
    }

    /// All balances at one moment, ordered by account.
    pub fn snapshot(&self) -> Vec<(AccountId, Cents)> {
        self.ledger.lock().unwrap().values().map(|account| (account.id, account.balance)).collect()
    }
}
