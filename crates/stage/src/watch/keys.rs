//! The keys.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event as Input, KeyCode, KeyEventKind};

use super::Event;

/// How long a program that takes the terminal may have to wait for it.
const TURN: Duration = Duration::from_millis(20);

/// Reads keys, except while a program that was started here uses the terminal.
pub(super) struct Keys {
    reading: Arc<Mutex<()>>,
}

impl Keys {
    /// Tells of each key.
    pub(super) fn listen(sender: Sender<Event>) -> Self {
        let reading = Arc::new(Mutex::new(()));
        let turn = Arc::clone(&reading);
        std::thread::spawn(move || {
            loop {
                let key = {
                    let _reading = turn.lock().unwrap_or_else(PoisonError::into_inner);
                    match event::poll(TURN) {
                        Ok(true) => event::read(),
                        Ok(false) => continue,
                        Err(_) => break,
                    }
                };
                let sent = match key {
                    Ok(Input::Key(key)) if key.kind == KeyEventKind::Press => match key.code {
                        KeyCode::Char(key) => sender.send(Event::Key(key)),
                        _ => Ok(()),
                    },
                    Ok(_) => Ok(()),
                    Err(_) => break,
                };
                if sent.is_err() {
                    break;
                }
            }
        });
        Keys { reading }
    }

    /// Reads nothing as long as what is returned.
    pub(super) fn silence(&self) -> MutexGuard<'_, ()> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
