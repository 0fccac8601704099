//! verdict: assertion-failed
//! scenario: a_full_shipper_hears_a_stop
//! why: two loops, and neither drops a send; but the one that takes in waits for room in the body of its branch, where it hears no `stop` when the other one is full.
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
        let (inner, mut queue) = mpsc::channel(self.limit);
        let take_in = async move {
            let mut stopping = false;
            loop {
                tokio::select! {
                    line = lines.recv() => {
                        let Some(line) = line else { return };
                        if inner.send(line).await.is_err() { return; }
                    }
                    () = inner.closed() => return,
                    _ = &mut stop, if !stopping => { stopping = true; lines.close(); }
                }
            }
        };
        let hand_on = async move {
            let mut shipped = 0;
            while let Some(line) = queue.recv().await {
                collector.send(line).await.map_err(|_| CollectorGone)?;
                shipped += 1;
            }
            Ok(shipped)
        };
        let ((), shipped) = tokio::join!(take_in, hand_on);
        shipped
    }
}
