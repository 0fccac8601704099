//! verdict: not-concurrent
//! scenario: an_inspection_that_takes_long
//! why: a report is awaited before the next segment is begun: nothing fills up any more, and the encoder and the inspector work in turns.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::thread;

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
        let (encoded, inbox) = channel::bounded(self.room);
        let (report, reports) = channel::bounded(self.room);
        thread::scope(|studio| {
            studio.spawn(|| inspect_all(inbox, report, machines));
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
    let mut tally = Tally::default();
    let (mut more_may_come, mut unfinished) = (true, 0);
    while more_may_come || unfinished > 0 {
        select! {
            recv(films) -> film => match film {
                Ok(film) => {
                    for number in 0..film.segments {
                        let segment = machines.encode(film.id, number, 1);
                        tally.encoded += 1;
                        unfinished += 1;
                        encoded.send(segment).expect("the inspector waits for segments");
                        while let Report::Again(Segment { film, number, attempt }) =
                            reports.recv().expect("the inspector reports")
                        {
                            let segment = machines.encode(film, number, attempt + 1);
                            tally.encoded += 1;
                            encoded.send(segment).expect("the inspector waits for segments");
                        }
                        tally.published += 1;
                        unfinished -= 1;
                    }
                }
                Err(_) => {
                    more_may_come = false;
                    films = channel::never();
                }
            },
            recv(reports) -> report => match report.expect("the inspector reports") {
                Report::Published => {
                    tally.published += 1;
                    unfinished -= 1;
                }
                Report::Again(Segment { film, number, attempt }) => {
                    let segment = machines.encode(film, number, attempt + 1);
                    tally.encoded += 1;
                    encoded.send(segment).expect("the inspector waits for segments");
                }
            },
        }
    }
    tally
}
