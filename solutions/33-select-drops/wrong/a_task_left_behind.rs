//! verdict: assertion-failed
//! scenario: a_collector_that_does_not_come_back
//! why: a task takes in, and `run` itself hands on; when the collector is gone it returns at once, and the task goes on taking in what nobody will ever hand on.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::error::Error;
use std::fmt;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::oneshot;
use tokio::sync::mpsc;

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
        let (queue, mut queued) = mpsc::channel::<Line>(self.limit);
        let taker = tokio::spawn(async move {
            let mut stopping = false;
            loop {
                let line = tokio::select! {
                    line = lines.recv() => line,
                    _ = &mut stop, if !stopping => { stopping = true; lines.close(); continue; }
                };
                let Some(line) = line else { return };
                let sending = queue.send(line);
                tokio::pin!(sending);
                loop {
                    tokio::select! {
                        sent = &mut sending => { if sent.is_err() { return } break; }
                        _ = &mut stop, if !stopping => { stopping = true; lines.close(); }
                    }
                }
            }
        });
        let mut shipped = 0;
        while let Some(line) = queued.recv().await {
            collector.send(line).await.map_err(|_| CollectorGone)?;
            shipped += 1;
        }
        taker.await.unwrap();
        Ok(shipped)
    }
}
