//! verdict: assertion-failed
//! scenario: the_backlog_is_bounded
//! why: a task of its own that sends loses nothing; with an unbounded channel before it, a collector that stands still takes the whole memory of the server.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::error::Error;
use std::fmt;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{mpsc, oneshot};

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
pub struct Shipper;

impl Shipper {
    pub fn new(_limit: usize) -> Self {
        Shipper
    }

    /// Ships what is logged until the server is done with logging or `stop` tells it to take in no more. Returns how
    /// many lines were handed on.
    pub async fn run(
        self,
        mut lines: Receiver<Line>,
        collector: Sender<Line>,
        mut stop: oneshot::Receiver<()>,
    ) -> Result<u64, CollectorGone> {
        let (hand_on, mut backlog) = mpsc::unbounded_channel();
        let mut writer = tokio::spawn(async move {
            let mut shipped = 0;
            while let Some(line) = backlog.recv().await {
                collector.send(line).await.map_err(|_| CollectorGone)?;
                shipped += 1;
            }
            Ok(shipped)
        });
        let mut stopping = false;
        loop {
            tokio::select! {
                line = lines.recv() => match line {
                    Some(line) => {
                        let _ = hand_on.send(line);
                    },
                    None => break,
                },
                written = &mut writer => return written.expect("the writer does not panic"),
                _ = &mut stop, if !stopping => {
                    stopping = true;
                    lines.close();
                }
            }
        }
        drop(hand_on);
        writer.await.expect("the writer does not panic")
    }
}
