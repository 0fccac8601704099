//! An evening on the marketplace. One of its orders has a line in a category that is so new that it has no rate yet.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Once;
use std::thread;

use poisoned_ledger::{Cents, Ledger, Line, MemberId, Order, OrderId};

const SERVERS: u32 = 4;
const ORDERS: u32 = 2_000;
const MEMBERS: u32 = 50;
const DEPOSIT: Cents = 1_000_000;

/// What the house takes, in percent, for each category.
const RATES: [Cents; 4] = [5, 8, 12, 15];
/// Of which category 4 was sold for the first time.
const FIRST_OF_ITS_KIND: u32 = 701;

fn main() -> ExitCode {
    report_only_the_first_panic();
    let deposits = (0..MEMBERS).map(|member| (MemberId(member), DEPOSIT));
    let fee = |line: &Line| line.price * RATES[usize::from(line.category)] / 100;
    let ledger = Ledger::new(deposits, fee, |_| {});
    println!("{SERVERS} servers settle {ORDERS} orders; one line of order {FIRST_OF_ITS_KIND} has no rate yet.");

    let failed: usize = thread::scope(|scope| {
        let server = |first| {
            let ledger = &ledger;
            // As a web server does it: a request that panics is answered with an error page, and the next one is read.
            let fails = |&id: &u32| panic::catch_unwind(AssertUnwindSafe(|| ledger.settle(&order(id)))).is_err();
            move || (first..ORDERS).step_by(SERVERS as usize).filter(fails).count()
        };
        let servers: Vec<_> = (0..SERVERS).map(|first| scope.spawn(server(first))).collect();
        servers.into_iter().map(|server| server.join().expect("a server survives its requests")).sum()
    });

    println!();
    println!("{failed} of {ORDERS} orders ended in an error page; one had a reason to.");
    let Ok(statement) = panic::catch_unwind(AssertUnwindSafe(|| ledger.statement())) else {
        println!("And what is in the books, nobody can tell: the statement is an error page, too.");
        return ExitCode::FAILURE;
    };
    let paid_in = Cents::from(MEMBERS) * DEPOSIT;
    let in_the_books = statement.balances.iter().map(|(_, balance)| balance).sum::<Cents>() + statement.fees;
    println!("{paid_in} cents were paid in, and {in_the_books} cents are in the books.");
    if failed == 1 && in_the_books == paid_in { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Two things, of two sellers.
fn order(id: u32) -> Order {
    let member = |offset: u32| MemberId((id + offset) % MEMBERS);
    let second = if id == FIRST_OF_ITS_KIND { 4 } else { 1 };
    let lines = vec![
        Line { seller: member(1), category: 0, price: 2_500 },
        Line { seller: member(2), category: second, price: 1_900 },
    ];
    Order { id: OrderId(id), buyer: member(0), lines }
}

fn report_only_the_first_panic() {
    static FIRST: Once = Once::new();
    panic::set_hook(Box::new(|info| FIRST.call_once(|| println!("The first error page: {info}"))));
}
