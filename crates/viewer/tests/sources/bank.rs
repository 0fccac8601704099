use std::sync::Mutex;

pub struct Account {
    balance: Mutex<u64>,
}

/// Moves money.
pub fn transfer(from: &Account, to: &Account, amount: u64) {
    let mut debit = from.balance.lock().unwrap();
    let mut credit = to.balance.lock().unwrap();
    *debit -= amount;
    *credit += amount;
}

/// Moves money, or tries again.
pub fn transfer_politely(from: &Account, to: &Account, amount: u64) {
    let mut debit = from.balance.lock().unwrap();
    let mut credit = loop {
        match to.balance.try_lock() {
            Ok(credit) => break credit,
            Err(_) => thread::yield_now(),
        }
    };
    *debit -= amount;
    *credit += amount;
}

/// Pays out.
pub fn withdraw(from: &Account, amount: u64) -> bool {
    if *from.balance.lock().unwrap() < amount {
        return false;
    }
    *from.balance.lock().unwrap() -= amount;
    true
}
