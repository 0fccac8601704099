//! A terminal in which a test sits.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Pty, open};
use rustix::termios::{Termios, tcgetattr};

/// A program that has not shown something by then will not.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the terminal shows, changed by a thread that reads.
#[derive(Default)]
struct Shown {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    parser: vt100::Parser,
    /// The end of what was written, as long as it takes to find a mark in it.
    tail: Vec<u8>,
    /// Something is half drawn.
    drawing: bool,
    closed: bool,
}

/// The marks around what is to be shown at once.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

impl State {
    fn take_in(&mut self, written: &[u8]) {
        self.parser.process(written);
        self.tail.extend_from_slice(written);
        let last = |mark: &[u8]| self.tail.windows(mark.len()).rposition(|part| part == mark);
        self.drawing = match (last(BEGIN), last(END)) {
            (None, None) => self.drawing,
            (begin, end) => begin > end,
        };
        let old = self.tail.len().saturating_sub(BEGIN.len() - 1);
        self.tail.drain(..old);
    }

    /// What the screen shows, without the blanks at the ends of lines.
    fn contents(&self) -> String {
        let contents = self.parser.screen().contents();
        contents.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

/// A terminal and the program that runs in it.
pub struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    shown: Arc<Shown>,
    /// How the terminal was set before the program started.
    before: Termios,
}

impl Terminal {
    /// Runs a program in a new terminal.
    pub fn run(command: Command, columns: u16, rows: u16) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let before = tcgetattr(&pty).unwrap();
        let command = pty_process::blocking::Command::from(command).env("TERM", "xterm").env_remove("NO_COLOR");
        let child = command.spawn(pts).unwrap();
        let shown = Arc::new(Shown::default());
        shown.state.lock().unwrap().parser = parser(columns, rows);
        let pty = Arc::new(pty);
        let (output, showing) = (Arc::clone(&pty), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading fails when the last program has closed the terminal.
            while let Ok(count @ 1..) = (&*output).read(&mut buffer) {
                showing.state.lock().unwrap().take_in(&buffer[..count]);
                showing.changed.notify_all();
            }
            showing.state.lock().unwrap().closed = true;
            showing.changed.notify_all();
        });
        Terminal { pty, child, shown, before }
    }

    /// Presses keys.
    pub fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Changes the size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.shown.state.lock().unwrap().parser = parser(columns, rows);
        self.pty.resize(Size::new(rows, columns)).unwrap();
    }

    /// Waits until the screen shows a text, and returns all of it.
    #[track_caller]
    pub fn sees(&self, text: &str) -> String {
        self.wait(|state| !state.drawing && state.contents().contains(text), &format!("`{text}` on the screen"))
    }

    /// Waits until the screen shows exactly this.
    #[track_caller]
    pub fn shows(&self, contents: &str) {
        self.wait(|state| !state.drawing && state.contents() == contents, &format!("screen like\n{contents}\n\n"));
    }

    /// Waits until what the screen shows is so.
    #[track_caller]
    pub fn until(&self, so: impl Fn(&str) -> bool, what: &str) {
        self.wait(|state| !state.drawing && so(&state.contents()), what);
    }

    #[track_caller]
    fn wait(&self, until: impl Fn(&State) -> bool, what: &str) -> String {
        let given_up = Instant::now() + PATIENCE;
        let mut state = self.shown.state.lock().unwrap();
        loop {
            let contents = state.contents();
            if until(&state) {
                return contents;
            }
            let left = given_up.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !state.closed, "there is no {what}:\n{contents}");
            state = self.shown.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// The process that runs in it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the program's end, and asserts that it leaves the terminal as it was. Returns its status, and what
    /// the terminal shows then.
    #[track_caller]
    pub fn ends(mut self) -> (ExitStatus, String) {
        let contents = self.wait(|state| state.closed, "end of the output");
        let status = self.child.wait().unwrap();
        let state = self.shown.state.lock().unwrap();
        assert!(!state.parser.screen().alternate_screen(), "the screen was not given back:\n{contents}");
        assert!(!state.parser.screen().hide_cursor(), "the cursor was not given back");
        let after = tcgetattr(&*self.pty).unwrap();
        assert_eq!(modes(&after), modes(&self.before), "the modes were not given back");
        (status, contents)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Of a test that has failed: nothing is left running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parser(columns: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 1000)
}

fn modes(termios: &Termios) -> String {
    format!("{:?} {:?} {:?}", termios.input_modes, termios.output_modes, termios.local_modes)
}
