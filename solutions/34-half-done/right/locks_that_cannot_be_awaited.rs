//! idea: a lock of `std`, whose guard cannot be kept over an `.await`: every change is one step by construction.
//! trade-off: the compiler sees to it that nothing is half done under the lock; two requests at once both ask for all prices, and the later one wins.
//!
//! The shopping cart of a web shop, whose prices follow the price list.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

/// An amount of money, in cents.
pub type Cents = u64;

/// What the shop sells goes by these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Article(pub u32);

/// An article in a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub article: Article,
    pub quantity: u64,
    /// The price of one piece.
    pub price: Cents,
}

/// What is in a cart, in the order in which it was put in, and what it comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub items: Vec<Item>,
    pub total: Cents,
}

impl Contents {
    fn add(&mut self, item: Item) {
        self.total += item.quantity * item.price;
        self.items.push(item);
    }
}

/// The price list has no price for an article, or does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPrice(pub Article);

impl fmt::Display for NoPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no price for article {}", self.0.0)
    }
}

impl Error for NoPrice {}

/// The price list, which is asked over the network.
pub trait PriceList: Send + Sync + 'static {
    fn price(&self, article: Article) -> impl Future<Output = Result<Cents, NoPrice>> + Send;
}

/// A customer's cart. Several requests of the customer may use it at the same time.
pub struct Cart<P> {
    contents: Mutex<Contents>,
    prices: Arc<P>,
}

impl<P: PriceList> Cart<P> {
    pub fn new(prices: Arc<P>) -> Self {
        Cart { contents: Mutex::default(), prices }
    }

    /// Puts an item in, at the price at which the customer saw it.
    pub async fn put(&self, item: Item) {
        self.locked().add(item);
    }

    /// What is in it.
    pub async fn contents(&self) -> Contents {
        self.locked().clone()
    }

    /// Brings every price up to date, or none if one cannot be had. Returns the new total.
    pub async fn reprice(&self) -> Result<Cents, NoPrice> {
        let items = self.locked().items.clone();
        let after = updated(&*self.prices, &items).await?;
        let mut contents = self.locked();
        // What was put in meanwhile is behind the others.
        let new = contents.items.split_off(after.items.len());
        *contents = after;
        for item in new {
            contents.add(item);
        }
        Ok(contents.total)
    }

    /// No guard of this is alive at an `.await`: the compiler would say so, for the future would not be `Send`.
    fn locked(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().expect("nothing panics while a cart is locked")
    }
}

/// The same items at the prices of today.
async fn updated(prices: &impl PriceList, items: &[Item]) -> Result<Contents, NoPrice> {
    let mut contents = Contents::default();
    for item in items {
        let price = prices.price(item.article).await?;
        contents.add(Item { price, ..item.clone() });
    }
    Ok(contents)
}
