//! idea: the inspector has a poor picture encoded again itself: without a way back there is no circle.
//! trade-off: the simplest to think about; while a picture is encoded again, nothing is inspected.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::thread;

use crossbeam::channel::{self, Receiver, Sender};

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
        thread::scope(|studio| {
            let inspector = studio.spawn(|| inspect_all(to_inspect, machines));
            let begun = encode_all(films, encoded, machines);
            let inspected = inspector.join().expect("the inspector is done");
            Tally { encoded: begun + inspected.encoded, ..inspected }
        })
    }
}

fn encode_all(films: Receiver<Film>, encoded: Sender<Segment>, machines: &impl Machines) -> u32 {
    let mut begun = 0;
    for film in films {
        for number in 0..film.segments {
            begun += 1;
            encoded.send(machines.encode(film.id, number, 1)).expect("the inspector waits for segments");
        }
    }
    begun
}

/// Whoever finds a picture poor has it encoded again: nothing goes back.
fn inspect_all(to_inspect: Receiver<Segment>, machines: &impl Machines) -> Tally {
    let mut tally = Tally::default();
    for mut segment in to_inspect {
        while machines.inspect(&segment) == Picture::Poor {
            segment = machines.encode(segment.film, segment.number, segment.attempt + 1);
            tally.encoded += 1;
        }
        machines.publish(segment);
        tally.published += 1;
    }
    tally
}
