//! Programs made at random, on one thread and with a clock that stands still: they do the same on tokio and on what
//! stands for it, step by step.

use std::cell::{Cell, RefCell};

use crate::support::assert_holds;

/// How many programs.
const PROGRAMS: u64 = 1000;

/// What a task does in one step.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Yield,
    Sleep(u64),
    Lock(u64),
    Acquire(u32),
    Notified,
    NotifyOne,
    NotifyWaiters,
    Send(u64),
    Recv,
    Change,
    Changed,
    Broadcast,
    Listen,
    Spawn,
    Abort,
    Read(u64),
    Write,
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn program(seed: u64) -> Vec<Vec<Deed>> {
    let mut state = seed;
    let mut below = |limit: u64| next(&mut state) % limit;
    let tasks = 2 + below(3);
    (0..tasks)
        .map(|_| {
            let deeds = 1 + below(6);
            (0..deeds)
                .map(|_| match below(17) {
                    0 => Deed::Yield,
                    1 => Deed::Sleep(below(4)),
                    2 => Deed::Lock(below(3)),
                    3 => Deed::Acquire(1 + u32::try_from(below(3)).unwrap()),
                    4 => Deed::Notified,
                    5 => Deed::NotifyOne,
                    6 => Deed::NotifyWaiters,
                    7 => Deed::Send(below(100)),
                    8 => Deed::Recv,
                    9 => Deed::Change,
                    10 => Deed::Changed,
                    11 => Deed::Broadcast,
                    12 => Deed::Listen,
                    13 => Deed::Spawn,
                    14 => Deed::Abort,
                    15 => Deed::Read(below(3)),
                    _ => Deed::Write,
                })
                .collect()
        })
        .collect()
}

macro_rules! interpreter {
    ($module:ident, $tokio:path) => {
        mod $module {
            use std::sync::Arc;
            use std::time::Duration;

            use tokio::runtime::Builder;
            use tokio::sync::{Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, watch};
            use tokio::task::{JoinHandle, yield_now};
            use tokio::time::{Instant, sleep, timeout};
            use $tokio as tokio;

            use super::{Deed, note};

            const MS: Duration = Duration::from_millis(1);
            const PATIENCE: Duration = Duration::from_millis(5);

            struct World {
                start: Instant,
                mutex: Mutex<u64>,
                lock: RwLock<u64>,
                semaphore: Semaphore,
                notify: Notify,
                tx: mpsc::Sender<u64>,
                rx: Mutex<mpsc::Receiver<u64>>,
                watch: watch::Sender<u64>,
                broadcast: broadcast::Sender<u64>,
                spawned: Mutex<Vec<JoinHandle<()>>>,
            }

            async fn act(world: &Arc<World>, name: usize, step: usize, deed: Deed) -> String {
                match deed {
                    Deed::Yield => yield_now().await,
                    Deed::Sleep(ms) => sleep(MS * u32::try_from(ms).unwrap()).await,
                    Deed::Lock(ms) => {
                        let mut guard = world.mutex.lock().await;
                        sleep(MS * u32::try_from(ms).unwrap()).await;
                        *guard += 1;
                        return format!("{guard}");
                    }
                    Deed::Acquire(permits) => {
                        let acquired = timeout(PATIENCE, world.semaphore.acquire_many(permits)).await;
                        sleep(MS).await;
                        return format!("{}", acquired.is_ok());
                    }
                    Deed::Notified => return format!("{:?}", timeout(PATIENCE, world.notify.notified()).await.is_ok()),
                    Deed::NotifyOne => world.notify.notify_one(),
                    Deed::NotifyWaiters => world.notify.notify_waiters(),
                    Deed::Send(value) => {
                        return format!("{:?}", timeout(PATIENCE, world.tx.send(value)).await.is_ok());
                    }
                    Deed::Recv => {
                        let mut rx = world.rx.lock().await;
                        return format!("{:?}", timeout(PATIENCE, rx.recv()).await.ok());
                    }
                    Deed::Change => world.watch.send_modify(|value| *value += 1),
                    // tokio wakes several that wait for a `watch` in an order of chance: one does.
                    Deed::Changed if name > 0 => return format!("{}", *world.watch.borrow()),
                    Deed::Changed => {
                        let mut rx = world.watch.subscribe();
                        let changed = timeout(PATIENCE, rx.changed()).await.is_ok();
                        return format!("{changed} {}", *rx.borrow());
                    }
                    Deed::Broadcast => return format!("{:?}", world.broadcast.send(step as u64)),
                    Deed::Listen => {
                        let mut rx = world.broadcast.subscribe();
                        return format!("{:?}", timeout(PATIENCE, rx.recv()).await.ok());
                    }
                    Deed::Spawn => {
                        let theirs = world.clone();
                        let task = tokio::spawn(async move {
                            for round in 0..3 {
                                note(format!("{:?} spawned by {name}: {round}", theirs.start.elapsed()));
                                sleep(MS * 2).await;
                            }
                        });
                        world.spawned.lock().await.push(task);
                    }
                    Deed::Abort => {
                        let task = world.spawned.lock().await.pop();
                        if let Some(task) = task {
                            task.abort();
                            return format!("{}", task.await.is_err());
                        }
                    }
                    Deed::Read(ms) => {
                        let guard = world.lock.read().await;
                        sleep(MS * u32::try_from(ms).unwrap()).await;
                        return format!("{guard}");
                    }
                    Deed::Write => *world.lock.write().await += 1,
                }
                String::new()
            }

            pub(super) fn run(program: &[Vec<Deed>]) {
                Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(async {
                    let (tx, rx) = mpsc::channel(1);
                    let world = Arc::new(World {
                        start: Instant::now(),
                        mutex: Mutex::new(0),
                        lock: RwLock::new(0),
                        semaphore: Semaphore::new(3),
                        notify: Notify::new(),
                        tx,
                        rx: Mutex::new(rx),
                        watch: watch::Sender::new(0),
                        broadcast: broadcast::Sender::new(2),
                        spawned: Mutex::new(Vec::new()),
                    });
                    let tasks: Vec<_> = (program.iter().enumerate())
                        .map(|(name, deeds)| {
                            let (world, deeds) = (world.clone(), deeds.clone());
                            tokio::spawn(async move {
                                for (step, deed) in deeds.into_iter().enumerate() {
                                    let outcome = act(&world, name, step, deed).await;
                                    note(format!("{:?} {name}.{step} {deed:?} {outcome}", world.start.elapsed()));
                                }
                            })
                        })
                        .collect();
                    for task in tasks {
                        task.await.unwrap();
                    }
                    note(format!("{:?} over", world.start.elapsed()));
                });
            }
        }
    };
}

interpreter!(tokio_itself, ::tokio);
interpreter!(stand_in, kata_shuttle_tokio);

thread_local! {
    static SEED: Cell<u64> = const { Cell::new(0) };
    static NOTES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn note(text: String) {
    let program = kata::arena::enter_program(false);
    NOTES.with_borrow_mut(|notes| notes.push(text.as_str().to_owned()));
    kata::arena::enter_program(program);
}

#[test]
fn programs_made_at_random_do_what_they_do_on_tokio() {
    for seed in 0..PROGRAMS {
        tokio_itself::run(&program(seed));
        let expected = NOTES.take();
        SEED.set(seed);
        let executions = assert_holds(|| {
            NOTES.with_borrow_mut(Vec::clear);
            stand_in::run(&program(SEED.get()));
        });
        assert_eq!(executions, 1, "nothing is left to chance");
        assert_eq!(NOTES.take(), expected, "program {seed}: {:#?}", program(seed));
    }
}
