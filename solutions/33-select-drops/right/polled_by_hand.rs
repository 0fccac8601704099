//! idea: no `select!`: one poll looks at all three sources in turn and keeps the wait for room from one poll to the next.
//! trade-off: nothing is dropped that nobody meant to drop, and it is plain who goes first; every wait must be polled before it returns, or it wakes nobody.
//!
//! The log shipper of a server: it takes in what the server logs, and hands it on to the collector.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::task::Poll;
use std::pin::Pin;
use std::future;

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
        let mut room = None;
        future::poll_fn(move |cx| {
            loop {
                if !stopping && Pin::new(&mut stop).poll(cx).is_ready() {
                    stopping = true;
                    lines.close();
                }
                while open && backlog.len() < self.limit {
                    match lines.poll_recv(cx) {
                        Poll::Ready(Some(line)) => backlog.push_back(line),
                        Poll::Ready(None) => open = false,
                        Poll::Pending => break,
                    }
                }
                if backlog.is_empty() {
                    return if open { Poll::Pending } else { Poll::Ready(Ok(shipped)) };
                }
                let reserving = room.get_or_insert_with(|| Box::pin(collector.clone().reserve_owned()));
                match reserving.as_mut().poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Err(_)) => return Poll::Ready(Err(CollectorGone)),
                    Poll::Ready(Ok(permit)) => {
                        room = None;
                        permit.send(backlog.pop_front().unwrap());
                        shipped += 1;
                    }
                }
            }
        })
        .await
    }
}
