//! idea: one short lock over a list of the accounts in use; a teller waits until both of its accounts are free.
//! trade-off: both accounts are taken in one step, so there is nothing to order; every teller passes through one lock, briefly.
//!
//! A bank whose tellers move money between accounts, many at a time.

use std::collections::BTreeSet;
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
    balance: Mutex<Cents>,
}

/// The accounts, and the auditor that sees every transfer.
pub struct Bank {
    accounts: Vec<Account>,
    audit: Box<dyn Fn(&Transfer) + Send + Sync>,
    in_use: Mutex<BTreeSet<AccountId>>,
    released: Condvar,
}

/// Two accounts that nobody else touches until this is dropped.
struct Reservation<'a> {
    bank: &'a Bank,
    accounts: [AccountId; 2],
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut in_use = self.bank.in_use.lock().unwrap();
        for account in &self.accounts {
            in_use.remove(account);
        }
        self.bank.released.notify_all();
    }
}

impl Bank {
    /// Opens the accounts. `audit` is told of each transfer while it is being made.
    pub fn new(
        accounts: impl IntoIterator<Item = (AccountId, Cents)>,
        audit: impl Fn(&Transfer) + Send + Sync + 'static,
    ) -> Self {
        let mut accounts: Vec<Account> =
            accounts.into_iter().map(|(id, deposit)| Account { id, balance: Mutex::new(deposit) }).collect();
        accounts.sort_by_key(|account| account.id);
        Bank { accounts, audit: Box::new(audit), in_use: Mutex::new(BTreeSet::new()), released: Condvar::new() }
    }

    /// Moves `amount` from one account to another.
    pub fn transfer(&self, from: AccountId, to: AccountId, amount: Cents) -> Result<(), TransferError> {
        let debtor = self.account(from)?;
        let creditor = self.account(to)?;

        let _reserved = self.reserve(from, to);
        let balance = *debtor.balance.lock().unwrap();
        if balance < amount {
            return Err(TransferError::InsufficientFunds(from));
        }
        (self.audit)(&Transfer { from, to, amount });
        *debtor.balance.lock().unwrap() -= amount;
        *creditor.balance.lock().unwrap() += amount;
        Ok(())
    }

    /// Waits until neither account is in use, and takes both.
    fn reserve(&self, one: AccountId, other: AccountId) -> Reservation<'_> {
        let mut in_use = self.in_use.lock().unwrap();
        while in_use.contains(&one) || in_use.contains(&other) {
            in_use = self.released.wait(in_use).unwrap();
        }
        in_use.extend([one, other]);
        Reservation { bank: self, accounts: [one, other] }
    }

    /// All balances at one moment, ordered by account.
    pub fn snapshot(&self) -> Vec<(AccountId, Cents)> {
        let mut in_use = self.in_use.lock().unwrap();
        while !in_use.is_empty() {
            in_use = self.released.wait(in_use).unwrap();
        }
        self.accounts.iter().map(|account| (account.id, *account.balance.lock().unwrap())).collect()
    }

    fn account(&self, id: AccountId) -> Result<&Account, TransferError> {
        match self.accounts.binary_search_by_key(&id, |account| account.id) {
            Ok(place) => Ok(&self.accounts[place]),
            Err(_) => Err(TransferError::UnknownAccount(id)),
        }
    }
}
