//! idea: no channels between the two: what lies where is known under one lock.
//! trade-off: everything can be seen and limited in one place; everybody is woken by everything.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
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
        let floor = Floor { room: self.room, state: Mutex::new(State::default()), changed: Condvar::new() };
        thread::scope(|studio| {
            studio.spawn(|| floor.inspect_all(machines));
            studio.spawn(|| floor.cut_all(films));
            floor.encode_all(machines)
        })
    }
}

/// Where segments lie, and which are to come.
struct Floor {
    room: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    films: VecDeque<Film>,
    closed: bool,
    again: Vec<Segment>,
    to_inspect: VecDeque<Segment>,
    unfinished: u32,
    tally: Tally,
    done: bool,
}

impl Floor {
    fn cut_all(&self, films: Receiver<Film>) {
        for film in films {
            self.state.lock().unwrap().films.push_back(film);
            self.changed.notify_all();
        }
        self.state.lock().unwrap().closed = true;
        self.changed.notify_all();
    }

    fn encode_all(&self, machines: &impl Machines) -> Tally {
        let (mut film, mut rest) = (FilmId(0), 0..0);
        let mut state = self.state.lock().unwrap();
        loop {
            let fits = state.to_inspect.len() < self.room;
            let next = if let Some(segment) = state.again.pop() {
                (segment.film, segment.number, segment.attempt + 1)
            } else if fits && let Some(number) = rest.next() {
                state.unfinished += 1;
                (film, number, 1)
            } else if rest.is_empty()
                && let Some(next) = state.films.pop_front()
            {
                (film, rest) = (next.id, 0..next.segments);
                continue;
            } else if state.closed && rest.is_empty() && state.unfinished == 0 {
                state.done = true;
                self.changed.notify_all();
                return state.tally;
            } else {
                state = self.changed.wait(state).unwrap();
                continue;
            };
            drop(state);
            let segment = machines.encode(next.0, next.1, next.2);
            state = self.state.lock().unwrap();
            state.tally.encoded += 1;
            state.to_inspect.push_back(segment);
            self.changed.notify_all();
        }
    }

    fn inspect_all(&self, machines: &impl Machines) {
        let mut state = self.state.lock().unwrap();
        loop {
            state = self.changed.wait_while(state, |state| state.to_inspect.is_empty() && !state.done).unwrap();
            let Some(segment) = state.to_inspect.pop_front() else { return };
            self.changed.notify_all();
            drop(state);
            let poor = match machines.inspect(&segment) {
                Picture::Poor => Some(segment),
                Picture::Good => {
                    machines.publish(segment);
                    None
                }
            };
            state = self.state.lock().unwrap();
            if poor.is_none() {
                state.tally.published += 1;
                state.unfinished -= 1;
            }
            state.again.extend(poor);
            self.changed.notify_all();
        }
    }
}
