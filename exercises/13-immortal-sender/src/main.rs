//! A traveller waits for the fares from Hamburg to Lisbon.

use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use immortal_sender::{Adapter, AirlineId, Cents, FareSearch, Offer, Summary, Trip};

const PATIENCE: Duration = Duration::from_millis(1500);

/// What reaches the traveller's page.
enum News {
    Offer(Offer),
    Done(Summary),
}

fn main() -> ExitCode {
    let airlines = [(1, 120, Some(18_900)), (2, 40, Some(24_500)), (3, 200, None), (4, 300, Some(15_200))];
    let asked = airlines.len();
    let search = FareSearch::new(airlines.map(|(id, latency, fare)| (AirlineId(id), airline(latency, fare))));
    let trip = Trip { from: "Hamburg".to_owned(), to: "Lisbon".to_owned() };
    println!("{} to {}: {asked} airlines are asked, the slowest takes 300 ms.", trip.from, trip.to);

    let start = Instant::now();
    let (page, news) = mpsc::channel();
    thread::spawn(move || {
        let summary = search.search(&trip, |offer| {
            let _ = page.send(News::Offer(offer));
        });
        let _ = page.send(News::Done(summary));
    });

    loop {
        match news.recv_timeout(PATIENCE) {
            Ok(News::Offer(Offer { airline, fare })) => {
                let (euros, cents) = (fare / 100, fare % 100);
                println!("{:4} ms: airline {} for {euros}.{cents:02}", start.elapsed().as_millis(), airline.0);
            }
            Ok(News::Done(summary)) => {
                println!("{:4} ms: done, {} offers.", start.elapsed().as_millis(), summary.offers);
                return ExitCode::SUCCESS;
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                println!();
                println!(
                    "{:4} ms: every airline has answered long ago, and the page is still",
                    start.elapsed().as_millis()
                );
                println!("loading. Nothing has come for {} ms, and the search does not end.", PATIENCE.as_millis());
                return ExitCode::FAILURE;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                println!("The search ended in a panic.");
                return ExitCode::FAILURE;
            }
        }
    }
}

/// An airline that takes its time.
fn airline(latency: u64, fare: Option<Cents>) -> Adapter {
    Arc::new(move |_: &Trip| {
        thread::sleep(Duration::from_millis(latency));
        fare
    })
}
