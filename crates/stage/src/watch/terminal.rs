//! A terminal that hands over each key at once, and is a usual one otherwise.

#[cfg(unix)]
pub(super) use unix::Terminal;

#[cfg(unix)]
mod unix {
    use std::sync::{Mutex, PoisonError};

    use anyhow::Context as _;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    use crate::signals::before_the_end;

    /// How the terminal was, for who ends this process from elsewhere.
    static USUAL: Mutex<Option<Termios>> = Mutex::new(None);

    /// Gives the terminal back when it is dropped, and on the signals that end this process.
    pub(crate) struct Terminal {
        single_keys: Termios,
    }

    impl Terminal {
        /// Takes it. `at_the_end` is called when a signal ends this process.
        pub(crate) fn take(at_the_end: impl Fn() + Send + 'static) -> anyhow::Result<Self> {
            let usual = tcgetattr(std::io::stdin()).context("cannot use the terminal")?;
            let mut single_keys = usual.clone();
            // Output and signals stay as they are: what is printed line by line looks as ever.
            single_keys.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
            *USUAL.lock().unwrap_or_else(PoisonError::into_inner) = Some(usual);
            before_the_end(move || {
                restore();
                at_the_end();
            });
            let terminal = Terminal { single_keys };
            terminal.set(&terminal.single_keys)?;
            Ok(terminal)
        }

        /// Lets somebody else use the terminal as it was.
        pub(crate) fn lend<T>(&self, run: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
            restore();
            let result = run();
            self.set(&self.single_keys)?;
            result
        }

        fn set(&self, modes: &Termios) -> anyhow::Result<()> {
            tcsetattr(std::io::stdin(), OptionalActions::Now, modes).context("cannot use the terminal")
        }
    }

    impl Drop for Terminal {
        fn drop(&mut self) {
            restore();
        }
    }

    fn restore() {
        if let Some(usual) = USUAL.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            // Of a terminal that is gone nothing can be restored.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, usual);
        }
    }
}

#[cfg(not(unix))]
pub(super) struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    pub(super) fn take(_at_the_end: impl Fn() + Send + 'static) -> anyhow::Result<Self> {
        ratatui::crossterm::terminal::enable_raw_mode()?;
        Ok(Terminal)
    }

    pub(super) fn lend<T>(&self, run: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        ratatui::crossterm::terminal::disable_raw_mode()?;
        let result = run();
        ratatui::crossterm::terminal::enable_raw_mode()?;
        result
    }
}

#[cfg(not(unix))]
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = ratatui::crossterm::terminal::disable_raw_mode();
    }
}
