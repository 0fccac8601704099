//! What the desk promises, whatever its customers and the head office do meanwhile.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use guard_across_await::{CustomerId, Desk, NotServed, Percent, Quote, Register, Tariff, Zone};
use kata::Verdict;
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::{self, JoinError, JoinHandle, LocalSet};
use tokio::time;

const ANN: CustomerId = CustomerId(1);
const BEN: CustomerId = CustomerId(2);
const CLEO: CustomerId = CustomerId(3);

const NEAR: Zone = Zone(1);
const FAR: Zone = Zone(2);
const OVERSEAS: Zone = Zone(3);

/// A tariff is published while the register is asked about a customer: the desk goes on, and the customer gets a quote.
pub fn a_tariff_is_published_while_the_register_is_asked() {
    in_the_shop(async |shop: Shop| {
        let ann = shop.quote(ANN, NEAR).await;
        shop.publish(second());
        made_by_one_of(shop.served(ANN, ann).await, NEAR, 20, &[first(), second()]);
    });
}

/// A customer who comes when a tariff was published gets a quote by it, although the register has not answered about
/// another customer yet.
pub fn a_customer_comes_after_the_publication() {
    in_the_shop(async |shop: Shop| {
        let ann = shop.quote(ANN, NEAR).await;
        shop.publish(second());
        let ben = shop.quote(BEN, FAR).await;
        made_by_one_of(shop.served(BEN, ben).await, FAR, 40, &[second()]);
        made_by_one_of(shop.served(ANN, ann).await, NEAR, 20, &[first(), second()]);
    });
}

/// The register is asked about a customer although it has not answered about two others.
pub fn customers_do_not_wait_for_each_other() {
    in_the_shop(async |shop: Shop| {
        let ann = shop.quote(ANN, NEAR).await;
        let ben = shop.quote(BEN, NEAR).await;
        let cleo = shop.quote(CLEO, FAR).await;
        let asked = shop.register.asked().len();
        if asked < 3 {
            let message = format!("3 customers are at the desk, and the register is asked about {asked} at a time");
            kata::fail(Verdict::NotConcurrent, message);
        }
        for (customer, quote, zone, agreed) in [(CLEO, cleo, FAR, 0), (ANN, ann, NEAR, 20), (BEN, ben, NEAR, 40)] {
            made_by_one_of(shop.served(customer, quote).await, zone, agreed, &[first()]);
        }
    });
}

/// Several tariffs are published while the register is asked: a quote is made by one of them from beginning to end.
pub fn several_tariffs_are_published() {
    in_the_shop(async |shop: Shop| {
        let ann = shop.quote(ANN, NEAR).await;
        shop.publish(second());
        let ben = shop.quote(BEN, NEAR).await;
        shop.publish(third());
        made_by_one_of(shop.served(BEN, ben).await, NEAR, 40, &[second(), third()]);
        made_by_one_of(shop.served(ANN, ann).await, NEAR, 20, &[first(), second(), third()]);
    });
}

/// A tariff can be published between any two steps of a quote.
pub fn a_tariff_is_published_at_any_step() {
    for turns in 0..4 {
        in_the_shop(async move |shop: Shop| {
            let desk = Rc::clone(&shop.desk);
            shop.register.answer(ANN);
            let quote = task::spawn_local(async move { desk.quote(ANN, NEAR).await });
            for _ in 0..turns {
                task::yield_now().await;
            }
            shop.publish(second());
            made_by_one_of(quote.await, NEAR, 20, &[first(), second()]);
        });
    }
}

/// A zone that a new tariff does not serve, or serves for the first time, has a quote by the old tariff or by the new one.
pub fn a_zone_that_only_one_tariff_serves() {
    in_the_shop(async |shop: Shop| {
        let mut no_longer_near = second();
        no_longer_near.prices.remove(&NEAR);
        let ann = shop.quote(ANN, NEAR).await;
        let overseas = shop.quote(BEN, OVERSEAS).await;
        shop.publish(no_longer_near);
        match finished(shop.served(ANN, ann).await) {
            Err(NotServed(NEAR)) => {}
            quote => made_by_one_of(Ok(quote), NEAR, 20, &[first()]),
        }
        match finished(shop.served(BEN, overseas).await) {
            Err(NotServed(OVERSEAS)) => {}
            quote => made_by_one_of(Ok(quote), OVERSEAS, 40, &[second()]),
        }
    });
}

/// A zone that no tariff serves has no quote.
pub fn a_zone_that_is_not_served() {
    in_the_shop(async |shop: Shop| {
        let quote = shop.quote(ANN, OVERSEAS).await;
        let quote = finished(shop.served(ANN, quote).await);
        assert!(quote == Err(NotServed(OVERSEAS)), "zone 3 is not served, and the quote is {quote:?}");
        let asked = shop.register.asked().len();
        assert!(asked <= 1, "for one quote the register was asked {asked} times");
    });
}

/// For each quote the register is asked once, also when tariffs are published meanwhile.
pub fn the_register_is_asked_once_for_each_quote() {
    in_the_shop(async |shop: Shop| {
        let ann = shop.quote(ANN, NEAR).await;
        shop.publish(second());
        made_by_one_of(shop.served(ANN, ann).await, NEAR, 20, &[first(), second()]);
        let again = shop.quote(ANN, FAR).await;
        made_by_one_of(shop.served(ANN, again).await, FAR, 20, &[second()]);
        let asked = shop.register.asked().len();
        assert!(asked == 2, "two quotes were made, and the register was asked {asked} times");
    });
}

/// A customer who leaves while the register is asked leaves nothing behind: tariffs are published, and others served.
pub fn a_customer_who_leaves() {
    in_the_shop(async |shop: Shop| {
        let leaves = shop.quote(ANN, NEAR).await;
        let stays = shop.quote(BEN, NEAR).await;
        leaves.abort();
        settle().await;
        shop.publish(second());
        made_by_one_of(shop.served(BEN, stays).await, NEAR, 40, &[first(), second()]);
        let comes = shop.quote(CLEO, NEAR).await;
        made_by_one_of(shop.served(CLEO, comes).await, NEAR, 0, &[second()]);
    });
}

/// The last tariff that was published is in force, whatever its number.
pub fn the_last_publication_counts() {
    in_the_shop(async |shop: Shop| {
        assert!(shop.desk.edition() == 1, "the shop opens with edition 1, and the sign says {}", shop.desk.edition());
        for tariff in [third(), second(), third(), first()] {
            shop.publish(tariff);
        }
        let ann = shop.quote(ANN, FAR).await;
        made_by_one_of(shop.served(ANN, ann).await, FAR, 20, &[first()]);
    });
}

/// Whoever has published a tariff gets a quote by it, in the same breath.
pub fn a_quote_right_after_the_publication() {
    in_the_shop(async |shop: Shop| {
        shop.register.answer(ANN);
        shop.publish(second());
        let quote = shop.desk.quote(ANN, NEAR).await;
        made_by_one_of(Ok(quote), NEAR, 20, &[second()]);
    });
}

/// One task may wait for several quotes, and publish a tariff meanwhile.
pub fn several_things_in_one_task() {
    in_the_shop(async |shop: Shop| {
        let morning = async {
            settle().await;
            shop.publish(second());
            shop.register.answer(BEN);
            shop.register.answer(ANN);
        };
        let (ann, ben, ()) = tokio::join!(shop.desk.quote(ANN, NEAR), shop.desk.quote(BEN, FAR), morning);
        made_by_one_of(Ok(ann), NEAR, 20, &[first(), second()]);
        made_by_one_of(Ok(ben), FAR, 40, &[first(), second()]);
    });
}

/// A quote that waits for a month lets others run and sleeps, and is made then.
pub fn a_quote_that_has_to_wait_sleeps() {
    in_the_shop(async |shop: Shop| {
        let ann = shop.quote(ANN, NEAR).await;
        time::sleep(MONTH).await;
        shop.publish(second());
        time::sleep(MONTH).await;
        made_by_one_of(shop.served(ANN, ann).await, NEAR, 20, &[first(), second()]);
    });
}

/// Two shops on one thread do not know of each other.
pub fn two_shops() {
    in_the_shop(async |shop: Shop| {
        let other = Shop::open(third());
        let ann = shop.quote(ANN, NEAR).await;
        let ben = other.quote(BEN, NEAR).await;
        shop.publish(second());
        assert!(other.desk.edition() == 3, "a tariff was published in another shop, and edition 3 is not in force here");
        made_by_one_of(other.served(BEN, ben).await, NEAR, 40, &[third()]);
        made_by_one_of(shop.served(ANN, ann).await, NEAR, 20, &[first(), second()]);
    });
}

/// A customer at the desk.
type Visit = JoinHandle<Result<Quote, NotServed>>;
type Outcome = Result<Result<Quote, NotServed>, JoinError>;

const HOUR: Duration = Duration::from_secs(60 * 60);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A customer may get up to 10 % off.
fn first() -> Tariff {
    Tariff { edition: 1, prices: BTreeMap::from([(NEAR, 1_000), (FAR, 2_000)]), largest_discount: 10 }
}

/// A customer may get up to 50 % off. Overseas is served.
fn second() -> Tariff {
    let prices = BTreeMap::from([(NEAR, 1_200), (FAR, 2_500), (OVERSEAS, 8_000)]);
    Tariff { edition: 2, prices, largest_discount: 50 }
}

/// A customer may get up to 30 % off.
fn third() -> Tariff {
    let prices = BTreeMap::from([(NEAR, 1_500), (FAR, 3_000), (OVERSEAS, 9_000)]);
    Tariff { edition: 3, prices, largest_discount: 30 }
}

/// A register that answers when it is told to.
struct Database {
    asked: RefCell<Vec<CustomerId>>,
    answered: RefCell<Vec<CustomerId>>,
    answers: [Semaphore; 3],
}

/// The desk's access to it.
struct Network(Rc<Database>);

impl Register for Network {
    async fn discount(&self, customer: CustomerId) -> Percent {
        self.0.asked.borrow_mut().push(customer);
        let answered = self.0.answers_of(customer).acquire().await.expect("the register is not closed");
        answered.forget();
        agreed_with(customer)
    }
}

fn agreed_with(customer: CustomerId) -> Percent {
    match customer {
        ANN => 20,
        BEN => 40,
        _ => 0,
    }
}

impl Database {
    fn answers_of(&self, customer: CustomerId) -> &Semaphore {
        let place = usize::try_from(customer.0).expect("a small number");
        &self.answers[place - 1]
    }

    /// The next question about this customer is answered.
    fn answer(&self, customer: CustomerId) {
        self.answered.borrow_mut().push(customer);
        self.answers_of(customer).add_permits(1);
    }

    /// Whether there is a question about this customer that is not answered.
    fn is_open(&self, customer: CustomerId) -> bool {
        let times = |customers: &RefCell<Vec<CustomerId>>| {
            customers.borrow().iter().filter(|other| **other == customer).count()
        };
        times(&self.asked) > times(&self.answered)
    }

    /// About whom it was asked so far.
    fn asked(&self) -> Vec<CustomerId> {
        self.asked.borrow().clone()
    }
}

struct Shop {
    desk: Rc<Desk<Network>>,
    register: Rc<Database>,
}

impl Shop {
    fn open(tariff: Tariff) -> Self {
        let register = Rc::new(Database {
            asked: RefCell::default(),
            answered: RefCell::default(),
            answers: [(); 3].map(|()| Semaphore::new(0)),
        });
        for (answer, name) in register.answers.iter().zip(["answer about 1", "answer about 2", "answer about 3"]) {
            kata::name(answer, name);
        }
        Shop { desk: Rc::new(Desk::new(Network(Rc::clone(&register)), tariff)), register }
    }

    /// A customer comes to the desk, and everybody does what can be done.
    async fn quote(&self, customer: CustomerId, zone: Zone) -> Visit {
        let desk = Rc::clone(&self.desk);
        let quote = task::spawn_local(async move { desk.quote(customer, zone).await });
        settle().await;
        quote
    }

    /// The register answers about a customer, who then gets the quote.
    async fn served(&self, customer: CustomerId, quote: Visit) -> Outcome {
        self.register.answer(customer);
        if let Ok(outcome) = time::timeout(HOUR, quote).await {
            return outcome;
        }
        let (CustomerId(number), register) = (customer, &self.register);
        if register.is_open(customer) {
            panic!("the register has answered about customer {number}, and is asked once more for the same quote");
        }
        if [ANN, BEN, CLEO].into_iter().any(|other| register.is_open(other)) {
            let message = "gets no quote as long as the register has not answered about others";
            kata::fail(Verdict::NotConcurrent, format!("customer {number} {message}"));
        }
        panic!("the register has answered about customer {number}, who gets no quote");
    }

    fn publish(&self, tariff: Tariff) {
        let edition = tariff.edition;
        self.desk.publish(tariff);
        let shown = self.desk.edition();
        assert!(shown == edition, "edition {edition} was published, and the sign on the desk says {shown}");
    }
}

/// Runs on one thread, whose clock jumps when nobody has anything to do.
fn in_the_shop(morning: impl AsyncFnOnce(Shop)) {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    LocalSet::new().block_on(&runtime, async { morning(Shop::open(first())).await });
}

/// Until nobody has anything to do.
async fn settle() {
    time::sleep(Duration::from_millis(1)).await;
}

fn finished<T>(quote: Result<T, JoinError>) -> T {
    quote.expect("making a quote panicked")
}

/// The quote is what one of these tariffs comes to.
fn made_by_one_of(quote: Outcome, zone: Zone, agreed: Percent, tariffs: &[Tariff]) {
    let quote = finished(quote);
    let by = |tariff: &Tariff| {
        let list_price = *tariff.prices.get(&zone).expect("the tariff serves the zone");
        let discount = agreed.min(tariff.largest_discount);
        Quote { edition: tariff.edition, list_price, price: list_price - list_price * discount / 100 }
    };
    let expected: Vec<Quote> = tariffs.iter().map(by).collect();
    let Ok(quote) = quote else { panic!("zone {} is served, and the quote is {quote:?}", zone.0) };
    let list: Vec<String> = expected.iter().map(words).collect();
    assert!(
        expected.contains(&quote),
        "a customer with {agreed} % should pay {}, and the quote is {}",
        list.join(", or "),
        words(&quote)
    );
}

fn words(quote: &Quote) -> String {
    format!("{} (edition {}, list price {})", quote.price, quote.edition, quote.list_price)
}
