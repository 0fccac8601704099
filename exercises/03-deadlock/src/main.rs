//! A busy hour at the bank: tellers move money between a few accounts until the day's orders are done.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use deadlock::{AccountId, Bank, Cents, TransferError};

const TELLERS: u64 = 4;
const ACCOUNTS: u32 = 5;
const ORDERS: u64 = 200_000;
const DEPOSIT: Cents = 100_000;
const PATIENCE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let audited = Arc::new(AtomicU64::new(0));
    let bank = Arc::new(Bank::new((1..=ACCOUNTS).map(|id| (AccountId(id), DEPOSIT)), {
        let audited = Arc::clone(&audited);
        move |_| {
            audited.fetch_add(1, Ordering::Relaxed);
        }
    }));
    println!("{TELLERS} tellers open, with {ORDERS} orders each, on {ACCOUNTS} accounts.");

    let (closed, closings) = mpsc::channel();
    for teller in 1..=TELLERS {
        let bank = Arc::clone(&bank);
        let closed = closed.clone();
        thread::spawn(move || {
            let refused = orders(teller).filter(|&(from, to, amount)| refuses(&bank, from, to, amount)).count();
            let _ = closed.send((teller, refused));
        });
    }
    drop(closed);

    let mut open: Vec<u64> = (1..=TELLERS).collect();
    let mut seen = 0;
    while !open.is_empty() {
        match closings.recv_timeout(PATIENCE) {
            Ok((teller, refused)) => {
                println!("teller {teller} is done; {refused} orders were refused for lack of funds.");
                open.retain(|&other| other != teller);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let now = audited.load(Ordering::Relaxed);
                if now == seen {
                    println!();
                    println!(
                        "Nothing has moved for {} s: {now} transfers were made, and then the bank stopped.",
                        PATIENCE.as_secs()
                    );
                    println!("Tellers who never came back: {open:?}");
                    return ExitCode::FAILURE;
                }
                seen = now;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                println!("Tellers who ended in a panic: {open:?}");
                return ExitCode::FAILURE;
            }
        }
    }

    let total: Cents = bank.snapshot().iter().map(|(_, balance)| balance).sum();
    println!();
    println!("The bank closes after {} transfers with {total} cents.", audited.load(Ordering::Relaxed));
    ExitCode::SUCCESS
}

fn refuses(bank: &Bank, from: AccountId, to: AccountId, amount: Cents) -> bool {
    match bank.transfer(from, to, amount) {
        Ok(()) => false,
        Err(TransferError::InsufficientFunds(_)) => true,
        Err(error @ TransferError::UnknownAccount(_)) => unreachable!("{error}"),
    }
}

/// A teller's orders: between two different accounts, in no particular pattern.
fn orders(teller: u64) -> impl Iterator<Item = (AccountId, AccountId, Cents)> {
    let mut state = teller.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut draw = move |bound: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % bound
    };
    (0..ORDERS).map(move |_| {
        let from = draw(ACCOUNTS);
        let to = (from + 1 + draw(ACCOUNTS - 1)) % ACCOUNTS;
        (AccountId(from + 1), AccountId(to + 1), Cents::from(draw(500) + 1))
    })
}
