//! Atomics: arithmetic and orderings. What threads see of each other is in the litmus tests.

use std::panic::AssertUnwindSafe;

use kata_shuttle::sync::atomic::{self as world, Ordering};
use kata_shuttle::thread;
use kata_shuttle::unwind::catch_unwind;
use kata_trace::{Cause, Verdict};
use std::sync::atomic as real;

use crate::support::*;

use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

/// Runs the same expression on this world's atomic and on the real one and compares results and values.
macro_rules! same {
    ($name:ident($value:expr): $($method:ident($($argument:expr),*);)*) => {
        let (ours, theirs) = (world::$name::new($value), real::$name::new($value));
        $(
            assert_eq!(ours.$method($($argument),*), theirs.$method($($argument),*), stringify!($method));
            assert_eq!(ours.load(SeqCst), theirs.load(SeqCst), stringify!($method));
        )*
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        assert_eq!(ours.into_inner(), theirs.into_inner());
    };
}

macro_rules! integers {
    ($($test:ident $name:ident $type:ident)*) => {$(
        #[test]
        fn $test() {
            fn scenario() {
                for value in [0, 1, 5, $type::MAX, $type::MIN] {
                    same! { $name(value):
                        swap(3, SeqCst);
                        store(value, Release);
                        fetch_add($type::MAX, Relaxed);
                        fetch_add(7, AcqRel);
                        fetch_sub(9, Acquire);
                        fetch_sub($type::MIN, SeqCst);
                        fetch_and(0b1101, SeqCst);
                        fetch_or(0b0110, SeqCst);
                        fetch_xor(0b1010, SeqCst);
                        fetch_nand(0b1011, SeqCst);
                        fetch_max(4, SeqCst);
                        fetch_min(2, SeqCst);
                        compare_exchange(value, 1, SeqCst, SeqCst);
                        compare_exchange(2, 8, AcqRel, Relaxed);
                        compare_exchange(8, 9, Relaxed, SeqCst);
                        fetch_update(SeqCst, SeqCst, |x| x.checked_sub(1));
                        fetch_update(SeqCst, SeqCst, |_| None);
                        try_update(SeqCst, SeqCst, |x| Some(x / 2));
                        update(SeqCst, SeqCst, |x| x ^ 1);
                        load(Acquire);
                    }
                }
                let mut atomic = world::$name::default();
                *atomic.get_mut() += 1;
                assert_eq!(atomic.load(Relaxed), 1);
                assert_eq!(world::$name::from(3).into_inner(), 3);
            }
            // One failure for no reason at each `compare_exchange_weak` inside `fetch_update`, besides none at all.
            assert_passed(&explore(scenario));
        }
    )*};
}

integers! {
    i8_counts_as_std_s AtomicI8 i8
    i16_counts_as_std_s AtomicI16 i16
    i32_counts_as_std_s AtomicI32 i32
    i64_counts_as_std_s AtomicI64 i64
    isize_counts_as_std_s AtomicIsize isize
    u8_counts_as_std_s AtomicU8 u8
    u16_counts_as_std_s AtomicU16 u16
    u32_counts_as_std_s AtomicU32 u32
    u64_counts_as_std_s AtomicU64 u64
    usize_counts_as_std_s AtomicUsize usize
}

#[test]
fn booleans_are_as_std_s() {
    fn scenario() {
        for value in [false, true] {
            for other in [false, true] {
                same! { AtomicBool(value):
                    fetch_and(other, SeqCst);
                    store(value, SeqCst);
                    fetch_or(other, SeqCst);
                    store(value, SeqCst);
                    fetch_xor(other, SeqCst);
                    store(value, SeqCst);
                    fetch_nand(other, SeqCst);
                    fetch_not(SeqCst);
                    swap(other, SeqCst);
                    compare_exchange(other, !other, SeqCst, SeqCst);
                    fetch_update(SeqCst, SeqCst, |x| (x == value).then_some(!x));
                    load(SeqCst);
                }
            }
        }
        assert!(!world::AtomicBool::default().load(SeqCst));
    }
    assert_passed(&explore(scenario));
}

#[test]
fn pointers_are_as_std_s() {
    fn scenario() {
        let (mut first, mut second) = (1, 2);
        let (first, second) = (&raw mut first, &raw mut second);
        let null = std::ptr::null_mut();
        same! { AtomicPtr(first):
            load(SeqCst);
            swap(second, SeqCst);
            compare_exchange(first, null, SeqCst, SeqCst);
            compare_exchange(second, null, SeqCst, SeqCst);
            store(first, SeqCst);
            fetch_update(SeqCst, SeqCst, |pointer| (!pointer.is_null()).then_some(null));
        }
        let mut row = [0_u32; 4];
        let start = row.as_mut_ptr();
        same! { AtomicPtr(start):
            fetch_ptr_add(3, SeqCst);
            fetch_ptr_sub(2, SeqCst);
            fetch_byte_add(4, SeqCst);
            fetch_byte_sub(8, SeqCst);
            fetch_or(1, SeqCst);
            fetch_xor(3, SeqCst);
            fetch_and(!3, SeqCst);
        }
        assert!(world::AtomicPtr::<u8>::default().load(SeqCst).is_null());
        let atomic = world::AtomicPtr::new(first);
        assert_eq!(format!("{atomic:p}"), format!("{first:p}"));
    }
    assert_passed(&explore(scenario));
}

#[test]
fn orderings_that_make_no_sense_panic_as_in_std() {
    fn scenario() {
        macro_rules! both_panic {
            ($($method:ident($($argument:expr),*);)*) => {$(
                let ours = world::AtomicI32::new(0);
                let ours = catch_unwind(AssertUnwindSafe(|| { let _result = ours.$method($($argument),*); }));
                let theirs = real::AtomicI32::new(0);
                // The real one is asked outside the model: its panics are none of the scenario's.
                let theirs = catch_unwind(AssertUnwindSafe(|| { let _result = theirs.$method($($argument),*); }));
                assert_eq!(text(ours), text(theirs), stringify!($method($($argument),*)));
            )*};
        }
        let (release, acq_rel, acquire) = (opaque(Release), opaque(AcqRel), opaque(Acquire));
        both_panic! {
            load(release);
            load(acq_rel);
            store(1, acquire);
            store(1, acq_rel);
            compare_exchange(0, 1, SeqCst, release);
            compare_exchange(0, 1, SeqCst, acq_rel);
            compare_exchange_weak(0, 1, SeqCst, release);
            fetch_update(SeqCst, release, Some);
        }
        let relaxed = opaque(Relaxed);
        let ours = catch_unwind(|| world::fence(relaxed));
        assert_eq!(text(ours), text(catch_unwind(|| real::fence(relaxed))));
        let ours = catch_unwind(|| world::compiler_fence(relaxed));
        assert_eq!(text(ours), text(catch_unwind(|| real::compiler_fence(relaxed))));
        for order in [Acquire, Release, AcqRel, SeqCst] {
            world::fence(order);
            world::compiler_fence(order);
        }
    }
    assert_passed(&explore(scenario));
}

/// Hides the ordering from the lint that knows better.
fn opaque(order: Ordering) -> Ordering {
    std::hint::black_box(order)
}

fn text(result: thread::Result<()>) -> String {
    let payload = result.expect_err("it panics");
    payload.downcast_ref::<&str>().map(|text| (*text).to_owned()).or(payload.downcast_ref().cloned()).unwrap()
}

#[test]
fn a_weak_exchange_may_fail_for_no_reason_and_a_strong_one_may_not() {
    fn weak() {
        let atomic = world::AtomicI32::new(0);
        seen(atomic.compare_exchange_weak(0, 1, SeqCst, SeqCst));
    }
    assert_outcomes(weak, [Ok(0), Err(0)]);
    fn strong() {
        let atomic = world::AtomicI32::new(0);
        seen(atomic.compare_exchange(0, 1, SeqCst, SeqCst));
    }
    assert_outcomes(strong, [Ok::<i32, i32>(0)]);
    fn hopeless() {
        let atomic = world::AtomicI32::new(2);
        assert_eq!(atomic.compare_exchange_weak(0, 1, SeqCst, SeqCst), Err(2));
    }
    assert_eq!(assert_holds(hopeless), 1, "that it fails for two reasons is no difference");
}

#[test]
fn a_weak_exchange_outside_a_loop_is_found() {
    fn scenario() {
        let atomic = world::AtomicI32::new(0);
        let _ignored = atomic.compare_exchange_weak(0, 1, SeqCst, SeqCst);
        assert_eq!(atomic.load(SeqCst), 1);
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    let trace = finding.trace.unwrap();
    assert!(trace.events.iter().any(|event| event.cause == Some(Cause::Spurious) && event.ok == Some(false)));
}

#[test]
fn read_modify_writes_lose_nothing_and_separate_steps_do() {
    fn whole() {
        let atomic = world::AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| atomic.fetch_add(1, Relaxed));
            }
        });
        assert_eq!(atomic.load(Relaxed), 3);
    }
    assert_holds(whole);
    fn apart() {
        let atomic = world::AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| atomic.store(atomic.load(SeqCst) + 1, SeqCst));
            }
        });
        seen(atomic.load(SeqCst));
    }
    assert_outcomes(apart, [1, 2, 3]);
    fn update() {
        let atomic = world::AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| atomic.fetch_update(SeqCst, SeqCst, |value| Some(value + 1)));
            }
        });
        assert_eq!(atomic.load(SeqCst), 2);
    }
    assert_holds(update);
}
