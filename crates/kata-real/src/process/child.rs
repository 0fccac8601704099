//! `std::process::Child` and the ends of its pipes, and of those of `std::io::pipe`.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::panic::Location;
use std::process::{ExitStatus, Output, Stdio};

use kata_trace::Op;

use super::pipe::{self, End};
use super::watch;
use crate::lane::{Reason, Wait};
use crate::monitor;
use crate::state::Step;

/// See `std::process::Child`.
#[derive(Debug)]
pub struct Child {
    /// See `std::process::Child::stdin`.
    pub stdin: Option<ChildStdin>,
    /// See `std::process::Child::stdout`.
    pub stdout: Option<ChildStdout>,
    /// See `std::process::Child::stderr`.
    pub stderr: Option<ChildStderr>,
    pub(super) inner: std::process::Child,
    pub(super) process: usize,
}

impl Child {
    /// See `std::process::Child::id`.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.inner.id()
    }

    /// See `std::process::Child::kill`.
    ///
    /// # Errors
    /// As for the real one.
    pub fn kill(&mut self) -> io::Result<()> {
        let mut state = monitor::enter();
        state.traffic += 1;
        monitor::changed(&mut state);
        drop(state);
        self.inner.kill()
    }

    /// See `std::process::Child::wait`.
    ///
    /// # Errors
    /// As for the real one.
    #[track_caller]
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.wait_at("Child::wait", Location::caller())
    }

    /// See `std::process::Child::try_wait`. A loop that does nothing but ask is reported if nothing but such a loop is
    /// left.
    ///
    /// # Errors
    /// As for the real one.
    #[track_caller]
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let at = Location::caller();
        let (mut state, frame) = monitor::ask(at);
        let status = self.inner.try_wait()?;
        let child = state.processes[self.process].lane;
        if status.is_some() {
            watch::reap(&mut state, self.process);
            state.learn(frame.lane, child);
            state.record(frame.lane, Step::new(Op::Join, Some(at)).with(child).text("wait"));
            monitor::changed(&mut state);
        } else {
            watch::asked_in_vain(state, frame, self.process, at);
        }
        Ok(status)
    }

    /// See `std::process::Child::wait_with_output`.
    ///
    /// # Errors
    /// As for the real one.
    #[track_caller]
    pub fn wait_with_output(self) -> io::Result<Output> {
        self.output_at("Child::wait_with_output", Location::caller())
    }

    pub(super) fn wait_at(&mut self, call: &'static str, at: &'static Location<'static>) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        let (mut state, frame) = monitor::ask(at);
        let process = self.process;
        let reason = Reason::Exited { process };
        let wait = Wait { reason, op: Op::Join, call, at, deadline: None, polling: frame.polling };
        let pid = state.processes[process].pid;
        state = monitor::wait_outside(state, frame, wait, || watch::sleep_until_ended(pid));
        let status = self.inner.wait()?;
        watch::reap(&mut state, process);
        let child = state.processes[process].lane;
        state.learn(frame.lane, child);
        state.record(frame.lane, Step::new(Op::Join, Some(at)).with(child).text("wait"));
        monitor::changed(&mut state);
        Ok(status)
    }

    pub(super) fn output_at(mut self, call: &'static str, at: &'static Location<'static>) -> io::Result<Output> {
        drop(self.stdin.take());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        match (self.stdout.take(), self.stderr.take()) {
            (None, None) => {}
            (Some(out), None) => drop(out.end.read_to_end(&mut stdout, call, at)?),
            (None, Some(err)) => drop(err.end.read_to_end(&mut stderr, call, at)?),
            (Some(out), Some(err)) => {
                pipe::read_both([(&out.end, &mut stdout), (&err.end, &mut stderr)], call, at)?;
            }
        }
        let status = self.wait_at(call, at)?;
        Ok(Output { status, stdout, stderr })
    }
}

impl End {
    fn read_to_end(&self, text: &mut Vec<u8>, call: &'static str, at: &'static Location<'static>) -> io::Result<usize> {
        let before = text.len();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match self.read(&mut buffer, call, at)? {
                0 => return Ok(text.len() - before),
                count => text.extend_from_slice(&buffer[..count]),
            }
        }
    }
}

macro_rules! end {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug)]
        pub struct $name {
            pub(super) end: End,
        }

        impl AsFd for $name {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.end.as_fd()
            }
        }

        impl AsRawFd for $name {
            fn as_raw_fd(&self) -> RawFd {
                self.as_fd().as_raw_fd()
            }
        }

        impl From<$name> for OwnedFd {
            fn from(end: $name) -> OwnedFd {
                end.end.into_fd()
            }
        }

        impl From<$name> for Stdio {
            fn from(end: $name) -> Stdio {
                OwnedFd::from(end).into()
            }
        }
    };
}

macro_rules! reader {
    ($name:ident, $doc:literal, $read:literal, $read_to_end:literal, $read_to_string:literal, $read_exact:literal) => {
        end!($name, $doc);

        impl Read for $name {
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                self.end.read(buf, $read, Location::caller())
            }

            #[track_caller]
            fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
                self.end.read_to_end(buf, $read_to_end, Location::caller())
            }

            #[track_caller]
            fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
                let mut bytes = Vec::new();
                self.end.read_to_end(&mut bytes, $read_to_string, Location::caller())?;
                let text = String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
                buf.push_str(&text);
                Ok(text.len())
            }

            #[track_caller]
            fn read_exact(&mut self, mut buf: &mut [u8]) -> io::Result<()> {
                let at = Location::caller();
                while !buf.is_empty() {
                    match self.end.read(buf, $read_exact, at)? {
                        0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                        count => buf = &mut buf[count..],
                    }
                }
                Ok(())
            }
        }
    };
}

macro_rules! writer {
    ($name:ident, $doc:literal, $write:literal, $write_all:literal) => {
        end!($name, $doc);

        impl Write for $name {
            #[track_caller]
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                (&*self).write(buf)
            }

            #[track_caller]
            fn write_all(&mut self, buf: &[u8]) -> io::Result<()> {
                (&*self).write_all(buf)
            }

            #[track_caller]
            fn write_fmt(&mut self, args: std::fmt::Arguments<'_>) -> io::Result<()> {
                (&*self).write_all(args.to_string().as_bytes())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        impl Write for &$name {
            #[track_caller]
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                self.end.write(buf, $write, Location::caller())
            }

            #[track_caller]
            fn write_all(&mut self, mut buf: &[u8]) -> io::Result<()> {
                let at = Location::caller();
                while !buf.is_empty() {
                    let written = self.end.write(buf, $write_all, at)?;
                    buf = &buf[written..];
                }
                Ok(())
            }

            #[track_caller]
            fn write_fmt(&mut self, args: std::fmt::Arguments<'_>) -> io::Result<()> {
                self.write_all(args.to_string().as_bytes())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
    };
}

writer!(ChildStdin, "See `std::process::ChildStdin`.", "ChildStdin::write", "ChildStdin::write_all");
writer!(PipeWriter, "See `std::io::PipeWriter`.", "PipeWriter::write", "PipeWriter::write_all");
reader!(
    ChildStdout,
    "See `std::process::ChildStdout`.",
    "ChildStdout::read",
    "ChildStdout::read_to_end",
    "ChildStdout::read_to_string",
    "ChildStdout::read_exact"
);
reader!(
    ChildStderr,
    "See `std::process::ChildStderr`.",
    "ChildStderr::read",
    "ChildStderr::read_to_end",
    "ChildStderr::read_to_string",
    "ChildStderr::read_exact"
);
reader!(
    PipeReader,
    "See `std::io::PipeReader`.",
    "PipeReader::read",
    "PipeReader::read_to_end",
    "PipeReader::read_to_string",
    "PipeReader::read_exact"
);

/// What the two ends of a pipe of this process's own are called.
const READER: &str = "the reading end of a pipe";
const WRITER: &str = "pipe";

/// See `std::io::pipe`.
///
/// # Errors
/// As for the real one.
pub fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    let mut state = monitor::enter();
    let mut end = |end: OwnedFd, name: &str, writes| End::new(&mut state, end, name.to_owned(), writes);
    let reader = PipeReader { end: end(reader.into(), READER, false) };
    Ok((reader, PipeWriter { end: end(writer.into(), WRITER, true) }))
}

macro_rules! try_clone {
    ($name:ident, $called:expr, $writes:literal, $doc:literal) => {
        impl $name {
            #[doc = $doc]
            ///
            /// # Errors
            /// As for the real one.
            pub fn try_clone(&self) -> io::Result<Self> {
                let end = self.as_fd().try_clone_to_owned()?;
                let mut state = monitor::enter();
                Ok($name { end: End::new(&mut state, end, $called.to_owned(), $writes) })
            }
        }
    };
}

try_clone!(PipeReader, READER, false, "See `std::io::PipeReader::try_clone`.");
try_clone!(PipeWriter, WRITER, true, "See `std::io::PipeWriter::try_clone`.");
