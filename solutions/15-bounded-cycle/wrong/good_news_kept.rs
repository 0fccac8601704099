//! verdict: not-concurrent
//! scenario: a_later_inspection_takes_long
//! why: the inspector hands over a report or takes a segment, whichever is possible: with reports of what is published in its hands, the encoder believes that the memory is full.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::collections::VecDeque;
use std::thread;

use crossbeam::channel::{self, Receiver};
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
    pub fn new(room: usize) -> Self {
        Studio { room }
    }

    /// The trays stay as they are; the inspector keeps taking while it cannot hand back: what it holds is bounded by
    /// what may be unfinished, which the encoder limits.
    pub fn run(&self, films: Receiver<Film>, machines: &impl Machines) -> Tally {
        let (encoded, inbox) = channel::bounded::<Segment>(self.room);
        let (report, reports) = channel::bounded::<Option<Segment>>(self.room);
        let most = 2 * self.room + 2;
        thread::scope(move |studio| {
            studio.spawn(move || {
                let mut held: VecDeque<Option<Segment>> = VecDeque::new();
                let mut inbox = Some(inbox);
                while inbox.is_some() || !held.is_empty() {
                    let nowhere = channel::bounded(0);
                    let never = channel::never();
                    let out = if held.is_empty() { &nowhere.0 } else { &report };
                    let from = inbox.as_ref().unwrap_or(&never);
                    select! {
                        recv(from) -> s => match s {
                            Ok(s) => held.push_back(match machines.inspect(&s) {
                                Picture::Good => { machines.publish(s); None }
                                Picture::Poor => Some(s),
                            }),
                            Err(_) => inbox = None,
                        },
                        send(out, held.pop_front().unwrap()) -> r => if r.is_err() { return },
                    }
                }
            });
            let mut films = films;
            let mut open = true;
            let mut unfinished = 0;
            let mut tally = Tally::default();
            let mut reel: Vec<(FilmId, u32)> = Vec::new();
            let mut to_do: VecDeque<(FilmId, u32, u32)> = VecDeque::new();
            while open || unfinished > 0 || !reel.is_empty() {
                if to_do.is_empty() && unfinished < most && !reel.is_empty() {
                    let (f, n) = reel.remove(0);
                    unfinished += 1;
                    to_do.push_back((f, n, 1));
                }
                if let Some((f, n, a)) = to_do.pop_front() {
                    tally.encoded += 1;
                    let mut ready = Some(machines.encode(f, n, a));
                    while ready.is_some() {
                        select! {
                            send(encoded, ready.take().unwrap()) -> r => r.unwrap(),
                            recv(reports) -> r => match r.unwrap() {
                                None => { tally.published += 1; unfinished -= 1; }
                                Some(s) => to_do.push_back((s.film, s.number, s.attempt + 1)),
                            }
                        }
                    }
                } else {
                    let never = channel::never();
                    let come = if reel.is_empty() { &films } else { &never };
                    select! {
                        recv(reports) -> r => match r.unwrap() {
                            None => { tally.published += 1; unfinished -= 1; }
                            Some(s) => to_do.push_back((s.film, s.number, s.attempt + 1)),
                        },
                        recv(come) -> f => match f {
                            Ok(f) => reel.extend((0..f.segments).map(|n| (f.id, n))),
                            Err(_) => { open = false; films = channel::never(); }
                        }
                    }
                }
            }
            tally
        })
    }
}
