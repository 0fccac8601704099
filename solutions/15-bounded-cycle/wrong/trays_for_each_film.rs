//! verdict: assertion-failed
//! scenario: films_whose_inspection_is_slow
//! why: each film has its own encoder, inspector and tray: each keeps to the limit, and all together do not.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::sync::{Condvar, Mutex};
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

/// A counting semaphore.
struct Places(Mutex<usize>, Condvar);

impl Places {
    fn take(&self) {
        let mut free = self.1.wait_while(self.0.lock().unwrap(), |free| *free == 0).unwrap();
        *free -= 1;
    }
    fn give(&self) {
        *self.0.lock().unwrap() += 1;
        self.1.notify_one();
    }
}

impl Studio {
    pub fn new(room: usize) -> Self {
        Studio { room }
    }

    /// Each film has its own encoder and inspector; the memory is shared.
    pub fn run(&self, films: Receiver<Film>, machines: &impl Machines) -> Tally {
        let places = Places(Mutex::new(2 * self.room + 2), Condvar::new());
        let places = &places;
        let room = self.room;
        let total = Mutex::new(Tally::default());
        let total = &total;
        thread::scope(|s| {
            for film in films {
                s.spawn(move || {
                    let (encoded, inbox) = channel::bounded::<Segment>(room);
                    thread::scope(|t| {
                        t.spawn(move || {
                            for mut segment in inbox {
                                while machines.inspect(&segment) == Picture::Poor {
                                    segment = machines.encode(film.id, segment.number, segment.attempt + 1);
                                    total.lock().unwrap().encoded += 1;
                                }
                                machines.publish(segment);
                                total.lock().unwrap().published += 1;
                            }
                        });
                        for number in 0..film.segments {
                            let _ = &places;
                            encoded.send(machines.encode(film.id, number, 1)).unwrap();
                            total.lock().unwrap().encoded += 1;
                        }
                        drop(encoded);
                    });
                });
            }
        });
        *total.lock().unwrap()
    }
}
