//! What happens when this process is told to end.

/// Makes the signals that end this process call `act` first.
#[cfg(unix)]
pub(crate) fn before_the_end(act: impl Fn() + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    // Without a handler the signals do what they did before.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        for signal in &mut signals {
            act();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// Nothing: there are no such signals.
#[cfg(not(unix))]
pub(crate) fn before_the_end(_act: impl Fn() + Send + 'static) {}
