//! idea: hand over or take a report, whichever is possible, with a list of operations that is made anew each time.
//! trade-off: the one loop, and one list, for all states of the encoder; the compiler does not check that indices and channels belong together.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::collections::VecDeque;
use std::thread;

use crossbeam::channel::{self, Receiver, Select, Sender};

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
    let mut tally = Tally::default();
    let (mut film, mut rest, mut again) = (FilmId(0), 0..0, VecDeque::<Segment>::new());
    let (mut waiting, mut more_may_come, mut unfinished) = (None, true, 0);
    while more_may_come || !rest.is_empty() || unfinished > 0 {
        if waiting.is_none() {
            let next = again.pop_front().map(|segment| (segment.film, segment.number, segment.attempt + 1));
            let next = next.or_else(|| {
                unfinished += usize::from(!rest.is_empty());
                rest.next().map(|number| (film, number, 1))
            });
            waiting = next.map(|(film, number, attempt)| machines.encode(film, number, attempt));
            tally.encoded += u32::from(waiting.is_some());
        }
        let mut possible = Select::new();
        let report = possible.recv(&reports);
        let hand_over = waiting.is_some().then(|| possible.send(&encoded));
        if waiting.is_none() && rest.is_empty() {
            possible.recv(&films);
        }
        let selected = possible.select();
        if selected.index() == report {
            match selected.recv(&reports).expect("the inspector reports") {
                Report::Published => {
                    tally.published += 1;
                    unfinished -= 1;
                }
                Report::Again(segment) => again.push_back(segment),
            }
        } else if Some(selected.index()) == hand_over {
            let segment = waiting.take().expect("it waits");
            selected.send(&encoded, segment).expect("the inspector waits for segments");
        } else {
            match selected.recv(&films) {
                Ok(next) => (film, rest) = (next.id, 0..next.segments),
                Err(_) => {
                    more_may_come = false;
                    films = channel::never();
                }
            }
        }
    }
    tally
}
