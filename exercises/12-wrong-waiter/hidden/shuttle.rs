//! What the pass promises, however cooks and waiters take turns.

use std::array;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use kata::Verdict;
use wrong_waiter::{Dish, Pass, Table};

/// A pass takes as many dishes as it has room for with nobody there to carry them, and gives them away in the order in
/// which they were put there.
pub fn there_is_room_for_as_many_as_promised() {
    let pass = Pass::new(3);
    cook(&pass, [3, 1, 1]);
    let mut carried = carry(&pass, 2);
    cook(&pass, [2]);
    carried.extend(carry(&pass, 2));
    served_in_order(&[3, 1, 1, 2], &carried);

    let (large, tables) = (Pass::new(50), array::from_fn::<Table, 50, _>(|n| 49 - n as Table));
    cook(&large, tables);
    served_in_order(&tables, &carry(&large, 50));
}

/// A cook who finds the pass full sleeps until a dish is taken; no more dishes are put than there is room for.
pub fn a_cook_sleeps_until_there_is_room() {
    let (pass, put) = (Pass::new(2), AtomicUsize::new(0));
    thread::scope(|shift| {
        shift.spawn(|| cook_and_count(&pass, [1, 2, 3, 4], &put));
        kata::quiesce();
        comes_to("nobody has taken a dish from a pass with room for 2, and everybody sleeps", "put", &put, 2);
        let mut carried = carry(&pass, 1);
        kata::quiesce();
        comes_to("one dish was taken from a pass with room for 2, and everybody sleeps", "put", &put, 3);
        carried.extend(carry(&pass, 3));
        served_in_order(&[1, 2, 3, 4], &carried);
    });
}

/// On a pass with room for one dish there is never a second one.
pub fn one_dish_where_there_is_room_for_one() {
    let (pass, put) = (Pass::new(1), AtomicUsize::new(0));
    thread::scope(|shift| {
        shift.spawn(|| cook_and_count(&pass, [1, 2], &put));
        kata::quiesce();
        comes_to("nobody has taken a dish from a pass with room for 1, and everybody sleeps", "put", &put, 1);
        served_in_order(&[1, 2], &carry(&pass, 2));
    });
}

/// A waiter who finds the pass empty sleeps until there is a dish.
pub fn a_waiter_sleeps_until_there_is_a_dish() {
    let (pass, taken) = (Pass::new(2), AtomicUsize::new(0));
    thread::scope(|shift| {
        shift.spawn(|| carry_and_count(&pass, 2, &taken));
        kata::quiesce();
        comes_to("nobody has put a dish, and everybody sleeps", "taken", &taken, 0);
        cook(&pass, [1]);
        kata::quiesce();
        comes_to("one dish was put, and everybody sleeps", "taken", &taken, 1);
        cook(&pass, [2]);
    });
}

/// Two waiters and a cook with two dishes, and room for one: both dishes are carried.
pub fn two_waiters_and_a_cook() {
    let pass = Pass::new(1);
    thread::scope(|shift| {
        let waiters = [shift.spawn(|| carry(&pass, 1)), shift.spawn(|| carry(&pass, 1))];
        cook(&pass, [1, 2]);
        served(&[1, 2], waiters.map(|waiter| waiter.join().unwrap()).concat());
    });
}

/// Two cooks with three dishes between them and a waiter, and room for one: all three dishes are carried.
pub fn two_cooks_and_a_waiter() {
    let pass = Pass::new(1);
    thread::scope(|shift| {
        shift.spawn(|| cook(&pass, [1, 2]));
        shift.spawn(|| cook(&pass, [3]));
        served(&[1, 2, 3], carry(&pass, 3));
    });
}

/// Two dishes that are put one after the other while two waiters sleep wake both.
pub fn two_dishes_wake_two_waiters() {
    let pass = Pass::new(2);
    thread::scope(|shift| {
        let waiters = [shift.spawn(|| carry(&pass, 1)), shift.spawn(|| carry(&pass, 1))];
        kata::quiesce();
        cook(&pass, [1, 2]);
        served(&[1, 2], waiters.map(|waiter| waiter.join().unwrap()).concat());
    });
}

/// Two dishes that are taken one after the other while two cooks sleep wake both.
pub fn room_for_two_wakes_two_cooks() {
    let pass = Pass::new(2);
    cook(&pass, [1, 2]);
    let mut carried = Vec::new();
    thread::scope(|shift| {
        shift.spawn(|| cook(&pass, [3]));
        shift.spawn(|| cook(&pass, [4]));
        kata::quiesce();
        carried = carry(&pass, 2);
    });
    carried.extend(carry(&pass, 2));
    served(&[1, 2, 3, 4], carried);
}

/// Four waiters who sleep and a cook with four dishes, and room for one: all dishes are carried.
pub fn four_waiters_and_a_cook() {
    let pass = Pass::new(1);
    thread::scope(|shift| {
        let waiters = [1, 2, 3, 4].map(|_| shift.spawn(|| carry(&pass, 1)));
        kata::quiesce();
        cook(&pass, [1, 2, 3, 4]);
        served(&[1, 2, 3, 4], waiters.map(|waiter| waiter.join().unwrap()).concat());
    });
}

/// Four cooks who sleep and a waiter, and room for one: all dishes are carried.
pub fn four_cooks_and_a_waiter() {
    let pass = Pass::new(1);
    cook(&pass, [1]);
    thread::scope(|shift| {
        for table in 2..=5 {
            let pass = &pass;
            shift.spawn(move || cook(pass, [table]));
        }
        kata::quiesce();
        served(&[1, 2, 3, 4, 5], carry(&pass, 5));
    });
}

/// Nobody needs a clock: when everybody sleeps, no waiter is left beside a dish, and no cook beside a free place.
pub fn nobody_sleeps_beside_what_is_there() {
    let (pass, taken) = (Pass::new(1), AtomicUsize::new(0));
    thread::scope(|shift| {
        shift.spawn(|| carry_and_count(&pass, 1, &taken));
        shift.spawn(|| carry_and_count(&pass, 1, &taken));
        shift.spawn(|| cook(&pass, [1, 2]));
        kata::quiesce();
        comes_to("a cook has two dishes for two waiters, and everybody sleeps", "taken", &taken, 2);
    });
}

/// Dishes of one cook are carried by one waiter in the order in which they were put on the pass, whatever another cook
/// does meanwhile.
pub fn the_dish_that_was_there_first_is_taken_first() {
    const OF_ANOTHER_COOK: Table = 9;
    let pass = Pass::new(2);
    thread::scope(|shift| {
        shift.spawn(|| cook(&pass, [OF_ANOTHER_COOK]));
        shift.spawn(|| cook(&pass, [3, 1, 2]));
        let mut carried = carry(&pass, 4);
        carried.retain(|&table| table != OF_ANOTHER_COOK);
        served_in_order(&[3, 1, 2], &carried);
    });
}

/// Nobody sets an alarm: who waits for a dish or for room sleeps until there is some, and does not look before.
pub fn who_waits_is_not_woken_by_time() {
    let pass = Pass::new(1);
    thread::scope(|shift| {
        let waiter = shift.spawn(|| carry(&pass, 1));
        kata::quiesce();
        sleeps_without_a_limit("waiter");
        cook(&pass, [1]);
        served(&[1], waiter.join().unwrap());
        shift.spawn(|| cook(&pass, [2, 3]));
        kata::quiesce();
        sleeps_without_a_limit("cook");
        served_in_order(&[2, 3], &carry(&pass, 2));
    });
}

fn cook<const N: usize>(pass: &Pass, tables: [Table; N]) {
    for table in tables {
        pass.put(dish(table));
    }
}

fn cook_and_count<const N: usize>(pass: &Pass, tables: [Table; N], put: &AtomicUsize) {
    for table in tables {
        cook(pass, [table]);
        put.fetch_add(1, Ordering::SeqCst);
    }
}

/// Takes so many dishes, and tells for which tables they are.
fn carry(pass: &Pass, dishes: usize) -> Vec<Table> {
    let take = |_| {
        let taken = pass.take();
        assert!(taken == dish(taken.table), "nobody has put this dish on the pass: {taken:?}");
        taken.table
    };
    (0..dishes).map(take).collect()
}

fn carry_and_count(pass: &Pass, dishes: usize, taken: &AtomicUsize) {
    for _ in 0..dishes {
        carry(pass, 1);
        taken.fetch_add(1, Ordering::SeqCst);
    }
}

fn dish(table: Table) -> Dish {
    Dish { table, name: format!("soup for table {table}") }
}

/// To be asked when everybody sleeps.
#[track_caller]
fn sleeps_without_a_limit(who: &str) {
    if kata::time_limits() > 0 {
        fail(format!("there is nothing to do for the {who}, who sleeps with a time limit, to look again"));
    }
}

#[track_caller]
fn comes_to(when: &str, what: &str, counted: &AtomicUsize, expected: usize) {
    let counted = counted.load(Ordering::SeqCst);
    if counted != expected {
        let plural = if expected == 1 { "" } else { "es" };
        fail(format!("{when}: {expected} dish{plural} should have been {what}, and {counted} were"));
    }
}

#[track_caller]
fn served(tables: &[Table], mut carried: Vec<Table>) {
    carried.sort_unstable();
    if carried != tables {
        fail(format!("the dishes are for the tables {tables:?}, and were carried to {carried:?}"));
    }
}

#[track_caller]
fn served_in_order(tables: &[Table], carried: &[Table]) {
    if carried != tables {
        fail(format!("the dishes were put for the tables {tables:?}, and taken for {carried:?}"));
    }
}

/// Ends the scenario here: a panic would wait for cooks and waiters who perhaps sleep for ever.
#[track_caller]
fn fail(message: String) -> ! {
    kata::fail(Verdict::AssertionFailed, message)
}
