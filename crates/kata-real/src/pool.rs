//! Pools of threads that a stand-in starts: each of their threads has a lane.
//!
//! When a thread of a pool has nothing to do is not known here: it may be about to do something. Whether everybody rests
//! is a question for the system then ([`crate::settle`]).

use std::panic::Location;
use std::time::Duration;

use kata::Scalar;
use kata_trace::Op;

use crate::clock::Clock;
use crate::frame::{self, Frame};
use crate::lane::{Lane, LaneKind};
use crate::monitor;
use crate::state::Step;

/// A pool, as the monitor knows it.
#[derive(Debug)]
pub(crate) struct Crew {
    threads: usize,
    /// Those that have not ended.
    alive: usize,
    /// It counts among the threads that are alive.
    pub(crate) counted: bool,
    /// What was known when it was started.
    clock: Clock,
}

impl Crew {
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }
}

/// A pool of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pool(usize);

impl Pool {
    /// A pool of so many threads, started at `at`.
    #[must_use]
    pub fn start(threads: usize, at: &'static Location<'static>) -> Pool {
        let (mut state, frame) = monitor::ask(at);
        let mut step = Step::new(Op::StartPool, Some(at));
        step.entry.after = Scalar::Uint(threads as u64);
        state.record(frame.lane, step);
        let clock = state.lanes[frame.lane].clock.clone();
        state.pools.push(Crew { threads, alive: threads, counted: false, clock });
        let pool = state.pools.len() - 1;
        state.count_pool(pool);
        Pool(pool)
    }

    /// A pool that is there without anybody having started it: it counts from the moment on when one of its threads
    /// reaches the world.
    #[must_use]
    pub fn ambient(threads: usize) -> Pool {
        let mut state = monitor::enter();
        state.pools.push(Crew { threads, alive: threads, counted: false, clock: Clock::new() });
        Pool(state.pools.len() - 1)
    }

    /// What a thread of the pool does, from its beginning to its end.
    pub fn work(self, work: impl FnOnce()) {
        let lane = {
            let mut state = monitor::enter();
            let mut lane = Lane::new(LaneKind::Worker, None, None);
            lane.clock = state.pools[self.0].clock.clone();
            lane.pool = Some(self.0);
            state.add_lane(lane)
        };
        let _end = End { lane, pool: self.0 };
        frame::adopt(Frame::of_thread(lane));
        work();
    }

    /// Waits until the threads of the pool have ended, unless this is one of them.
    pub fn wait_for_end(self) {
        loop {
            let state = monitor::enter();
            let own = frame::top().is_some_and(|frame| state.lanes[frame.lane].pool == Some(self.0));
            if own || state.pools[self.0].alive == 0 {
                return;
            }
            drop(state);
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}

/// Ends a thread of a pool, whatever happens to it.
#[derive(Debug)]
struct End {
    lane: usize,
    pool: usize,
}

impl Drop for End {
    fn drop(&mut self) {
        let mut state = monitor::enter();
        state.pools[self.pool].alive -= 1;
        if state.pools[self.pool].counted {
            state.live -= 1;
        }
        state.finish(self.lane);
        monitor::changed(&mut state);
    }
}
