//! A store is explored before every load of another thread, also when its own thread loads first.

use kata::Verdict;
use kata::harness::Order;
use kata_loom::sync::Arc;
use kata_loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kata_loom::thread;
use kata_trace::Budget;

fn expects_the_first_value() {
    let x = Arc::new(AtomicUsize::new(0));
    let writer = thread::spawn({
        let x = Arc::clone(&x);
        move || {
            x.load(Relaxed);
            x.store(1, Relaxed);
        }
    });
    assert_eq!(x.load(Relaxed), 0, "read what the other thread stores");
    writer.join().unwrap();
}

#[test]
fn a_load_by_the_storing_thread_hides_no_load_by_another() {
    let finding = kata_loom::explore(Order { run: expects_the_first_value, budget: Budget::default(), replay: None });
    assert_ne!(finding.verdict, Verdict::Passed, "the store was never explored before the load");
    assert!(finding.message.contains("read what the other thread stores"), "{}", finding.message);
}
