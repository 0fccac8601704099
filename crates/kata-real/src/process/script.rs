//! A program for hidden tests to start: this executable again, which plays a part.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::time::Duration;

use super::command::Command;

/// The first argument of a process that plays a part.
const PART: &str = "kata-part";

/// What is moved at once: a page, so that a full pipe holds the same number of bytes on every machine.
const PAGE: usize = 4096;

/// What another program does, step by step: what it reads, what it writes, and how it ends. It runs on any machine on
/// which hidden tests run, and says of itself where it sleeps.
///
/// ```text
/// let sort = Script::new("sort").read_all().answer().exit(0);
/// let mut command = sort.command();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    name: String,
    steps: Vec<String>,
}

impl Script {
    /// A program of this name, which ends at once.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Script { name: name.into(), steps: Vec::new() }
    }

    fn step(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// Reads so many bytes of its input, or all that there are, and keeps them.
    #[must_use]
    pub fn read(self, bytes: usize) -> Self {
        self.step(format!("read:{bytes}"))
    }

    /// Reads its input up to the end, and keeps it.
    #[must_use]
    pub fn read_all(self) -> Self {
        self.read(usize::MAX)
    }

    /// Writes what it has kept to its output, in upper case.
    #[must_use]
    pub fn answer(self) -> Self {
        self.step("answer")
    }

    /// Reads its input up to the end, and writes each piece to its output in upper case before it reads the next one.
    #[must_use]
    pub fn filter(self) -> Self {
        self.step("filter")
    }

    /// Like [`Script::filter`], and remarks something about each piece on its error stream, as long as the piece. All of
    /// it together is [`Script::text`], whatever the pieces were.
    #[must_use]
    pub fn filter_and_remark(self) -> Self {
        self.step("remark")
    }

    /// Writes what it has kept to its error stream, in upper case.
    #[must_use]
    pub fn complain(self) -> Self {
        self.step("complain")
    }

    /// Writes so many bytes to its output: see [`Script::text`].
    #[must_use]
    pub fn print(self, bytes: usize) -> Self {
        self.step(format!("print:{bytes}"))
    }

    /// Writes so many bytes to its error stream: see [`Script::text`].
    #[must_use]
    pub fn remark(self, bytes: usize) -> Self {
        self.step(format!("warn:{bytes}"))
    }

    /// Closes its input.
    #[must_use]
    pub fn close_input(self) -> Self {
        self.step("close:0")
    }

    /// Closes its output.
    #[must_use]
    pub fn close_output(self) -> Self {
        self.step("close:1")
    }

    /// Closes its error stream.
    #[must_use]
    pub fn close_errors(self) -> Self {
        self.step("close:2")
    }

    /// Does nothing for so long, and is at no end of a pipe meanwhile.
    #[must_use]
    pub fn pause(self, time: Duration) -> Self {
        self.step(format!("pause:{}", time.as_millis()))
    }

    /// Is ended by a signal, of its own doing.
    #[must_use]
    pub fn die(self) -> Self {
        self.step("die")
    }

    /// Ends with this status.
    #[must_use]
    pub fn exit(self, status: u8) -> Self {
        self.step(format!("exit:{status}"))
    }

    /// What [`Script::print`] and [`Script::remark`] write: numbered lines, a hundred, over and over.
    #[must_use]
    pub fn text(bytes: usize) -> String {
        Script::text_from(0, bytes)
    }

    /// So many bytes of the same text, from this one on.
    fn text_from(first: usize, bytes: usize) -> String {
        // A hundred lines, over and over: a test that is not optimised makes megabytes of it.
        let lines: String = (1..=100).map(|line| format!("line {line}\n")).collect();
        let first = first % lines.len();
        let mut text = lines.repeat((first + bytes) / lines.len() + 1);
        text.truncate(first + bytes);
        text.split_off(first)
    }

    /// What starts it.
    ///
    /// # Panics
    /// The system does not know where this program is.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program lies somewhere"));
        command.name = Some(self.name.clone());
        command.arg(PART).args(&self.steps);
        command
    }
}

/// Whether a command starts a script.
pub(super) fn is_one(command: &std::process::Command) -> bool {
    let this = std::env::current_exe().ok();
    this.is_some_and(|this| command.get_program() == this) && command.get_args().next() == Some(OsStr::new(PART))
}

/// Plays the part that this process was started for, if any, and ends it. The first thing that a program does whose
/// hidden tests start scripts.
pub fn play() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(PART) {
        return;
    }
    // As a program does that a signal ends: whoever reads has gone.
    let status = Streams::open().and_then(|mut streams| streams.play(arguments)).unwrap_or(141);
    std::process::exit(status)
}

/// The three streams of a part, without buffers.
struct Streams {
    streams: [Option<File>; 3],
    kept: Vec<u8>,
}

impl Streams {
    /// Takes the streams; the standard ones lead nowhere from now on, so that dropping these closes them.
    fn open() -> io::Result<Self> {
        let streams = [
            io::stdin().as_fd().try_clone_to_owned()?,
            io::stdout().as_fd().try_clone_to_owned()?,
            io::stderr().as_fd().try_clone_to_owned()?,
        ];
        let nowhere = File::options().read(true).write(true).open("/dev/null")?;
        rustix::stdio::dup2_stdin(&nowhere)?;
        rustix::stdio::dup2_stdout(&nowhere)?;
        rustix::stdio::dup2_stderr(&nowhere)?;
        Ok(Streams { streams: streams.map(|stream| Some(File::from(stream))), kept: Vec::new() })
    }

    fn play(&mut self, steps: impl Iterator<Item = String>) -> io::Result<i32> {
        for step in steps {
            let (verb, number) = step.split_once(':').unwrap_or((&step, "0"));
            let number: usize = number.parse().map_err(io::Error::other)?;
            match verb {
                "read" => {
                    let mut left = number;
                    while left > 0 {
                        let piece = self.read(left.min(PAGE))?;
                        left -= piece.len();
                        if piece.is_empty() {
                            break;
                        }
                        self.kept.extend(piece);
                    }
                }
                "answer" | "complain" => {
                    let kept = std::mem::take(&mut self.kept).to_ascii_uppercase();
                    self.write(if verb == "answer" { 1 } else { 2 }, &kept)?;
                }
                "filter" | "remark" => {
                    // How long a piece is depends on who writes: nothing that is written does.
                    let mut remarked = 0;
                    loop {
                        let piece = self.read(PAGE)?;
                        if piece.is_empty() {
                            break;
                        }
                        self.write(1, &piece.to_ascii_uppercase())?;
                        if verb == "remark" {
                            self.write(2, Script::text_from(remarked, piece.len()).as_bytes())?;
                            remarked += piece.len();
                        }
                    }
                }
                "print" => self.write(1, Script::text(number).as_bytes())?,
                "warn" => self.write(2, Script::text(number).as_bytes())?,
                "close" => self.streams[number] = None,
                "pause" => std::thread::sleep(Duration::from_millis(number as u64)),
                "die" => rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM)?,
                "exit" => return i32::try_from(number).map_err(io::Error::other),
                other => return Err(io::Error::other(format!("no step `{other}`"))),
            }
        }
        Ok(0)
    }

    fn stream(&self, stream: usize) -> io::Result<&File> {
        self.streams[stream].as_ref().ok_or_else(|| io::Error::other("it is closed"))
    }

    /// Reads up to so many bytes: what is there.
    fn read(&self, bytes: usize) -> io::Result<Vec<u8>> {
        let mut piece = vec![0; bytes];
        let mut stream = self.stream(0)?;
        let count = at_end("r0", || stream.read(&mut piece))?;
        piece.truncate(count);
        Ok(piece)
    }

    fn write(&self, stream: usize, text: &[u8]) -> io::Result<()> {
        let mut file = self.stream(stream)?;
        let name = if stream == 1 { "w1" } else { "w2" };
        text.chunks(PAGE).try_for_each(|piece| at_end(name, || file.write_all(piece)))
    }
}

/// The name of a process that is at an end of a pipe.
#[cfg(target_os = "linux")]
const AT: &str = "kata at ";

/// Does something at an end of a pipe, and says so in the name of this process while it lasts.
#[cfg(target_os = "linux")]
fn at_end<T>(end: &str, something: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let name = |end: &str| {
        let name = std::ffi::CString::new(format!("{AT}{end}")).map_err(io::Error::other)?;
        rustix::thread::set_name(&name).map_err(io::Error::from)
    };
    name(end)?;
    let result = something();
    name("work")?;
    result
}

#[cfg(not(target_os = "linux"))]
fn at_end<T>(_end: &str, something: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    something()
}

/// Whether a process of this name reads or writes, and which of its streams.
#[cfg(target_os = "linux")]
pub(super) fn asleep(name: &str) -> Option<(bool, usize)> {
    match name.strip_prefix(AT)? {
        "r0" => Some((true, 0)),
        "w1" => Some((false, 1)),
        "w2" => Some((false, 2)),
        _ => None,
    }
}
