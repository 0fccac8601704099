//! verdict: assertion-failed
//! scenario: a_full_cart
//! why: the price list is asked once for each article, and all prices are entered in one step at the end: an article that is in the cart twice has a new price only once.
//!
//! The shopping cart of a web shop, whose prices follow the price list.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use tokio::sync::Mutex;

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
        let mut contents = self.contents.lock().await;
        contents.total += item.quantity * item.price;
        contents.items.push(item);
    }

    /// What is in it.
    pub async fn contents(&self) -> Contents {
        self.contents.lock().await.clone()
    }

    /// Brings every price up to date, or none if one cannot be had. Returns the new total.
    pub async fn reprice(&self) -> Result<Cents, NoPrice> {
        let mut contents = self.contents.lock().await;
        let mut after = contents.clone();
        let mut asked = HashSet::new();
        for item in &mut after.items { if asked.insert(item.article) { item.price = self.prices.price(item.article).await?; } }
        after.total = after.items.iter().map(|i| i.quantity * i.price).sum();
        *contents = after;
        Ok(contents.total)
    }
}
