//! The limits that a scenario's process sets on itself before any learner's code runs.

use kata_trace::Budget;

/// Limits address space and processor time, forbids core files, and ties this process's life to the judge's.
#[cfg(unix)]
pub(crate) fn apply(budget: &Budget) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let limit = |resource, value| setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) });
    limit(Resource::As, budget.memory_mib << 20)?;
    limit(Resource::Core, 0)?;
    // The watch in `harness` answers first, with what it knows; this is the net under it.
    limit(Resource::Cpu, budget.cpu_seconds + 2)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn apply(_budget: &Budget) -> std::io::Result<()> {
    Ok(())
}

/// Waits until nobody is left at the other end of a pipe, for at most `limit`, and tells whether it came to that.
#[cfg(unix)]
pub(crate) fn is_abandoned_within(pipe: &std::fs::File, limit: std::time::Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let limit = Timespec::try_from(limit).expect("limits are seconds, not ages");
    let mut ends = [PollFd::new(pipe, PollFlags::empty())];
    poll(&mut ends, Some(&limit)).is_ok() && ends[0].revents().contains(PollFlags::ERR)
}

#[cfg(not(unix))]
pub(crate) fn is_abandoned_within(_pipe: &std::fs::File, limit: std::time::Duration) -> bool {
    std::thread::sleep(limit);
    false
}

/// The processor time that this process has used.
#[cfg(unix)]
pub(crate) fn cpu_time() -> std::time::Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    std::time::Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The time since the first call: no processor clock is at hand.
#[cfg(not(unix))]
pub(crate) fn cpu_time() -> std::time::Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}
