//! verdict: assertion-failed
//! scenario: the_journal_is_given_an_order_again
//! why: the journal must not be given an order twice, so the ledger notes which ones it has been given; one that it panicked at is noted, and was not taken.
//!
//! The ledger of a marketplace: what its members have, and what the house has earned.

use parking_lot::Mutex;
use std::collections::BTreeMap;
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
    /// The orders that the journal was given.
    tried: Vec<OrderId>,
    balances: BTreeMap<MemberId, Cents>,
    fees: Cents,
    settled: Vec<OrderId>,
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

/// The books, the rule for the fees of the house, and the journal that every settled order is written to.
pub struct Ledger {
    books: Mutex<Books>,
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
        let books = Books { tried: Vec::new(), balances: deposits.into_iter().collect(), fees: 0, settled: Vec::new() };
        Ledger { books: Mutex::new(books), fee: Box::new(fee), journal: Box::new(journal) }
    }

    /// Settles an order: the buyer pays, each seller gets the price less the fee, and the house gets the fee.
    pub fn settle(&self, order: &Order) -> Result<(), Refused> {
        let mut books = self.books.lock();
        books.check(order)?;
        let fees: Vec<Cents> = order.lines.iter().map(|line| (self.fee)(line)).collect();
        if !books.tried.contains(&order.id) {
            books.tried.push(order.id);
            (self.journal)(order);
        }
        for (line, fee) in order.lines.iter().zip(fees) {
            books.post(order.buyer, -line.price);
            books.fees += fee;
            books.post(line.seller, line.price - fee);
        }
        books.settled.push(order.id);
        Ok(())
    }

    /// What is in the books.
    pub fn statement(&self) -> Statement {
        let books = self.books.lock();
        let balances = books.balances.iter().map(|(&member, &balance)| (member, balance)).collect();
        Statement { balances, fees: books.fees, settled: books.settled.clone() }
    }
}
