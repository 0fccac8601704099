use std::time::Duration;

use kata_loom::thread;
use kata_loom::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::support::passes;

#[test]
fn sleeping_takes_at_least_as_long_as_it_says() {
    passes(|| {
        let start = Instant::now();
        thread::sleep(Duration::from_secs(1_000_000));
        assert!(start.elapsed() >= Duration::from_secs(1_000_000));
        assert!(Instant::now() > start);
    });
}

#[test]
fn a_loop_until_a_deadline_ends() {
    passes(|| {
        let deadline = Instant::now() + Duration::from_secs(1);
        while Instant::now() < deadline {}
        let start = SystemTime::now();
        while start.elapsed().unwrap() < Duration::from_secs(1) {
            thread::yield_now();
        }
    });
}

#[test]
fn moments_compute_as_in_std() {
    passes(|| {
        let start = Instant::now();
        let later = start + Duration::from_secs(5);
        assert_eq!(later - start, Duration::from_secs(5));
        assert_eq!(start.duration_since(later), Duration::ZERO);
        assert_eq!(start.checked_duration_since(later), None);
        assert_eq!((later - Duration::from_secs(5)).saturating_duration_since(start), Duration::ZERO);
        let now = SystemTime::now();
        assert!(now.duration_since(UNIX_EPOCH).unwrap() > Duration::from_secs(1));
        assert_eq!(UNIX_EPOCH.duration_since(now).unwrap_err().duration(), now.duration_since(UNIX_EPOCH).unwrap());
    });
}
