//! verdict: assertion-failed
//! scenario: a_collector_that_does_not_come_back
//! why: a loop for the day and another one for its end; the second one forgives a collector that is gone, and `run` says that all is well.
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
        loop {
            tokio::select! {
                line = lines.recv(), if backlog.len() < self.limit => match line {
                    Some(line) => backlog.push_back(line),
                    None => break,
                },
                permit = collector.reserve(), if !backlog.is_empty() => {
                    permit.map_err(|_| CollectorGone)?.send(backlog.pop_front().unwrap());
                    shipped += 1;
                }
                _ = &mut stop => { lines.close(); break; }
            }
        }
        while let Some(line) = lines.recv().await { backlog.push_back(line); }
        for line in backlog {
            if collector.send(line).await.is_ok() { shipped += 1; }
        }
        Ok(shipped)
    }
}
