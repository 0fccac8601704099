//! verdict: assertion-failed
//! scenario: an_account_that_pays_itself_is_in_one_audit_at_a_time
//! why: a transfer to the same account changes no balance, so the guard goes with the check; the auditor's notes for the account are written twice at a time.
//!
//! A bank whose tellers move money between accounts, many at a time.

use std::fmt;
use std::sync::Mutex;

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
        Bank { accounts, audit: Box::new(audit) }
    }

    /// Moves `amount` from one account to another.
    pub fn transfer(&self, from: AccountId, to: AccountId, amount: Cents) -> Result<(), TransferError> {
        let debtor = self.account(from)?;
        let creditor = self.account(to)?;

        if from == to {
            if *debtor.balance.lock().unwrap() < amount {
                return Err(TransferError::InsufficientFunds(from));
            }
            (self.audit)(&Transfer { from, to, amount });
            return Ok(());
        }
        let (mut debit, mut credit);
        if from < to {
            debit = debtor.balance.lock().unwrap();
            credit = creditor.balance.lock().unwrap();
        } else {
            credit = creditor.balance.lock().unwrap();
            debit = debtor.balance.lock().unwrap();
        }
        if *debit < amount {
            return Err(TransferError::InsufficientFunds(from));
        }
        (self.audit)(&Transfer { from, to, amount });
        *debit -= amount;
        *credit += amount;
        Ok(())
    }

    /// All balances at one moment, ordered by account.
    pub fn snapshot(&self) -> Vec<(AccountId, Cents)> {
        let held: Vec<_> = self.accounts.iter().map(|account| account.balance.lock().unwrap()).collect();
        self.accounts.iter().zip(&held).map(|(account, balance)| (account.id, **balance)).collect()
    }

    fn account(&self, id: AccountId) -> Result<&Account, TransferError> {
        match self.accounts.binary_search_by_key(&id, |account| account.id) {
            Ok(place) => Ok(&self.accounts[place]),
            Err(_) => Err(TransferError::UnknownAccount(id)),
        }
    }
}
