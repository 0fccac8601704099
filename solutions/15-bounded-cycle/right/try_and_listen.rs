//! idea: while the tray is full, the encoder takes reports.
//! trade-off: needs nothing but channels, and wakes up a thousand times a second while the tray is full.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::thread;
use std::time::Duration;

use crossbeam::channel::{self, Receiver, Sender};
use crossbeam::select;

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

impl Studio {
    /// A studio with room for so many segments in each tray.
    pub fn new(room: usize) -> Self {
        Studio { room }
    }

    /// Works on the films that come in, until no more can come and all are published.
    pub fn run(&self, films: Receiver<Film>, machines: &impl Machines) -> Tally {
        let (encoded, to_inspect) = channel::bounded(self.room);
        let (inspected, reports) = channel::bounded(self.room);
        thread::scope(|studio| {
            studio.spawn(|| inspect_all(to_inspect, inspected, machines));
            encode_all(films, reports, encoded, machines)
        })
    }
}

/// What the inspector tells the encoder.
enum Report {
    Published,
    Again(Segment),
}

fn inspect_all(to_inspect: Receiver<Segment>, inspected: Sender<Report>, machines: &impl Machines) {
    for segment in to_inspect {
        let report = match machines.inspect(&segment) {
            Picture::Good => {
                machines.publish(segment);
                Report::Published
            }
            Picture::Poor => Report::Again(segment),
        };
        inspected.send(report).expect("the encoder waits for reports");
    }
}

fn encode_all(
    mut films: Receiver<Film>,
    reports: Receiver<Report>,
    encoded: Sender<Segment>,
    machines: &impl Machines,
) -> Tally {
    let mut desk = Desk { reports, encoded, machines, unfinished: 0, again: Vec::new(), tally: Tally::default() };
    let mut more_may_come = true;
    while more_may_come || desk.unfinished > 0 {
        select! {
            recv(films) -> film => match film {
                Ok(film) => {
                    for number in 0..film.segments {
                        desk.encode_again();
                        desk.unfinished += 1;
                        desk.encode(film.id, number, 1);
                    }
                }
                Err(_) => {
                    more_may_come = false;
                    films = channel::never();
                }
            },
            recv(desk.reports) -> report => desk.take(report.expect("the inspector reports")),
        }
        desk.encode_again();
    }
    desk.tally
}

struct Desk<'a, M> {
    reports: Receiver<Report>,
    encoded: Sender<Segment>,
    machines: &'a M,
    unfinished: u32,
    again: Vec<Segment>,
    tally: Tally,
}

impl<M: Machines> Desk<'_, M> {
    fn take(&mut self, report: Report) {
        match report {
            Report::Published => {
                self.tally.published += 1;
                self.unfinished -= 1;
            }
            Report::Again(segment) => self.again.push(segment),
        }
    }

    fn encode_again(&mut self) {
        while let Some(Segment { film, number, attempt }) = self.again.pop() {
            self.encode(film, number, attempt + 1);
        }
    }

    fn encode(&mut self, film: FilmId, number: u32, attempt: u32) {
        let mut segment = self.machines.encode(film, number, attempt);
        self.tally.encoded += 1;
        while let Err(full) = self.encoded.try_send(segment) {
            segment = full.into_inner();
            // The inspector may wait for somebody to take a report.
            if let Ok(report) = self.reports.recv_timeout(Duration::from_millis(1)) {
                self.take(report);
            }
        }
    }
}
