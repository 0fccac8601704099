//! idea: a lock for each account's audits, taken in the order of the numbers; the balances have one of their own, held only to read and to write.
//! trade-off: a snapshot waits for no audit; two kinds of lock, of which the second is always the inner one.
//!
//! A bank whose tellers move money between accounts, many at a time.

use std::collections::BTreeMap;
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
    desk: Mutex<()>,
}

/// The accounts, and the auditor that sees every transfer.
pub struct Bank {
    accounts: Vec<Account>,
    balances: Mutex<BTreeMap<AccountId, Cents>>,
    audit: Box<dyn Fn(&Transfer) + Send + Sync>,
}

impl Bank {
    /// Opens the accounts. `audit` is told of each transfer while it is being made.
    pub fn new(
        accounts: impl IntoIterator<Item = (AccountId, Cents)>,
        audit: impl Fn(&Transfer) + Send + Sync + 'static,
    ) -> Self {
        let balances: BTreeMap<AccountId, Cents> = accounts.into_iter().collect();
        let mut accounts: Vec<Account> = balances.keys().map(|&id| Account { id, desk: Mutex::new(()) }).collect();
        accounts.sort_by_key(|account| account.id);
        Bank { accounts, balances: Mutex::new(balances), audit: Box::new(audit) }
    }

    /// Moves `amount` from one account to another.
    pub fn transfer(&self, from: AccountId, to: AccountId, amount: Cents) -> Result<(), TransferError> {
        let debtor = self.account(from)?;
        let creditor = self.account(to)?;

        let mut pair = [debtor, creditor];
        pair.sort_by_key(|account| account.id);
        let _low = pair[0].desk.lock().unwrap();
        let _high = (from != to).then(|| pair[1].desk.lock().unwrap());
        if self.balances.lock().unwrap()[&from] < amount {
            return Err(TransferError::InsufficientFunds(from));
        }
        (self.audit)(&Transfer { from, to, amount });
        let mut balances = self.balances.lock().unwrap();
        *balances.get_mut(&from).unwrap() -= amount;
        *balances.get_mut(&to).unwrap() += amount;
        Ok(())
    }

    /// All balances at one moment, ordered by account.
    pub fn snapshot(&self) -> Vec<(AccountId, Cents)> {
        self.balances.lock().unwrap().iter().map(|(id, balance)| (*id, *balance)).collect()
    }

    fn account(&self, id: AccountId) -> Result<&Account, TransferError> {
        match self.accounts.binary_search_by_key(&id, |account| account.id) {
            Ok(place) => Ok(&self.accounts[place]),
            Err(_) => Err(TransferError::UnknownAccount(id)),
        }
    }
}
