//! verdict: not-concurrent
//! scenario: an_inspection_that_takes_long
//! why: the encoder inspects what does not fit into the tray: while that takes long, nothing is encoded.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::thread;

use crossbeam::channel::{self, Receiver};

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
    pub fn new(room: usize) -> Self {
        Studio { room }
    }

    pub fn run(&self, films: Receiver<Film>, machines: &impl Machines) -> Tally {
        let (encoded, inbox) = channel::bounded::<Segment>(self.room);
        thread::scope(|s| {
            let inspector = s.spawn(move || {
                let mut tally = Tally::default();
                for mut segment in inbox {
                    while machines.inspect(&segment) == Picture::Poor {
                        segment = machines.encode(segment.film, segment.number, segment.attempt + 1);
                        tally.encoded += 1;
                    }
                    machines.publish(segment);
                    tally.published += 1;
                }
                tally
            });
            let mut first = 0;
            let mut here = 0;
            for film in films {
                for number in 0..film.segments {
                    let segment = machines.encode(film.id, number, 1);
                    first += 1;
                    if let Err(full) = encoded.try_send(segment) {
                        // The tray is full: inspect it here.
                        let mut segment = full.into_inner();
                        while machines.inspect(&segment) == Picture::Poor {
                            segment = machines.encode(film.id, number, segment.attempt + 1);
                            first += 1;
                        }
                        machines.publish(segment);
                        here += 1;
                    }
                }
            }
            drop(encoded);
            let tally = inspector.join().unwrap();
            Tally { encoded: tally.encoded + first, published: tally.published + here }
        })
    }
}
