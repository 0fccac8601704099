//! What the bank promises, for every interleaving of its tellers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use deadlock::{AccountId, Bank, Cents, Transfer, TransferError};
use kata::{Rendezvous, Verdict};
use kata_proptest::collection;
use kata_proptest::strategy::Strategy;

const A: AccountId = AccountId(1);
const B: AccountId = AccountId(2);
const C: AccountId = AccountId(3);
const D: AccountId = AccountId(4);
const E: AccountId = AccountId(5);

/// Two transfers between the same two accounts, in opposite directions, both get done.
pub fn opposite_transfers() {
    let (bank, audits) = counting_bank([(A, 100), (B, 100)]);
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, A, B, 30));
        tellers.spawn(|| done(&bank, B, A, 10));
    });
    holds(&bank, &[(A, 80), (B, 120)]);
    audited(&audits, 2);
}

/// Three transfers in a circle all get done.
pub fn transfers_in_a_circle() {
    let bank = open(&[(A, 100), (B, 100), (C, 100)], |_| {});
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, A, B, 10));
        tellers.spawn(|| done(&bank, B, C, 20));
        tellers.spawn(|| done(&bank, C, A, 30));
    });
    holds(&bank, &[(A, 120), (B, 90), (C, 90)]);
}

/// A transfer from an account to itself is checked and audited like any other, and changes nothing.
pub fn transfer_to_the_same_account() {
    let (bank, audits) = counting_bank([(A, 100), (B, 100)]);
    done(&bank, B, B, 100);
    holds(&bank, &[(A, 100), (B, 100)]);
    audited(&audits, 1);
    refused(&bank, B, B, 101, TransferError::InsufficientFunds(B));
    holds(&bank, &[(A, 100), (B, 100)]);
    audited(&audits, 1);
}

/// All the money of the bank can be in one account, and be moved at once.
pub fn all_money_in_one_account() {
    let bank = open(&[(A, Cents::MAX), (B, 0)], |_| {});
    done(&bank, A, A, Cents::MAX);
    refused(&bank, B, A, Cents::MAX, TransferError::InsufficientFunds(B));
    refused(&bank, B, B, Cents::MAX, TransferError::InsufficientFunds(B));
    done(&bank, A, B, Cents::MAX);
    holds(&bank, &[(A, 0), (B, Cents::MAX)]);
}

/// A snapshot never sees money on its way: its balances add up while transfers are made.
pub fn snapshots_add_up() {
    let bank = open(&[(A, 100), (B, 100)], |_| {});
    thread::scope(|tellers| {
        tellers.spawn(|| {
            done(&bank, A, B, 30);
            done(&bank, B, A, 30);
            done(&bank, A, B, 30);
        });
        let seen = bank.snapshot();
        let total: Cents = seen.iter().map(|(_, balance)| balance).sum();
        assert!(total >= 200, "money vanished: the bank holds 200, and a snapshot shows {total}: {}", list(&seen));
        assert!(total <= 200, "money appeared: the bank holds 200, and a snapshot shows {total}: {}", list(&seen));
    });
    holds(&bank, &[(A, 70), (B, 130)]);
}

/// Of two transfers that only one account's last money could pay for, exactly one is made.
pub fn the_last_money_is_spent_once() {
    let bank = open(&[(A, 100), (B, 0), (C, 0)], |_| {});
    let (to_b, to_c) = thread::scope(|tellers| {
        let to_b = tellers.spawn(|| bank.transfer(A, B, 80));
        let to_c = tellers.spawn(|| bank.transfer(A, C, 80));
        (to_b.join().unwrap(), to_c.join().unwrap())
    });
    match (to_b, to_c) {
        (Ok(()), Err(reason)) | (Err(reason), Ok(())) => {
            let expected = TransferError::InsufficientFunds(A);
            assert!(reason == expected, "the second transfer was refused because {reason}, in place of: {expected}");
        }
        (Ok(()), Ok(())) => panic!("account 1 held 100 and paid 80 twice"),
        (Err(_), Err(_)) => panic!("account 1 held 100, and neither of two transfers of 80 was made"),
    }
    let (b, c) = if to_b.is_ok() { (80, 0) } else { (0, 80) };
    holds(&bank, &[(A, 20), (B, b), (C, c)]);
}

/// An account takes part in one audit at a time.
pub fn an_account_is_in_one_audit_at_a_time() {
    let bank = bank_with_notes_for_b();
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, A, B, 10));
        tellers.spawn(|| done(&bank, B, C, 20));
    });
    holds(&bank, &[(A, 90), (B, 90), (C, 120)]);
}

/// An account that pays itself is in one audit at a time, too.
pub fn an_account_that_pays_itself_is_in_one_audit_at_a_time() {
    let bank = bank_with_notes_for_b();
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, A, B, 10));
        tellers.spawn(|| done(&bank, B, B, 20));
    });
    holds(&bank, &[(A, 90), (B, 110), (C, 100)]);
}

/// A transfer is audited by the thread that makes it, before `transfer` returns.
pub fn the_thread_that_makes_a_transfer_audits_it() {
    let bank = open(&[(A, 100), (B, 100)], |_| AUDITED_HERE.with(|audits| audits.set(audits.get() + 1)));
    let teller = |from, to| {
        done(&bank, from, to, 10);
        let audits = AUDITED_HERE.with(std::cell::Cell::get);
        assert!(audits == 1, "a thread made one transfer, and {audits} audits were called by it");
    };
    thread::scope(|tellers| {
        tellers.spawn(|| teller(A, B));
        tellers.spawn(|| teller(B, A));
    });
}

/// Transfers that share no account can be audited at the same time.
pub fn disjoint_transfers_overlap() {
    let both_audits = Rendezvous::new(2, "the audits of 1 → 2 and of 3 → 4");
    let bank = open(&[(A, 100), (B, 100), (C, 100), (D, 100)], move |_| both_audits.arrive());
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, A, B, 10));
        tellers.spawn(|| done(&bank, C, D, 20));
    });
    holds(&bank, &[(A, 90), (B, 110), (C, 80), (D, 120)]);
}

/// A transfer that is being audited holds up no transfer between other accounts, whatever their numbers.
pub fn an_audit_holds_up_no_stranger() {
    let begun = Arc::new(Rendezvous::new(2, "the audit of 1 → 2 and a teller"));
    let done_meanwhile = Arc::new(Rendezvous::new(2, "the audit of 1 → 2 and transfers between other accounts"));
    let bank = Bank::new((1..=130).map(|id| (AccountId(id), 100)), {
        let (begun, done_meanwhile) = (Arc::clone(&begun), Arc::clone(&done_meanwhile));
        move |transfer| {
            if transfer.from == A {
                begun.arrive();
                done_meanwhile.arrive();
            }
        }
    });
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, A, B, 10));
        begun.arrive();
        for from in (3..130).step_by(2) {
            done(&bank, AccountId(from), AccountId(from + 1), 10);
        }
        done_meanwhile.arrive();
    });
}

/// A transfer that waits for an account holds up only transfers that share an account with it.
pub fn a_waiting_transfer_holds_up_no_stranger() {
    let both_audits = Rendezvous::new(2, "the audits of 1 → 2 and of 4 → 5, while 2 → 3 waits,");
    let bank = open(&[(A, 100), (B, 100), (C, 100), (D, 100), (E, 100)], move |transfer| {
        if transfer.from != B {
            both_audits.arrive();
        }
    });
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, A, B, 10));
        tellers.spawn(|| done(&bank, B, C, 20));
        tellers.spawn(|| done(&bank, D, E, 30));
    });
    holds(&bank, &[(A, 90), (B, 90), (C, 120), (D, 70), (E, 130)]);
}

/// Where several transfers wait, the one whose accounts are free goes on, whoever is woken first.
pub fn whoever_waits_goes_on_when_its_accounts_are_free() {
    let both_audits = Rendezvous::new(2, "the audits of 3 → 4 and of 2 → 5, while 4 → 3 waits,");
    let bank = open(&[(A, 100), (B, 100), (C, 100), (D, 100), (E, 100)], move |transfer| {
        if transfer.from == C || transfer.to == E {
            both_audits.arrive();
        }
    });
    thread::scope(|tellers| {
        tellers.spawn(|| done(&bank, C, D, 10));
        tellers.spawn(|| done(&bank, A, B, 20));
        tellers.spawn(|| done(&bank, D, C, 30));
        tellers.spawn(|| done(&bank, B, E, 40));
    });
    holds(&bank, &[(A, 80), (B, 80), (C, 120), (D, 80), (E, 140)]);
}

/// A refused transfer changes nothing, is not audited, and leaves its accounts usable.
pub fn refused_transfers_change_nothing() {
    let nobody = AccountId(9);
    let (bank, audits) = counting_bank([(B, 50), (A, 100)]);
    refused(&bank, A, B, 101, TransferError::InsufficientFunds(A));
    refused(&bank, B, A, 51, TransferError::InsufficientFunds(B));
    refused(&bank, A, nobody, 500, TransferError::UnknownAccount(nobody));
    refused(&bank, nobody, A, 10, TransferError::UnknownAccount(nobody));
    refused(&bank, nobody, nobody, 10, TransferError::UnknownAccount(nobody));
    let nobody_else = AccountId(8);
    refused(&bank, nobody, nobody_else, 10, TransferError::UnknownAccount(nobody));
    refused(&bank, nobody_else, nobody, 10, TransferError::UnknownAccount(nobody_else));
    holds(&bank, &[(A, 100), (B, 50)]);
    audited(&audits, 0);
    done(&bank, A, B, 100);
    done(&bank, B, A, 1);
    holds(&bank, &[(A, 1), (B, 149)]);
    audited(&audits, 2);
}

/// Whatever two tellers are told to do, what they leave behind is what some order of their transfers, made one after the
/// other, leaves behind.
pub fn any_two_tellers_agree_with_some_order() {
    let orders = kata_proptest::any("the tellers' orders", &(orders(), orders()));
    let bank = open(&DEPOSITS, |_| {});
    thread::scope(|tellers| {
        tellers.spawn(|| orders.0.iter().for_each(|order| order.give(&bank)));
        tellers.spawn(|| orders.1.iter().for_each(|order| order.give(&bank)));
    });
    let possible = outcomes(DEPOSITS.map(|(_, deposit)| deposit), &orders.0, &orders.1);
    let seen: Vec<Cents> = bank.snapshot().into_iter().map(|(_, balance)| balance).collect();
    let explained = possible.iter().any(|outcome| outcome[..] == seen[..]);
    assert!(explained, "the accounts hold {seen:?}, which no order of the transfers leaves behind: {possible:?}");
}

fn counting_bank(accounts: [(AccountId, Cents); 2]) -> (Bank, Arc<AtomicUsize>) {
    let audits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&audits);
    let bank = open(&accounts, move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    (bank, audits)
}

thread_local! {
    /// The audits that the thread has called.
    static AUDITED_HERE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A bank of accounts 1 to 3 whose auditor cannot have two audits of account 2 at a time.
fn bank_with_notes_for_b() -> Bank {
    let b_is_audited = AtomicBool::new(false);
    open(&[(A, 100), (B, 100), (C, 100)], move |transfer| {
        if b_is_audited.swap(true, Ordering::SeqCst) {
            let audit = describe(transfer);
            kata::fail(Verdict::AssertionFailed, format!("{audit} is audited while another one of account 2 is"));
        }
        b_is_audited.store(false, Ordering::SeqCst);
    })
}

fn done(bank: &Bank, from: AccountId, to: AccountId, amount: Cents) {
    if let Err(error) = bank.transfer(from, to, amount) {
        let transfer = Transfer { from, to, amount };
        panic!("{} is covered, and was refused: {error}", describe(&transfer));
    }
}

fn refused(bank: &Bank, from: AccountId, to: AccountId, amount: Cents, error: TransferError) {
    let transfer = Transfer { from, to, amount };
    match bank.transfer(from, to, amount) {
        Ok(()) => panic!("{} was made, and should be refused: {error}", describe(&transfer)),
        Err(other) => {
            assert!(
                other == error,
                "{} was refused because {other}, and it should be because {error}",
                describe(&transfer)
            )
        }
    }
}

fn holds(bank: &Bank, expected: &[(AccountId, Cents)]) {
    let seen = bank.snapshot();
    assert!(seen == expected, "the accounts should hold {}, and hold {}", list(expected), list(&seen));
}

fn audited(audits: &AtomicUsize, expected: usize) {
    let seen = audits.load(Ordering::SeqCst);
    assert!(seen == expected, "{expected} transfers were made, and {seen} were audited");
}

fn describe(transfer: &Transfer) -> String {
    format!("the transfer of {} from account {} to account {}", transfer.amount, transfer.from.0, transfer.to.0)
}

fn list(balances: &[(AccountId, Cents)]) -> String {
    let balances: Vec<_> = balances.iter().map(|(id, balance)| format!("{}: {balance}", id.0)).collect();
    format!("[{}]", balances.join(", "))
}

/// Numbers so far apart that a part of them, or a remainder, does not tell one account from another: an order that looks
/// at no more is none.
const DEPOSITS: [(AccountId, Cents); 3] = [(AccountId(1), 3), (AccountId(1 + (1 << 10)), 2), (AccountId(1 + (1 << 20)), 1)];

/// An order to move money, as it is generated.
#[derive(Clone, Copy)]
struct Order(Transfer);

impl Order {
    fn give(&self, bank: &Bank) {
        let Transfer { from, to, amount } = self.0;
        match bank.transfer(from, to, amount) {
            Ok(()) | Err(TransferError::InsufficientFunds(_)) => {}
            Err(error) => panic!("{} was refused: {error}", describe(&self.0)),
        }
    }

    /// The same on a ledger that only one teller uses.
    fn make(&self, balances: &mut [Cents; 3]) {
        let Transfer { from, to, amount } = self.0;
        let place = |id| DEPOSITS.iter().position(|&(account, _)| account == id).expect("orders are between these accounts");
        if balances[place(from)] >= amount {
            balances[place(from)] -= amount;
            balances[place(to)] += amount;
        }
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Transfer { from, to, amount } = self.0;
        write!(f, "{} → {}: {amount}", from.0, to.0)
    }
}

/// What a teller is told to do: up to two transfers.
fn orders() -> impl Strategy<Value = Vec<Order>> {
    let order = (0..3_usize, 0..3_usize, 1..=3_u64)
        .prop_map(|(from, to, amount)| Order(Transfer { from: DEPOSITS[from].0, to: DEPOSITS[to].0, amount }));
    collection::vec(order, 0..=2)
}

/// The balances after each order in which two tellers can make their transfers.
fn outcomes(balances: [Cents; 3], one: &[Order], other: &[Order]) -> Vec<[Cents; 3]> {
    let mut outcomes = Vec::new();
    for (first, rest_of_one, rest_of_other) in [
        one.split_first().map(|(first, rest)| (first, rest, other)),
        other.split_first().map(|(first, rest)| (first, one, rest)),
    ]
    .into_iter()
    .flatten()
    {
        let mut balances = balances;
        first.make(&mut balances);
        outcomes.extend(self::outcomes(balances, rest_of_one, rest_of_other));
    }
    if outcomes.is_empty() {
        outcomes.push(balances);
    }
    outcomes.sort_unstable();
    outcomes.dedup();
    outcomes
}

/// A bank whose kind of auditor is not part of a type, so that little of it is compiled for each scenario.
fn open(accounts: &[(AccountId, Cents)], audit: impl Fn(&Transfer) + Send + Sync + 'static) -> Bank {
    fn of(accounts: &[(AccountId, Cents)], audit: Box<dyn Fn(&Transfer) + Send + Sync>) -> Bank {
        Bank::new(accounts.to_vec(), audit)
    }
    of(accounts, Box::new(audit))
}
