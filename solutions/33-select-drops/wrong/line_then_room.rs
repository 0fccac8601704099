//! verdict: assertion-failed
//! scenario: a_stop_loses_nothing
//! why: a line first, and then room for it: while it waits for room in the backlog, a `stop` drops the future that holds it.
//!
//! idea: a task of its own sends, behind a channel as long as the backlog; what the loop waits for is room in it.
//! trade-off: the loop never waits for the collector; one more task and channel, whose end and whose errors must be looked after.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::error::Error;
use std::fmt;

use tokio::sync::mpsc::{Permit, Receiver, Sender};
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
        let (hand_on, mut backlog) = mpsc::channel(self.limit);
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
                room = room_and_line(&hand_on, &mut lines) => match room {
                    Some((room, line)) => room.send(line),
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

/// A line, and room for it. `None` when there are no more lines, or nobody to hand them on.
async fn room_and_line<'a>(hand_on: &'a Sender<Line>, lines: &mut Receiver<Line>) -> Option<(Permit<'a, Line>, Line)> {
    let line = lines.recv().await?;
    Some((hand_on.reserve().await.ok()?, line))
}
