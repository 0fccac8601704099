//! What the ledger promises, also when a fee rule or a journal panics.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use kata::Rendezvous;
use poisoned_ledger::{Cents, Ledger, Line, MemberId, Order, OrderId, Refused, Statement};

const ANN: MemberId = MemberId(1);
const BEN: MemberId = MemberId(2);
const CLEO: MemberId = MemberId(3);
const NOBODY: MemberId = MemberId(9);

/// A category in which the house takes ten percent.
const BOOKS: u16 = 10;
/// A category in which the house takes twenty percent.
const TOYS: u16 = 20;
/// A category that the fee rule panics at.
const WITHOUT_RATE: u16 = 99;

/// What the fee rule panics with.
const NO_RATE: &str = "there is no rate for this category";
/// What the journal panics with.
const DISK_FULL: &str = "the disk of the journal is full";
/// What either of them panics with.
const POWER_CUT: &str = "there was a power cut";

/// When the fee rule panics at a line in the middle of an order, the ledger goes on with the next order.
pub fn the_next_order_is_settled() {
    let ledger = ledger();
    fails(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, WITHOUT_RATE, 20)]), NO_RATE);
    let next = order(2, BEN, [(CLEO, BOOKS, 30)]);
    settles(&ledger, &next);
    shows(&ledger, &[&next]);
}

/// An order whose fee rule panics at its first line changes nothing.
pub fn a_panic_at_the_first_line_changes_nothing() {
    let ledger = ledger();
    fails(&ledger, &order(1, ANN, [(BEN, WITHOUT_RATE, 40), (CLEO, BOOKS, 20)]), NO_RATE);
    shows(&ledger, &[]);
}

/// An order whose fee rule panics at its last line changes nothing, whatever lines come before it.
pub fn a_panic_at_the_last_line_changes_nothing() {
    let ledger = ledger();
    let earlier = order(1, ANN, [(BEN, BOOKS, 10)]);
    settles(&ledger, &earlier);
    let lines = [(BEN, BOOKS, 30), (CLEO, TOYS, 20), (BEN, TOYS, 10), (CLEO, WITHOUT_RATE, 20)];
    fails(&ledger, &order(2, ANN, lines), NO_RATE);
    shows(&ledger, &[&earlier]);
}

/// An order at which the journal panics changes nothing.
pub fn a_panic_of_the_journal_changes_nothing() {
    let ledger = Ledger::new(deposits(), percentage, |_| panic!("{DISK_FULL}"));
    fails(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, TOYS, 20)]), DISK_FULL);
    shows(&ledger, &[]);
}

/// Whichever call of the fee rule or the journal panics: the order is not settled, and is settled when it is tried again.
pub fn whichever_call_panics_the_order_can_be_tried_again() {
    let purchase = order(1, ANN, [(BEN, BOOKS, 40), (CLEO, TOYS, 20)]);
    for failing in 1..=3 {
        let calls = Arc::new(AtomicUsize::new(0));
        let panics_at_its_turn = move || {
            let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
            assert!(call != failing, "{POWER_CUT}");
        };
        let panics_in_the_journal = panics_at_its_turn.clone();
        let fee = move |line: &Line| {
            panics_at_its_turn();
            percentage(line)
        };
        let ledger = open(fee, move |_| panics_in_the_journal());
        fails(&ledger, &purchase, POWER_CUT);
        shows(&ledger, &[]);
        settles(&ledger, &purchase);
        shows(&ledger, &[&purchase]);
    }
}

/// Any number of orders may panic: orders before, between and after them are settled.
pub fn orders_that_panic_again_and_again() {
    let ledger = ledger();
    let broken = |id| order(id, ANN, [(BEN, BOOKS, 40), (CLEO, WITHOUT_RATE, 20)]);
    let first = order(1, ANN, [(BEN, BOOKS, 20)]);
    let second = order(4, BEN, [(CLEO, TOYS, 30)]);
    settles(&ledger, &first);
    fails(&ledger, &broken(2), NO_RATE);
    fails(&ledger, &broken(3), NO_RATE);
    shows(&ledger, &[&first]);
    settles(&ledger, &second);
    fails(&ledger, &broken(5), NO_RATE);
    shows(&ledger, &[&first, &second]);
}

/// Whoever called `settle` gets the panic, with its payload.
pub fn the_panic_reaches_the_caller() {
    #[derive(Debug, PartialEq)]
    struct Outage(u32);
    let fee = |line: &Line| if line.category == WITHOUT_RATE { panic::panic_any(Outage(7)) } else { percentage(line) };
    let journal = |order: &Order| {
        if order.id == OrderId(8) {
            panic::panic_any(Outage(8));
        }
    };
    let ledger = open(fee, journal);
    for (id, who, category) in [(7, "the fee rule", WITHOUT_RATE), (8, "the journal", BOOKS)] {
        let broken = order(id, ANN, [(BEN, BOOKS, 40), (CLEO, category, 20)]);
        match panic::catch_unwind(AssertUnwindSafe(|| ledger.settle(&broken))) {
            Ok(answer) => panic!("{who} panicked, and `settle` returned {answer:?}"),
            Err(payload) => {
                let passed_on = payload.downcast_ref() == Some(&Outage(id));
                assert!(passed_on, "`settle` panicked, and not with what {who} panicked with");
            }
        }
        shows(&ledger, &[]);
    }
}

/// While one order panics, another one is settled: nothing of it gets lost.
pub fn an_order_at_the_same_time_is_settled() {
    let ledger = ledger();
    let other = order(2, BEN, [(CLEO, BOOKS, 30)]);
    thread::scope(|servers| {
        servers.spawn(|| fails(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, WITHOUT_RATE, 20)]), NO_RATE));
        servers.spawn(|| settles(&ledger, &other));
    });
    shows(&ledger, &[&other]);
}

/// While the journal panics at one order, another one is settled: nothing of it gets lost.
pub fn an_order_at_the_same_time_as_a_panic_of_the_journal() {
    let ledger = open(percentage, |order: &Order| assert!(order.id != OrderId(1), "{DISK_FULL}"));
    let other = order(2, ANN, [(CLEO, BOOKS, 30)]);
    thread::scope(|servers| {
        servers.spawn(|| fails(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, TOYS, 20)]), DISK_FULL));
        servers.spawn(|| settles(&ledger, &other));
    });
    shows(&ledger, &[&other]);
}

/// Two orders panic at the same time, and the ledger goes on.
pub fn two_panics_at_the_same_time() {
    let ledger = ledger();
    thread::scope(|servers| {
        servers.spawn(|| fails(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, WITHOUT_RATE, 20)]), NO_RATE));
        servers.spawn(|| fails(&ledger, &order(2, BEN, [(ANN, WITHOUT_RATE, 30)]), NO_RATE));
    });
    shows(&ledger, &[]);
    let next = order(3, ANN, [(BEN, BOOKS, 100)]);
    settles(&ledger, &next);
    shows(&ledger, &[&next]);
}

/// An order that comes to nothing leaves the buyer's money to another order, also for as long as it is under way.
pub fn an_order_that_panics_takes_nothing_from_another() {
    let ledger = ledger();
    let other = order(2, ANN, [(CLEO, BOOKS, 80)]);
    thread::scope(|servers| {
        servers.spawn(|| {
            let broken = order(1, ANN, [(BEN, BOOKS, 60), (CLEO, WITHOUT_RATE, 20)]);
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| ledger.settle(&broken)));
            // Behind the other one, it may be refused instead.
            let settled = matches!(outcome, Ok(Ok(())));
            assert!(!settled, "the fee rule panics at order 1, and `settle` returned Ok(())");
        });
        servers.spawn(|| settles(&ledger, &other));
    });
    shows(&ledger, &[&other]);
}

/// Nobody ever sees anything of an order that panics.
pub fn nobody_sees_an_order_that_panics() {
    let ledger = ledger();
    thread::scope(|servers| {
        servers.spawn(|| fails(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, WITHOUT_RATE, 20)]), NO_RATE));
        shows(&ledger, &[]);
    });
    shows(&ledger, &[]);
}

/// A statement shows all of an order or nothing of it, and no order that the journal has not taken.
pub fn a_statement_shows_whole_orders_that_are_in_the_journal() {
    let taken = Arc::new(AtomicBool::new(false));
    let takes = Arc::clone(&taken);
    let ledger = open(percentage, move |_| takes.store(true, Ordering::SeqCst));
    let purchase = order(1, ANN, [(BEN, BOOKS, 40), (CLEO, TOYS, 20)]);
    thread::scope(|servers| {
        servers.spawn(|| settles(&ledger, &purchase));
        let seen = ledger.statement();
        let in_the_journal = taken.load(Ordering::SeqCst);
        if seen.settled.is_empty() {
            compare(&seen, &[]);
        } else {
            compare(&seen, &[&purchase]);
            assert!(in_the_journal, "a statement shows an order that the journal has not taken");
        }
    });
    shows(&ledger, &[&purchase]);
}

/// Of two orders that one balance covers only one of, one is settled, and that one is in the journal.
pub fn one_balance_pays_once() {
    let journal = Journal::default();
    let ledger = journal.ledger();
    let purchases = [order(1, ANN, [(BEN, BOOKS, 80)]), order(2, ANN, [(CLEO, TOYS, 70)])];
    let (first, second) = thread::scope(|servers| {
        let first = servers.spawn(|| ledger.settle(&purchases[0]));
        let second = servers.spawn(|| ledger.settle(&purchases[1]));
        (first.join().unwrap(), second.join().unwrap())
    });
    let settled = match (first, second) {
        (Ok(()), Err(Refused::InsufficientFunds)) => &purchases[0],
        (Err(Refused::InsufficientFunds), Ok(())) => &purchases[1],
        other => panic!("a member who has 100 orders for 80 and for 70, and the answers are {other:?}"),
    };
    shows(&ledger, &[settled]);
    journal.holds(&[settled.id]);
}

/// Orders that are refused after they had to wait let those go on that wait behind them.
pub fn nobody_waits_for_an_order_that_was_refused() {
    let ledger = ledger();
    let purchases = [60, 70, 80].map(|price| order(price, ANN, [(BEN, BOOKS, Cents::from(price))]));
    let answers = thread::scope(|servers| {
        let ledger = &ledger;
        let place = |purchase| servers.spawn(move || ledger.settle(purchase));
        purchases.each_ref().map(place).map(|placed| placed.join().unwrap())
    });
    let paid: Vec<&Order> =
        purchases.iter().zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(o, _)| o).collect();
    assert!(paid.len() == 1, "a member who has 100 orders for 60, for 70 and for 80, and the answers are {answers:?}");
    shows(&ledger, &paid);
}

/// A statement has the orders that were settled before it was asked for, whatever is under way.
pub fn a_statement_is_of_now() {
    let ledger = ledger();
    shows(&ledger, &[]);
    let [before, meanwhile] = [order(1, ANN, [(BEN, BOOKS, 40)]), order(2, BEN, [(CLEO, TOYS, 20)])];
    settles(&ledger, &before);
    thread::scope(|servers| {
        servers.spawn(|| settles(&ledger, &meanwhile));
        let seen = ledger.statement();
        let both = [&before, &meanwhile];
        compare(&seen, &both[..seen.settled.len().clamp(1, 2)]);
    });
    shows(&ledger, &[&before, &meanwhile]);
}

/// An order is settled also when whoever places it is on the way out of a panic.
pub fn an_order_that_is_placed_in_a_panic() {
    struct LastWill<'a>(&'a Ledger, &'a Order);
    impl Drop for LastWill<'_> {
        fn drop(&mut self) {
            settles(self.0, self.1);
        }
    }
    let ledger = ledger();
    let [last, next] = [order(1, ANN, [(BEN, BOOKS, 40)]), order(2, BEN, [(CLEO, BOOKS, 30)])];
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        let _will = LastWill(&ledger, &last);
        panic!("{POWER_CUT}");
    }));
    assert!(outcome.is_err());
    shows(&ledger, &[&last]);
    settles(&ledger, &next);
    shows(&ledger, &[&last, &next]);
}

/// The journal takes one order at a time, and the statement shows the orders in its sequence.
pub fn the_journal_takes_one_order_at_a_time() {
    let journal = Journal::default();
    let ledger = journal.ledger();
    let purchases = [order(1, ANN, [(CLEO, BOOKS, 80)]), order(2, BEN, [(CLEO, TOYS, 70)])];
    thread::scope(|servers| {
        servers.spawn(|| settles(&ledger, &purchases[0]));
        servers.spawn(|| settles(&ledger, &purchases[1]));
    });
    let seen = ledger.statement();
    let first = seen.settled.first().is_none_or(|id| *id == purchases[0].id);
    let sequence = if first { [&purchases[0], &purchases[1]] } else { [&purchases[1], &purchases[0]] };
    compare(&seen, &sequence);
    journal.holds(&seen.settled);
}

/// An order that its fee rule panics at is not in the journal; one that is settled is in it once.
pub fn the_journal_has_what_was_settled() {
    let journal = Journal::default();
    let ledger = journal.ledger();
    let other = order(2, BEN, [(CLEO, BOOKS, 30)]);
    thread::scope(|servers| {
        servers.spawn(|| fails(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, WITHOUT_RATE, 20)]), NO_RATE));
        servers.spawn(|| settles(&ledger, &other));
    });
    journal.holds(&[OrderId(2)]);
    shows(&ledger, &[&other]);
}

/// An order that the journal panicked at is in the journal once it is settled.
pub fn the_journal_is_given_an_order_again() {
    let journal = Journal::default();
    let taken = Arc::clone(&journal.taken);
    let power = AtomicBool::new(false);
    let takes = move |order: &Order| {
        assert!(power.swap(true, Ordering::SeqCst), "{POWER_CUT}");
        taken.lock().unwrap().push(order.id);
    };
    let ledger = open(percentage, takes);
    let purchase = order(1, ANN, [(BEN, BOOKS, 40)]);
    fails(&ledger, &purchase, POWER_CUT);
    journal.holds(&[]);
    settles(&ledger, &purchase);
    journal.holds(&[purchase.id]);
    shows(&ledger, &[&purchase]);
}

/// The fee of each line is asked for once.
pub fn each_fee_is_asked_for_once() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let called = Arc::clone(&calls);
    let fee = move |line: &Line| {
        called.lock().unwrap().push(line.price);
        assert!(line.category != WITHOUT_RATE, "{NO_RATE}");
        percentage(line)
    };
    let ledger = open(fee, |_| {});
    let asked = || {
        let mut asked = std::mem::take(&mut *calls.lock().unwrap());
        asked.sort_unstable();
        asked
    };
    settles(&ledger, &order(1, ANN, [(BEN, BOOKS, 40), (CLEO, TOYS, 20)]));
    let fees = asked();
    assert!(fees == [20, 40], "an order with lines of 40 and 20 was settled, and the fees of {fees:?} were asked for");
    settles(&ledger, &order(3, BEN, [(CLEO, BOOKS, 10), (ANN, BOOKS, 10), (ANN, BOOKS, 10)]));
    let fees = asked();
    assert!(
        fees == [10, 10, 10],
        "an order with three lines of 10 was settled, and the fees of {fees:?} were asked for"
    );
    fails(&ledger, &order(2, ANN, [(BEN, BOOKS, 10), (CLEO, WITHOUT_RATE, 30)]), NO_RATE);
    let fees = asked();
    let once = fees.iter().filter(|price| **price == 10).count() <= 1 && fees.iter().filter(|p| **p == 30).count() == 1;
    assert!(once, "an order with lines of 10 and 30 panicked, and the fees of {fees:?} were asked for");
}

/// The fee of each line is asked for once, also while another order is settled.
pub fn each_fee_is_asked_for_once_while_others_settle() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let called = Arc::clone(&calls);
    let fee = move |line: &Line| {
        called.lock().unwrap().push(line.price);
        percentage(line)
    };
    let ledger = open(fee, |_| {});
    thread::scope(|servers| {
        servers.spawn(|| settles(&ledger, &order(1, ANN, [(CLEO, BOOKS, 40)])));
        servers.spawn(|| settles(&ledger, &order(2, BEN, [(CLEO, TOYS, 20)])));
    });
    let mut fees = std::mem::take(&mut *calls.lock().unwrap());
    fees.sort_unstable();
    assert!(fees == [20, 40], "orders for 40 and for 20 were settled, and the fees of {fees:?} were asked for");
}

/// An order that is refused changes nothing, is not in the journal, and leaves the ledger as it was.
pub fn refused_orders_change_nothing() {
    let journal = Journal::default();
    let ledger = journal.ledger();
    let refused = |order: &Order, reason: Refused| {
        let answer = ledger.settle(order);
        assert!(answer == Err(reason), "`settle` should return {:?}, and returned {answer:?}", Err::<(), _>(reason));
    };
    refused(&order(1, NOBODY, [(MemberId(8), BOOKS, 10)]), Refused::UnknownMember(NOBODY));
    refused(&order(2, ANN, [(BEN, BOOKS, 101), (NOBODY, BOOKS, 10)]), Refused::UnknownMember(NOBODY));
    refused(&order(3, ANN, [(BEN, BOOKS, 60), (CLEO, BOOKS, 41)]), Refused::InsufficientFunds);
    shows(&ledger, &[]);
    let last_cent = order(4, ANN, [(BEN, BOOKS, 60), (CLEO, BOOKS, 40)]);
    settles(&ledger, &last_cent);
    shows(&ledger, &[&last_cent]);
    journal.holds(&[OrderId(4)]);
}

/// Orders of different ledgers are asked for their fees at the same time, whatever panics.
pub fn ledgers_do_not_wait_for_each_other() {
    let meeting = Arc::new(Rendezvous::new(2, "the fee rules of two ledgers"));
    let meets = || {
        let meeting = Arc::clone(&meeting);
        move |line: &Line| {
            meeting.arrive();
            rate(line)
        }
    };
    let (one, other) = (open(meets(), |_| {}), open(meets(), |_| {}));
    let purchase = order(2, BEN, [(CLEO, BOOKS, 30)]);
    thread::scope(|servers| {
        servers.spawn(|| fails(&one, &order(1, ANN, [(CLEO, WITHOUT_RATE, 20)]), NO_RATE));
        servers.spawn(|| settles(&other, &purchase));
    });
    shows(&one, &[]);
    shows(&other, &[&purchase]);
}

/// A journal that remembers, and notices when it is given two orders at the same time.
#[derive(Clone, Default)]
struct Journal {
    taken: Arc<Mutex<Vec<OrderId>>>,
}

impl Journal {
    fn ledger(&self) -> Ledger {
        let taken = Arc::clone(&self.taken);
        kata::name(&*taken, "journal");
        open(rate, move |order: &Order| {
            let Ok(mut taken) = taken.try_lock() else { panic!("the journal is given two orders at the same time") };
            thread::yield_now();
            taken.push(order.id);
        })
    }

    fn holds(&self, expected: &[OrderId]) {
        let taken = self.taken.lock().unwrap();
        assert!(*taken == expected, "the journal should have {}, and has {}", list(expected), list(&taken));
    }
}

fn deposits() -> [(MemberId, Cents); 3] {
    [(CLEO, 100), (ANN, 100), (BEN, 100)]
}

/// A ledger whose fee rule panics at a category without a rate.
fn ledger() -> Ledger {
    open(rate, |_| {})
}

fn rate(line: &Line) -> Cents {
    thread::yield_now();
    assert!(line.category != WITHOUT_RATE, "{NO_RATE}");
    percentage(line)
}

fn percentage(line: &Line) -> Cents {
    line.price * Cents::from(line.category) / 100
}

fn order(id: u32, buyer: MemberId, lines: impl IntoIterator<Item = (MemberId, u16, Cents)>) -> Order {
    let line = |(seller, category, price)| Line { seller, category, price };
    Order { id: OrderId(id), buyer, lines: lines.into_iter().map(line).collect() }
}

fn settles(ledger: &Ledger, order: &Order) {
    if let Err(reason) = ledger.settle(order) {
        panic!("order {} should be settled, and was refused: {reason}", order.id.0);
    }
}

/// The fee rule or the journal panics at this order.
fn fails(ledger: &Ledger, order: &Order, message: &str) {
    match panic::catch_unwind(AssertUnwindSafe(|| ledger.settle(order))) {
        Ok(answer) => {
            panic!("at order {} a panic was to reach the caller, and `settle` returned {answer:?}", order.id.0)
        }
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("something that is no text");
            assert!(
                text == message,
                "order {} should panic with \"{message}\", and panicked with \"{text}\"",
                order.id.0
            );
        }
    }
}

/// The books are those in which these orders, and no others, were settled in this sequence.
fn shows(ledger: &Ledger, settled: &[&Order]) {
    compare(&ledger.statement(), settled);
}

fn compare(seen: &Statement, settled: &[&Order]) {
    let ids: Vec<OrderId> = settled.iter().map(|order| order.id).collect();
    let done = format!("with {} settled", list(&ids));
    let mut balances = deposits();
    balances.sort_unstable();
    let mut fees = 0;
    for (buyer, line) in settled.iter().flat_map(|order| order.lines.iter().map(|line| (order.buyer, line))) {
        for (member, balance) in &mut balances {
            *balance -= if *member == buyer { line.price } else { 0 };
            *balance += if *member == line.seller { line.price - percentage(line) } else { 0 };
        }
        fees += percentage(line);
    }
    assert!(seen.settled == ids, "{done}, the statement lists {}", list(&seen.settled));
    let has = |balances: &[(MemberId, Cents)], fees: Cents| {
        let balances: Vec<String> = balances.iter().map(|(member, has)| format!("{}: {has}", member.0)).collect();
        format!("[{}] and fees of {fees}", balances.join(", "))
    };
    assert!(
        seen.balances == balances && seen.fees == fees,
        "{done}, the books should show {}, and show {}",
        has(&balances, fees),
        has(&seen.balances, seen.fees)
    );
}

fn list(orders: &[OrderId]) -> String {
    match orders {
        [] => "no order".to_owned(),
        orders => {
            let ids: Vec<String> = orders.iter().map(|order| order.0.to_string()).collect();
            format!("order{} {}", if orders.len() == 1 { "" } else { "s" }, ids.join(", "))
        }
    }
}

/// A ledger whose kinds of fee rule and journal are not part of a type, so that little of it is compiled for each scenario.
fn open(
    fee: impl Fn(&Line) -> Cents + Send + Sync + 'static,
    journal: impl Fn(&Order) + Send + Sync + 'static,
) -> Ledger {
    fn of(fee: Box<dyn Fn(&Line) -> Cents + Send + Sync>, journal: Box<dyn Fn(&Order) + Send + Sync>) -> Ledger {
        Ledger::new(deposits(), fee, journal)
    }
    of(Box::new(fee), Box::new(journal))
}
