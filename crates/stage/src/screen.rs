//! The terminal: taken when a screen opens, and given back as it was, whatever ends the program.

use std::io::{IsTerminal as _, stdout};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event, KeyEvent, KeyEventKind};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::{DefaultTerminal, Frame};

use crate::signals::before_the_end;

/// Held while something is drawn. Who restores the terminal from another thread keeps it.
static DRAWING: Mutex<()> = Mutex::new(());

/// What a screen waits for.
#[derive(Debug)]
pub(crate) enum Message<T> {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has another size.
    Resized,
    /// Something else has happened.
    Other(T),
}

/// The terminal, while it shows something.
#[derive(Debug)]
pub(crate) struct Screen<T> {
    terminal: DefaultTerminal,
    messages: Receiver<Message<T>>,
    sender: Sender<Message<T>>,
}

impl<T: Send + 'static> Screen<T> {
    /// Takes the terminal.
    pub(crate) fn open() -> anyhow::Result<Self> {
        anyhow::ensure!(
            std::io::stdin().is_terminal() && stdout().is_terminal(),
            "the standard input and output are no terminal"
        );
        before_the_end(give_back_for_good);
        let terminal = ratatui::try_init().context("cannot use the terminal")?;
        let (sender, messages) = mpsc::channel();
        let keys = sender.clone();
        std::thread::spawn(move || read_events(&keys));
        Ok(Screen { terminal, messages, sender })
    }

    /// For who has something to tell.
    pub(crate) fn sender(&self) -> Sender<Message<T>> {
        self.sender.clone()
    }

    /// Draws everything anew.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> anyhow::Result<()> {
        let _drawing = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
        // Terminals that know how show all of it at once.
        let drawn = execute!(stdout(), BeginSynchronizedUpdate)
            .and_then(|()| self.terminal.draw(draw).map(drop))
            .and_then(|()| execute!(stdout(), EndSynchronizedUpdate));
        drawn.context("cannot write to the terminal")
    }

    /// Waits for what happens next.
    pub(crate) fn next(&mut self) -> anyhow::Result<Message<T>> {
        self.messages.recv().context("the terminal is gone")
    }
}

impl<T> Drop for Screen<T> {
    fn drop(&mut self) {
        let _drawing = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
        ratatui::restore();
    }
}

fn read_events<T>(sender: &Sender<Message<T>>) {
    while let Ok(event) = event::read() {
        let message = match event {
            Event::Key(key) if key.kind == KeyEventKind::Press => Message::Key(key),
            Event::Resize(..) => Message::Resized,
            _ => continue,
        };
        if sender.send(message).is_err() {
            break;
        }
    }
}

/// Gives the terminal back, for good, and ends the children.
fn give_back_for_good() {
    std::mem::forget(DRAWING.lock().unwrap_or_else(PoisonError::into_inner));
    // Of a terminal that is gone nothing can be restored.
    let _ = ratatui::try_restore();
    let _ = execute!(stdout(), Show);
    judge::kill_all();
}
