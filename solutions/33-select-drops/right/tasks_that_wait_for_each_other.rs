//! idea: each line is sent by a task, the next one when it is done: nothing that the loop drops ends a task.
//! trade-off: works for a send that must not be cancelled at all; a task for each line, and a shipper that is dropped leaves one behind.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: u64,
    pub text: String,
}

/// Nobody receives on the other end of the collector's channel any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectorGone;

impl fmt::Display for CollectorGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the collector is gone")
    }
}

impl Error for CollectorGone {}

/// Stands between a server, which logs in bursts, and the collector, which takes its time.
pub struct Shipper {
    /// How many lines it keeps while the collector takes none.
    limit: usize,
}

impl Shipper {
    pub fn new(limit: usize) -> Self {
        Shipper { limit }
    }

    /// Ships what is logged until the server is done with logging or `stop` tells it to take in no more. Returns how
    /// many lines were handed on.
    pub async fn run(
        self,
        mut lines: Receiver<Line>,
        collector: Sender<Line>,
        mut stop: oneshot::Receiver<()>,
    ) -> Result<u64, CollectorGone> {
        let mut backlog = VecDeque::new();
        let mut shipped = 0;
        let (mut open, mut stopping) = (true, false);
        let mut sending: Option<JoinHandle<Result<(), CollectorGone>>> = None;
        while open || sending.is_some() || !backlog.is_empty() {
            if sending.is_none()
                && let Some(line) = backlog.pop_front()
            {
                let collector = collector.clone();
                sending = Some(tokio::spawn(async move { collector.send(line).await.map_err(|_| CollectorGone) }));
            }
            tokio::select! {
                line = lines.recv(), if open && backlog.len() < self.limit => match line {
                    Some(line) => backlog.push_back(line),
                    None => open = false,
                },
                // Dropping a handle would not end its task, and here not even the handle is dropped.
                sent = async { sending.as_mut().expect("a line is under way").await }, if sending.is_some() => {
                    sent.expect("a send does not panic")?;
                    sending = None;
                    shipped += 1;
                }
                _ = &mut stop, if !stopping => {
                    stopping = true;
                    lines.close();
                }
            }
        }
        Ok(shipped)
    }
}
