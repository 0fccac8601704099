//! idea: keep the deposits and the orders that were settled, each with its fees, and work out the balances from them.
//! trade-off: one `push` is all that changes, and it cannot be half-done; each question goes through all orders.
//!
//! The ledger of a marketplace: what its members have, and what the house has earned.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

type Balances = BTreeMap<MemberId, Cents>;

/// Refuses an order that cannot be settled.
fn check(balances: &Balances, order: &Order) -> Result<(), Refused> {
    let sellers = order.lines.iter().map(|line| line.seller);
    for member in [order.buyer].into_iter().chain(sellers) {
        if !balances.contains_key(&member) {
            return Err(Refused::UnknownMember(member));
        }
    }
    let total: Cents = order.lines.iter().map(|line| line.price).sum();
    if balances[&order.buyer] < total { Err(Refused::InsufficientFunds) } else { Ok(()) }
}

/// An order, and the fee of each of its lines.
type Settled = (Order, Vec<Cents>);

/// What was paid in, and the orders that were settled.
pub struct Ledger {
    deposits: Balances,
    settled: Mutex<Vec<Settled>>,
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
        let deposits = deposits.into_iter().collect();
        Ledger { deposits, settled: Mutex::default(), fee: Box::new(fee), journal: Box::new(journal) }
    }

    /// Settles an order: the buyer pays, each seller gets the price less the fee, and the house gets the fee.
    pub fn settle(&self, order: &Order) -> Result<(), Refused> {
        let mut settled = self.settled();
        check(&self.balances(&settled).0, order)?;
        let fees = order.lines.iter().map(|line| (self.fee)(line)).collect();
        (self.journal)(order);
        settled.push((order.clone(), fees));
        Ok(())
    }

    /// What is in the books.
    pub fn statement(&self) -> Statement {
        let settled = self.settled();
        let (balances, fees) = self.balances(&settled);
        let settled = settled.iter().map(|(order, _)| order.id).collect();
        Statement { balances: balances.into_iter().collect(), fees, settled }
    }

    /// What each member has, and what the house has earned.
    fn balances(&self, settled: &[Settled]) -> (Balances, Cents) {
        let mut balances = self.deposits.clone();
        let mut earned = 0;
        for (order, fees) in settled {
            for (line, fee) in order.lines.iter().zip(fees) {
                *balances.entry(order.buyer).or_default() -= line.price;
                *balances.entry(line.seller).or_default() += line.price - fee;
                earned += fee;
            }
        }
        (balances, earned)
    }

    fn settled(&self) -> MutexGuard<'_, Vec<Settled>> {
        // An order is in the list, or it is not.
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
