//! A thread that looks after what the monitor cannot see from inside: polls that never end, and standstills in which
//! somebody sleeps where the world does not look.

use std::time::{Duration, Instant};

use crate::lane::{LaneId, Status};
use crate::monitor::{self, Guard};
use crate::rest::{self, Rest};
use crate::standstill;

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(50);

/// The processor time that one poll may use before it counts as one that never ends. Hidden tests' work is instant.
const LONGEST_POLL: Duration = Duration::from_secs(2);

/// Nothing happened for so long, nobody runs, somebody waits: an executor that had something to do would have done
/// it. A timer of the learner's that is longer, and that all others wait for, would be taken for a standstill.
const QUIET: Duration = Duration::from_secs(1);

/// The same, when every child says that it sleeps at an end of a pipe, or the system that no thread has run since: nothing is
/// asked of the system before that.
const CONFIRMED: Duration = Duration::from_millis(90);

/// The same, when somebody seems to run but the system says that every thread sleeps.
const ASLEEP: Duration = Duration::from_secs(3);

pub(super) fn start() {
    std::thread::Builder::new().name("guardian".to_owned()).spawn(watch).expect("a process may have a few threads");
}

fn watch() {
    let mut epoch = 0;
    let mut since = Instant::now();
    let mut before = Rest::Unknown;
    loop {
        std::thread::sleep(PERIOD);
        let state = monitor::enter();
        if let Some((lane, at)) = endless_poll(&state) {
            let why = format!("the poll has used {} s of processor time since then", LONGEST_POLL.as_secs());
            monitor::blocked_executor(state, lane, "a loop that never awaits", at, &why);
        }
        if state.epoch != epoch {
            epoch = state.epoch;
            since = Instant::now();
            before = Rest::Unknown;
            continue;
        }
        drop(state);
        let quiet = since.elapsed();
        if quiet < CONFIRMED {
            continue;
        }
        // Whoever waits for the monitor sleeps, too: it is not held meanwhile.
        let rest = rest::rest();
        let unmoved = std::mem::replace(&mut before, rest) == rest && rest != Rest::Unknown;
        let state = monitor::enter();
        if state.epoch == epoch && is_still(&state, quiet, unmoved) && sleeps(rest, &state) {
            standstill::report(state);
        }
    }
}

/// Whether every other thread of this process sleeps; where the system does not say, whether all that the world knows of
/// wait.
fn sleeps(rest: Rest, state: &Guard) -> bool {
    match rest {
        Rest::Asleep(_) => true,
        Rest::Awake => false,
        Rest::Unknown => !state.pools.is_empty() || standstill::is_certain(state),
    }
}

/// Whether nobody goes on. `unmoved`: the system says that no thread has run since the last look.
fn is_still(state: &Guard, quiet: Duration, unmoved: bool) -> bool {
    // What a child did before it fell asleep is seen by those who wait for it: it is asked first.
    let children = standstill::children(state);
    #[cfg(unix)]
    if children == standstill::Children::Blocked && !state.asynchronous {
        return standstill::is_certain(state);
    }
    #[cfg(unix)]
    if children == standstill::Children::Busy {
        return false;
    }
    let _ = children;
    if !state.pools.is_empty() && !state.asynchronous {
        return standstill::is_possible(state) && quiet >= if unmoved { CONFIRMED } else { QUIET };
    }
    (quiet >= QUIET && standstill::is_certain(state)) || (quiet >= ASLEEP && standstill::is_possible(state))
}

/// A poll that runs, has used too much, and the last place where it reached the world.
fn endless_poll(state: &Guard) -> Option<(LaneId, &'static std::panic::Location<'static>)> {
    let now = super::processor_time();
    state.lanes.iter().enumerate().find_map(|(id, lane)| {
        let since = lane.polled_since.filter(|_| matches!(lane.status, Status::Running))?;
        let at = lane.last.or(lane.spawned)?;
        (now.saturating_sub(since) > LONGEST_POLL).then_some((id, at))
    })
}
