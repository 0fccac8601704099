//! idea: it makes sure first that every price can be had, and then asks for each of them; the cart is changed in one step at the end.
//! trade-off: a price that cannot be had is found before anything is computed; twice as many questions.
//!
//! The shopping cart of a web shop, whose prices follow the price list.

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
        for item in &contents.items { self.prices.price(item.article).await?; }
        let after = updated(&*self.prices, &contents.items).await?;
        *contents = after;
        Ok(contents.total)
    }
}

/// The same items at the prices of today.
async fn updated(prices: &impl PriceList, items: &[Item]) -> Result<Contents, NoPrice> {
    let mut contents = Contents::default();
    for item in items {
        let price = prices.price(item.article).await?;
        contents.total += item.quantity * price;
        contents.items.push(Item { price, ..item.clone() });
    }
    Ok(contents)
}
