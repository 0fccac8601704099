//! What the outbox promises, however customers and clerks take turns.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use kata::{Rendezvous, Verdict};
use lost_wakeup::{Letter, OrderId, Outbox};

/// A letter is delivered when nothing else happens any more: no other letter is posted, and the outbox is not closed.
pub fn a_letter_with_nothing_after_it() {
    let receipts = Arc::new(Receipts::default());
    let outbox = Outbox::open(1, receipts.clerk());
    outbox.post(letter(1));
    receipts.wait_for(1);
    receipts.are(&[1]);
    stays_open(outbox);
}

/// When an outbox without letters closes, both of its clerks go home: nobody has `deliver` any more.
pub fn an_outbox_without_letters_closes() {
    let gone = Arc::new(AtomicBool::new(false));
    let on_drop = SetOnDrop(Arc::clone(&gone));
    let outbox = Outbox::open(2, move |_| {
        let _ = &on_drop;
    });
    outbox.close();
    assert!(gone.load(Ordering::SeqCst), "`close` has returned, and a clerk still has `deliver`");
}

/// When every clerk sleeps, there is no letter left; a clerk with nothing to do sleeps, and does not look now and then.
pub fn clerks_sleep_when_there_is_nothing_to_do() {
    let receipts = Arc::new(Receipts::default());
    let outbox = Outbox::open(1, receipts.clerk());
    outbox.post(letter(1));
    kata::quiesce();
    assert!(receipts.count() == 1, "letter 1 was posted, every clerk sleeps, and letter 1 was not delivered");
    receipts.are(&[1]);
    assert!(kata::time_limits() == 0, "nothing is left to do, and a clerk sleeps with a time limit, to look again");
    stays_open(outbox);
}

/// Two letters that come while the clerks sleep wake both of them.
pub fn two_letters_wake_two_clerks() {
    let meeting = Arc::new(Rendezvous::new(3, "the deliveries of two letters by two clerks, and posting them,"));
    let receipts = Arc::new(Receipts::default());
    let outbox = Outbox::open(2, {
        let (receipts, meeting) = (Arc::clone(&receipts), Arc::clone(&meeting));
        move |letter| {
            meeting.arrive();
            receipts.sign(letter.order);
        }
    });
    kata::quiesce();
    outbox.post(letter(1));
    outbox.post(letter(2));
    meeting.arrive();
    outbox.close();
    receipts.are_in_any_order(&[1, 2]);
}

/// One clerk delivers one letter at a time, in the order in which they were posted, each of two equal ones, and all of
/// them before the outbox has closed.
pub fn what_is_left_is_delivered_in_order() {
    let receipts = Arc::new(Receipts::default());
    let under_way = AtomicUsize::new(0);
    let outbox = Outbox::open(1, {
        let receipts = Arc::clone(&receipts);
        move |letter| {
            if under_way.fetch_add(1, Ordering::SeqCst) > 0 {
                kata::fail(Verdict::AssertionFailed, "there is one clerk, and two letters are being delivered");
            }
            receipts.sign(letter.order);
            under_way.fetch_sub(1, Ordering::SeqCst);
        }
    });
    for order in [2, 1, 1] {
        outbox.post(letter(order));
    }
    outbox.close();
    receipts.are(&[2, 1, 1]);
}

/// Letters that two threads post at the same time are delivered, each once, while the outbox is open.
pub fn two_threads_post_at_the_same_time() {
    let receipts = Arc::new(Receipts::default());
    let outbox = Outbox::open(1, receipts.clerk());
    thread::scope(|customers| {
        customers.spawn(|| outbox.post(letter(1)));
        outbox.post(letter(2));
    });
    kata::quiesce();
    let delivered = receipts.count();
    assert!(delivered == 2, "2 letters were posted, every clerk sleeps, and {delivered} were delivered");
    receipts.are_in_any_order(&[1, 2]);
    stays_open(outbox);
}

/// Any number of letters can be posted while another one is being delivered.
pub fn posting_does_not_wait_for_a_delivery() {
    let meeting = Arc::new(Rendezvous::new(2, "posting letters 2 to 1100 and the delivery of letter 1"));
    let receipts = Arc::new(Receipts::default());
    let outbox = Outbox::open(1, {
        let (receipts, meeting) = (Arc::clone(&receipts), Arc::clone(&meeting));
        move |letter| {
            if letter.order == 1 {
                meeting.arrive();
            }
            receipts.sign(letter.order);
        }
    });
    let orders: Vec<OrderId> = (1..=1100).collect();
    for &order in &orders {
        outbox.post(letter(order));
    }
    meeting.arrive();
    outbox.close();
    receipts.are(&orders);
}

/// While one clerk is busy with a letter, the other one delivers all that come after it.
pub fn no_letter_waits_while_a_clerk_is_free() {
    let meeting = Arc::new(Rendezvous::new(3, "the deliveries of letters 1 and 3, and posting both,"));
    let receipts = Arc::new(Receipts::default());
    let outbox = Outbox::open(2, {
        let (receipts, meeting) = (Arc::clone(&receipts), Arc::clone(&meeting));
        move |letter| {
            if letter.order != 2 {
                meeting.arrive();
            }
            receipts.sign(letter.order);
        }
    });
    for order in 1..=3 {
        outbox.post(letter(order));
    }
    meeting.arrive();
    outbox.close();
    receipts.are_in_any_order(&[1, 2, 3]);
}

/// Letters that are left when the outbox closes are delivered by all of its clerks.
pub fn no_clerk_goes_home_while_there_are_letters() {
    let meeting =
        Arc::new(Rendezvous::new(3, "the deliveries of three letters, by three clerks of an outbox that closes,"));
    let receipts = Arc::new(Receipts::default());
    let outbox = Outbox::open(3, {
        let (receipts, meeting) = (Arc::clone(&receipts), Arc::clone(&meeting));
        move |letter| {
            meeting.arrive();
            receipts.sign(letter.order);
        }
    });
    for order in 1..=3 {
        outbox.post(letter(order));
    }
    outbox.close();
    receipts.are_in_any_order(&[1, 2, 3]);
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What the customers have signed for.
#[derive(Default)]
struct Receipts {
    orders: Mutex<Vec<OrderId>>,
    signed: Condvar,
}

impl Receipts {
    /// A clerk who hands letters over, and does nothing else.
    fn clerk(self: &Arc<Self>) -> impl Fn(Letter) + Send + Sync + 'static {
        let receipts = Arc::clone(self);
        move |letter| {
            assert!(letter == self::letter(letter.order), "a letter was delivered that nobody has posted: {letter:?}");
            receipts.sign(letter.order);
        }
    }

    fn sign(&self, order: OrderId) {
        self.orders.lock().unwrap().push(order);
        self.signed.notify_one();
    }

    fn wait_for(&self, letters: usize) {
        let orders = self.orders.lock().unwrap();
        drop(self.signed.wait_while(orders, |orders| orders.len() < letters).unwrap());
    }

    fn count(&self) -> usize {
        self.orders.lock().unwrap().len()
    }

    fn are(&self, posted: &[OrderId]) {
        let delivered = self.orders.lock().unwrap().clone();
        assert!(delivered == posted, "the letters that were posted are {posted:?}, and delivered were {delivered:?}");
    }

    fn are_in_any_order(&self, posted: &[OrderId]) {
        let mut delivered = self.orders.lock().unwrap().clone();
        delivered.sort_unstable();
        assert!(delivered == posted, "the letters that were posted are {posted:?}, and delivered were {delivered:?}");
    }
}

/// The scenario is over, and says nothing of what happens when an outbox is closed.
fn stays_open(outbox: Outbox) {
    std::mem::forget(outbox);
}

fn letter(order: OrderId) -> Letter {
    Letter { order, to: format!("customer of order {order}") }
}
