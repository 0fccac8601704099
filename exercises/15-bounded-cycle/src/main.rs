//! An afternoon in the studio: two trailers and a film.

use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use bounded_cycle::{Film, FilmId, Machines, Picture, Segment, Studio};
use crossbeam::channel;

/// How many segments have room in each tray.
const ROOM: usize = 4;
const PATIENCE: Duration = Duration::from_millis(800);
const FILMS: [(&str, u32); 3] = [("Trailer 1", 4), ("Trailer 2", 6), ("The Long Winter", 60)];

/// What the machines tell.
struct News {
    film: usize,
    published: bool,
}

struct Plant {
    news: mpsc::Sender<News>,
}

impl Plant {
    fn tell(&self, film: FilmId, published: bool) {
        let _ = self.news.send(News { film: film.0 as usize, published });
    }
}

impl Machines for Plant {
    fn encode(&self, film: FilmId, number: u32, attempt: u32) -> Segment {
        thread::sleep(Duration::from_millis(3));
        self.tell(film, false);
        Segment { film, number, attempt }
    }

    fn inspect(&self, segment: &Segment) -> Picture {
        thread::sleep(Duration::from_millis(4));
        // Dark scenes need a second attempt.
        if segment.number % 7 == 3 && segment.attempt == 1 { Picture::Poor } else { Picture::Good }
    }

    fn publish(&self, segment: Segment) {
        self.tell(segment.film, true);
    }
}

fn main() -> ExitCode {
    let (news, heard) = mpsc::channel();
    let (coming, films) = channel::unbounded();
    thread::spawn(move || Studio::new(ROOM).run(films, &Plant { news }));

    for (film, (title, segments)) in FILMS.into_iter().enumerate() {
        let id = FilmId(u32::try_from(film).expect("there are three films"));
        let _ = coming.send(Film { id, segments });
        let (mut encoded, mut published) = (0, 0);
        while published < segments {
            match heard.recv_timeout(PATIENCE) {
                Ok(news) if news.film == film => {
                    encoded += u32::from(!news.published);
                    published += u32::from(news.published);
                }
                Ok(_) => {}
                Err(_) => {
                    println!("{title}: {published} of {segments} segments are published.");
                    println!();
                    println!(
                        "Nothing has moved for {} ms. The encoder has encoded {encoded} times,",
                        PATIENCE.as_millis()
                    );
                    println!("and stands still; so does the inspector. Neither reports an error.");
                    return ExitCode::FAILURE;
                }
            }
        }
        println!("{title}: all {segments} segments are published, with {encoded} encodings.");
    }
    ExitCode::SUCCESS
}
