//! idea: a thread does all that is to be done with one segment; a full channel is a semaphore that limits how many there are.
//! trade-off: hardly any code, and nobody hands over anything; each segment costs a thread, and more than one is encoded at a time.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::sync::atomic::{AtomicU32, Ordering};
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

    /// A thread for each segment, at most as many as there are places.
    pub fn run(&self, films: Receiver<Film>, machines: &impl Machines) -> Tally {
        // A full channel is a semaphore with no permits.
        let (take, give) = channel::bounded::<()>(2 * self.room + 2);
        let (encoded, published) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|s| {
            for film in films.iter() {
                for number in 0..film.segments {
                    take.send(()).unwrap();
                    let (give, encoded, published) = (give.clone(), &encoded, &published);
                    s.spawn(move || {
                        for attempt in 1.. {
                            let segment = machines.encode(film.id, number, attempt);
                            encoded.fetch_add(1, Ordering::Relaxed);
                            if machines.inspect(&segment) == Picture::Good {
                                machines.publish(segment);
                                published.fetch_add(1, Ordering::Relaxed);
                                break;
                            }
                        }
                        give.recv().unwrap();
                    });
                }
            }
        });
        Tally { encoded: encoded.into_inner(), published: published.into_inner() }
    }
}
