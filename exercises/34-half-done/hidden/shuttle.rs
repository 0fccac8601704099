//! What a cart promises, whenever its requests are given up.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use half_done::{Article, Cart, Cents, Contents, Item, NoPrice, PriceList};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time;

const A: Article = Article(1);
const B: Article = Article(2);
const C: Article = Article(3);

/// A request that is awaited brings every price up to date, and the total with them.
pub fn every_price_is_brought_up_to_date() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        prices.answer(MANY);
        is(cart.reprice().await, Ok(NEW_TOTAL));
        holds(&cart.contents().await, NEW);
        let empty = Cart::new(prices);
        is(empty.reprice().await, Ok(0));
        holds(&empty.contents().await, &[]);
    });
}

/// A full cart, with articles that are in it twice or cost nothing and with a quantity of nothing, has every item as it was
/// put in, and each at its new price after a request.
pub fn a_full_cart() {
    one_thread().block_on(async {
        let prices = Arc::new(Prices::new(MANY));
        let cart = Cart::new(prices);
        let mut expected: Vec<Item> = (0..24).map(|article| item(Article(article), 2, 7)).collect();
        expected.extend([item(A, 2, 7), item(A, 2, 8), item(B, 0, 9)]);
        for item in &expected {
            cart.put(item.clone()).await;
        }
        has_all(&cart.contents().await, &expected);
        let total = cart.reprice().await;
        for item in &mut expected {
            item.price = Cents::from(item.article.0) * 10;
        }
        let contents = cart.contents().await;
        has_all(&contents, &expected);
        is(total, Ok(contents.total));
    });
}

/// A request that is given up while it waits for a price leaves the cart whole.
pub fn given_up_at_the_first_price() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        given_up_after(&cart, &prices, 0).await;
        prices.answer(MANY);
        is_whole(&cart.contents().await);
        goes_on(&cart).await;
    });
}

/// A request that is given up when it has one of two prices leaves the cart whole.
pub fn given_up_between_two_prices() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        given_up_after(&cart, &prices, 1).await;
        prices.answer(MANY);
        is_whole(&cart.contents().await);
        goes_on(&cart).await;
    });
}

/// A request that is given up again and again leaves the cart whole each time.
pub fn given_up_again_and_again() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        for answers in [1, 0, 0] {
            given_up_after(&cart, &prices, answers).await;
        }
        prices.answer(MANY);
        is_whole(&cart.contents().await);
        goes_on(&cart).await;
    });
}

/// A request that is given up when all prices are there, after whichever poll, leaves the cart whole.
pub fn given_up_after_so_many_polls() {
    one_thread().block_on(async {
        for polls in 0..6 {
            let (prices, cart) = cart_of_two().await;
            prices.answer(MANY);
            let mut request = Box::pin(cart.reprice());
            for _ in 0..polls {
                if is_ready(request.as_mut()).await {
                    break;
                }
                yield_now().await;
            }
            drop(request);
            is_whole(&cart.contents().await);
            goes_on(&cart).await;
        }
    });
}

/// Putting something in, and looking, may be given up, too, while another request is under way.
pub fn putting_in_is_given_up() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        let mut request = Box::pin(cart.reprice());
        waits(request.as_mut()).await;
        is_ready(Box::pin(cart.contents()).as_mut()).await;
        is_ready(Box::pin(cart.put(item(C, 1, 100))).as_mut()).await;
        prices.answer(MANY);
        request.await.expect("every price can be had");
        let contents = cart.contents().await;
        adds_up(&contents);
        let articles: Vec<u32> = contents.items.iter().map(|item| item.article.0).collect();
        assert!(
            articles == [1, 2] || articles == [1, 2, 3],
            "articles [1, 2] were put in, and 3 was perhaps, and the cart has {articles:?}"
        );
        cart.put(item(C, 1, 100)).await;
        let total = cart.reprice().await;
        is(total, Ok(NEW_TOTAL + 30 * (articles.len() as Cents - 1)));
    });
}

/// A request returns what everything in the cart comes to, also what was put in while it waited for prices.
pub fn the_total_of_everything() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        let mut request = Box::pin(cart.reprice());
        waits(request.as_mut()).await;
        let mut put = Box::pin(cart.put(item(C, 1, 100)));
        // It may have to wait for the request.
        let is_in = is_ready(put.as_mut()).await;
        prices.answer(MANY);
        let (total, ()) = tokio::join!(request, async {
            if !is_in {
                put.await;
            }
        });
        let contents = cart.contents().await;
        adds_up(&contents);
        if is_in || total != Ok(NEW_TOTAL) {
            is(total, Ok(contents.total));
        }
    });
}

/// A request whose time limit passes, at whatever moment, leaves the cart whole.
pub fn given_up_when_time_is_up() {
    workers().block_on(async {
        let (prices, cart) = cart_of_two().await;
        let answers = Arc::clone(&prices);
        let list = thread::spawn(move || answers.answer(2));
        let limited = time::timeout(SECOND, cart.reprice()).await;
        prices.answer(MANY);
        let contents = cart.contents().await;
        is_whole(&contents);
        if let Ok(done) = limited {
            is(done, Ok(NEW_TOTAL));
            holds(&contents, NEW);
        }
        goes_on(&cart).await;
        list.join().expect("a price list does not panic");
    });
}

/// A request whose task is aborted, at whatever moment, leaves the cart whole.
pub fn given_up_with_its_task() {
    workers().block_on(async {
        let (prices, cart) = cart_of_two().await;
        let cart = Arc::new(cart);
        let request = tokio::spawn({
            let cart = Arc::clone(&cart);
            async move { cart.reprice().await }
        });
        prices.answer(1);
        request.abort();
        let _ = request.await;
        prices.answer(MANY);
        is_whole(&cart.contents().await);
        goes_on(&cart).await;
    });
}

/// A price that cannot be had leaves the cart as it was, whichever it is.
pub fn a_price_that_cannot_be_had() {
    one_thread().block_on(async {
        for missing in [A, B] {
            let prices = Arc::new(Prices { missing: Some(missing), ..Prices::new(MANY) });
            let cart = two_items(&prices).await;
            is(cart.reprice().await, Err(NoPrice(missing)));
            holds(&cart.contents().await, OLD);
        }
    });
}

/// What is put in while a request waits for prices is in the cart afterwards, and so is everything else.
pub fn something_is_put_in_meanwhile() {
    workers().block_on(async {
        let (prices, cart) = cart_of_two().await;
        let cart = Arc::new(cart);
        let request = tokio::spawn({
            let cart = Arc::clone(&cart);
            async move { cart.reprice().await }
        });
        let list = Arc::clone(&prices);
        let list = thread::spawn(move || list.answer(MANY));
        cart.put(item(C, 1, 100)).await;
        let total = request.await.expect("a request does not panic").expect("every price can be had");
        let contents = cart.contents().await;
        adds_up(&contents);
        let articles: Vec<u32> = contents.items.iter().map(|item| item.article.0).collect();
        assert!(articles == [1, 2, 3], "articles [1, 2, 3] were put in, and the cart has {articles:?}");
        let priced: Vec<Cents> = contents.items.iter().map(|item| item.price).collect();
        assert!(
            priced[..2] == [10, 20] && [30, 100].contains(&priced[2]),
            "the prices should be 10, 20 and either 30 or 100, and are {priced:?}"
        );
        assert!([NEW_TOTAL, contents.total].contains(&total), "`reprice` returned {total}, which it never came to");
        list.join().expect("a price list does not panic");
    });
}

/// Whoever looks while a request is under way sees the cart as it was, or as it is to be.
pub fn somebody_looks_meanwhile() {
    workers().block_on(async {
        let (prices, cart) = cart_of_two().await;
        prices.answer(MANY);
        let cart = Arc::new(cart);
        let request = tokio::spawn({
            let cart = Arc::clone(&cart);
            async move { cart.reprice().await }
        });
        let seen = cart.contents().await;
        let whole = [(OLD, OLD_TOTAL), (NEW, NEW_TOTAL)].contains(&(&bill(&seen), seen.total));
        assert!(
            whole,
            "while a request was under way the cart had {}, and a total of {}",
            told(&bill(&seen)),
            seen.total
        );
        is(request.await.expect("a request does not panic"), Ok(NEW_TOTAL));
        holds(&cart.contents().await, NEW);
    });
}

/// Two requests of one customer both end, and agree.
pub fn two_requests_of_one_customer() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        // Both have begun when the first price comes.
        let (mut one, mut other) = (Box::pin(cart.reprice()), Box::pin(cart.reprice()));
        waits(one.as_mut()).await;
        waits(other.as_mut()).await;
        prices.answer(MANY);
        let (one, other) = tokio::join!(one, other);
        is(one, Ok(NEW_TOTAL));
        is(other, Ok(NEW_TOTAL));
        holds(&cart.contents().await, NEW);
    });
}

/// A customer who waits for the price list keeps no other customer waiting.
pub fn another_customer_goes_on() {
    one_thread().block_on(async {
        let (prices, cart) = cart_of_two().await;
        let (quick, other) = cart_of_two().await;
        quick.answer(MANY);
        let mut request = Box::pin(cart.reprice());
        waits(request.as_mut()).await;
        is(other.reprice().await, Ok(NEW_TOTAL));
        holds(&other.contents().await, NEW);
        prices.answer(MANY);
        is(request.await, Ok(NEW_TOTAL));
    });
}

const SECOND: Duration = Duration::from_secs(1);
/// More than anybody asks: how often is for the cart to decide.
const MANY: usize = 1000;

/// What is in the carts of these tests: article, quantity and price.
type Bill = [(Article, u64, Cents)];

const OLD: &Bill = &[(A, 2, 15), (B, 1, 25)];
const NEW: &Bill = &[(A, 2, 10), (B, 1, 20)];
const OLD_TOTAL: Cents = 55;
const NEW_TOTAL: Cents = 40;

/// A price list that answers as often as it is let.
struct Prices {
    answers: Semaphore,
    missing: Option<Article>,
}

impl Prices {
    fn new(answers: usize) -> Self {
        Prices { answers: Semaphore::new(answers), missing: None }
    }

    fn answer(&self, times: usize) {
        self.answers.add_permits(times);
    }
}

impl PriceList for Prices {
    async fn price(&self, article: Article) -> Result<Cents, NoPrice> {
        let answer = self.answers.acquire().await.expect("a price list stays open");
        answer.forget();
        if self.missing == Some(article) { Err(NoPrice(article)) } else { Ok(Cents::from(article.0) * 10) }
    }
}

fn item(article: Article, quantity: u64, price: Cents) -> Item {
    Item { article, quantity, price }
}

async fn cart_of_two() -> (Arc<Prices>, Cart<Prices>) {
    let prices = Arc::new(Prices::new(0));
    let cart = two_items(&prices).await;
    (prices, cart)
}

async fn two_items(prices: &Arc<Prices>) -> Cart<Prices> {
    let cart = Cart::new(Arc::clone(prices));
    for &(article, quantity, price) in OLD {
        cart.put(item(article, quantity, price)).await;
    }
    cart
}

/// Gives a request up when the price list has answered so often.
async fn given_up_after(cart: &Cart<Prices>, prices: &Prices, answers: usize) {
    let mut request = Box::pin(cart.reprice());
    for answered in 0..=answers {
        // What the request has given to other tasks goes on, too.
        for _ in 0..3 {
            waits(request.as_mut()).await;
            yield_now().await;
        }
        if answered < answers {
            prices.answer(1);
        }
    }
    drop(request);
}

/// Polls a request once.
async fn waits(mut request: Pin<&mut impl Future<Output = Result<Cents, NoPrice>>>) {
    let polled = poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx))).await;
    if let Poll::Ready(returned) = polled {
        panic!("`reprice` returned {returned:?} before the price list had answered");
    }
}

/// Polls a request once, and tells whether it is done.
async fn is_ready<T>(mut request: Pin<&mut impl Future<Output = T>>) -> bool {
    poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx).is_ready())).await
}

/// The cart is as it was, or as it is to be, and nothing in between.
fn is_whole(contents: &Contents) {
    if bill(contents) == OLD && contents.total == OLD_TOTAL {
        return;
    }
    let left = bill(contents).len();
    assert!(
        left == OLD.len(),
        "there were {} articles in the cart, and after the request was given up {left}",
        OLD.len()
    );
    holds(contents, NEW);
}

/// The next request does what it is to do.
async fn goes_on(cart: &Cart<Prices>) {
    is(cart.reprice().await, Ok(NEW_TOTAL));
    holds(&cart.contents().await, NEW);
}

fn is(returned: Result<Cents, NoPrice>, expected: Result<Cents, NoPrice>) {
    assert!(returned == expected, "`reprice` should return {expected:?}, and returned {returned:?}");
}

fn holds(contents: &Contents, expected: &Bill) {
    let (bill, expected) = (told(&bill(contents)), told(expected));
    assert!(bill == expected, "the cart should have {expected}, and has {bill}");
    adds_up(contents);
}

fn has_all(contents: &Contents, expected: &[Item]) {
    let (count, put_in) = (contents.items.len(), expected.len());
    assert!(count == put_in, "{put_in} items were put in, and the cart has {count}");
    for (place, (item, expected)) in contents.items.iter().zip(expected).enumerate() {
        assert!(item == expected, "item {place} should be {expected:?}, and is {item:?}");
    }
    adds_up(contents);
}

fn adds_up(contents: &Contents) {
    let sum: Cents = contents.items.iter().map(|item| item.quantity * item.price).sum();
    assert!(contents.total == sum, "the items come to {sum}, and the total says {}", contents.total);
}

fn bill(contents: &Contents) -> Vec<(Article, u64, Cents)> {
    contents.items.iter().map(|item| (item.article, item.quantity, item.price)).collect()
}

fn told(bill: &Bill) -> String {
    let items = bill.iter().map(|(article, quantity, price)| format!("{quantity} of article {} at {price}", article.0));
    let items: Vec<String> = items.collect();
    if items.is_empty() { "nothing".to_owned() } else { items.join(" and ") }
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}

fn workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime can be built")
}
