//! verdict: assertion-failed
//! scenario: a_long_film
//! why: the encoder listens while it waits to hand over, as it should; but as long as there is anything new, what comes back stays on its desk.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::collections::VecDeque;
use std::ops::Range;
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
    let (film, rest, again) = (FilmId(0), 0..0, VecDeque::new());
    let mut desk = Desk { machines, film, rest, again, begun: 0, tally: Tally::default() };
    let mut more_may_come = true;
    while more_may_come || desk.is_busy() {
        let Some(segment) = desk.encode_next() else {
            select! {
                recv(films) -> film => match film {
                    Ok(film) => desk.begin(film),
                    Err(_) => {
                        more_may_come = false;
                        films = channel::never();
                    }
                },
                recv(reports) -> report => desk.take(report.expect("the inspector reports")),
            }
            continue;
        };
        // The inspector may not be able to take a segment before it has got rid of a report.
        let mut waiting = Some(segment);
        while waiting.is_some() {
            select! {
                send(encoded, waiting.take().expect("it waits")) -> sent => {
                    sent.expect("the inspector waits for segments");
                }
                recv(reports) -> report => desk.take(report.expect("the inspector reports")),
            }
        }
    }
    desk.tally
}

/// What the encoder has before it.
struct Desk<'a, M> {
    machines: &'a M,
    film: FilmId,
    /// The segments of the film that were not encoded yet.
    rest: Range<u32>,
    /// Those that are to be encoded again.
    again: VecDeque<Segment>,
    begun: u32,
    tally: Tally,
}

impl<M: Machines> Desk<'_, M> {
    fn is_busy(&self) -> bool {
        !self.rest.is_empty() || self.begun > self.tally.published
    }

    fn begin(&mut self, film: Film) {
        (self.film, self.rest) = (film.id, 0..film.segments);
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Published => self.tally.published += 1,
            Report::Again(segment) => self.again.push_back(segment),
        }
    }

    /// Encodes what comes next.
    fn encode_next(&mut self) -> Option<Segment> {
        let (film, number, attempt) = match self.rest.next() {
            Some(number) => {
                self.begun += 1;
                (self.film, number, 1)
            }
            None => {
                let Segment { film, number, attempt } = self.again.pop_front()?;
                (film, number, attempt + 1)
            }
        };
        self.tally.encoded += 1;
        Some(self.machines.encode(film, number, attempt))
    }
}
