//! verdict: assertion-failed
//! scenario: an_inspection_that_takes_long
//! why: two encoders look whether there is room, and both see the last place.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
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
        let most = 2 * self.room + 2;
        let unfinished = AtomicUsize::new(0);
        let (count, out) = (AtomicU32::new(0), AtomicU32::new(0));
        let (encoded, inbox) = channel::unbounded::<Segment>();
        let (cut, jobs) = channel::bounded::<(FilmId, u32)>(0);
        thread::scope(|s| {
            let (unfinished, count, out) = (&unfinished, &count, &out);
            s.spawn(move || {
                for film in films {
                    for number in 0..film.segments {
                        cut.send((film.id, number)).unwrap();
                    }
                }
            });
            for _ in 0..2 {
                let (jobs, encoded) = (jobs.clone(), encoded.clone());
                s.spawn(move || {
                    for (film, number) in jobs {
                        while unfinished.load(SeqCst) >= most {
                            thread::yield_now();
                        }
                        unfinished.fetch_add(1, SeqCst);
                        count.fetch_add(1, SeqCst);
                        encoded.send(machines.encode(film, number, 1)).unwrap();
                    }
                });
            }
            drop((jobs, encoded));
            for mut segment in inbox {
                while machines.inspect(&segment) == Picture::Poor {
                    count.fetch_add(1, SeqCst);
                    segment = machines.encode(segment.film, segment.number, segment.attempt + 1);
                }
                machines.publish(segment);
                out.fetch_add(1, SeqCst);
                unfinished.fetch_sub(1, SeqCst);
            }
        });
        Tally { encoded: count.into_inner(), published: out.into_inner() }
    }
}
