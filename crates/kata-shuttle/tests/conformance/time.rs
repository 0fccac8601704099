//! Virtual time.

use std::time::Duration;

use kata_shuttle::thread;
use kata_shuttle::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::support::*;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn time_passes_by_sleeping_and_nobody_waits_for_it() {
    fn scenario() {
        let (instant, system) = (Instant::now(), SystemTime::now());
        thread::sleep(HOUR);
        assert!(instant.elapsed() >= HOUR);
        assert!(instant.elapsed() < HOUR + Duration::from_secs(1));
        assert!(system.elapsed().unwrap() >= HOUR);
    }
    let started = std::time::Instant::now();
    assert_holds(scenario);
    assert!(started.elapsed() < HOUR, "an hour has passed for real");
}

#[test]
fn threads_sleep_at_the_same_time() {
    fn scenario() {
        let started = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| thread::sleep(HOUR));
            scope.spawn(|| thread::sleep(HOUR));
        });
        let elapsed = started.elapsed();
        assert!(elapsed >= HOUR);
        seen(elapsed.as_secs() / HOUR.as_secs());
    }
    // Both at the same time, or one after the other.
    assert_outcomes(scenario, [1, 2]);
}

#[test]
fn time_does_not_run_backwards() {
    fn scenario() {
        let before = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| {
                let here = Instant::now();
                assert!(here >= before);
                thread::yield_now();
                assert!(Instant::now() >= here);
            });
        });
        assert!(Instant::now() >= before);
    }
    assert_holds(scenario);
}

#[test]
fn moments_can_be_computed_with() {
    fn scenario() {
        let now = Instant::now();
        assert_eq!((now + HOUR) - now, HOUR);
        assert_eq!((now + HOUR).duration_since(now), HOUR);
        assert_eq!(now.duration_since(now + HOUR), Duration::ZERO);
        assert_eq!(now.saturating_duration_since(now + HOUR), Duration::ZERO);
        assert_eq!(now.checked_duration_since(now + HOUR), None);
        assert_eq!((now + HOUR).checked_sub(HOUR), Some(now));
        assert_eq!(now.checked_add(Duration::MAX), None);
        let mut moment = now;
        moment += HOUR;
        moment -= HOUR;
        assert_eq!(moment, now);
        assert!(now - HOUR < now);
        let system = SystemTime::now();
        assert!(system.duration_since(UNIX_EPOCH).unwrap() > HOUR);
        assert_eq!((system + HOUR).duration_since(system).unwrap(), HOUR);
        assert_eq!(system.duration_since(system + HOUR).unwrap_err().duration(), HOUR);
        assert_eq!(SystemTime::UNIX_EPOCH, UNIX_EPOCH);
    }
    assert_holds(scenario);
}
