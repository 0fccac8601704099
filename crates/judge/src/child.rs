//! A child process in a process group of its own, with a limit on its time and its output.

use std::io::{Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a child may use, besides the limits that it sets on itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Time on the wall clock.
    pub(crate) wall: Duration,
    /// Bytes on the standard output.
    pub(crate) stdout: usize,
    /// Bytes on the standard error.
    pub(crate) stderr: usize,
    /// Seconds of processor time and mebibytes of address space, for a child that sets no limits on itself.
    pub(crate) resources: Option<(u64, u64)>,
    /// The child tells the signal that ended the program within it by a status of 128 and the signal's number.
    pub(crate) signals_as_statuses: bool,
}

/// How it came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself.
    Itself(ExitStatus),
    /// It was killed for taking too long.
    TooLong,
    /// It was killed for writing too much.
    TooMuch,
    /// It was killed because nobody wants its result any more.
    Cancelled,
}

/// A child that has ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) ended: Ended,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

#[derive(Debug)]
enum Event {
    Exited,
    Closed,
    Flooded,
    Cancelled,
}

/// Ends a child from another thread.
#[derive(Debug, Default)]
pub struct Cancel {
    state: Mutex<CancelState>,
}

#[derive(Debug, Default)]
struct CancelState {
    cancelled: bool,
    child: Option<Sender<Event>>,
}

impl Cancel {
    /// Kills the child, now or as soon as it starts.
    pub fn cancel(&self) {
        let mut state = lock(&self.state);
        state.cancelled = true;
        if let Some(child) = state.child.take() {
            // A child that has ended has closed its channel.
            let _ = child.send(Event::Cancelled);
        }
    }

    /// Whether nobody wants the result any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        lock(&self.state).cancelled
    }

    fn attach(&self, child: Sender<Event>) {
        let mut state = lock(&self.state);
        if state.cancelled {
            let _ = child.send(Event::Cancelled);
        }
        state.child = Some(child);
    }
}

/// How often a child is asked whether it has ended, where nobody tells.
const LOOK: Duration = if cfg!(unix) { Duration::MAX } else { Duration::from_millis(5) };

/// Runs a child to its end, whichever that is; nothing of its process group is left after it.
///
/// # Errors
/// It cannot be started.
pub(crate) fn run(command: &mut Command, input: &[u8], limits: Limits, cancel: &Cancel) -> std::io::Result<Finished> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::spawn(command)?;
    group.limit(limits.resources);
    let deadline = Instant::now() + limits.wall;
    let (events, received) = mpsc::channel();
    cancel.attach(events.clone());
    let stdout = collect(group.child.stdout.take().expect("it is piped"), limits.stdout, events.clone());
    let stderr = collect(group.child.stderr.take().expect("it is piped"), limits.stderr, events.clone());
    group.on_exit(events);
    // A child that does not read its input has its reasons: it is judged by what it answers.
    let _ = group.child.stdin.take().expect("it is piped").write_all(input);

    let mut open = 2;
    let ended = loop {
        match group.hear(&received, deadline) {
            Some(Event::Exited) => break None,
            Some(Event::Closed) => open -= 1,
            Some(Event::Flooded) => break Some(Ended::TooMuch),
            Some(Event::Cancelled) => break Some(Ended::Cancelled),
            None => break Some(Ended::TooLong),
        }
    };
    let status = group.end()?;
    // What it had written before its end is still in the pipes. A process that has left the group may hold them open.
    let grace = Instant::now() + Duration::from_millis(500);
    let mut flooded = false;
    while open > 0 {
        match received.recv_timeout(grace.saturating_duration_since(Instant::now())) {
            Ok(Event::Closed) => open -= 1,
            Ok(Event::Flooded) => flooded = true,
            Ok(Event::Exited | Event::Cancelled) => {}
            Err(_) => break,
        }
    }
    let status = if limits.signals_as_statuses { with_signal(status) } else { status };
    let ended = ended.unwrap_or(if flooded { Ended::TooMuch } else { Ended::Itself(status) });
    Ok(Finished { ended, stdout: std::mem::take(&mut lock(&stdout)), stderr: std::mem::take(&mut lock(&stderr)) })
}

/// A status in which a signal is one.
#[cfg(unix)]
fn with_signal(status: ExitStatus) -> ExitStatus {
    use std::os::unix::process::ExitStatusExt as _;
    match status.code() {
        Some(code @ 129..=192) => ExitStatus::from_raw(code - 128),
        _ => status,
    }
}

#[cfg(not(unix))]
fn with_signal(status: ExitStatus) -> ExitStatus {
    status
}

/// Reads a pipe to its end, keeping at most `limit` bytes.
fn collect(mut pipe: impl Read + Send + 'static, limit: usize, events: Sender<Event>) -> Arc<Mutex<Vec<u8>>> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&kept);
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let mut kept = lock(&shared);
            let room = limit - kept.len();
            kept.extend_from_slice(&buffer[..count.min(room)]);
            if count > room {
                let _ = events.send(Event::Flooded);
                break;
            }
        }
        let _ = events.send(Event::Closed);
    });
    kept
}

/// The children that are alive: their groups end with this process.
static ALIVE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Kills every child, and lets none start any more. For the handler of a signal that ends this process, which must end
/// right after.
pub fn kill_all() {
    let alive = lock(&ALIVE);
    for &group in alive.iter() {
        kill(group);
    }
    std::mem::forget(alive);
}

/// A child and its process group. Dropping it kills both.
pub(crate) struct Group {
    pub(crate) child: Child,
}

impl Group {
    pub(crate) fn spawn(command: &mut Command) -> std::io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // The list stays locked over the start, so that no child can be missed between its start and its entry.
        let mut alive = lock(&ALIVE);
        let child = command.spawn()?;
        alive.push(child.id());
        Ok(Group { child })
    }

    /// Waits for the leader to end by itself.
    pub(crate) fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let status = self.child.wait();
        lock(&ALIVE).retain(|&id| id != self.child.id());
        status
    }

    /// Waits for the leader to end by itself within `limit`; if it does not, `None`. Nothing of the group is left.
    pub(crate) fn wait_for(&mut self, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
        let (events, received) = mpsc::channel();
        self.on_exit(events.clone());
        let heard = self.hear(&received, Instant::now() + limit);
        drop(events);
        let status = self.end()?;
        Ok(heard.map(|_| status))
    }

    /// The next event. `None` if there is none up to the deadline.
    fn hear(&mut self, received: &Receiver<Event>, deadline: Instant) -> Option<Event> {
        loop {
            match received.recv_timeout(deadline.saturating_duration_since(Instant::now()).min(LOOK)) {
                Ok(event) => return Some(event),
                Err(RecvTimeoutError::Disconnected) => return Some(Event::Exited),
                Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => return None,
                Err(RecvTimeoutError::Timeout) if self.has_ended() => return Some(Event::Exited),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Kills what is left of the group and takes the leader's status.
    pub(crate) fn end(&mut self) -> std::io::Result<ExitStatus> {
        kill(self.child.id());
        #[cfg(not(unix))]
        let _ = self.child.kill();
        lock(&ALIVE).retain(|&id| id != self.child.id());
        self.child.wait()
    }

    /// Sends [`Event::Exited`] when the leader ends, and leaves its status in place: until it is taken, nobody else
    /// gets its number, so that [`Group::end`] cannot hit a stranger.
    #[cfg(unix)]
    fn on_exit(&self, events: Sender<Event>) {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let id = pid(self.child.id());
        std::thread::spawn(move || {
            while let Err(rustix::io::Errno::INTR) =
                waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
            {}
            let _ = events.send(Event::Exited);
        });
    }

    #[cfg(not(unix))]
    fn on_exit(&self, _events: Sender<Event>) {}

    /// Whether the leader has ended. Where [`Group::on_exit`] tells, it is not asked: its status stays in place.
    #[cfg(unix)]
    fn has_ended(&mut self) -> bool {
        false
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    fn limit(&self, resources: Option<(u64, u64)>) {
        #[cfg(target_os = "linux")]
        if let Some((cpu_seconds, memory_mib)) = resources {
            use rustix::process::{Resource, Rlimit, prlimit};
            let set = |resource, soft, hard| {
                let limit = Rlimit { current: Some(soft), maximum: Some(hard) };
                // It may have ended already.
                let _ = prlimit(Some(pid(self.child.id())), resource, limit);
            };
            let (memory, file) = (memory_mib << 20, 256 << 20);
            // The signal of the soft limit tells why it ended; that of the hard limit would not.
            set(Resource::Cpu, cpu_seconds, cpu_seconds + 1);
            set(Resource::As, memory, memory);
            set(Resource::Fsize, file, file);
            set(Resource::Core, 0, 0);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = resources;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if lock(&ALIVE).contains(&self.child.id()) {
            let _ = self.end();
        }
    }
}

#[cfg(unix)]
fn pid(id: u32) -> rustix::process::Pid {
    i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw).expect("a child has a positive number")
}

#[cfg(unix)]
fn kill(group: u32) {
    // The whole group may have ended already.
    let _ = rustix::process::kill_process_group(pid(group), rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
fn kill(_group: u32) {}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
