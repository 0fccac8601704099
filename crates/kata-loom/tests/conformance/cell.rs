use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use kata_loom::cell::UnsafeCell;
use kata_loom::sync::Arc;
use kata_loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, fence};
use kata_loom::thread;
use kata_trace::{Op, Value, Verdict};

use crate::support::{fails, passes};

/// A cell that a flag guards.
struct Guarded {
    cell: UnsafeCell<u32>,
    flag: AtomicBool,
}

// SAFETY: the tests are about whether that is true.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn new() -> Arc<Self> {
        Arc::new(Guarded { cell: UnsafeCell::new(0), flag: AtomicBool::new(false) })
    }

    fn write(&self, value: u32) {
        // SAFETY: see above.
        unsafe { *self.cell.get() = value };
    }

    fn read(&self) -> u32 {
        // SAFETY: see above.
        unsafe { *self.cell.get() }
    }
}

#[test]
fn two_unordered_writes_race() {
    let finding = fails(Verdict::DataRace, || {
        let guarded = Guarded::new();
        let other = Arc::clone(&guarded);
        let thread = thread::spawn(move || other.write(1));
        guarded.write(2);
        thread.join().unwrap();
    });
    assert!(finding.message.contains("writes at conformance/cell.rs"), "{}", finding.message);
    assert!(finding.message.ends_with("and nothing orders the two"), "{}", finding.message);
}

#[test]
fn two_reads_do_not_race() {
    passes(|| {
        let guarded = Guarded::new();
        guarded.write(3);
        let other = Arc::clone(&guarded);
        let thread = thread::spawn(move || other.read());
        assert_eq!((guarded.read(), thread.join().unwrap()), (3, 3));
    });
}

#[test]
fn release_and_acquire_order_the_accesses() {
    passes(|| {
        let guarded = Guarded::new();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let guarded = Arc::clone(&guarded);
                thread::spawn(move || {
                    if guarded.flag.load(Acquire) {
                        assert_eq!(guarded.read(), 7);
                    }
                })
            })
            .collect();
        guarded.write(7);
        guarded.flag.store(true, Release);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn a_relaxed_flag_orders_nothing_and_the_message_says_which_side_is_weak() {
    let publish = |store, load| {
        move || {
            let guarded = Guarded::new();
            let other = Arc::clone(&guarded);
            let thread = thread::spawn(move || {
                other.write(7);
                other.flag.store(true, store);
            });
            if guarded.flag.load(load) {
                guarded.read();
            }
            thread.join().unwrap();
        }
    };
    let finding = fails(Verdict::DataRace, publish(Relaxed, Acquire));
    assert!(finding.message.ends_with("but a `Relaxed` store releases nothing"), "{}", finding.message);
    let finding = fails(Verdict::DataRace, publish(Release, Relaxed));
    assert!(finding.message.ends_with("but a `Relaxed` load acquires nothing"), "{}", finding.message);
    passes(publish(Release, Acquire));
}

#[test]
fn a_fence_makes_up_for_a_relaxed_side_and_the_message_blames_the_other_one() {
    let publish = |released: bool| {
        move || {
            let guarded = Guarded::new();
            let other = Arc::clone(&guarded);
            let thread = thread::spawn(move || {
                other.write(7);
                if released {
                    fence(Release);
                }
                other.flag.store(true, Relaxed);
            });
            if guarded.flag.load(Relaxed) {
                if !released {
                    fence(Acquire);
                }
                guarded.read();
            }
            thread.join().unwrap();
        }
    };
    let finding = fails(Verdict::DataRace, publish(true));
    assert!(finding.message.ends_with(", but a `Relaxed` load acquires nothing"), "{}", finding.message);
    let finding = fails(Verdict::DataRace, publish(false));
    assert!(finding.message.ends_with(", but a `Relaxed` store releases nothing"), "{}", finding.message);
}

#[test]
fn a_write_is_shown_with_its_values() {
    let finding = fails(Verdict::Panicked, || {
        let cell = UnsafeCell::new(4);
        // SAFETY: nobody else knows the cell.
        unsafe { *cell.get() = 5 };
        // SAFETY: as above.
        assert_eq!(unsafe { *cell.get() }, 6);
    });
    let events = finding.trace.unwrap().events;
    assert_eq!(events[0].op, Op::CellWrite);
    assert_eq!((&events[0].before, &events[0].after), (&Some(Value::Int(4)), &Some(Value::Int(5))));
    assert_eq!((events[1].op, &events[1].after), (Op::CellRead, &Some(Value::Int(5))));
}

#[test]
fn dropping_must_come_after_all_uses() {
    let free = |order: std::sync::atomic::Ordering, fenced: bool| {
        move || {
            struct Shared {
                owners: AtomicUsize,
                value: UnsafeCell<u32>,
            }
            #[derive(Clone, Copy)]
            struct Pointer(*mut Shared);
            // SAFETY: the test is about whether that is true.
            unsafe impl Send for Pointer {}
            impl Pointer {
                fn release(self, order: std::sync::atomic::Ordering, fenced: bool) {
                    // SAFETY: freed by the last owner only.
                    unsafe {
                        assert_eq!(*(*self.0).value.get(), 9);
                        if (*self.0).owners.fetch_sub(1, order) == 1 {
                            if fenced {
                                fence(Acquire);
                            }
                            drop(Box::from_raw(self.0));
                        }
                    }
                }
            }
            let shared = Shared { owners: AtomicUsize::new(2), value: UnsafeCell::new(9) };
            let pointer = Pointer(Box::into_raw(Box::new(shared)));
            let thread = thread::spawn(move || pointer.release(order, fenced));
            pointer.release(order, fenced);
            thread.join().unwrap();
        }
    };
    passes(free(Release, true));
    passes(free(std::sync::atomic::Ordering::AcqRel, false));
    let finding = fails(Verdict::DataRace, free(Release, false));
    assert!(finding.message.contains("frees what is created at conformance/cell.rs"), "{}", finding.message);
    fails(Verdict::DataRace, free(Relaxed, false));
}

#[test]
fn a_use_after_free_is_found_even_when_it_is_ordered() {
    let finding = fails(Verdict::Crashed, || {
        let pointer = Box::into_raw(Box::new(UnsafeCell::new(1)));
        // SAFETY: it is not: that is the point.
        unsafe {
            drop(Box::from_raw(pointer));
            (*pointer).get();
        }
    });
    assert!(finding.message.contains("after it was freed"), "{}", finding.message);
}

#[test]
fn publishing_an_object_without_order_races_with_its_creation() {
    let finding = fails(Verdict::DataRace, || {
        let slot = Arc::new(AtomicPtr::<AtomicUsize>::default());
        let other = Arc::clone(&slot);
        let thread = thread::spawn(move || other.store(Box::into_raw(Box::new(AtomicUsize::new(1))), Relaxed));
        let seen = slot.load(Relaxed);
        if !seen.is_null() {
            // SAFETY: it is not ordered behind the creation: that is the point.
            unsafe { (*seen).load(Relaxed) };
        }
        thread.join().unwrap();
    });
    assert!(finding.message.contains("what is created at"), "{}", finding.message);
}

#[test]
fn exclusive_access_counts_as_a_write() {
    passes(|| {
        let mut cell = UnsafeCell::from(1);
        *cell.get_mut() += 1;
        assert_eq!(cell.into_inner(), 2);
        let slice: Box<UnsafeCell<[u8]>> = Box::new(UnsafeCell::new([1, 2]));
        // SAFETY: nobody else knows the cell.
        assert_eq!(unsafe { &*slice.get() }, [1, 2]);
    });
}

#[test]
fn seq_cst_fences_order_more_here_than_in_the_model() {
    // A known deviation, which MEMORY_MODEL.md names: by C++20 this is a race.
    let document = include_str!("../../MEMORY_MODEL.md");
    assert!(document.contains("**seq-cst fences synchronise**"));
    passes(|| {
        struct Shared {
            data: UnsafeCell<u32>,
            y: AtomicUsize,
            z: AtomicUsize,
        }
        // SAFETY: the test is about whether that is true.
        unsafe impl Sync for Shared {}
        let shared = Arc::new(Shared { data: UnsafeCell::new(0), y: AtomicUsize::new(0), z: AtomicUsize::new(0) });
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            // SAFETY: see above.
            unsafe { *other.data.get() = 1 };
            fence(SeqCst);
            if other.y.load(Relaxed) == 0 {
                other.z.store(1, Relaxed);
            }
        });
        shared.y.store(1, Relaxed);
        fence(SeqCst);
        if shared.z.load(Relaxed) == 1 {
            // SAFETY: see above.
            unsafe { std::ptr::read(shared.data.get()) };
        }
        thread.join().unwrap();
    });
}
