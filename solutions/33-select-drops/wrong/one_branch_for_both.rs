//! verdict: assertion-failed
//! scenario: a_stop_loses_nothing
//! why: receiving and sending in one future, which only a `stop` drops: a deployment loses a line, and nothing else ever does.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

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
        let mut shipped = 0;
        let mut stopping = false;
        loop {
            tokio::select! {
                relayed = relay(&mut lines, &collector) => match relayed? {
                    true => shipped += 1,
                    false => return Ok(shipped),
                },
                _ = &mut stop, if !stopping => {
                    stopping = true;
                    lines.close();
                }
            }
        }
    }
}

/// Takes a line in and hands it on. `false` if there are no more.
async fn relay(lines: &mut Receiver<Line>, collector: &Sender<Line>) -> Result<bool, CollectorGone> {
    let Some(line) = lines.recv().await else { return Ok(false) };
    collector.send(line).await.map_err(|_| CollectorGone)?;
    Ok(true)
}
