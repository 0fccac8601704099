use std::any::Any;
use std::cell::Cell;

use kata_loom::cell::UnsafeCell;
use kata_loom::sync::{Arc, Mutex, Weak};
use kata_loom::thread;
use kata_trace::Verdict;

use crate::support::{fails, outcomes, passes, set};

#[test]
fn the_last_one_drops_the_value_after_all_uses() {
    passes(|| {
        struct Value(UnsafeCell<i32>);
        // SAFETY: written before it is shared and when it is dropped, read in between.
        unsafe impl Sync for Value {}
        let value = Arc::new(Value(UnsafeCell::new(1)));
        let other = Arc::clone(&value);
        // SAFETY: as above.
        let thread = thread::spawn(move || assert_eq!(unsafe { *other.0.get() }, 1));
        drop(value);
        thread.join().unwrap();
    });
}

#[test]
fn an_arc_that_is_never_dropped_leaks() {
    let finding = fails(Verdict::Leak, || std::mem::forget(Arc::new(1)));
    assert!(finding.message.starts_with("an `Arc` created at conformance/arc.rs:"), "{}", finding.message);
    assert!(finding.at.unwrap().file.ends_with("conformance/arc.rs"));
}

#[test]
fn a_cycle_leaks_and_a_weak_one_does_not() {
    struct Node {
        next: Mutex<Option<Arc<Node>>>,
        back: Mutex<Weak<Node>>,
    }
    let node = || Arc::new(Node { next: Mutex::new(None), back: Mutex::new(Weak::new()) });
    fails(Verdict::Leak, move || {
        let (a, b) = (node(), node());
        *a.next.lock().unwrap() = Some(Arc::clone(&b));
        *b.next.lock().unwrap() = Some(Arc::clone(&a));
    });
    passes(move || {
        let (a, b) = (node(), node());
        *a.next.lock().unwrap() = Some(Arc::clone(&b));
        *b.back.lock().unwrap() = Arc::downgrade(&a);
        assert!(Arc::ptr_eq(&b.back.lock().unwrap().upgrade().unwrap(), &a));
    });
}

#[test]
fn upgrading_races_with_the_last_drop() {
    let upgraded = outcomes(|| {
        let value = Arc::new(5);
        let weak = Arc::downgrade(&value);
        let thread = thread::spawn(move || weak.upgrade().map(|value| *value));
        drop(value);
        thread.join().unwrap()
    });
    assert_eq!(upgraded, set([None, Some(5)]));
}

#[test]
fn a_weak_pointer_does_not_keep_the_value() {
    passes(|| {
        let value = Arc::new(5);
        let weak = Arc::downgrade(&value);
        assert_eq!((Arc::strong_count(&value), Arc::weak_count(&value)), (1, 1));
        assert_eq!((weak.strong_count(), weak.weak_count()), (1, 1));
        let upgraded = weak.upgrade().unwrap();
        assert_eq!((*upgraded, Arc::strong_count(&value)), (5, 2));
        drop((value, upgraded));
        assert!(weak.upgrade().is_none());
        assert!(Weak::<i32>::new().upgrade().is_none());
        assert_eq!(format!("{weak:?}"), "(Weak)");
    });
}

#[test]
fn the_number_of_owners_changes_while_one_looks() {
    let counts = outcomes(|| {
        let value = Arc::new(1);
        let other = Arc::clone(&value);
        let thread = thread::spawn(move || drop((Arc::clone(&other), other)));
        let mine = Arc::clone(&value);
        let count = Arc::strong_count(&mine);
        thread.join().unwrap();
        count
    });
    assert_eq!(counts, set([2, 3, 4]));
}

#[test]
fn the_number_of_owners_orders_nothing() {
    struct Value(UnsafeCell<i32>);
    // SAFETY: it is not: that is the point.
    unsafe impl Sync for Value {}
    fails(Verdict::DataRace, || {
        let value = Arc::new(Value(UnsafeCell::new(1)));
        let other = Arc::clone(&value);
        // SAFETY: see above.
        let thread = thread::spawn(move || assert_eq!(unsafe { *other.0.get() }, 1));
        if Arc::strong_count(&value) == 1 {
            // SAFETY: see above.
            unsafe { *value.0.get() = 2 };
        }
        thread.join().unwrap();
    });
}

#[test]
fn the_only_owner_gets_the_value() {
    let results = outcomes(|| {
        let mut value = Arc::new(1);
        let other = Arc::clone(&value);
        let thread = thread::spawn(move || drop(other));
        let unique = Arc::get_mut(&mut value).is_some();
        let unwrapped = Arc::try_unwrap(value).is_ok();
        thread.join().unwrap();
        (unique, unwrapped)
    });
    assert_eq!(results, set([(false, false), (false, true), (true, true)]));
    let both = outcomes(|| {
        let value = Arc::new(1);
        let other = Arc::clone(&value);
        let thread = thread::spawn(move || Arc::into_inner(other));
        (Arc::into_inner(value), thread.join().unwrap())
    });
    assert_eq!(both, set([(None, Some(1)), (Some(1), None)]));
}

#[test]
fn make_mut_clones_what_is_shared() {
    passes(|| {
        let mut value = Arc::new(vec![1]);
        Arc::make_mut(&mut value).push(2);
        let shared = Arc::clone(&value);
        Arc::make_mut(&mut value).push(3);
        assert_eq!((&**value, &**shared), (&[1, 2, 3][..], &[1, 2][..]));
        assert_eq!(Arc::unwrap_or_clone(value), [1, 2, 3]);
    });
}

#[test]
fn raw_pointers_come_back() {
    passes(|| {
        let value = Arc::new(Mutex::new(1));
        let raw = Arc::into_raw(Arc::clone(&value));
        // SAFETY: `raw` comes from `into_raw`, and is given back twice after one increment.
        unsafe {
            Arc::increment_strong_count(raw);
            assert_eq!(Arc::strong_count(&value), 3);
            Arc::decrement_strong_count(raw);
            *Arc::from_raw(raw).lock().unwrap() += 1;
        }
        assert_eq!(Arc::into_inner(value).unwrap().into_inner().unwrap(), 2);
    });
    fails(Verdict::Leak, || {
        let _ = Arc::into_raw(Arc::new(1));
    });
}

#[test]
fn unsized_values_come_from_boxes_and_vectors() {
    passes(|| {
        let text: Arc<str> = Arc::from("text");
        let owned: Arc<str> = Arc::from(String::from("text"));
        assert_eq!(text, owned);
        let slice: Arc<[i32]> = Arc::from(vec![1, 2]);
        assert_eq!(slice, Arc::from([1, 2].as_slice()));
        assert_eq!((3..5).collect::<Arc<[i32]>>().len(), 2);
        let dynamic: Arc<dyn Fn() -> i32 + Send + Sync> =
            Arc::from(Box::new(|| 7) as Box<dyn Fn() -> i32 + Send + Sync>);
        let other = Arc::clone(&dynamic);
        assert_eq!(thread::spawn(move || (*other)()).join().unwrap() + dynamic(), 14);
        let any: Arc<dyn Any + Send + Sync> = Arc::from(Box::new(5_u8) as Box<dyn Any + Send + Sync>);
        assert_eq!(any.downcast::<u8>().map(|value| *value).ok(), Some(5));
    });
}

#[test]
fn a_value_may_know_its_own_address() {
    passes(|| {
        struct Own(Weak<Own>, Cell<i32>);
        let own = Arc::new_cyclic(|own| {
            assert!(own.upgrade().is_none());
            Own(own.clone(), Cell::new(3))
        });
        assert_eq!(own.0.upgrade().unwrap().1.get(), 3);
    });
}
