//! idea: two workers, each of which takes a segment all the way from its first encoding to the audience.
//! trade-off: nothing is handed over, so that nobody waits for anybody; which machine is busy when is left to chance.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use crossbeam::channel::Receiver;

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
        let work = Mutex::new(Work { films, film: FilmId(0), rest: 0..0 });
        thread::scope(|studio| {
            let other = studio.spawn(|| work_through(&work, machines));
            let own = work_through(&work, machines);
            let other = other.join().expect("the other worker is done");
            Tally { encoded: own.encoded + other.encoded, published: own.published + other.published }
        })
    }
}

/// What was not begun yet.
struct Work {
    films: Receiver<Film>,
    film: FilmId,
    rest: Range<u32>,
}

impl Work {
    fn next_segment(&mut self) -> Option<(FilmId, u32)> {
        loop {
            if let Some(number) = self.rest.next() {
                return Some((self.film, number));
            }
            let film = self.films.recv().ok()?;
            (self.film, self.rest) = (film.id, 0..film.segments);
        }
    }
}

/// One segment at a time, from its first encoding until it is published.
fn work_through(work: &Mutex<Work>, machines: &impl Machines) -> Tally {
    let mut tally = Tally::default();
    let next_segment = || work.lock().unwrap().next_segment();
    while let Some((film, number)) = next_segment() {
        let mut segment = machines.encode(film, number, 1);
        tally.encoded += 1;
        while machines.inspect(&segment) == Picture::Poor {
            segment = machines.encode(film, number, segment.attempt + 1);
            tally.encoded += 1;
        }
        machines.publish(segment);
        tally.published += 1;
    }
    tally
}
