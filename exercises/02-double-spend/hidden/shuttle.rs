//! What the wallets promise, for every interleaving of payments, refunds and screenings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use double_spend::{Cents, CustomerId, Declined, Entry, OrderId, Payment, Wallets};
use kata::Rendezvous;

const ANN: CustomerId = CustomerId(1);
const BEN: CustomerId = CustomerId(2);

/// A wallet that covers one of two payments pays for exactly one of them.
pub fn one_balance_pays_once() {
    let wallets = open(&[(ANN, 100)], |_| true);
    let (one, other) = thread::scope(|tabs| {
        let one = tabs.spawn(|| wallets.pay(payment(ANN, 1, 80)));
        let other = tabs.spawn(|| wallets.pay(payment(ANN, 2, 80)));
        (one.join().unwrap(), other.join().unwrap())
    });
    match (one, other) {
        (Ok(()), Ok(())) => panic!("a wallet that held 100 paid 80 twice"),
        (Err(_), Err(_)) => panic!("a wallet that held 100 paid for neither of two orders of 80"),
        (Ok(()), Err(reason)) | (Err(reason), Ok(())) => lacks_funds(reason),
    }
    holds(&wallets, ANN, 20);
    let paid = if one.is_ok() { OrderId(1) } else { OrderId(2) };
    remembers(&wallets, ANN, &[Entry::Paid(paid, 80)]);
}

/// Nobody ever sees a negative balance.
pub fn a_balance_is_never_negative() {
    let wallets = open(&[(ANN, 100)], |_| true);
    thread::scope(|tabs| {
        tabs.spawn(|| wallets.pay(payment(ANN, 1, 80)));
        tabs.spawn(|| wallets.pay(payment(ANN, 2, 80)));
        let seen = wallets.balance(ANN).unwrap();
        assert!(seen >= 0, "the wallet held 100, and now {seen} is seen in it");
    });
}

/// Payments that the wallet covers together are all made, and each is screened once.
pub fn covered_payments_are_all_made() {
    let screenings = Arc::new(AtomicUsize::new(0));
    let wallets = counting_wallets([(ANN, 100)], &screenings);
    thread::scope(|tabs| {
        tabs.spawn(|| pays(&wallets, payment(ANN, 1, 60)));
        tabs.spawn(|| pays(&wallets, payment(ANN, 2, 40)));
    });
    holds(&wallets, ANN, 0);
    screened(&screenings, 2);
}

/// A payment that is declined for lack of funds takes nothing from another one, not even for a moment.
pub fn a_declined_payment_takes_nothing_from_others() {
    let wallets = open(&[(ANN, 100)], |_| true);
    thread::scope(|tabs| {
        tabs.spawn(|| declines(&wallets, payment(ANN, 1, 120), Declined::InsufficientFunds));
        tabs.spawn(|| pays(&wallets, payment(ANN, 2, 100)));
    });
    holds(&wallets, ANN, 0);
}

/// A refund and a payment at the same time both count.
pub fn a_refund_is_not_lost() {
    let wallets = open(&[(ANN, 100)], |_| true);
    thread::scope(|scope| {
        scope.spawn(|| pays(&wallets, payment(ANN, 2, 80)));
        refunds(&wallets, payment(ANN, 1, 30));
    });
    holds(&wallets, ANN, 50);
}

/// Deposit and history account for the balance, whatever was paid, declined and given back meanwhile.
pub fn the_history_accounts_for_the_balance() {
    let wallets = open(&[(ANN, 100)], |_| true);
    let (one, other) = thread::scope(|tabs| {
        let one = tabs.spawn(|| wallets.pay(payment(ANN, 2, 70)).is_ok());
        let other = tabs.spawn(|| wallets.pay(payment(ANN, 3, 70)).is_ok());
        refunds(&wallets, payment(ANN, 1, 50));
        (one.join().unwrap(), other.join().unwrap())
    });
    let paid = [(one, OrderId(2)), (other, OrderId(3))];
    let mut expected = vec![Entry::Refunded(OrderId(1), 50)];
    expected.extend(paid.iter().filter(|(made, _)| *made).map(|&(_, order)| Entry::Paid(order, 70)));
    let balance = 150 - 70 * Cents::from(one) - 70 * Cents::from(other);
    holds(&wallets, ANN, balance);
    remembers(&wallets, ANN, &expected);
}

/// A payment that the screening rejects changes nothing, also for payments made after it.
pub fn a_suspicious_payment_changes_nothing() {
    let suspicious = payment(ANN, 13, 80);
    let wallets = open(&[(ANN, 100)], |payment| payment.order != OrderId(13));
    thread::scope(|tabs| {
        tabs.spawn(|| declines(&wallets, suspicious, Declined::Suspicious));
        tabs.spawn(|| pays(&wallets, payment(ANN, 1, 20)));
    });
    holds(&wallets, ANN, 80);
    pays(&wallets, payment(ANN, 2, 80));
    holds(&wallets, ANN, 0);
    remembers(&wallets, ANN, &[Entry::Paid(OrderId(1), 20), Entry::Paid(OrderId(2), 80)]);
}

/// A payment that the screening rejects is never in the history, and pushes nothing else out of it.
pub fn a_suspicious_payment_is_never_in_the_history() {
    let wallets = open(&[(ANN, 100)], |_| false);
    thread::scope(|tabs| {
        tabs.spawn(|| declines(&wallets, payment(ANN, 13, 80), Declined::Suspicious));
        tabs.spawn(|| refunds(&wallets, payment(ANN, 1, 30)));
        let seen = wallets.history(ANN).expect("the customer has a wallet");
        let paid = seen.iter().any(|entry| matches!(entry, Entry::Paid(..)));
        assert!(!paid, "no payment was made, and the history is {seen:?}");
    });
    holds(&wallets, ANN, 130);
    remembers(&wallets, ANN, &[Entry::Refunded(OrderId(1), 30)]);
}

/// Who reads while a payment is being made sees the wallet as it is before it, or after.
pub fn reads_during_a_payment_tell_what_is_there() {
    let wallets = open(&[(ANN, 100)], |_| true);
    pays(&wallets, payment(ANN, 1, 10));
    thread::scope(|tabs| {
        tabs.spawn(|| pays(&wallets, payment(ANN, 2, 80)));
        let balance = wallets.balance(ANN).expect("the customer has a wallet");
        assert!([90, 10].contains(&balance), "the wallet holds 90, or 10 when 80 are paid, and {balance} is seen in it");
        let seen = wallets.history(ANN).expect("the customer has a wallet");
        let possible = [Entry::Paid(OrderId(1), 10), Entry::Paid(OrderId(2), 80)];
        let plausible = !seen.is_empty() && possible.starts_with(&seen);
        assert!(plausible, "the first payment was made, a second is being made, and the history is {seen:?}");
    });
}

/// While one customer's payment is screened, another customer's goes on.
pub fn screenings_of_different_customers_overlap() {
    let meeting = Rendezvous::new(2, "the screenings of two customers' payments");
    let wallets = open(&[(ANN, 100), (BEN, 100)], move |_| {
        meeting.arrive();
        true
    });
    thread::scope(|tabs| {
        tabs.spawn(|| pays(&wallets, payment(ANN, 1, 80)));
        tabs.spawn(|| pays(&wallets, payment(BEN, 2, 80)));
    });
    holds(&wallets, ANN, 20);
    holds(&wallets, BEN, 20);
}

/// A screening holds up no other customer, whatever the number.
pub fn a_screening_holds_up_no_stranger() {
    let begun = Arc::new(Rendezvous::new(2, "the screening of customer 1 and the shop"));
    let done_meanwhile = Arc::new(Rendezvous::new(2, "the screening of customer 1 and payments of other customers"));
    let wallets = Wallets::new((1..=65).map(|id| (CustomerId(id), 100)), {
        let (begun, done_meanwhile) = (Arc::clone(&begun), Arc::clone(&done_meanwhile));
        move |payment| {
            if payment.customer == ANN {
                begun.arrive();
                done_meanwhile.arrive();
            }
            true
        }
    });
    thread::scope(|tabs| {
        tabs.spawn(|| pays(&wallets, payment(ANN, 1, 80)));
        begun.arrive();
        for id in 2..=65 {
            pays(&wallets, payment(CustomerId(id), id, 80));
        }
        refunds(&wallets, payment(BEN, 2, 30));
        holds(&wallets, BEN, 50);
        done_meanwhile.arrive();
    });
}

/// A payment that has to wait for another one of the same customer holds up nobody else.
pub fn a_waiting_payment_holds_up_no_stranger() {
    let meeting =
        Rendezvous::new(2, "the screenings of two customers' payments, while a third payment may be waiting,");
    let wallets = open(&[(ANN, 100), (BEN, 100)], move |payment| {
        if payment.order != OrderId(2) {
            meeting.arrive();
        }
        true
    });
    thread::scope(|tabs| {
        tabs.spawn(|| pays(&wallets, payment(ANN, 1, 60)));
        tabs.spawn(|| pays(&wallets, payment(ANN, 2, 40)));
        tabs.spawn(|| pays(&wallets, payment(BEN, 3, 80)));
    });
    holds(&wallets, ANN, 0);
    holds(&wallets, BEN, 20);
}

/// While one customer's payment is screened, others are told what their wallets hold and what they paid for.
pub fn a_screening_holds_up_no_reads_of_others() {
    let meeting = Rendezvous::new(2, "the screening of customer 1 and reads of customer 2's wallet");
    let wallets = open(&[(ANN, 100), (BEN, 100)], move |_| {
        meeting.arrive();
        true
    });
    thread::scope(|tabs| {
        tabs.spawn(|| pays(&wallets, payment(ANN, 1, 80)));
        tabs.spawn(|| {
            holds(&wallets, BEN, 100);
            remembers(&wallets, BEN, &[]);
            pays(&wallets, payment(BEN, 2, 80));
        });
    });
}

/// Payments one after another: a wallet pays down to zero, and declines what it cannot pay.
pub fn a_wallet_pays_what_it_holds() {
    let screenings = Arc::new(AtomicUsize::new(0));
    let nobody = CustomerId(9);
    let wallets = counting_wallets([(BEN, 70), (ANN, 100)], &screenings);
    declines(&wallets, payment(ANN, 1, 101), Declined::InsufficientFunds);
    holds(&wallets, ANN, 100);
    pays(&wallets, payment(ANN, 2, 100));
    holds(&wallets, ANN, 0);
    declines(&wallets, payment(ANN, 3, 1), Declined::InsufficientFunds);
    refunds(&wallets, payment(ANN, 2, 100));
    pays(&wallets, payment(ANN, 4, 30));
    holds(&wallets, ANN, 70);
    holds(&wallets, BEN, 70);
    let order = OrderId(2);
    let expected = [Entry::Paid(order, 100), Entry::Refunded(order, 100), Entry::Paid(OrderId(4), 30)];
    let seen = wallets.history(ANN).expect("the customer has a wallet");
    assert!(seen == expected, "the history should be {expected:?}, in this order, and is {seen:?}");
    remembers(&wallets, BEN, &[]);

    let before = screenings.load(Ordering::SeqCst);
    declines(&wallets, payment(nobody, 5, 10), Declined::UnknownCustomer);
    screened(&screenings, before);
    let unknown = Some(Declined::UnknownCustomer);
    assert!(wallets.refund(payment(nobody, 5, 10)).err() == unknown, "a refund to a customer without a wallet");
    assert!(wallets.balance(nobody).err() == unknown, "the balance of a customer without a wallet");
    assert!(wallets.history(nobody).err() == unknown, "the history of a customer without a wallet");
}

fn payment(customer: CustomerId, order: u32, amount: Cents) -> Payment {
    Payment { customer, order: OrderId(order), amount }
}

fn counting_wallets<const N: usize>(deposits: [(CustomerId, Cents); N], screenings: &Arc<AtomicUsize>) -> Wallets {
    let screenings = Arc::clone(screenings);
    open(&deposits, move |_| {
        screenings.fetch_add(1, Ordering::SeqCst);
        true
    })
}

fn pays(wallets: &Wallets, payment: Payment) {
    if let Err(declined) = wallets.pay(payment) {
        panic!("order {} of {} is covered, and was not paid: {declined}", payment.order.0, payment.amount);
    }
}

fn declines(wallets: &Wallets, payment: Payment, expected: Declined) {
    match wallets.pay(payment) {
        Ok(()) => panic!("order {} of {} was paid, although {expected}", payment.order.0, payment.amount),
        Err(reason) => assert!(
            reason == expected,
            "order {} was declined because {reason}, and it should be because {expected}",
            payment.order.0
        ),
    }
}

fn lacks_funds(reason: Declined) {
    assert!(reason == Declined::InsufficientFunds, "the wallet held too little, and the reason given is that {reason}");
}

fn refunds(wallets: &Wallets, payment: Payment) {
    if let Err(reason) = wallets.refund(payment) {
        panic!("order {} was not refunded: {reason}", payment.order.0);
    }
}

fn holds(wallets: &Wallets, customer: CustomerId, expected: Cents) {
    let seen = wallets.balance(customer).expect("the customer has a wallet");
    assert!(seen == expected, "wallet {} should hold {expected}, and holds {seen}", customer.0);
}

/// The order of entries is left open.
fn remembers(wallets: &Wallets, customer: CustomerId, expected: &[Entry]) {
    let mut missing: Vec<Entry> = expected.to_vec();
    let seen = wallets.history(customer).expect("the customer has a wallet");
    let known = |entry: &Entry| missing.iter().position(|other| other == entry).map(|place| missing.remove(place));
    let complete = seen.iter().filter_map(known).count() == seen.len() && missing.is_empty();
    assert!(complete, "the history of wallet {} should be {expected:?}, and is {seen:?}", customer.0);
}

fn screened(screenings: &AtomicUsize, expected: usize) {
    let seen = screenings.load(Ordering::SeqCst);
    assert!(seen == expected, "there should be {expected} screenings, and there were {seen}");
}

/// Wallets whose kind of screen is not part of a type, so that little of them is compiled for each scenario.
fn open(deposits: &[(CustomerId, Cents)], screen: impl Fn(&Payment) -> bool + Send + Sync + 'static) -> Wallets {
    fn of(deposits: &[(CustomerId, Cents)], screen: Box<dyn Fn(&Payment) -> bool + Send + Sync>) -> Wallets {
        Wallets::new(deposits.to_vec(), screen)
    }
    of(deposits, Box::new(screen))
}
