//! What the two sides promise, for every order in which memory may show what was written.

use std::cell::UnsafeCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dekker::{Saver, Ticker, world};
use kata::Rendezvous;

/// More than a byte can count: a copy may take long, and the ticks go on.
const CALLS: usize = 260;

/// All of these calls are over by then, unless they wait. An attempt that fails for no reason may be made again.
const AT_ONCE: Duration = Duration::from_millis(50);

/// The world does not move while it is saved.
pub fn one_tick_and_one_save() {
    let ((mut ticker, mut saver), inside) = (world(), Inside::new());
    let game = thread::spawn({
        let inside = Arc::clone(&inside);
        move || ticker.tick(|| inside.visit()).is_some()
    });
    let saved = saver.save(|| inside.visit()).is_some();
    let ticked = game.join().unwrap();
    kata::outcome!("{}, {}", if ticked { "ticked" } else { "left out" }, if saved { "saved" } else { "later" });
}

/// Nor does it in the next tick.
pub fn two_ticks_and_one_save() {
    let ((mut ticker, mut saver), inside) = (world(), Inside::new());
    let game = thread::spawn({
        let inside = Arc::clone(&inside);
        move || {
            ticker.tick(|| inside.visit());
            ticker.tick(|| inside.visit());
        }
    });
    saver.save(|| inside.visit());
    game.join().unwrap();
}

/// Nor when the saver comes back.
pub fn one_tick_and_two_saves() {
    let ((mut ticker, mut saver), inside) = (world(), Inside::new());
    let game = thread::spawn({
        let inside = Arc::clone(&inside);
        move || {
            ticker.tick(|| inside.visit());
        }
    });
    saver.save(|| inside.visit());
    saver.save(|| inside.visit());
    game.join().unwrap();
}

/// A tick that comes while the world is saved is left out at once: the game does not stand still.
pub fn a_tick_does_not_wait_for_a_save() {
    let (mut ticker, mut saver) = world();
    let (begun, tried) = (Arc::new(meeting(SAVE)), Arc::new(meeting(SAVE)));
    let game = thread::spawn({
        let (begun, tried) = (Arc::clone(&begun), Arc::clone(&tried));
        move || {
            begun.arrive();
            let tick = ticker.tick(|| ());
            tried.arrive();
            tick
        }
    });
    let saved = saver.save(|| {
        begun.arrive();
        tried.arrive();
    });
    assert!(saved.is_some(), "no tick was under way, and the save was put off");
    assert!(game.join().unwrap().is_none(), "the world moved while it was saved");
}

/// A save that comes while the world moves is put off at once.
pub fn a_save_does_not_wait_for_a_tick() {
    let (mut ticker, mut saver) = world();
    let (begun, tried) = (Arc::new(meeting(TICK)), Arc::new(meeting(TICK)));
    let game = thread::spawn({
        let (begun, tried) = (Arc::clone(&begun), Arc::clone(&tried));
        move || {
            ticker.tick(|| {
                begun.arrive();
                tried.arrive();
            })
        }
    });
    begun.arrive();
    let save = saver.save(|| ());
    tried.arrive();
    assert!(game.join().unwrap().is_some(), "no save was under way, and the tick was left out");
    assert!(save.is_none(), "the world was saved while it moved");
}

/// A tick that was left out and a save that was put off leave nothing behind.
pub fn what_was_left_out_is_over() {
    let (mut ticker, mut saver) = world();
    let tick = saver.save(|| ticker.tick(|| ())).expect("no tick was under way, and the save was put off");
    assert!(tick.is_none(), "the world moved while it was saved");
    saves(&mut saver, 1);
    ticks(&mut ticker, 1);
    let save = ticker.tick(|| saver.save(|| ())).expect("no save was under way, and the tick was left out");
    assert!(save.is_none(), "the world was saved while it moved");
    ticks(&mut ticker, 2);
    saves(&mut saver, 2);
}

/// However long one side is at work, and however often the other one comes meanwhile, it is refused at once.
pub fn refused_at_once() {
    let (mut ticker, mut saver) = world();
    saver
        .save(|| {
            let begin = Instant::now();
            for call in 1..=CALLS {
                let tick = ticker.tick(|| ());
                assert!(tick.is_none(), "the world moved while it was saved: {call} ticks came in one copy");
            }
            assert!(begin.elapsed() < AT_ONCE, "ticks waited before they were left out");
        })
        .expect("no tick was under way, and the save was put off");
    ticks(&mut ticker, 1);
    saves(&mut saver, 1);
    ticker
        .tick(|| {
            let begin = Instant::now();
            for call in 1..=CALLS {
                let save = saver.save(|| ());
                assert!(save.is_none(), "the world was saved while it moved: {call} saves came in one tick");
            }
            assert!(begin.elapsed() < AT_ONCE, "saves waited before they were put off");
        })
        .expect("no save was under way, and the tick was left out");
}

/// Of two worlds, one moves while the other one is saved.
pub fn two_worlds() {
    let ((mut ticker, mut saver), (mut other_ticker, mut other_saver)) = (world(), world());
    saver
        .save(|| {
            ticks(&mut other_ticker, 1);
            saves(&mut other_saver, 1);
        })
        .expect("no tick was under way, and the save was put off");
    ticker.tick(|| saves(&mut other_saver, 2)).expect("no save was under way, and the tick was left out");
}

/// What a tick has done is in the copy that is made after it, and the next tick does not reach into the copy.
pub fn ticks_and_saves_see_each_other() {
    let ((mut ticker, mut saver), land) = (world(), Land::new());
    let game = thread::spawn({
        let land = Arc::clone(&land);
        move || {
            let ticks = [ticker.tick(|| land.step()), ticker.tick(|| land.step())];
            ticks.into_iter().flatten().count()
        }
    });
    let copy = saver.save(|| land.copy());
    let ticks = game.join().unwrap();
    assert!(copy.is_none_or(|step| step <= ticks), "the world was saved in step {copy:?}, and made {ticks} steps");
    let step = saver.save(|| land.copy()).expect("no tick is under way any more, and the save was put off");
    assert!(step == ticks, "the world made {ticks} steps, and was saved in step {step}");
}

/// Who is alone gets through, each time.
pub fn who_is_alone_gets_through() {
    let (mut ticker, mut saver) = world();
    for round in 1..=2 {
        ticks(&mut ticker, round);
        ticks(&mut ticker, round);
        saves(&mut saver, round);
        saves(&mut saver, round);
    }
}

/// A tick after a save that is over takes place, whether the save took place or not.
pub fn a_save_that_is_over_stops_no_tick() {
    let (mut ticker, mut saver) = world();
    let archive = thread::spawn(move || {
        saver.save(|| ());
        saver
    });
    ticker.tick(|| ());
    let mut saver = archive.join().unwrap();
    ticks(&mut ticker, 1);
    saves(&mut saver, 1);
}

fn ticks(ticker: &mut Ticker, round: usize) {
    assert!(ticker.tick(|| round) == Some(round), "no save was under way, and the tick was left out");
}

fn saves(saver: &mut Saver, round: usize) {
    assert!(saver.save(|| round) == Some(round), "no tick was under way, and the save was put off");
}

const SAVE: &str = "a save and a call of tick";
const TICK: &str = "a tick and a call of save";

fn meeting(what: &str) -> Rendezvous {
    Rendezvous::new(2, what)
}

/// How many are at the world.
struct Inside(AtomicUsize);

impl Inside {
    fn new() -> Arc<Self> {
        Arc::new(Inside(AtomicUsize::new(0)))
    }

    fn visit(&self) {
        let others = self.0.fetch_add(1, Ordering::Relaxed);
        assert!(others == 0, "the world moves while it is saved");
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The world itself: plain memory.
struct Land(UnsafeCell<usize>);

// SAFETY: it is reached in ticks and saves only, one at a time. That is what is tested.
unsafe impl Sync for Land {}
// SAFETY: as above.
unsafe impl Send for Land {}

impl Land {
    fn new() -> Arc<Self> {
        Arc::new(Land(UnsafeCell::new(0)))
    }

    fn step(&self) {
        // SAFETY: see `Sync`.
        unsafe { *self.0.get() += 1 };
    }

    fn copy(&self) -> usize {
        // SAFETY: see `Sync`.
        unsafe { *self.0.get() }
    }
}
