//! verdict: assertion-failed
//! scenario: every_line_arrives_once_and_in_order
//! why: the send outlives a turn of the loop, but the loop ends when the backlog is empty: the line that is under way is in no backlog any more.
//!
//! idea: one send outlives the turns of the loop, and is polled until it is done.
//! trade-off: works for futures that have no `reserve`, and starts none of them twice; pinning, an `Option`, and a line more to remember at the end.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::pin::pin;

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
        // The send that is under way. It lives longer than a turn of the loop.
        let mut sending = pin!(None);
        loop {
            if sending.is_none()
                && let Some(line) = backlog.pop_front()
            {
                sending.set(Some(collector.send(line)));
            }
            if !open && backlog.is_empty() {
                return Ok(shipped);
            }
            tokio::select! {
                line = lines.recv(), if open && backlog.len() < self.limit => match line {
                    Some(line) => backlog.push_back(line),
                    None => open = false,
                },
                Some(sent) = async { Some(sending.as_mut().as_pin_mut()?.await) }, if sending.is_some() => {
                    sent.map_err(|_| CollectorGone)?;
                    sending.set(None);
                    shipped += 1;
                }
                _ = &mut stop, if !stopping => {
                    stopping = true;
                    lines.close();
                }
            }
        }
    }
}
