//! What happens to our children when we are told to end.

/// Makes the signals that end this process end its children first: they are in process groups of their own, which a
/// terminal's Ctrl-C does not reach.
#[cfg(unix)]
pub(crate) fn end_children_with_us() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    // Without a handler the signals do what they did before.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        for signal in &mut signals {
            judge::kill_all();
            crate::stage::end();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// Nothing: there are no process groups to end.
#[cfg(not(unix))]
pub(crate) fn end_children_with_us() {}
