//! idea: a guard owns the line while it waits for room, and puts it back to the front when it is dropped.
//! trade-off: a future that is dropped leaves everything as it was, whoever drops it; more code than asking for room first.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

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
    let mut oldest = Oldest { line: backlog.pop_front(), backlog };
    let room = collector.reserve().await.map_err(|_| CollectorGone)?;
    if let Some(line) = oldest.line.take() {
        room.send(line);
    }
    Ok(())
}

/// The line that is about to be handed on. If it is not, it goes back to where it was.
struct Oldest<'a> {
    line: Option<Line>,
    backlog: &'a mut VecDeque<Line>,
}

impl Drop for Oldest<'_> {
    fn drop(&mut self) {
        if let Some(line) = self.line.take() {
            self.backlog.push_front(line);
        }
    }
}
