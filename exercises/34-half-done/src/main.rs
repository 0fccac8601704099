//! A customer goes to the checkout while the price list is slow.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use half_done::{Article, Cart, Cents, Contents, Item, NoPrice, PriceList};
use tokio::time;

const DEADLINE: Duration = Duration::from_millis(200);

/// A price list that is slow at its third question, and quick otherwise.
#[derive(Default)]
struct Network {
    questions: AtomicU32,
}

impl PriceList for Network {
    async fn price(&self, article: Article) -> Result<Cents, NoPrice> {
        let question = self.questions.fetch_add(1, Ordering::Relaxed) + 1;
        let millis = if question == 3 { 600 } else { 20 };
        time::sleep(Duration::from_millis(millis)).await;
        Ok(Cents::from(article.0) * 100)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cart = Cart::new(Arc::new(Network::default()));
    for (article, quantity) in [(21, 1), (35, 2), (12, 4)] {
        cart.put(Item { article: Article(article), quantity, price: Cents::from(article) * 100 + 50 }).await;
    }
    let before = cart.contents().await;
    println!("In the cart: {}.", told(&before));

    println!("The customer goes to the checkout, which answers within {} ms.", DEADLINE.as_millis());
    match time::timeout(DEADLINE, cart.reprice()).await {
        Ok(Ok(total)) => println!("Checkout: that makes {total}."),
        Ok(Err(error)) => println!("Checkout: {error}."),
        Err(_) => println!("Checkout: sorry, we are busy. Please try again."),
    }
    let after = cart.contents().await;
    println!("In the cart: {}.", told(&after));

    let again = time::timeout(DEADLINE, cart.reprice()).await;
    println!("The customer tries again.");
    if let Ok(Ok(total)) = again {
        println!("Checkout: that makes {total}. Thank you!");
    }
    if after.items.len() < before.items.len() {
        println!();
        println!("The shop sold {} of {} items.", after.items.len(), before.items.len());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn told(contents: &Contents) -> String {
    format!("{} items, {} cents", contents.items.len(), contents.total)
}
