//! idea: takes in as many lines at once as there is room for in the backlog, with a permit for one at a time.
//! trade-off: fewer turns of the loop in a burst; a buffer that has to be emptied in the same turn, for a line in it counts as kept.
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
        let mut backlog: VecDeque<Line> = VecDeque::new();
        let mut batch = Vec::new();
        let mut shipped = 0;
        let (mut open, mut stopping) = (true, false);
        while open || !backlog.is_empty() {
            let room = self.limit - backlog.len();
            tokio::select! {
                taken = lines.recv_many(&mut batch, room), if open && room > 0 => {
                    open = taken > 0;
                    backlog.extend(batch.drain(..));
                }
                permits = collector.reserve_many(1), if !backlog.is_empty() => {
                    for permit in permits.map_err(|_| CollectorGone)? {
                        permit.send(backlog.pop_front().unwrap());
                        shipped += 1;
                    }
                }
                _ = &mut stop, if !stopping => { stopping = true; lines.close(); }
            }
        }
        Ok(shipped)
    }
}
