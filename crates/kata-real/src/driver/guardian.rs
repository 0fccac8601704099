//! A thread that looks after what the monitor cannot see from inside: polls that never end, and standstills in which
//! somebody sleeps where the world does not look.

use std::time::{Duration, Instant};

use crate::lane::{LaneId, Status};
use crate::monitor::{self, Guard};
use crate::standstill;

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(50);

/// The processor time that one poll may use before it counts as one that never ends. Hidden tests' work is instant.
const LONGEST_POLL: Duration = Duration::from_secs(2);

/// Nothing happened for so long, nobody runs, somebody waits: an executor that had something to do would have done
/// it. A timer of the learner's that is longer, and that all others wait for, would be taken for a standstill.
const QUIET: Duration = Duration::from_secs(1);

/// The same, when every child says that it sleeps at an end of a pipe: seen twice.
#[cfg(unix)]
const CONFIRMED: Duration = Duration::from_millis(90);

/// The same, when somebody seems to run but the system says that every thread sleeps.
const ASLEEP: Duration = Duration::from_secs(3);

pub(super) fn start() {
    std::thread::Builder::new().name("guardian".to_owned()).spawn(watch).expect("a process may have a few threads");
}

fn watch() {
    let mut epoch = 0;
    let mut since = Instant::now();
    loop {
        std::thread::sleep(PERIOD);
        let mut state = monitor::enter();
        if let Some((lane, at)) = endless_poll(&state) {
            let why = format!("the poll has used {} s of processor time since then", LONGEST_POLL.as_secs());
            monitor::blocked_executor(state, lane, "a loop that never awaits", at, &why);
        }
        if state.epoch != epoch {
            epoch = state.epoch;
            since = Instant::now();
            continue;
        }
        state = judge(state, since.elapsed());
        drop(state);
    }
}

fn judge(state: Guard, quiet: Duration) -> Guard {
    if is_still(&state, quiet) && everybody_sleeps(standstill::is_certain(&state)) {
        standstill::report(state);
    }
    state
}

fn is_still(state: &Guard, quiet: Duration) -> bool {
    // What a child did before it fell asleep is seen by those who wait for it: it is asked first.
    let children = standstill::children(state);
    #[cfg(unix)]
    if children == standstill::Children::Blocked && !state.asynchronous && quiet >= CONFIRMED {
        return standstill::is_certain(state);
    }
    #[cfg(unix)]
    if children == standstill::Children::Busy {
        return false;
    }
    let _ = children;
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

/// Whether the system says that every other thread of this process sleeps; `unknown` where it does not say.
#[cfg(target_os = "linux")]
fn everybody_sleeps(unknown: bool) -> bool {
    let Ok(own) = std::fs::read_link("/proc/thread-self") else { return unknown };
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return unknown };
    threads.flatten().filter(|thread| Some(thread.file_name().as_os_str()) != own.file_name()).all(|thread| {
        // A thread that ends meanwhile has no file any more.
        let Ok(stat) = std::fs::read_to_string(thread.path().join("stat")) else { return true };
        // The state is the letter after the name, which is in parentheses and may contain anything.
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('S'))
    })
}

#[cfg(not(target_os = "linux"))]
fn everybody_sleeps(unknown: bool) -> bool {
    unknown
}
