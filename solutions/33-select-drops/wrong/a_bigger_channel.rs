//! verdict: assertion-failed
//! scenario: the_backlog_is_bounded
//! why: the send hardly ever has to wait with room for a thousand lines before the collector; so it takes longer until lines are lost, and a thousand are kept.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{mpsc, oneshot};
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
        let (collector, relay) = relay(collector);
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
        drop(collector);
        relay.await.expect("the relay does not panic")?;
        Ok(shipped)
    }
}

/// A channel to the collector in which there is a lot of room.
fn relay(collector: Sender<Line>) -> (Sender<Line>, JoinHandle<Result<(), CollectorGone>>) {
    let (relay, mut relayed) = mpsc::channel(1024);
    let task = async move {
        while let Some(line) = relayed.recv().await {
            collector.send(line).await.map_err(|_| CollectorGone)?;
        }
        Ok(())
    };
    (relay, tokio::spawn(task))
}

/// Hands the oldest line of the backlog on.
async fn hand_on(backlog: &mut VecDeque<Line>, collector: &Sender<Line>) -> Result<(), CollectorGone> {
    if let Some(line) = backlog.pop_front() {
        collector.send(line).await.map_err(|_| CollectorGone)?;
    }
    Ok(())
}
