//! idea: each member has a lock, taken in the order of the members, and the house comes last; all of an order is checked and asked for before the first change.
//! trade-off: orders that share no member ask for their fees at the same time; a statement takes all locks, and a wrong order of them is a deadlock.
//!
//! The ledger of a marketplace: what its members have, and what the house has earned.

use parking_lot::{Mutex, MutexGuard};
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

struct House {
    fees: Cents,
    settled: Vec<OrderId>,
}
/// Each member has a lock of its own. They are taken in their order, and the house last.
pub struct Ledger {
    members: BTreeMap<MemberId, Mutex<Cents>>,
    house: Mutex<House>,
    fee: Box<dyn Fn(&Line) -> Cents + Send + Sync>,
    journal: Box<dyn Fn(&Order) + Send + Sync>,
}
impl Ledger {
    pub fn new(
        deposits: impl IntoIterator<Item = (MemberId, Cents)>,
        fee: impl Fn(&Line) -> Cents + Send + Sync + 'static,
        journal: impl Fn(&Order) + Send + Sync + 'static,
    ) -> Self {
        let members = deposits.into_iter().map(|(m, c)| (m, Mutex::new(c))).collect();
        Ledger {
            members,
            house: Mutex::new(House { fees: 0, settled: Vec::new() }),
            fee: Box::new(fee),
            journal: Box::new(journal),
        }
    }
    pub fn settle(&self, order: &Order) -> Result<(), Refused> {
        let involved = || std::iter::once(order.buyer).chain(order.lines.iter().map(|l| l.seller));
        if let Some(unknown) = involved().find(|m| !self.members.contains_key(m)) {
            return Err(Refused::UnknownMember(unknown));
        }
        let sorted: BTreeSet<MemberId> = involved().collect();
        let mut open: BTreeMap<MemberId, MutexGuard<'_, Cents>> =
            sorted.into_iter().map(|m| (m, self.members[&m].lock())).collect();
        let total: Cents = order.lines.iter().map(|l| l.price).sum();
        if *open[&order.buyer] < total {
            return Err(Refused::InsufficientFunds);
        }
        let fees: Vec<Cents> = order.lines.iter().map(|line| (self.fee)(line)).collect();
        let mut house = self.house.lock();
        (self.journal)(order);
        **open.get_mut(&order.buyer).unwrap() -= total;
        for (line, fee) in order.lines.iter().zip(fees) {
            **open.get_mut(&line.seller).unwrap() += line.price - fee;
            house.fees += fee;
        }
        house.settled.push(order.id);
        Ok(())
    }
    pub fn statement(&self) -> Statement {
        let open: Vec<(MemberId, MutexGuard<'_, Cents>)> = self.members.iter().map(|(&m, c)| (m, c.lock())).collect();
        let house = self.house.lock();
        Statement {
            balances: open.iter().map(|(m, c)| (*m, **c)).collect(),
            fees: house.fees,
            settled: house.settled.clone(),
        }
    }
}
