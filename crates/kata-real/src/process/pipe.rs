//! The ends of pipes that this process keeps.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::panic::Location;
use std::sync::Arc;

use kata::Scalar;
use kata_trace::{ObjectKind, Op};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::lane::{ObjectIndex, Reason, Wait};
use crate::monitor::{self, Guard};
use crate::object::Part;
use crate::state::{State, Step};

/// What every pipe holds, on every machine where that can be set.
const CAPACITY: usize = 64 * 1024;

/// When the system says that a pipe has room, it has room for this much.
const ROOM: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

/// An end of a pipe, as the monitor knows it.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) name: String,
    /// The end, as long as this process keeps it.
    file: Option<Arc<File>>,
    /// This process writes to it.
    writes: bool,
    /// Bytes that went through this end.
    moved: u64,
}

impl Pipe {
    /// What the pipe holds, if the system says it.
    pub(crate) fn holds(&self) -> Option<u64> {
        rustix::io::ioctl_fionread(self.file.as_deref()?).ok()
    }
}

/// Whether something can be done at one of these ends without waiting.
pub(crate) fn is_ready(state: &State, ends: [Option<ObjectIndex>; 2]) -> bool {
    ends.into_iter().flatten().any(|object| match &state.objects[object].part {
        Part::Pipe(Pipe { file: Some(file), writes, .. }) => ready(&[(file, *writes)], Some(&Timespec::default())),
        _ => true,
    })
}

/// Waits until something can be done at one of the ends, or for so long.
fn ready(ends: &[(&Arc<File>, bool)], limit: Option<&Timespec>) -> bool {
    let flags = |writes| if writes { PollFlags::OUT } else { PollFlags::IN };
    let mut ends: Vec<PollFd<'_>> = ends.iter().map(|(end, writes)| PollFd::new(*end, flags(*writes))).collect();
    loop {
        match poll(&mut ends, limit) {
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("a pipe cannot be polled: {error}"),
            Ok(_) => return ends.iter().any(|end| !end.revents().is_empty()),
        }
    }
}

/// An end that this process keeps. It is closed when it is dropped.
#[derive(Debug)]
pub(super) struct End {
    file: Arc<File>,
    object: ObjectIndex,
}

impl End {
    pub(super) fn new(state: &mut State, end: OwnedFd, name: String, writes: bool) -> Self {
        #[cfg(target_os = "linux")]
        // A system that grants less has its reasons, and what is right with this much is right with less.
        let _ = rustix::pipe::fcntl_setpipe_size(&end, CAPACITY);
        let file = Arc::new(File::from(end));
        let pipe = Pipe { name, file: Some(Arc::clone(&file)), writes, moved: 0 };
        let object = state.add_object(ObjectKind::Pipe, None, 0, Part::Pipe(pipe));
        End { file, object }
    }

    pub(super) fn object(&self) -> ObjectIndex {
        self.object
    }

    /// Reads what is there; waits until something is.
    pub(super) fn read(
        &self,
        buffer: &mut [u8],
        call: &'static str,
        at: &'static Location<'static>,
    ) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let state = wait_for(&[self], Op::ReadPipe, call, at);
        self.take(state, buffer, at)
    }

    /// Reads what is there, which does not wait.
    fn take(&self, mut state: Guard, buffer: &mut [u8], at: &'static Location<'static>) -> io::Result<usize> {
        let count = (&*self.file).read(buffer)?;
        let moved = self.count(&mut state, count);
        if count == 0 {
            let frame = monitor::current(&mut state);
            let mut step = Step::new(Op::ReadPipe, Some(at)).on(self.object).ok(false);
            step.entry.after = Scalar::Uint(moved);
            state.record(frame.lane, step);
        }
        monitor::changed(&mut state);
        Ok(count)
    }

    /// Writes everything, as the system does when a pipe may block; waits for room.
    pub(super) fn write(&self, bytes: &[u8], call: &'static str, at: &'static Location<'static>) -> io::Result<usize> {
        let mut written = 0;
        let error = loop {
            let mut rest = &bytes[written..];
            if rest.is_empty() {
                break None;
            }
            let mut state = wait_for(&[self], Op::WritePipe, call, at);
            rest = &rest[..rest.len().min(ROOM)];
            match (&*self.file).write(rest) {
                Ok(count) => {
                    written += count;
                    self.count(&mut state, count);
                    monitor::changed(&mut state);
                }
                Err(error) => break Some(error),
            }
        };
        if !bytes.is_empty() {
            let (mut state, frame) = monitor::ask(at);
            let mut step = Step::new(Op::WritePipe, Some(at)).on(self.object).ok(error.is_none());
            step.entry.after = Scalar::Uint(self.count(&mut state, 0));
            state.record_growing(frame.lane, step);
        }
        match error {
            Some(error) if written == 0 => Err(error),
            _ => Ok(written),
        }
    }

    /// Counts bytes that went through this end, and returns how many there were.
    fn count(&self, state: &mut State, count: usize) -> u64 {
        let Part::Pipe(pipe) = &mut state.objects[self.object].part else { return 0 };
        pipe.moved += count as u64;
        let moved = pipe.moved;
        state.traffic += 1;
        moved
    }

    /// The end itself, which the world does not see any more.
    pub(super) fn into_fd(self) -> OwnedFd {
        let file = Arc::clone(&self.file);
        let mut state = monitor::enter();
        self.forget(&mut state);
        drop(state);
        drop(self);
        Arc::try_unwrap(file).expect("the monitor has let it go").into()
    }

    /// The monitor forgets this end. False if it had done so before.
    fn forget(&self, state: &mut State) -> bool {
        let Part::Pipe(pipe) = &mut state.objects[self.object].part else { return false };
        state.traffic += 1;
        pipe.file.take().is_some()
    }
}

impl AsFd for End {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let (mut state, frame) = monitor::give();
        // What was handed on is not closed here.
        if self.forget(&mut state) {
            let at = state.lanes[frame.lane].last;
            state.record(frame.lane, Step::new(Op::ClosePipe, at).on(self.object));
        }
        monitor::changed(&mut state);
    }
}

/// Reads both ends until nobody writes to them any more.
pub(super) fn read_both(
    ends: [(&End, &mut Vec<u8>); 2],
    call: &'static str,
    at: &'static Location<'static>,
) -> io::Result<()> {
    let mut buffer = vec![0; CAPACITY];
    let mut open = Vec::from(ends);
    while !open.is_empty() {
        let ends: Vec<&End> = open.iter().map(|(end, _)| *end).collect();
        drop(wait_for(&ends, Op::ReadPipe, call, at));
        for index in (0..open.len()).rev() {
            let (end, text) = &mut open[index];
            let state = monitor::enter();
            if !is_ready(&state, [Some(end.object), None]) {
                continue;
            }
            match end.take(state, &mut buffer, at)? {
                0 => drop(open.remove(index)),
                count => text.extend_from_slice(&buffer[..count]),
            }
        }
    }
    Ok(())
}

/// Waits until something can be done at one of at most two ends.
fn wait_for(ends: &[&End], op: Op, call: &'static str, at: &'static Location<'static>) -> Guard {
    let (state, frame) = monitor::ask(at);
    let reason = Reason::Pipes { ends: [ends.first(), ends.get(1)].map(|end| end.map(|end| end.object)) };
    let wait = Wait { reason, op, call, at, deadline: None, polling: frame.polling };
    let files: Vec<(&Arc<File>, bool)> = ends.iter().map(|end| (&end.file, op == Op::WritePipe)).collect();
    let sleep = || {
        ready(&files, None);
    };
    monitor::wait_outside(state, frame, wait, sleep)
}
