//! The life of this process, tied to that of the one that started it.

/// Makes the system end this process when the one that started it is killed.
pub(crate) fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // Without it, this process goes on until its screen is closed.
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
    }
}
