//! idea: the encoder never blocks: it tries each thing that may be possible, and yields when none is.
//! trade-off: easy to get right, as nothing can wait for anything; an idle studio keeps a processor busy.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::collections::VecDeque;
use std::thread;

use crossbeam::channel::{self, Receiver, Sender, TryRecvError, TrySendError};

/// The number of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilmId(pub u32);

/// A film that has come in: it is cut into segments, with the numbers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Film {
    pub id: FilmId,
    pub segments: u32,
}

/// An encoded segment of a film.
#[derive(Debug, PartialEq, Eq)]
pub struct Segment {
    pub film: FilmId,
    pub number: u32,
    /// How often it was encoded, from 1.
    pub attempt: u32,
}

/// What an inspection comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Good,
    Poor,
}

/// What the studio has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub encoded: u32,
    pub published: u32,
}

/// The machines that do the work.
pub trait Machines: Sync {
    fn encode(&self, film: FilmId, number: u32, attempt: u32) -> Segment;
    fn inspect(&self, segment: &Segment) -> Picture;
    fn publish(&self, segment: Segment);
}

/// A studio with an encoder and an inspector, and a tray for what either hands to the other.
pub struct Studio {
    room: usize,
}

enum Report {
    Published,
    Again(Segment),
}

impl Studio {
    pub fn new(room: usize) -> Self {
        Studio { room }
    }

    /// Nobody ever blocks: who cannot go on yields.
    pub fn run(&self, films: Receiver<Film>, machines: &impl Machines) -> Tally {
        let (encoded, inbox) = channel::bounded(self.room);
        let (report, reports) = channel::unbounded();
        thread::scope(|studio| {
            studio.spawn(|| inspect_all(inbox, report, machines));
            encode_all(films, reports, encoded, 2 * self.room + 2, machines)
        })
    }
}

fn inspect_all(to_inspect: Receiver<Segment>, inspected: Sender<Report>, machines: &impl Machines) {
    while let Ok(segment) = to_inspect.recv() {
        let report = match machines.inspect(&segment) {
            Picture::Good => {
                machines.publish(segment);
                Report::Published
            }
            Picture::Poor => Report::Again(segment),
        };
        inspected.send(report).unwrap();
    }
}

fn encode_all(
    films: Receiver<Film>,
    reports: Receiver<Report>,
    encoded: Sender<Segment>,
    most: usize,
    machines: &impl Machines,
) -> Tally {
    let mut tally = Tally::default();
    let mut film: Option<(FilmId, u32, u32)> = None;
    let mut poor = VecDeque::new();
    let mut held: Option<Segment> = None;
    let mut unfinished = 0;
    let mut open = true;
    loop {
        let mut idle = true;
        for report in reports.try_iter() {
            idle = false;
            match report {
                Report::Published => {
                    tally.published += 1;
                    unfinished -= 1;
                }
                Report::Again(s) => poor.push_back(s),
            }
        }
        if let Some(segment) = held.take() {
            match encoded.try_send(segment) {
                Ok(()) => idle = false,
                Err(TrySendError::Full(segment)) => held = Some(segment),
                Err(TrySendError::Disconnected(_)) => unreachable!(),
            }
        }
        if held.is_none() {
            if let Some(s) = poor.pop_front() {
                held = Some(machines.encode(s.film, s.number, s.attempt + 1));
                tally.encoded += 1;
                idle = false;
            } else if let Some((id, next, end)) = film {
                if unfinished < most {
                    unfinished += 1;
                    tally.encoded += 1;
                    held = Some(machines.encode(id, next, 1));
                    film = (next + 1 < end).then_some((id, next + 1, end));
                    idle = false;
                }
            } else if open {
                match films.try_recv() {
                    Ok(f) => {
                        film = (f.segments > 0).then_some((f.id, 0, f.segments));
                        idle = false;
                    }
                    Err(TryRecvError::Empty) => {}
                    Err(TryRecvError::Disconnected) => {
                        open = false;
                        idle = false;
                    }
                }
            } else if unfinished == 0 {
                return tally;
            }
        }
        if idle {
            thread::yield_now();
        }
    }
}
