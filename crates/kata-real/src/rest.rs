//! Whether anybody runs, as the system sees it.

use std::panic::Location;
use std::time::Duration;

use kata::Failure;
use kata_trace::Verdict;

use crate::monitor::{self, Past};
use crate::standstill::{self, Children};
use crate::state::State;

/// Threads of the world's own, which wake up now and then.
#[cfg(target_os = "linux")]
const OWN: [&str; 2] = ["guardian", "watch"];

/// What the system says of the other threads of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// All of them sleep, and have been put to sleep so often: who ran in between has another number.
    Asleep(u64),
    /// Somebody runs, or would if it had a processor.
    Awake,
    /// It does not say.
    Unknown,
}

/// Asks the system.
#[cfg(target_os = "linux")]
pub(crate) fn rest() -> Rest {
    let Ok(own) = std::fs::read_link("/proc/thread-self") else { return Rest::Unknown };
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Rest::Unknown };
    let mut switches = 0;
    for thread in threads.flatten().filter(|thread| Some(thread.file_name().as_os_str()) != own.file_name()) {
        // A thread that ends meanwhile has no file any more.
        let Ok(status) = std::fs::read_to_string(thread.path().join("status")) else { continue };
        let field =
            |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        if OWN.contains(&field("Name").unwrap_or_default()) {
            continue;
        }
        if !field("State").is_some_and(|state| state.starts_with('S')) {
            return Rest::Awake;
        }
        let number = |name: &str| field(name).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        switches += number("voluntary_ctxt_switches") + number("nonvoluntary_ctxt_switches");
    }
    Rest::Asleep(switches)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn rest() -> Rest {
    Rest::Unknown
}

/// How often [`settle`] looks.
const PERIOD: Duration = Duration::from_millis(5);

/// Looks that must all find the same.
const LOOKS: u32 = 3;

/// The same where the system does not say who sleeps: then nothing must have reached the world for so long.
const BLIND_LOOKS: u32 = 80;

/// Nobody goes on by itself.
#[derive(Debug)]
pub struct Settled(());

/// Waits until every other thread sleeps, and not only for a time: whatever was to happen before something else happens
/// has happened.
pub fn settle() -> Settled {
    let (mut last, mut equal) = (None, 0);
    loop {
        std::thread::sleep(PERIOD);
        let rest = rest();
        let state = monitor::enter();
        let found = (rest != Rest::Awake && !is_anybody_able(&state)).then_some((rest, state.epoch));
        equal = if found.is_some() && found == last { equal + 1 } else { 0 };
        last = found;
        if equal >= if rest == Rest::Unknown { BLIND_LOOKS } else { LOOKS } {
            return Settled(());
        }
    }
}

/// Whether somebody has what it waits for, or will have it when time passes; or a child runs.
fn is_anybody_able(state: &State) -> bool {
    let able = |(id, lane): (usize, &crate::lane::Lane)| {
        lane.waits().is_some_and(|wait| wait.deadline.is_some() || state.is_over(id, wait.reason))
    };
    !matches!(standstill::children(state), Children::Gone | Children::Blocked)
        || state.lanes.iter().enumerate().any(able)
}

impl Settled {
    /// Ends the scenario with a verdict of the oracle's own; the learner is shown what everybody does.
    #[track_caller]
    pub fn fail(self, verdict: Verdict, message: impl Into<String>) -> ! {
        let at = Some(Location::caller().into());
        monitor::fail(monitor::enter(), Failure { verdict, kind: None, message: message.into(), at }, Past::Everybody)
    }
}
