//! Runs a scenario once and watches it.

mod guardian;
mod hook;

use std::panic::Location;
use std::time::Duration;

use kata::harness::{Finding, Order, Scenario};
use kata::{Failure, Meeting, World};
use kata_trace::{Op, Verdict};

pub use hook::PlannedPanic;

use crate::frame::{self, Frame};
use crate::lane::{Lane, LaneKind};
use crate::meeting::Rendezvous;
use crate::monitor::{self, Past};
use crate::state::Step;

/// The `main` of a scenario's process, and of the parts that scenarios start.
pub fn main(scenarios: &[Scenario]) -> ! {
    #[cfg(unix)]
    crate::process::play();
    kata::harness::main(scenarios, explore)
}

/// Runs the scenario once, with real threads. A failure ends the process with its record from wherever it is found,
/// because nothing can stop the other threads: only a pass returns.
pub fn explore(order: Order) -> Finding {
    kata::enter_world(&RealWorld);
    kata::harness::count_execution();
    let main = monitor::enter().add_lane(Lane::new(LaneKind::Thread, Some("main"), None));
    frame::adopt(Frame::of_thread(main));
    hook::install();
    guardian::start();
    (order.run)();
    Finding::passed(monitor::evidence())
}

/// Ends the scenario with a verdict of an oracle's, at a place in the learner's file.
pub fn fail_at(verdict: Verdict, message: impl Into<String>, at: &'static Location<'static>) -> ! {
    let (state, frame) = monitor::give();
    let failure = Failure { verdict, kind: None, message: message.into(), at: Some(at.into()) };
    monitor::fail(state, failure, Past::Of(frame.lane))
}

struct RealWorld;

impl World for RealWorld {
    fn name(&self, address: usize, size: usize, label: &str) {
        monitor::enter().labels.push((address, size, label.to_owned()));
    }

    fn note(&self, text: &str, at: &'static Location<'static>) {
        let (mut state, frame) = monitor::give();
        state.record(frame.lane, Step::new(Op::Note, Some(at)).text(text));
    }

    fn meeting(&self, parties: usize, what: &str, at: &'static Location<'static>) -> Box<dyn Meeting> {
        Box::new(Rendezvous::new(parties, what, at))
    }

    fn fail(&self, failure: Failure) -> ! {
        let (state, frame) = monitor::give();
        monitor::fail(state, failure, Past::Of(frame.lane))
    }
}

/// The processor time that this process has used.
#[cfg(unix)]
pub(crate) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The time since the first call: no processor clock is at hand.
#[cfg(not(unix))]
pub(crate) fn processor_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}
