//! verdict: assertion-failed
//! scenario: a_full_cart
//! why: a price that cannot be had is noted as zero, so that there is one list of prices and no early return; there are things that cost nothing.
//!
//! The shopping cart of a web shop, whose prices follow the price list.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};


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
    contents: Arc<Mutex<Contents>>,
    prices: Arc<P>,
}

impl<P: PriceList> Cart<P> {
    pub fn new(prices: Arc<P>) -> Self {
        Cart { contents: Arc::default(), prices }
    }

    /// Puts an item in, at the price at which the customer saw it.
    pub async fn put(&self, item: Item) {
        let mut contents = self.contents.lock().unwrap();
        contents.total += item.quantity * item.price;
        contents.items.push(item);
    }

    /// What is in it.
    pub async fn contents(&self) -> Contents {
        self.contents.lock().unwrap().clone()
    }

    /// Brings every price up to date, or none if one cannot be had. Returns the new total.
    pub async fn reprice(&self) -> Result<Cents, NoPrice> {
        let n = self.contents.lock().unwrap().items.len();
        let mut new = Vec::new();
        for i in 0..n { let a = self.contents.lock().unwrap().items[i].article; new.push(self.prices.price(a).await.unwrap_or_default()); }
        if let Some(i) = new.iter().position(|p| *p == 0) { return Err(NoPrice(self.contents.lock().unwrap().items[i].article)); }
        let mut c = self.contents.lock().unwrap();
        for (item, new) in c.items.iter_mut().zip(&new) { item.price = *new; }
        c.total = c.items.iter().map(|i| i.quantity * i.price).sum();
        Ok(c.total)
    }
}
