//! idea: time limits: who cannot go on looks at something else from time to time. The segments of a film are taken from its end.
//! trade-off: no `select!`; it wakes up in vain, and a film is in a list of its segments.
//!
//! The studio of a streaming service: films come in, every segment of them is encoded and inspected, and one whose
//! picture is poor is encoded again.

use std::thread;
use std::time::Duration;

use crossbeam::channel::{self, Receiver, RecvTimeoutError, SendTimeoutError};

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

enum Report {
    Published,
    Again(Segment),
}

impl Studio {
    pub fn new(room: usize) -> Self {
        Studio { room }
    }

    /// With time limits: who cannot go on looks at its other side from time to time.
    pub fn run(&self, films: Receiver<Film>, machines: &impl Machines) -> Tally {
        const A_MOMENT: Duration = Duration::from_millis(2);
        let most = 2 * self.room + 2;
        let (encoded, inbox) = channel::bounded::<Segment>(self.room);
        let (report, reports) = channel::unbounded::<Report>();
        thread::scope(|studio| {
            studio.spawn(move || {
                for segment in inbox {
                    report
                        .send(match machines.inspect(&segment) {
                            Picture::Good => {
                                machines.publish(segment);
                                Report::Published
                            }
                            Picture::Poor => Report::Again(segment),
                        })
                        .unwrap();
                }
            });
            let mut tally = Tally::default();
            let mut poor = Vec::new();
            let mut unfinished = 0;
            let mut reel = Vec::new();
            let mut open = true;
            while open || unfinished > 0 || !reel.is_empty() {
                let wait = poor.is_empty() && (unfinished == most || reel.is_empty());
                let report = if wait && unfinished > 0 {
                    match reports.recv_timeout(A_MOMENT) {
                        Ok(r) => Some(r),
                        Err(RecvTimeoutError::Timeout) => None,
                        Err(RecvTimeoutError::Disconnected) => unreachable!(),
                    }
                } else {
                    reports.try_recv().ok()
                };
                match report {
                    Some(Report::Published) => {
                        unfinished -= 1;
                        tally.published += 1;
                    }
                    Some(Report::Again(s)) => poor.push(s),
                    None => {}
                }
                if open && reel.is_empty() {
                    match films.recv_timeout(if unfinished == 0 { A_MOMENT } else { Duration::ZERO }) {
                        Ok(film) => reel.extend((0..film.segments).map(|n| (film.id, n))),
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => open = false,
                    }
                }
                let segment = if let Some(s) = poor.pop() {
                    machines.encode(s.film, s.number, s.attempt + 1)
                } else if unfinished < most && !reel.is_empty() {
                    let (film, number) = reel.pop().unwrap();
                    unfinished += 1;
                    machines.encode(film, number, 1)
                } else {
                    continue;
                };
                tally.encoded += 1;
                let mut ready = segment;
                loop {
                    match encoded.send_timeout(ready, A_MOMENT) {
                        Ok(()) => break,
                        Err(SendTimeoutError::Timeout(s)) => ready = s,
                        Err(SendTimeoutError::Disconnected(_)) => unreachable!(),
                    }
                }
            }
            drop(encoded);
            tally
        })
    }
}
