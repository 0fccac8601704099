//! idea: a ticket for each segment that may be begun: the inspector gives it back when the segment is published.
//! trade-off: the limit is a thing of its own and holds for any number of stages; a ticket that is lost is never found again.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::collections::VecDeque;
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
        let (encoded, to_inspect) = channel::bounded(self.room);
        // Nothing is begun without a ticket, so that this one does not fill up.
        let (inspected, reports) = channel::unbounded();
        let (give_back, tickets) = channel::bounded(self.room + 1);
        for _ in 0..=self.room {
            give_back.send(Ticket).expect("they are taken here");
        }
        thread::scope(|studio| {
            studio.spawn(|| inspect_all(to_inspect, inspected, give_back, machines));
            encode_all(films, reports, encoded, tickets, machines)
        })
    }
}

/// What the inspector tells the encoder.
enum Report {
    Published,
    Again(Segment),
}

/// Permission to begin a segment.
struct Ticket;

fn inspect_all(
    to_inspect: Receiver<Segment>,
    inspected: Sender<Report>,
    give_back: Sender<Ticket>,
    machines: &impl Machines,
) {
    for segment in to_inspect {
        let report = match machines.inspect(&segment) {
            Picture::Good => {
                machines.publish(segment);
                let _ = give_back.send(Ticket);
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
    tickets: Receiver<Ticket>,
    machines: &impl Machines,
) -> Tally {
    let mut tally = Tally::default();
    let (mut film, mut rest, mut again) = (FilmId(0), 0..0, VecDeque::<Segment>::new());
    let (mut more_may_come, mut unfinished) = (true, 0);
    while more_may_come || !rest.is_empty() || unfinished > 0 {
        while let Some(Segment { film, number, attempt }) = again.pop_front() {
            tally.encoded += 1;
            encoded.send(machines.encode(film, number, attempt + 1)).expect("the inspector waits for segments");
        }
        let (next_film, ticket) = match rest.is_empty() {
            true => (films.clone(), channel::never()),
            false => (channel::never(), tickets.clone()),
        };
        select! {
            recv(next_film) -> next => match next {
                Ok(next) => (film, rest) = (next.id, 0..next.segments),
                Err(_) => {
                    more_may_come = false;
                    films = channel::never();
                }
            },
            recv(ticket) -> ticket => {
                ticket.expect("the inspector gives them back");
                let number = rest.next().expect("there is more to do");
                tally.encoded += 1;
                unfinished += 1;
                encoded.send(machines.encode(film, number, 1)).expect("the inspector waits for segments");
            }
            recv(reports) -> report => match report.expect("the inspector reports") {
                Report::Published => {
                    tally.published += 1;
                    unfinished -= 1;
                }
                Report::Again(segment) => again.push_back(segment),
            },
        }
    }
    tally
}
