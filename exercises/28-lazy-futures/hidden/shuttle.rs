//! What an agency promises, however quickly its carriers answer.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use kata::Verdict;
use lazy_futures::{Agency, Carriers, Cents, Leg, Quote, SoldOut};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::time::{self, Instant};

/// A quote takes as long as the slowest carrier.
pub fn the_slowest_carrier_decides() {
    standing_still().block_on(async {
        let carriers = Timetable::new([sells(1, 10, 100), sells(2, 20, 200), sells(3, 30, 300)]);
        let asked = Instant::now();
        is(agency(&carriers).quote(&legs([1, 2, 3])).await, Ok(&[100, 200, 300]));
        took(asked, 30, "carriers that answer after 10, 20 and 30 ms");
    });
}

/// Every carrier is asked before the first of them has answered, and each question is asked once.
pub fn every_carrier_is_asked_at_once() {
    one_thread().block_on(async {
        let (desk, agency) = desk();
        let journey = legs([1, 2, 3]);
        let mut request = pin!(agency.quote(&journey));
        waits(request.as_mut()).await;
        let asked = desk.asked();
        if asked.len() < 3 {
            let message =
                format!("3 carriers can be asked at the same time, and before the first answer {} are", asked.len());
            kata::fail(Verdict::NotConcurrent, message);
        }
        desk.answers.add_permits(3);
        is(request.await, Ok(&[10, 20, 30]));
        let mut asked = desk.asked();
        asked.sort_unstable();
        assert!(asked == [1, 2, 3], "the journey has the legs 1, 2 and 3, and the carriers were asked for {asked:?}");
    });
}

/// The fares are in the order of the journey, in whatever order they come in.
pub fn fares_are_in_the_order_of_the_journey() {
    standing_still().block_on(async {
        let carriers = Timetable::new([sells(1, 40, 500), sells(2, 10, 900), sells(3, 30, 700), sells(4, 20, 600)]);
        is(agency(&carriers).quote(&legs([4, 1, 3, 2])).await, Ok(&[600, 500, 700, 900]));
    });
}

/// A journey that has the same leg twice has two seats, each at its own fare.
pub fn the_same_leg_twice() {
    standing_still().block_on(async {
        let carriers = Timetable::with_books([Sale { dearer: 50, ..sells(1, 20, 100) }, sells(2, 10, 200)]);
        let quote = agency(&carriers).quote(&legs([1, 2, 1])).await.expect("there are seats");
        let fares = &quote.fares;
        // Which of the two seats was asked for first is open.
        let either = [[100, 200, 150], [150, 200, 100]];
        assert!(
            either.iter().any(|expected| expected == fares.as_slice()),
            "leg 1 costs 100 for the first seat and 150 for the second, leg 2 costs 200, and the fares are {fares:?}"
        );
        assert!(quote.total == 450, "the fares come to 450, and the total is {}", quote.total);
        let asked = carriers.books().asked.lock().expect("nobody panics").len();
        assert!(asked == 3, "the journey has 3 legs, and {asked} questions were asked");
    });
}

/// A long journey takes as long as its slowest carrier, too.
pub fn a_long_journey() {
    standing_still().block_on(async {
        let carriers = Timetable::new((0..120).map(|leg| sells(leg, 10 + u64::from(leg % 3) * 10, 100)));
        let asked = Instant::now();
        let quote = agency(&carriers).quote(&legs(0..120)).await;
        is(quote, Ok(&[100; 120]));
        took(asked, 30, "120 carriers that answer after 10, 20 or 30 ms");
    });
}

/// A refusal is told when it comes, although other carriers have not answered.
pub fn a_refusal_is_told_when_it_comes() {
    standing_still().block_on(async {
        let carriers = Timetable::new([sells(1, 40, 100), sells(2, 50, 200), is_sold_out(3, 10)]);
        let asked = Instant::now();
        is(agency(&carriers).quote(&legs([1, 2, 3])).await, Err(3));
        took(asked, 10, "a carrier that refuses after 10 ms");
    });
}

/// On a long journey, too, a refusal is told when it comes.
pub fn a_refusal_on_a_long_journey() {
    standing_still().block_on(async {
        let last = is_sold_out(40, 10);
        let carriers = Timetable::new((0..40).map(|leg| sells(leg, 50, 100)).chain([last]));
        let asked = Instant::now();
        is(agency(&carriers).quote(&legs(0..=40)).await, Err(40));
        took(asked, 10, "a carrier that refuses after 10 ms, and 40 others that answer after 50 ms,");
    });
}

/// Of two refusals the one that comes first is told.
pub fn two_refusals() {
    standing_still().block_on(async {
        let carriers = Timetable::new([is_sold_out(1, 30), sells(2, 10, 200), is_sold_out(3, 20)]);
        let asked = Instant::now();
        is(agency(&carriers).quote(&legs([1, 2, 3])).await, Err(3));
        took(asked, 20, "a carrier that refuses after 20 ms");
    });
}

/// After a refusal the other questions are given up, and no carrier keeps a seat for them.
pub fn a_refusal_ends_the_other_questions() {
    standing_still().block_on(async {
        let carriers = Timetable::with_books([sells(1, 40, 100), is_sold_out(2, 10), sells(3, 50, 200)]);
        is(agency(&carriers).quote(&legs([1, 2, 3])).await, Err(2));
        nothing_is_open(&carriers, "the agency has refused the journey").await;
    });
}

/// When a customer leaves, the questions for the journey are given up, and no carrier keeps a seat for them.
pub fn a_customer_who_leaves() {
    standing_still().block_on(async {
        let carriers = Timetable::with_books([sells(1, 40, 100), sells(2, 50, 200)]);
        let left = time::timeout(MILLISECOND * 10, agency(&carriers).quote(&legs([1, 2]))).await;
        assert!(left.is_err(), "there is no quote before the carriers have answered, and the agency told {left:?}");
        nothing_is_open(&carriers, "the customer has left").await;
    });
}

/// What a carrier has answered to one customer is no answer to the next one: each quote asks anew.
pub fn the_next_customer_asks_anew() {
    standing_still().block_on(async {
        let carriers = Timetable::with_books([Sale { dearer: 50, ..sells(1, 20, 100) }, is_sold_out(2, 10)]);
        let agency = agency(&carriers);
        is(agency.quote(&legs([1])).await, Ok(&[100]));
        is(agency.quote(&legs([1])).await, Ok(&[150]));
        is(agency.quote(&legs([2])).await, Err(2));
        is(agency.quote(&legs([1, 2])).await, Err(2));
        let mut asked = carriers.books().asked.lock().expect("nobody panics").clone();
        asked.sort_unstable();
        assert!(asked == [1, 1, 1, 2, 2], "four journeys have the legs 1, 1, 2, and 1 with 2; asked for were {asked:?}");
    });
}

/// Two customers are served at the same time.
pub fn two_customers() {
    standing_still().block_on(async {
        let carriers = Timetable::new([sells(1, 20, 100), sells(2, 30, 200)]);
        let agency = agency(&carriers);
        let asked = Instant::now();
        let (one, other) = (legs([1, 2]), legs([2]));
        let (one, other) = tokio::join!(agency.quote(&one), agency.quote(&other));
        is(one, Ok(&[100, 200]));
        is(other, Ok(&[200]));
        took(asked, 30, "two customers, whose carriers answer within 30 ms,");
    });
}

/// A request on several workers gets its fares, whenever the carriers answer.
pub fn a_request_on_several_workers() {
    workers().block_on(async {
        let (desk, agency) = desk();
        let carrier = thread::spawn({
            let desk = Arc::clone(&desk);
            move || desk.answers.add_permits(2)
        });
        let request = tokio::spawn(async move { agency.quote(&legs([2, 1])).await });
        is(request.await.expect("a request does not panic"), Ok(&[20, 10]));
        carrier.join().expect("a carrier does not panic");
    });
}

/// A request that was begun by one task goes on in another one.
pub fn a_request_that_changes_hands() {
    standing_still().block_on(async {
        let (desk, agency) = desk();
        let mut request = Box::pin(async move { agency.quote(&legs([1, 2])).await });
        waits(request.as_mut()).await;
        let request = tokio::spawn(request);
        time::sleep(MILLISECOND).await;
        desk.answers.add_permits(1);
        time::sleep(MILLISECOND).await;
        desk.answers.add_permits(1);
        is(request.await.expect("a request does not panic"), Ok(&[10, 20]));
    });
}

/// A request that waits for a month lets others run, and sleeps until the carriers answer.
pub fn a_request_that_has_to_wait_sleeps() {
    standing_still().block_on(async {
        let (desk, agency) = desk();
        let request = tokio::spawn(async move { agency.quote(&legs([1, 2])).await });
        time::sleep(MONTH).await;
        desk.answers.add_permits(1);
        time::sleep(MONTH).await;
        desk.answers.add_permits(1);
        is(request.await.expect("a request does not panic"), Ok(&[10, 20]));
    });
}

/// A journey without legs costs nothing, and one with one leg what that costs.
pub fn short_journeys() {
    standing_still().block_on(async {
        let carriers = Timetable::new([sells(1, 20, 100), is_sold_out(2, 10)]);
        let agency = agency(&carriers);
        is(agency.quote(&[]).await, Ok(&[]));
        is(agency.quote(&legs([1])).await, Ok(&[100]));
        is(agency.quote(&legs([2])).await, Err(2));
    });
}

const MILLISECOND: Duration = Duration::from_millis(1);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How a carrier answers.
#[derive(Clone, Copy)]
struct Sale {
    leg: u32,
    /// How long it takes.
    after: Duration,
    fare: Option<Cents>,
    /// What every further seat costs more.
    dearer: Cents,
}

fn sells(leg: u32, millis: u64, fare: Cents) -> Sale {
    Sale { leg, after: Duration::from_millis(millis), fare: Some(fare), dearer: 0 }
}

fn is_sold_out(leg: u32, millis: u64) -> Sale {
    Sale { fare: None, ..sells(leg, millis, 0) }
}

/// Carriers that take their time.
struct Timetable {
    sales: Vec<Sale>,
    /// What is known of the questions, where somebody wants to know it.
    books: Option<Books>,
}

#[derive(Default)]
struct Books {
    /// The leg of each question, in the order in which the carriers were asked.
    asked: Mutex<Vec<u32>>,
    /// How many questions wait for their answers.
    open: Arc<AtomicUsize>,
}

impl Timetable {
    fn new(sales: impl IntoIterator<Item = Sale>) -> Arc<Self> {
        Arc::new(Timetable { sales: sales.into_iter().collect(), books: None })
    }

    fn with_books(sales: impl IntoIterator<Item = Sale>) -> Arc<Self> {
        Arc::new(Timetable { sales: sales.into_iter().collect(), books: Some(Books::default()) })
    }

    fn books(&self) -> &Books {
        self.books.as_ref().expect("these carriers keep books")
    }
}

/// A question that waits for its answer.
struct Open {
    /// How many seats of the leg were asked for before.
    before: usize,
    open: Arc<AtomicUsize>,
}

impl Open {
    fn new(books: &Books, leg: u32) -> Self {
        let mut asked = books.asked.lock().expect("nobody panics");
        let before = asked.iter().filter(|&&other| other == leg).count();
        asked.push(leg);
        books.open.fetch_add(1, Ordering::Relaxed);
        Open { before, open: Arc::clone(&books.open) }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Carriers for Timetable {
    #[track_caller]
    fn fare(&self, leg: Leg) -> impl Future<Output = Result<Cents, SoldOut>> + Send {
        kata::note(&format!("makes a question for leg {}", leg.0));
        async move {
            let sale = *self.sales.iter().find(|sale| sale.leg == leg.0).expect("a leg of the journey");
            kata::note(&format!("asks for leg {}", leg.0));
            let open = self.books.as_ref().map(|books| Open::new(books, leg.0));
            // The question travels to the carrier, and the answer back.
            time::sleep(sale.after / 2).await;
            time::sleep(sale.after / 2).await;
            kata::note(&format!("has the answer for leg {}", leg.0));
            let before = open.map_or(0, |open| open.before as Cents);
            sale.fare.map(|fare| fare + sale.dearer * before).ok_or(SoldOut(leg))
        }
    }
}

/// Carriers that answer as often as they are let.
struct Desk {
    answers: Semaphore,
    asked: Mutex<Vec<u32>>,
}

impl Desk {
    fn asked(&self) -> Vec<u32> {
        self.asked.lock().expect("nobody panics").clone()
    }
}

impl Carriers for Desk {
    async fn fare(&self, leg: Leg) -> Result<Cents, SoldOut> {
        self.asked.lock().expect("nobody panics").push(leg.0);
        self.answers.acquire().await.expect("a desk stays open").forget();
        Ok(Cents::from(leg.0) * 10)
    }
}

fn desk() -> (Arc<Desk>, Agency<Desk>) {
    let desk = Arc::new(Desk { answers: Semaphore::new(0), asked: Mutex::default() });
    (Arc::clone(&desk), Agency::new(desk))
}

fn agency(carriers: &Arc<Timetable>) -> Agency<Timetable> {
    Agency::new(Arc::clone(carriers))
}

fn legs(numbers: impl IntoIterator<Item = u32>) -> Vec<Leg> {
    numbers.into_iter().map(Leg).collect()
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}

/// One whose clock stands still until nobody can do anything, and then jumps.
fn standing_still() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime can be built")
}

fn workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime can be built")
}

/// Polls a request until it and what it has spawned wait for the carriers.
async fn waits(mut request: Pin<&mut impl Future<Output = Result<Quote, SoldOut>>>) {
    for _ in 0..8 {
        let polled = poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx))).await;
        if let Poll::Ready(quote) = polled {
            panic!("`quote` returned {quote:?} before the carriers had answered");
        }
        tokio::task::yield_now().await;
    }
}

/// The time since `asked` is what the carriers need, and nothing is waited for besides.
#[track_caller]
fn took(asked: Instant, millis: u128, what: &str) {
    let waited = asked.elapsed().as_millis();
    let message = format!("with {what} a customer should have waited for {millis} ms, and waited for {waited} ms");
    if waited > millis {
        kata::fail(Verdict::NotConcurrent, message);
    }
    assert!(waited == millis, "{message}");
}

async fn nothing_is_open(carriers: &Timetable, when: &str) {
    // Tasks that were ended need a turn to be over.
    time::sleep(MILLISECOND).await;
    let open = carriers.books().open.load(Ordering::Relaxed);
    assert!(open == 0, "{when}, and {open} questions are still open");
}

#[track_caller]
fn is(quote: Result<Quote, SoldOut>, expected: Result<&[Cents], u32>) {
    let total = |fares: &[Cents]| fares.iter().sum();
    let expected = match expected {
        Ok(fares) => Ok(Quote { fares: fares.to_vec(), total: total(fares) }),
        Err(leg) => Err(SoldOut(Leg(leg))),
    };
    assert!(quote == expected, "the agency should tell {expected:?}, and told {quote:?}");
}
