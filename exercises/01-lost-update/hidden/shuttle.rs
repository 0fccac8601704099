//! What the hit counter promises, for every interleaving of handlers and reporters.

use std::thread;

use kata::Rendezvous;
use lost_update::{HitCounter, UnknownPage};

/// Two views of one page at the same time both count.
pub fn every_view_counts() {
    let counter = HitCounter::new(["/"]);
    thread::scope(|handlers| {
        handlers.spawn(|| record(&counter, "/", 1));
        handlers.spawn(|| record(&counter, "/", 1));
    });
    pending(&counter, "/", 2);
}

/// A handler that is overtaken more than once loses no view either, its own or another's.
pub fn every_view_of_a_busy_page_counts() {
    let counter = HitCounter::new(["/"]);
    thread::scope(|handlers| {
        handlers.spawn(|| record(&counter, "/", 1));
        handlers.spawn(|| record(&counter, "/", 2));
    });
    pending(&counter, "/", 3);
}

/// Each page has its own count, and a page that the site does not have is an error.
pub fn pages_are_counted_apart() {
    let counter = HitCounter::new(["/", "/docs"]);
    thread::scope(|handlers| {
        handlers.spawn(|| record(&counter, "/", 2));
        handlers.spawn(|| {
            record(&counter, "/docs", 1);
            unknown(counter.record("/prices"));
        });
    });
    pending(&counter, "/", 2);
    pending(&counter, "/docs", 1);
    unknown(counter.pending("/prices").map(drop));
}

/// A flush delivers the views of each page once, and starts again from zero.
pub fn a_flush_delivers_what_there_is() {
    let counter = HitCounter::new(["/", "/docs", "/blog"]);
    delivers(&counter, &[]);
    record(&counter, "/blog", 1);
    record(&counter, "/", 3);
    delivers(&counter, &[("/", 3), ("/blog", 1)]);
    pending(&counter, "/", 0);
    pending(&counter, "/blog", 0);
    delivers(&counter, &[]);
    record(&counter, "/", 1);
    delivers(&counter, &[("/", 1)]);
}

/// A view that is recorded during a flush is delivered by it, or stays pending: it is not lost.
pub fn a_flush_loses_no_view() {
    let counter = HitCounter::new(["/"]);
    record(&counter, "/", 1);
    let first = thread::scope(|scope| {
        scope.spawn(|| record(&counter, "/", 1));
        flush(&counter)
    });
    assert!(first >= 1, "a view was recorded before the flush began, and the flush did not deliver it");
    let pending = counter.pending("/").unwrap();
    assert!(first + pending == 2, "2 views were recorded, {first} were delivered, and {pending} are pending");
    let second = flush(&counter);
    assert!(first + second == 2, "2 views were recorded, and {first} + {second} were delivered");
}

/// Two flushes at the same time deliver each view once.
pub fn two_flushes_deliver_each_view_once() {
    let counter = HitCounter::new(["/"]);
    record(&counter, "/", 2);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| flush(&counter));
        (flush(&counter), other.join().unwrap())
    });
    assert!(one + other == 2, "2 views were recorded, and {one} + {other} were delivered");
    kata::outcome!("{one} here, {other} there");
    pending(&counter, "/", 0);
}

/// Whoever reads the pending views takes none of them, not even for a moment, and sees no more than there were.
pub fn reading_takes_nothing_from_a_flush() {
    let counter = HitCounter::new(["/"]);
    record(&counter, "/", 1);
    let (seen, delivered) = thread::scope(|scope| {
        let reporter = scope.spawn(|| {
            record(&counter, "/", 1);
            flush(&counter)
        });
        (counter.pending("/").expect("the page is one of the site's"), reporter.join().unwrap())
    });
    assert!(seen <= 2, "2 views were recorded, and {seen} were seen pending");
    assert!(delivered == 2, "2 views were recorded before the only flush began, and it delivered {delivered}");
}

/// A flush that begins while another one is under way delivers what that one does not.
pub fn a_flush_delivers_what_another_one_leaves() {
    let counter = HitCounter::new(["/"]);
    record(&counter, "/", 1);
    let delivered = thread::scope(|scope| {
        let other = scope.spawn(|| flush(&counter));
        record(&counter, "/", 1);
        flush(&counter) + other.join().unwrap()
    });
    assert!(delivered == 2, "2 views were recorded before the second flush began, and the two delivered {delivered}");
    pending(&counter, "/", 0);
}

/// Recording goes on while a delivery is under way.
pub fn recording_goes_on_during_a_delivery() {
    let counter = HitCounter::new(["/"]);
    let meeting = Rendezvous::new(2, "a delivery and a handler that has recorded a view");
    record(&counter, "/", 1);
    thread::scope(|scope| {
        scope.spawn(|| {
            record(&counter, "/", 1);
            meeting.arrive();
        });
        counter.flush(|_, _| meeting.arrive());
    });
}

/// Recording goes on while a delivery of another page is under way.
pub fn a_delivery_holds_up_no_other_page() {
    let counter = HitCounter::new(["/", "/docs"]);
    let meeting = Rendezvous::new(2, "the delivery of one page and a handler that has recorded views of two");
    record(&counter, "/", 1);
    record(&counter, "/docs", 1);
    thread::scope(|scope| {
        scope.spawn(|| {
            record(&counter, "/", 1);
            record(&counter, "/docs", 1);
            meeting.arrive();
        });
        let mut deliveries = 0;
        counter.flush(|_, _| {
            deliveries += 1;
            if deliveries == 1 {
                meeting.arrive();
            }
        });
    });
}

fn record(counter: &HitCounter, path: &str, views: usize) {
    for _ in 0..views {
        assert!(counter.record(path).is_ok(), "a view of {path} was refused, which is a page of the site");
    }
}

fn unknown(result: Result<(), UnknownPage>) {
    let expected = Err(UnknownPage("/prices".to_owned()));
    assert!(result == expected, "/prices is no page of the site: expected {expected:?}, got {result:?}");
}

fn pending(counter: &HitCounter, path: &str, expected: u64) {
    let pending = counter.pending(path).expect("the page is one of the site's");
    assert!(pending == expected, "pending views of {path}: {pending}, and it should be {expected}");
}

/// The number of views that one flush delivers.
fn flush(counter: &HitCounter) -> u64 {
    let mut views = 0;
    counter.flush(|path, hits| {
        assert!(hits > 0, "a flush delivered no views of {path}, and pages without views are not delivered");
        views += hits;
    });
    views
}

fn delivers(counter: &HitCounter, expected: &[(&str, u64)]) {
    let mut delivered = Vec::new();
    counter.flush(|path, hits| delivered.push((path.to_owned(), hits)));
    delivered.sort();
    let expected: Vec<_> = expected.iter().map(|&(path, hits)| (path.to_owned(), hits)).collect();
    assert!(delivered == expected, "the flush should deliver {expected:?}, and delivered {delivered:?}");
}
