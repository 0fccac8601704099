//! What a studio promises, however its encoder and its inspector take turns.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use bounded_cycle::{Film, FilmId, Machines, Picture, Segment, Studio, Tally};
use crossbeam::channel::{self, Receiver, Sender};
use kata::Rendezvous;

/// A film of four segments comes through a studio with room for one in each tray.
pub fn a_film_of_four_segments() {
    let books = Books::new(1);
    comes_to(&books, &[4], Tally { encoded: 4, published: 4 });
}

/// A segment whose picture is poor is encoded again, as often as it takes.
pub fn a_poor_picture() {
    let books = Books { poor: [2, 1, 0, 0, 0, 0, 0, 0, 0, 0], ..Books::new(1) };
    comes_to(&books, &[2], Tally { encoded: 5, published: 2 });
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

/// Without films, and with a film without segments, the studio has nothing to do.
pub fn nothing_to_do() {
    comes_to(&Books::new(1), &[], Tally { encoded: 0, published: 0 });
    comes_to(&Books::new(1), &[0], Tally { encoded: 0, published: 0 });
}

/// While an inspection takes long, the encoder fills the tray, and no more than there is room for is begun.
pub fn an_inspection_that_takes_long() {
    let (books, (over, until)) = (Books::new(2), channel::bounded(1));
    let books = Books { first_inspection: Some(until), ..books };
    let (film, films) = channel::unbounded();
    film.send(Film { id: FilmId(0), segments: 9 }).unwrap();
    drop(film);
    let encoded = thread::scope(|scope| {
        scope.spawn(|| Studio::new(2).run(films, &books));
        kata::quiesce();
        let encoded = books.encoded();
        over.send(()).unwrap();
        encoded
    });
    assert!(
        encoded >= 3,
        "while one segment is inspected, two more fit into the tray: 3 should be encoded by then, and {encoded} were"
    );
    let published = books.published();
    assert!(published == 9, "all 9 segments should be published, and {published} are");
}

/// What is encoded is inspected and published although no further film comes, while one still may.
pub fn a_film_does_not_wait_for_the_next() {
    let books = Books { poor: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], ..Books::new(1) };
    let (film, films) = channel::unbounded();
    film.send(Film { id: FilmId(0), segments: 3 }).unwrap();
    let published = thread::scope(|scope| {
        scope.spawn(|| Studio::new(1).run(films, &books));
        kata::quiesce();
        let published = books.published();
        drop(film);
        published
    });
    assert!(published == 3, "all 3 segments should be published before the next film, and {published} were");
}

/// A segment is encoded while the one before it is inspected.
pub fn encoding_and_inspecting_overlap() {
    let meeting = Rendezvous::new(2, "the inspection of segment 0 and the encoding of segment 1");
    let books = Books { overlap: Some(Overlap { meeting, inspected: 0, encoded: 1 }), ..Books::new(1) };
    comes_to(&books, &[2], Tally { encoded: 2, published: 2 });
}

/// While a segment is encoded, those before it are inspected.
pub fn the_inspector_does_not_wait_for_the_encoder() {
    let meeting = Rendezvous::new(2, "the inspection of segment 1 and the encoding of segment 2");
    let books = Books { overlap: Some(Overlap { meeting, inspected: 1, encoded: 2 }), ..Books::new(1) };
    comes_to(&books, &[4], Tally { encoded: 4, published: 4 });
}

/// The longest film, in segments.
const LONGEST: usize = 10;
const FILMS: usize = 2;

struct Overlap {
    meeting: Rendezvous,
    inspected: u32,
    encoded: u32,
}

/// Machines that keep books. Nobody can tell when an entry is made, which is why these are not the atomics of `std`.
struct Books {
    room: u32,
    /// How often the picture of each segment will be poor.
    poor: [u32; LONGEST],
    /// What the first inspection waits for.
    first_inspection: Option<Receiver<()>>,
    overlap: Option<Overlap>,
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
            overlap: None,
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

    /// The segments that are begun and not published.
    fn unfinished(&self) -> u32 {
        let begun = self.encoded.iter().flatten().filter(|times| times.load(Relaxed) > 0).count();
        u32::try_from(begun).unwrap() - self.published()
    }
}

impl Machines for Books {
    fn encode(&self, film: FilmId, number: u32, attempt: u32) -> Segment {
        let before = entry(&self.encoded, film, number).fetch_add(1, Relaxed);
        assert!(attempt == before + 1, "segment {number} is encoded for time {}, as attempt {attempt}", before + 1);
        let inspected = entry(&self.inspected, film, number).load(Relaxed);
        assert!(inspected == before, "segment {number} is encoded again before attempt {before} was inspected");
        let good = self.poor[number as usize] < attempt - 1;
        assert!(!good || attempt == 1, "segment {number} is encoded again although its picture is good");
        let (room, unfinished) = (self.room, self.unfinished());
        let most = 2 * room + 2;
        assert!(
            unfinished <= most,
            "with room for {room} in each tray at most {most} segments may be unfinished, and {unfinished} are"
        );
        if let Some(overlap) = &self.overlap
            && overlap.encoded == number
        {
            overlap.meeting.arrive();
        }
        Segment { film, number, attempt }
    }

    fn inspect(&self, segment: &Segment) -> Picture {
        let Segment { film, number, attempt } = *segment;
        let before = entry(&self.inspected, film, number).fetch_add(1, Relaxed);
        assert!(attempt == before + 1, "attempt {attempt} of segment {number} is inspected for time {}", before + 1);
        if let Some(overlap) = &self.overlap
            && overlap.inspected == number
        {
            overlap.meeting.arrive();
        }
        if let Some(until) = self.first_inspection.as_ref().filter(|_| total(&self.inspected) == 1) {
            until.recv().unwrap();
        }
        if attempt > self.poor[number as usize] { Picture::Good } else { Picture::Poor }
    }

    fn publish(&self, segment: Segment) {
        let Segment { film, number, attempt } = segment;
        let before = entry(&self.published, film, number).fetch_add(1, Relaxed);
        assert!(before == 0, "segment {number} is published twice");
        let inspected = entry(&self.inspected, film, number).load(Relaxed);
        assert!(inspected == attempt, "attempt {attempt} of segment {number} is published, and was not inspected");
        let good = attempt > self.poor[number as usize];
        assert!(good, "attempt {attempt} of segment {number} is published although its picture is poor");
    }
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
