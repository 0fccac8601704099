//! A sale: customers are in a hurry and press "pay" in two browser tabs. Each wallet is good for one of the two orders.

use std::process::ExitCode;
use std::sync::{Barrier, mpsc};
use std::thread;

use double_spend::{Cents, CustomerId, OrderId, Payment, Wallets};

const CUSTOMERS: u32 = 2_000;
const TABS: u32 = 2;
const DEPOSIT: Cents = 10_000;
const PRICE: Cents = 7_900;

fn main() -> ExitCode {
    let screening = screening_service();
    let wallets = Wallets::new((0..CUSTOMERS).map(|id| (CustomerId(id), DEPOSIT)), move |payment| {
        let (answer, answered) = mpsc::channel();
        screening.send((*payment, answer)).expect("the service runs as long as the wallets");
        answered.recv().expect("the service answers every question")
    });
    println!(
        "{CUSTOMERS} customers hold {DEPOSIT} cents each, and press \"pay {PRICE} cents\" in {TABS} tabs at once."
    );

    let clicks = Barrier::new(TABS as usize);
    let paid: usize = thread::scope(|scope| {
        let tabs: Vec<_> = (0..TABS)
            .map(|tab| {
                let (wallets, clicks) = (&wallets, &clicks);
                scope.spawn(move || {
                    let pays = |customer| {
                        clicks.wait();
                        let order = OrderId(customer * TABS + tab);
                        wallets.pay(Payment { customer: CustomerId(customer), order, amount: PRICE }).is_ok()
                    };
                    (0..CUSTOMERS).filter(|&customer| pays(customer)).count()
                })
            })
            .collect();
        tabs.into_iter().map(|tab| tab.join().expect("a tab only pays")).sum()
    });

    let balances = (0..CUSTOMERS).map(|id| wallets.balance(CustomerId(id)).expect("every customer has a wallet"));
    let overdrawn: Vec<Cents> = balances.filter(|&balance| balance < 0).collect();
    println!();
    println!("{paid} orders were paid for; the deposits cover {CUSTOMERS}.");
    println!(
        "{} wallets are overdrawn; the shop is {} cents short.",
        overdrawn.len(),
        -overdrawn.iter().sum::<Cents>()
    );
    if overdrawn.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Another company's service, which takes its time: here, that of two messages.
fn screening_service() -> mpsc::Sender<(Payment, mpsc::Sender<bool>)> {
    let (questions, inbox) = mpsc::channel::<(Payment, mpsc::Sender<bool>)>();
    thread::spawn(move || {
        for (payment, answer) in inbox {
            let _ = answer.send(payment.amount < 1_000_000);
        }
    });
    questions
}
