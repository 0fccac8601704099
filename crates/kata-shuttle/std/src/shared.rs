//! Generic code for the types that most programs use, compiled here once: rustc takes it from here instead of compiling
//! it again with each program. Nothing of it is ever called.

mod threads;

use std::collections::BTreeSet;

use kata_shuttle::sync::{Arc, Mutex};

#[used]
static SHARED: [fn(); 2] = [numbers, meetings];

/// Numbers that oracles put in order and compare.
fn numbers() {
    list_of::<u32>();
    list_of::<u64>();
    list_of::<usize>();
    list_of::<i64>();
}

fn list_of<T: Copy + Default + Ord + std::fmt::Debug + Send + 'static>() {
    let mut list: Vec<T> = vec![T::default()];
    list.push(T::default());
    list.sort();
    list.sort_unstable();
    list.dedup();
    list.extend(list.clone());
    let set: BTreeSet<T> = list.iter().copied().collect();
    assert_eq!(set, set.clone());
    assert_eq!(list, list.clone());
    let shared = Arc::new(Mutex::new(list));
    drop(shared.lock().unwrap());
    drop(Arc::clone(&shared));
}

/// What scenarios meet with.
fn meetings() {
    drop(Arc::new(kata::Rendezvous::new(2, "")));
}
