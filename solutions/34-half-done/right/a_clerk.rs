//! idea: the cart belongs to one task, and requests are messages to it: what has been sent is done, whoever still waits for the answer.
//! trade-off: nothing is shared and nothing is locked; a channel and a task for every cart, which must be started somewhere, and a slow price list keeps those waiting who only want to look.
//!
//! The shopping cart of a web shop, whose prices follow the price list.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio::sync::{mpsc, oneshot};

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

/// What a request asks the clerk to do, and where the answer goes.
enum Wish {
    Put(Item, oneshot::Sender<()>),
    Contents(oneshot::Sender<Contents>),
    Reprice(oneshot::Sender<Result<Cents, NoPrice>>),
}

/// A customer's cart. Several requests of the customer may use it at the same time.
pub struct Cart<P> {
    clerk: OnceLock<mpsc::UnboundedSender<Wish>>,
    prices: Arc<P>,
}

impl<P: PriceList> Cart<P> {
    pub fn new(prices: Arc<P>) -> Self {
        Cart { clerk: OnceLock::new(), prices }
    }
    /// Puts an item in, at the price at which the customer saw it.
    pub async fn put(&self, item: Item) {
        self.ask(|done| Wish::Put(item, done)).await;
    }
    /// What is in it.
    pub async fn contents(&self) -> Contents {
        self.ask(Wish::Contents).await
    }
    /// Brings every price up to date, or none if one cannot be had. Returns the new total.
    pub async fn reprice(&self) -> Result<Cents, NoPrice> {
        self.ask(Wish::Reprice).await
    }
    async fn ask<T>(&self, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> T {
        let (answer, answered) = oneshot::channel();
        let clerk = self.clerk.get_or_init(|| {
            let (clerk, wishes) = mpsc::unbounded_channel();
            tokio::spawn(keep(Arc::clone(&self.prices), wishes));
            clerk
        });
        assert!(clerk.send(wish(answer)).is_ok(), "the clerk stays as long as the cart");
        answered.await.expect("every wish is answered")
    }
}

/// Does what it is asked for, one thing after the other, until the cart is gone.
async fn keep<P: PriceList>(prices: Arc<P>, mut wishes: mpsc::UnboundedReceiver<Wish>) {
    let mut contents = Contents::default();
    while let Some(wish) = wishes.recv().await {
        match wish {
            Wish::Put(item, done) => {
                contents.total += item.quantity * item.price;
                contents.items.push(item);
                let _ = done.send(());
            }
            Wish::Contents(answer) => { let _ = answer.send(contents.clone()); }
            Wish::Reprice(answer) => {
                let told = updated(&*prices, &contents.items).await;
                let _ = answer.send(told.map(|after| { contents = after; contents.total }));
            }
        }
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
