use std::ptr;

use kata_loom::sync::Arc;
use kata_loom::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use kata_loom::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI64, AtomicPtr, AtomicU16, AtomicU64, AtomicUsize, compiler_fence, fence,
};
use kata_loom::thread;
use kata_trace::{Op, Value, Verdict};

use crate::support::{fails, outcomes, passes, set};

#[test]
fn integers_compute_as_in_std() {
    passes(|| {
        let a = AtomicI8::new(i8::MAX);
        let b = std::sync::atomic::AtomicI8::new(i8::MAX);
        assert_eq!(a.fetch_add(1, Relaxed), b.fetch_add(1, Relaxed));
        assert_eq!(a.fetch_sub(2, Relaxed), b.fetch_sub(2, Relaxed));
        assert_eq!(a.fetch_and(0x5a, Relaxed), b.fetch_and(0x5a, Relaxed));
        assert_eq!(a.fetch_nand(0x0f, Relaxed), b.fetch_nand(0x0f, Relaxed));
        assert_eq!(a.fetch_or(0x21, Relaxed), b.fetch_or(0x21, Relaxed));
        assert_eq!(a.fetch_xor(0x33, Relaxed), b.fetch_xor(0x33, Relaxed));
        assert_eq!(a.fetch_max(7, Relaxed), b.fetch_max(7, Relaxed));
        assert_eq!(a.fetch_min(-3, Relaxed), b.fetch_min(-3, Relaxed));
        assert_eq!(a.swap(9, AcqRel), b.swap(9, AcqRel));
        assert_eq!(a.compare_exchange(1, 2, SeqCst, Relaxed), b.compare_exchange(1, 2, SeqCst, Relaxed));
        assert_eq!(a.compare_exchange(9, 2, SeqCst, Relaxed), b.compare_exchange(9, 2, SeqCst, Relaxed));
        assert_eq!(a.fetch_update(Relaxed, Relaxed, |_| None), b.fetch_update(Relaxed, Relaxed, |_| None));
        assert_eq!(a.try_update(Relaxed, Relaxed, |x| Some(x * 2)), b.try_update(Relaxed, Relaxed, |x| Some(x * 2)));
        assert_eq!(a.update(Relaxed, Relaxed, |x| x + 1), b.update(Relaxed, Relaxed, |x| x + 1));
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
        assert_eq!(a.into_inner(), b.into_inner());
        assert_eq!(AtomicU64::new(u64::MAX).load(SeqCst), u64::MAX);
        assert_eq!(AtomicI64::from(-1).swap(i64::MIN, SeqCst), -1);
        assert_eq!(AtomicU16::default().load(Acquire), 0);
    });
}

#[test]
fn booleans_and_pointers_compute_as_in_std() {
    passes(|| {
        let flag = AtomicBool::new(true);
        assert!(flag.fetch_and(true, Relaxed) && flag.fetch_nand(true, Relaxed));
        assert!(!flag.fetch_or(true, Relaxed) && flag.fetch_xor(true, Relaxed) && !flag.fetch_not(Relaxed));
        assert!(flag.load(Relaxed));
        let mut values = [1, 2, 3];
        let first = values.as_mut_ptr();
        let pointer = AtomicPtr::new(first);
        assert_eq!(pointer.fetch_ptr_add(2, Relaxed), first);
        // SAFETY: the third element.
        assert_eq!(unsafe { *pointer.load(Relaxed) }, 3);
        assert_eq!(pointer.fetch_byte_sub(4, Relaxed), first.wrapping_add(2));
        assert_eq!(pointer.fetch_ptr_sub(1, Relaxed), first.wrapping_add(1));
        assert_eq!(pointer.fetch_or(1, Relaxed), first);
        assert_eq!(pointer.fetch_and(!1, Relaxed).addr(), first.addr() | 1);
        assert_eq!(pointer.compare_exchange(first, ptr::null_mut(), AcqRel, Acquire), Ok(first));
        assert_eq!(pointer.compare_exchange(first, first, AcqRel, Acquire), Err(ptr::null_mut()));
        assert_eq!(format!("{pointer:p}"), "0x0");
    });
}

#[test]
fn exclusive_access_needs_no_ordering() {
    passes(|| {
        let mut value = AtomicUsize::new(1);
        *value.get_mut() += 1;
        assert_eq!(value.load(Relaxed), 2);
        thread::scope(|scope| {
            scope.spawn(|| value.store(5, Relaxed));
            scope.spawn(|| value.store(6, Relaxed));
        });
        let last = *value.get_mut();
        assert_eq!(value.load(Relaxed), last, "which store is the last one is settled");
        *value.get_mut() = 7;
        assert_eq!(value.into_inner(), 7);
        let mut flag = AtomicBool::new(false);
        *flag.get_mut() = true;
        assert!(flag.into_inner());
        let mut pointer = AtomicPtr::<u8>::default();
        *pointer.get_mut() = ptr::dangling_mut();
        assert_eq!(pointer.into_inner(), ptr::dangling_mut());
    });
}

#[test]
fn a_weak_exchange_may_fail_for_no_reason() {
    let exchanged = outcomes(|| AtomicUsize::new(0).compare_exchange_weak(0, 1, SeqCst, Relaxed));
    assert_eq!(exchanged, set([Ok(0), Err(0)]));
    let exchanged = outcomes(|| AtomicUsize::new(0).compare_exchange(0, 1, SeqCst, Relaxed));
    assert_eq!(exchanged, set([Ok(0)]));
    passes(|| {
        let value = AtomicUsize::new(0);
        while value.compare_exchange_weak(0, 1, Relaxed, Relaxed).is_err() {}
        assert_eq!(value.load(Relaxed), 1);
    });
}

#[test]
fn one_of_two_exchanges_wins() {
    let results = outcomes(|| {
        let value = AtomicUsize::new(0);
        let exchange = |new| value.compare_exchange(0, new, AcqRel, Acquire);
        thread::scope(|scope| {
            let other = scope.spawn(move || exchange(1));
            (exchange(2), other.join().unwrap())
        })
    });
    assert_eq!(results, set([(Ok(0), Err(2)), (Err(1), Ok(0))]));
}

#[test]
fn an_exchange_does_not_notice_that_a_value_came_back() {
    passes(|| {
        let value = Arc::new(AtomicUsize::new(0));
        let other = Arc::clone(&value);
        let thread = thread::spawn(move || {
            other.store(1, Relaxed);
            other.store(0, Relaxed);
        });
        let exchanged = value.compare_exchange(0, 2, Relaxed, Relaxed);
        assert!(matches!(exchanged, Ok(0) | Err(1)));
        thread.join().unwrap();
    });
}

#[test]
fn loops_that_wait_without_yielding_end() {
    passes(|| {
        let (flag, lock) = (AtomicBool::new(false), AtomicBool::new(true));
        thread::scope(|scope| {
            scope.spawn(|| {
                flag.store(true, Release);
                lock.store(false, Release);
            });
            while !flag.load(Acquire) {}
            while lock.swap(true, Acquire) {}
            lock.store(false, Release);
            while lock.compare_exchange(false, true, Acquire, Relaxed).is_err() {}
        });
    });
}

#[test]
fn a_loop_that_waits_for_nobody_is_a_livelock() {
    let finding = fails(Verdict::Livelock, || {
        let flag = AtomicBool::new(false);
        while !flag.load(Acquire) {}
    });
    assert!(finding.message.starts_with("2000 steps and no end"), "{}", finding.message);
}

#[test]
fn orderings_that_make_no_sense_panic_as_in_std() {
    let message = |scenario: fn()| {
        let finding = fails(Verdict::Panicked, scenario);
        assert!(finding.at.unwrap().file.ends_with("conformance/atomic.rs"));
        finding.message
    };
    let load = message(|| {
        AtomicUsize::new(0).load(Release);
    });
    assert_eq!(load, "there is no such thing as a release load or an acquire-release load");
    let store = message(|| AtomicUsize::new(0).store(1, Acquire));
    assert_eq!(store, "there is no such thing as an acquire store or an acquire-release store");
    let exchange = message(|| {
        let _ = AtomicUsize::new(0).compare_exchange(0, 1, SeqCst, Release);
    });
    assert!(exchange.starts_with("there is no such thing as a release failure ordering"));
    assert_eq!(message(|| fence(Relaxed)), "there is no such thing as a relaxed fence");
}

#[test]
fn operations_are_recorded_with_their_values_and_orderings() {
    let finding = fails(Verdict::Panicked, || {
        let value = AtomicUsize::new(3);
        value.store(4, Release);
        value.fetch_add(1, AcqRel);
        let _ = value.compare_exchange(5, 6, SeqCst, Relaxed);
        let _ = value.compare_exchange(5, 6, SeqCst, Relaxed);
        fence(Acquire);
        compiler_fence(SeqCst);
        assert_eq!(value.load(Acquire), 7);
    });
    let int = |value: i64| Some(Value::Int(value));
    let trace = finding.trace.unwrap();
    let shown: Vec<_> = (trace.events.iter())
        .map(|e| (e.op, e.before.clone(), e.after.clone(), e.ordering.as_deref().unwrap_or_default(), e.ok))
        .collect();
    assert_eq!(
        shown,
        [
            (Op::Store, None, int(4), "Release", None),
            (Op::ReadModifyWrite, int(4), int(5), "AcqRel", None),
            (Op::CompareExchange, int(5), int(6), "SeqCst", Some(true)),
            (Op::CompareExchange, int(6), None, "Relaxed", Some(false)),
            (Op::Fence, None, None, "Acquire", None),
            (Op::Fence, None, None, "SeqCst", None),
            (Op::Load, None, int(6), "Acquire", None),
            (Op::Panic, None, None, "", None),
        ]
    );
    let created = trace.objects[0].created.as_ref().unwrap();
    let stored = trace.events[0].at.as_ref().unwrap();
    assert_eq!((&created.file, created.line + 1), (&stored.file, stored.line));
}

#[test]
fn a_load_by_the_storing_thread_hides_no_load_of_another() {
    let seen = outcomes(|| {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            let other = scope.spawn(|| value.fetch_update(Relaxed, Relaxed, |old| Some(old + 1)));
            let seen = value.load(SeqCst);
            other.join().unwrap().unwrap();
            seen
        })
    });
    assert_eq!(seen, set([0, 1]));
    let seen = outcomes(|| {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                value.load(Acquire);
                value.store(1, Release);
            });
            scope.spawn(|| value.load(Relaxed));
            value.load(SeqCst)
        })
    });
    assert_eq!(seen, set([0, 1]));
}
