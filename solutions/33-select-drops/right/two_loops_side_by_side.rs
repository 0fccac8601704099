//! idea: one loop takes in, another hands on, and neither ever drops a send: `try_join!` polls both.
//! trade-off: no backlog of one's own, and each loop is simple; `stop` must be heard at every point at which the first one waits.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::error::Error;
use std::fmt;
use std::pin::pin;

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
        let (keep, mut kept) = mpsc::channel(self.limit);
        let take_in = async move {
            let mut stopping = false;
            loop {
                let line = tokio::select! {
                    line = lines.recv() => line,
                    _ = &mut stop, if !stopping => {
                        stopping = true;
                        lines.close();
                        continue;
                    }
                };
                let Some(line) = line else { return Ok(()) };
                // `stop` is heard while there is no room, too. The line waits in a future that is polled to its end.
                let mut sending = pin!(keep.send(line));
                loop {
                    tokio::select! {
                        sent = &mut sending => {
                            sent.map_err(|_| CollectorGone)?;
                            break;
                        }
                        _ = &mut stop, if !stopping => {
                            stopping = true;
                            lines.close();
                        }
                    }
                }
            }
        };
        let hand_on = async move {
            let mut shipped = 0;
            while let Some(line) = kept.recv().await {
                collector.send(line).await.map_err(|_| CollectorGone)?;
                shipped += 1;
            }
            Ok(shipped)
        };
        let ((), shipped) = tokio::try_join!(take_in, hand_on)?;
        Ok(shipped)
    }
}
