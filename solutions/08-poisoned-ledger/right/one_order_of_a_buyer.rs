//! idea: a buyer has one order under way at a time, and nothing is locked while its fees are asked for: others only add to what the buyer has, so what was checked stays true.
//! trade-off: the fee rules of different buyers overlap; a set of those who are under way, a condition variable, and a guard that takes a buyer out of the set on every way out.
//!
//! The ledger of a marketplace: what its members have, and what the house has earned.

use parking_lot::{Condvar, Mutex};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

/// An amount of money, in cents.
pub type Cents = i64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u32);

/// One thing that is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub seller: MemberId,
    pub category: u16,
    pub price: Cents,
}

/// What a member buys, of one seller or of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub buyer: MemberId,
    pub lines: Vec<Line>,
}

/// Why an order was not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The marketplace does not know this member.
    UnknownMember(MemberId),
    /// The buyer has less than all lines come to.
    InsufficientFunds,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::UnknownMember(MemberId(id)) => write!(f, "there is no member {id}"),
            Refused::InsufficientFunds => f.write_str("the buyer has too little"),
        }
    }
}

impl std::error::Error for Refused {}

/// What is in the books at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What each member has, ordered by member.
    pub balances: Vec<(MemberId, Cents)>,
    /// What the house has earned.
    pub fees: Cents,
    /// The orders that were settled, the first one first.
    pub settled: Vec<OrderId>,
}

struct Books {
    balances: BTreeMap<MemberId, Cents>,
    fees: Cents,
    settled: Vec<OrderId>,
    /// The buyers with an order under way.
    away: BTreeSet<MemberId>,
}

impl Books {
    /// Refuses an order that cannot be settled.
    fn check(&self, order: &Order) -> Result<(), Refused> {
        let sellers = order.lines.iter().map(|line| line.seller);
        for member in [order.buyer].into_iter().chain(sellers) {
            if !self.balances.contains_key(&member) {
                return Err(Refused::UnknownMember(member));
            }
        }
        let total: Cents = order.lines.iter().map(|line| line.price).sum();
        if self.balances[&order.buyer] < total { Err(Refused::InsufficientFunds) } else { Ok(()) }
    }

    /// Adds to what a member has.
    fn post(&mut self, member: MemberId, amount: Cents) {
        *self.balances.get_mut(&member).expect("the order was checked") += amount;
    }
}

/// A buyer with an order under way, until it is dropped.
struct Away<'a>(&'a Ledger, MemberId);

impl Drop for Away<'_> {
    fn drop(&mut self) {
        self.0.books.lock().away.remove(&self.1);
        self.0.back.notify_all();
    }
}

/// The books, the rule for the fees of the house, and the journal that every settled order is written to.
pub struct Ledger {
    books: Mutex<Books>,
    /// Some order is not under way any more.
    back: Condvar,
    fee: Box<dyn Fn(&Line) -> Cents + Send + Sync>,
    journal: Box<dyn Fn(&Order) + Send + Sync>,
}

impl Ledger {
    /// Opens the books with what the members have paid in.
    pub fn new(
        deposits: impl IntoIterator<Item = (MemberId, Cents)>,
        fee: impl Fn(&Line) -> Cents + Send + Sync + 'static,
        journal: impl Fn(&Order) + Send + Sync + 'static,
    ) -> Self {
        let books =
            Books { balances: deposits.into_iter().collect(), fees: 0, settled: Vec::new(), away: BTreeSet::new() };
        Ledger { books: Mutex::new(books), back: Condvar::new(), fee: Box::new(fee), journal: Box::new(journal) }
    }

    /// Settles an order: the buyer pays, each seller gets the price less the fee, and the house gets the fee.
    pub fn settle(&self, order: &Order) -> Result<(), Refused> {
        let _away = self.my_turn(order)?;
        let fees: Vec<Cents> = order.lines.iter().map(|line| (self.fee)(line)).collect();
        let mut books = self.books.lock();
        (self.journal)(order);
        for (line, fee) in order.lines.iter().zip(fees) {
            books.post(order.buyer, -line.price);
            books.fees += fee;
            books.post(line.seller, line.price - fee);
        }
        books.settled.push(order.id);
        Ok(())
    }

    /// Waits until the buyer has no other order under way, and checks this one.
    fn my_turn(&self, order: &Order) -> Result<Away<'_>, Refused> {
        let mut books = self.books.lock();
        self.back.wait_while(&mut books, |books| books.away.contains(&order.buyer));
        books.check(order)?;
        books.away.insert(order.buyer);
        Ok(Away(self, order.buyer))
    }

    /// What is in the books.
    pub fn statement(&self) -> Statement {
        let books = self.books.lock();
        let balances = books.balances.iter().map(|(&member, &balance)| (member, balance)).collect();
        Statement { balances, fees: books.fees, settled: books.settled.clone() }
    }
}
