//! verdict: assertion-failed
//! scenario: every_line_arrives_once_and_in_order
//! why: `send_timeout` gives the line back when its time is up, so it can be tried again; nothing gives it back when the future is dropped first.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::oneshot;

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

/// How long a line waits for room before it is tried again.
const PATIENCE: Duration = Duration::from_secs(5);

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
        while open || !backlog.is_empty() {
            tokio::select! {
                line = lines.recv(), if open && backlog.len() < self.limit => match line {
                    Some(line) => backlog.push_back(line),
                    None => open = false,
                },
                handed_on = hand_on(&mut backlog, &collector), if !backlog.is_empty() => {
                    handed_on?;
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

/// Hands the oldest line of the backlog on.
async fn hand_on(backlog: &mut VecDeque<Line>, collector: &Sender<Line>) -> Result<(), CollectorGone> {
    if let Some(line) = backlog.pop_front() {
        let mut unsent = line;
        loop {
            match collector.send_timeout(unsent, PATIENCE).await {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Timeout(line)) => unsent = line,
                Err(SendTimeoutError::Closed(_)) => return Err(CollectorGone),
            }
        }
    }
    Ok(())
}
