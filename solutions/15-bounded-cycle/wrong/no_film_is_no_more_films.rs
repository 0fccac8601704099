//! verdict: assertion-failed
//! scenario: a_film_does_not_wait_for_the_next
//! why: a `try_recv` that finds no film takes that for the end of the day.
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

    /// The inspector's thread encodes again what it finds poor: there is no way back, and so no cycle.
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
            while let Ok(film) = films.try_recv() {
                for number in 0..film.segments {
                    let segment = machines.encode(film.id, number, 1);
                    first += 1;
                    encoded.send(segment).unwrap();
                }
            }
            drop(encoded);
            let tally = inspector.join().unwrap();
            Tally { encoded: tally.encoded + first, ..tally }
        })
    }
}
