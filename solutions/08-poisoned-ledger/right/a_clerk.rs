//! idea: one thread has the books; it catches the panic of a job, and sends it back to whoever gave it the job.
//! trade-off: no lock, and nothing that a panic could poison; two switches of threads for each call, and the clerk must survive everything.
//!
//! The ledger of a marketplace: what its members have, and what the house has earned.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

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

type FeeRule = Box<dyn Fn(&Line) -> Cents + Send>;
type Journal = Box<dyn Fn(&Order) + Send>;
type Job = Box<dyn FnOnce(&mut Clerk) + Send>;

/// Who has the books, the rule for the fees of the house, and the journal.
struct Clerk {
    books: Books,
    fee: FeeRule,
    journal: Journal,
}

impl Clerk {
    fn settle(&mut self, order: &Order) -> Result<(), Refused> {
        self.books.check(order)?;
        let fees: Vec<Cents> = order.lines.iter().map(|line| (self.fee)(line)).collect();
        (self.journal)(order);
        for (line, fee) in order.lines.iter().zip(fees) {
            self.books.post(order.buyer, -line.price);
            self.books.post(line.seller, line.price - fee);
            self.books.fees += fee;
        }
        self.books.settled.push(order.id);
        Ok(())
    }

    fn statement(&self) -> Statement {
        let balances = self.books.balances.iter().map(|(&member, &balance)| (member, balance)).collect();
        Statement { balances, fees: self.books.fees, settled: self.books.settled.clone() }
    }
}

/// The way to the clerk.
pub struct Ledger {
    jobs: Mutex<mpsc::Sender<Job>>,
}

impl Ledger {
    /// Opens the books with what the members have paid in.
    pub fn new(
        deposits: impl IntoIterator<Item = (MemberId, Cents)>,
        fee: impl Fn(&Line) -> Cents + Send + Sync + 'static,
        journal: impl Fn(&Order) + Send + Sync + 'static,
    ) -> Self {
        let books = Books { balances: deposits.into_iter().collect(), fees: 0, settled: Vec::new() };
        let mut clerk = Clerk { books, fee: Box::new(fee), journal: Box::new(journal) };
        let (jobs, inbox) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for job in inbox {
                job(&mut clerk);
            }
        });
        Ledger { jobs: Mutex::new(jobs) }
    }

    /// Settles an order: the buyer pays, each seller gets the price less the fee, and the house gets the fee.
    pub fn settle(&self, order: &Order) -> Result<(), Refused> {
        let order = order.clone();
        self.ask(move |clerk| clerk.settle(&order))
    }

    /// What is in the books.
    pub fn statement(&self) -> Statement {
        self.ask(|clerk| clerk.statement())
    }

    /// Has the clerk do something. If it panics there, it panics here.
    fn ask<R: Send + 'static>(&self, question: impl FnOnce(&mut Clerk) -> R + Send + 'static) -> R {
        let (answer, answered) = mpsc::channel();
        let job = move |clerk: &mut Clerk| {
            let _ = answer.send(panic::catch_unwind(AssertUnwindSafe(|| question(clerk))));
        };
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.send(Box::new(job)).expect("the clerk works as long as the ledger is there");
        drop(jobs);
        let outcome = answered.recv().expect("the clerk answers every question");
        outcome.unwrap_or_else(|panic| panic::resume_unwind(panic))
    }
}
