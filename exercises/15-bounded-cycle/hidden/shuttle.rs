//! What a studio promises, however its encoder and its inspector take turns.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use bounded_cycle::{Film, FilmId, Machines, Picture, Segment, Studio, Tally};
use crossbeam::channel::{self, Receiver, Sender};
use kata::{Rendezvous, Verdict};

/// A film of four segments comes through a studio with room for one in each tray.
pub fn a_film_of_four_segments() {
    let books = Books::new(1);
    comes_to(&books, &[4], Tally { encoded: 4, published: 4 });
}

/// A segment whose picture is poor is encoded again, as often as it takes.
pub fn a_poor_picture() {
    let books = Books { poor: [2, 1, 0, 0, 0, 0, 0, 0, 0, 0], ..Books::new(1) };
    comes_to(&books, &[2], Tally { encoded: 5, published: 2 });
    let books = Books { poor: [15, 0, 0, 0, 0, 0, 0, 0, 0, 0], ..Books::new(1) };
    comes_to(&books, &[1], Tally { encoded: 16, published: 1 });
}

/// Three segments, each of which is poor at first, come through.
pub fn every_picture_is_poor_at_first() {
    let books = Books { poor: [1; LONGEST], ..Books::new(1) };
    comes_to(&books, &[3], Tally { encoded: 6, published: 3 });
}

/// A film that is much longer than there is room comes through, although every picture is poor at first.
pub fn a_long_film() {
    let books = Books { poor: [1; LONGEST], ..Books::new(1) };
    comes_to(&books, &[10], Tally { encoded: 20, published: 10 });
}

/// With room for two in each tray, a film of eight segments comes through; some of the pictures are poor at first.
pub fn room_for_two() {
    let books = Books { poor: [0, 1, 0, 1, 1, 0, 0, 2, 0, 0], ..Books::new(2) };
    comes_to(&books, &[8], Tally { encoded: 13, published: 8 });
}

/// Two films come through, the second of which comes in while the first is worked on.
pub fn two_films() {
    let books = Books { poor: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], ..Books::new(1) };
    comes_to(&books, &[2, 2], Tally { encoded: 6, published: 4 });
}

/// Two films come in at once; while every inspection is slow, no more is begun than there is room for.
pub fn films_whose_inspection_is_slow() {
    let books = Books { slow: true, ..Books::new(1) };
    comes_to(&books, &[4, 2], Tally { encoded: 6, published: 6 });
}

/// With room for three in each tray, a film of nine segments comes through; no more is begun than there is room for.
pub fn room_for_three() {
    let books = Books { slow: true, ..Books::new(3) };
    comes_to(&books, &[9], Tally { encoded: 9, published: 9 });
}

/// Without films, and with a film without segments, the studio has nothing to do.
pub fn nothing_to_do() {
    comes_to(&Books::new(1), &[], Tally { encoded: 0, published: 0 });
    comes_to(&Books::new(1), &[0], Tally { encoded: 0, published: 0 });
}

/// While the first inspection takes long, as many segments more are encoded as there is room for in a tray.
pub fn an_inspection_that_takes_long() {
    let books = Books { inspection: Some((0, Later::new("the first inspection and two more encodings"))), ..Books::new(2) };
    comes_to(&books, &[9], Tally { encoded: 9, published: 9 });
}

/// With room for five in each tray, five segments more are encoded while the first inspection takes long.
pub fn room_for_five() {
    let books = Books { inspection: Some((0, Later::new("the first inspection and five more encodings"))), ..Books::new(5) };
    comes_to(&books, &[7], Tally { encoded: 7, published: 7 });
}

/// While the fourth inspection takes long, another segment is encoded.
pub fn a_later_inspection_takes_long() {
    let books = Books { inspection: Some((3, Later::new("the fourth inspection and one more encoding"))), ..Books::new(1) };
    comes_to(&books, &[6], Tally { encoded: 6, published: 6 });
}

/// While the only segment of a film is inspected, the next film is begun.
pub fn the_next_film_is_begun() {
    let what = "the inspection of the first film and the encoding of the second";
    let books = Books { inspection: Some((0, Later::new(what))), ..Books::new(1) };
    comes_to(&books, &[1, 1], Tally { encoded: 2, published: 2 });
}

/// What is encoded is inspected and published although no further film comes, and the studio waits for one that still may.
pub fn a_film_does_not_wait_for_the_next() {
    let published = Later::new("the wait for another film and the publication of all 3 segments of this one");
    let books = Books { poor: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], all: Some((3, published)), ..Books::new(1) };
    let (film, films) = channel::unbounded();
    film.send(Film { id: FilmId(0), segments: 3 }).unwrap();
    let tally = thread::scope(|scope| {
        let run = scope.spawn(|| Studio::new(1).run(films, &books));
        let (all, published) = books.all.as_ref().unwrap();
        published.is_wanted_at(*all, books.published());
        published.wait();
        // The night goes by.
        thread::sleep(Duration::from_secs(36_000));
        pause();
        let waits = film.send(Film { id: FilmId(1), segments: 1 }).is_ok();
        promise(waits, || "`run` should wait for the films that can still come, and has returned".to_owned());
        drop(film);
        run.join().unwrap()
    });
    let expected = Tally { encoded: 5, published: 4 };
    assert!(tally == expected, "the tally should be {expected:?}, and is {tally:?}");
}

/// A segment is encoded while another one is inspected.
pub fn encoding_and_inspecting_overlap() {
    let overlap = Rendezvous::new(2, "the first inspection and the second encoding");
    let books = Books { overlap: Some(overlap), ..Books::new(1) };
    comes_to(&books, &[2], Tally { encoded: 2, published: 2 });
}

/// While the fourth segment is encoded, those before it are published, but for what fits into a tray.
pub fn the_inspector_does_not_wait_for_the_encoder() {
    let what = "the fourth encoding and the publication of all segments before but one";
    let books = Books { encoding: Some((3, Later::new(what))), ..Books::new(1) };
    comes_to(&books, &[5], Tally { encoded: 5, published: 5 });
}

/// While an inspection in one studio takes long, another studio works as if it were alone.
pub fn two_studios() {
    let (over, until) = channel::bounded(1);
    let (busy, other) = (Books { first_inspection: Some(until), ..Books::new(1) }, Books::new(1));
    let (film, films) = channel::unbounded();
    film.send(Film { id: FilmId(0), segments: 6 }).unwrap();
    drop(film);
    thread::scope(|scope| {
        scope.spawn(|| Studio::new(1).run(films, &busy));
        // It takes what it can get.
        pause();
        comes_to(&other, &[3], Tally { encoded: 3, published: 3 });
        over.send(()).unwrap();
    });
}

/// The longest film, in segments.
const LONGEST: usize = 10;
const FILMS: usize = 2;

/// What one thread waits for while others work towards it. They never wait for the one that waits.
struct Later {
    meeting: Rendezvous,
    wanted: AtomicU32,
    tell: Sender<()>,
    told: Receiver<()>,
}

impl Later {
    /// `what` completes the sentence "… must be able to overlap".
    #[track_caller]
    fn new(what: &str) -> Self {
        let (tell, told) = channel::unbounded();
        Later { meeting: Rendezvous::new(2, what), wanted: AtomicU32::new(u32::MAX), tell, told }
    }

    /// The number that is waited for, and the one that there is.
    fn is_wanted_at(&self, wanted: u32, now: u32) {
        self.wanted.store(wanted, Relaxed);
        self.is_at(now);
    }

    /// Another number is waited for, if any still is.
    fn is_wanted_later(&self, wanted: u32) {
        if self.wanted.load(Relaxed) != u32::MAX {
            self.wanted.store(wanted, Relaxed);
        }
    }

    fn is_at(&self, now: u32) {
        if now >= self.wanted.load(Relaxed) {
            self.wanted.store(u32::MAX, Relaxed);
            self.tell.send(()).unwrap();
        }
    }

    /// Waits until the number is there. Who waits does so at a meeting: if nobody can come any more, it is one that was to overlap.
    #[track_caller]
    fn wait(&self) {
        thread::scope(|scope| {
            scope.spawn(|| {
                self.told.recv().unwrap();
                self.meeting.arrive();
            });
            self.meeting.arrive();
        });
    }
}

/// Machines that keep books. Nobody can tell when an entry is made, which is why these are not the atomics of `std`.
struct Books {
    room: u32,
    /// How often the picture of each segment will be poor.
    poor: [u32; LONGEST],
    /// What the first inspection waits for.
    first_inspection: Option<Receiver<()>>,
    /// The inspection, counted from 0, that lasts until as many encoded segments wait for theirs as there is room for in a
    /// tray.
    inspection: Option<(u32, Later)>,
    /// The encoding, counted from 0, that lasts until those before it are published, but for as many as there is room for in
    /// a tray.
    encoding: Option<(u32, Later)>,
    /// How many published segments the scenario waits for.
    all: Option<(u32, Later)>,
    /// Whether others have time to do something during each inspection and each publication.
    slow: bool,
    /// Where the first inspection and the second encoding meet.
    overlap: Option<Rendezvous>,
    /// How many encodings have ended.
    done: AtomicU32,
    /// How many segments come in.
    coming: AtomicU32,
    /// For each segment of each film, how often it was encoded, inspected and published.
    encoded: [[AtomicU32; LONGEST]; FILMS],
    inspected: [[AtomicU32; LONGEST]; FILMS],
    published: [[AtomicU32; LONGEST]; FILMS],
}

impl Books {
    fn new(room: u32) -> Self {
        Books {
            room,
            poor: [0; LONGEST],
            first_inspection: None,
            inspection: None,
            encoding: None,
            all: None,
            slow: false,
            overlap: None,
            done: AtomicU32::new(0),
            coming: AtomicU32::new(0),
            encoded: Default::default(),
            inspected: Default::default(),
            published: Default::default(),
        }
    }

    fn encoded(&self) -> u32 {
        total(&self.encoded)
    }

    fn published(&self) -> u32 {
        total(&self.published)
    }

    /// The encodings after which as many segments as there is room for in a tray wait for their inspection, or all do that
    /// came in.
    fn enough(&self) -> u32 {
        (total(&self.inspected) + self.room).min(self.coming.load(Relaxed))
    }

    /// The segments that are begun and not published.
    fn unfinished(&self) -> u32 {
        let begun = self.encoded.iter().flatten().filter(|times| times.load(Relaxed) > 0).count();
        u32::try_from(begun).unwrap() - self.published()
    }
}

impl Machines for Books {
    fn encode(&self, film: FilmId, number: u32, attempt: u32) -> Segment {
        let (calls, done) = (self.encoded(), self.done.load(Relaxed));
        let before = entry(&self.encoded, film, number).fetch_add(1, Relaxed);
        promise(attempt == before + 1, || {
            format!("segment {number} is encoded for time {}, as attempt {attempt}", before + 1)
        });
        let inspected = entry(&self.inspected, film, number).load(Relaxed);
        promise(inspected == before, || {
            format!("segment {number} is encoded again before attempt {before} was inspected")
        });
        let good = attempt > 1 && self.poor[number as usize] < attempt - 1;
        promise(!good, || format!("segment {number} is encoded again although its picture is good"));
        let (room, unfinished) = (self.room, self.unfinished());
        let most = 2 * room + 2;
        promise(unfinished <= most, || {
            format!("with room for {room} in each tray at most {most} segments may be unfinished, and {unfinished} are")
        });
        if let Some(overlap) = self.overlap.as_ref().filter(|_| calls == 1) {
            overlap.arrive();
        }
        if let Some((_, later)) = self.encoding.as_ref().filter(|(which, _)| calls == *which) {
            later.is_wanted_at(done.saturating_sub(room), self.published());
            later.wait();
        }
        let done = self.done.fetch_add(1, Relaxed) + 1;
        if let Some((_, later)) = &self.inspection {
            later.is_at(done);
        }
        Segment { film, number, attempt }
    }

    fn inspect(&self, segment: &Segment) -> Picture {
        let Segment { film, number, attempt } = *segment;
        let calls = total(&self.inspected);
        let before = entry(&self.inspected, film, number).fetch_add(1, Relaxed);
        promise(attempt == before + 1, || {
            format!("attempt {attempt} of segment {number} is inspected for time {}", before + 1)
        });
        if let Some(overlap) = self.overlap.as_ref().filter(|_| calls == 0) {
            overlap.arrive();
        }
        if let Some(until) = self.first_inspection.as_ref().filter(|_| calls == 0) {
            until.recv().unwrap();
        }
        if let Some((which, later)) = &self.inspection {
            if calls == *which {
                // Meanwhile others may inspect what waits for that.
                pause();
                later.is_wanted_at(self.enough(), self.done.load(Relaxed));
                later.wait();
            } else {
                later.is_wanted_later(self.enough());
            }
        }
        if self.slow {
            pause();
        }
        if attempt > self.poor[number as usize] { Picture::Good } else { Picture::Poor }
    }

    fn publish(&self, segment: Segment) {
        let Segment { film, number, attempt } = segment;
        let inspected = entry(&self.inspected, film, number).load(Relaxed);
        promise(inspected == attempt, || {
            format!("attempt {attempt} of segment {number} is published, and was not inspected")
        });
        let good = attempt > self.poor[number as usize];
        promise(good, || format!("attempt {attempt} of segment {number} is published although its picture is poor"));
        if self.slow {
            pause();
        }
        let before = entry(&self.published, film, number).fetch_add(1, Relaxed);
        promise(before == 0, || format!("segment {number} is published twice"));
        if let Some((_, later)) = self.encoding.as_ref().or(self.all.as_ref()) {
            later.is_at(self.published());
        }
    }
}

/// Ends the scenario if `held` is not true: a panic would first be heard of in the threads that work with this one.
#[track_caller]
fn promise(held: bool, otherwise: impl FnOnce() -> String) {
    if !held {
        kata::fail(Verdict::AssertionFailed, otherwise());
    }
}

/// Time in which others may do something: until a thread that does nothing has ended. (A machine that yields would be one of those who
/// wait by looking again and again, and have their turn after everybody else.)
fn pause() {
    thread::scope(|scope| {
        scope.spawn(|| {});
    });
}

fn entry(entries: &[[AtomicU32; LONGEST]; FILMS], film: FilmId, number: u32) -> &AtomicU32 {
    let entry = entries.get(film.0 as usize).and_then(|film| film.get(number as usize));
    entry.expect("the studio works on segments of the films that came in")
}

fn total(entries: &[[AtomicU32; LONGEST]; FILMS]) -> u32 {
    entries.iter().flatten().map(|times| times.load(Relaxed)).sum()
}

/// Runs a studio on films with so many segments, and expects each segment to be published and the tally to be this.
fn comes_to(books: &Books, films: &[u32], expected: Tally) {
    let (coming, films_in): (Sender<Film>, _) = channel::unbounded();
    for (id, &segments) in (0..).zip(films) {
        coming.send(Film { id: FilmId(id), segments }).unwrap();
    }
    drop(coming);
    books.coming.store(expected.published, Relaxed);
    let tally = Studio::new(books.room as usize).run(films_in, books);
    for (id, &segments) in (0..).zip(films) {
        for number in 0..segments {
            let times = entry(&books.published, FilmId(id), number).load(Relaxed);
            assert!(times == 1, "segment {number} of film {id} should be published, and is not");
        }
    }
    let (encoded, published) = (books.encoded(), books.published());
    assert!(encoded == expected.encoded, "{} encodings should have done, and there were {encoded}", expected.encoded);
    assert!(
        published == expected.published,
        "{} segments should be published, and {published} are",
        expected.published
    );
    assert!(tally == expected, "the tally should be {expected:?}, and is {tally:?}");
}
