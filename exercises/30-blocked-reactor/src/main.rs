//! Two requests to the photo archive, and a load balancer that asks every few milliseconds whether the server lives.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use blocked_reactor::{Codec, DecodeError, Image, Strip, Thumbnailer};

const STRIPS: usize = 40;
const STRIP: Duration = Duration::from_millis(10);
const CHECK: Duration = Duration::from_millis(10);
const TOLERABLE: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(5);

/// A decoder that needs the processor for as long as a real one.
struct Decoder;

impl Codec for Decoder {
    fn decode_strip(&self, image: &Image, strip: usize) -> Result<Strip, DecodeError> {
        let start = Instant::now();
        let mut pixel = image.name.len() as u8;
        while start.elapsed() < STRIP {
            pixel = black_box(pixel.wrapping_mul(31).wrapping_add(strip as u8));
        }
        Ok(Strip(vec![pixel; 16]))
    }
}

/// What came of a request.
struct Report {
    request: &'static str,
    thumbnails: usize,
    took: Duration,
    checks: u32,
    longest_silence: Duration,
}

fn main() -> ExitCode {
    println!("The load balancer asks every {} ms whether the server lives.", CHECK.as_millis());
    let (report, reports) = mpsc::channel();
    thread::spawn(move || server(&report));

    let mut silent = false;
    for request in ["a panorama", "a gallery of three"] {
        let Ok(report) = reports.recv_timeout(PATIENCE) else {
            println!("{request}: no answer within {} s, to this request nor to any other.", PATIENCE.as_secs());
            return ExitCode::FAILURE;
        };
        println!(
            "{}: thumbnails after {} ms ({}); checks answered meanwhile: {}; longest silence: {} ms.",
            report.request,
            report.took.as_millis(),
            report.thumbnails,
            report.checks,
            report.longest_silence.as_millis()
        );
        silent |= report.longest_silence > TOLERABLE;
    }
    if silent {
        println!("After {} ms of silence the load balancer takes a server for dead.", TOLERABLE.as_millis());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

#[tokio::main(flavor = "current_thread")]
async fn server(reports: &mpsc::Sender<Report>) {
    let service = Thumbnailer::new(Decoder);
    let image = |name: &str| Image { name: name.to_owned(), strips: STRIPS };

    let panorama = async { usize::from(service.thumbnail(image("panorama")).await.is_ok()) };
    let _ = reports.send(observe("a panorama", panorama).await);
    let images = ["beach", "forest", "harbour"].map(image).to_vec();
    let gallery = async { service.gallery(images).await.into_iter().flatten().count() };
    let _ = reports.send(observe("a gallery of three", gallery).await);
}

/// Answers a request while the load balancer asks.
async fn observe(request: &'static str, answer: impl Future<Output = usize>) -> Report {
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let checks = tokio::spawn(async move {
        let (mut checks, mut longest, mut last) = (0, Duration::ZERO, Instant::now());
        loop {
            let over = tokio::select! {
                _ = &mut stopped => true,
                () = tokio::time::sleep(CHECK) => false,
            };
            longest = longest.max(last.elapsed());
            last = Instant::now();
            if over {
                return (checks, longest);
            }
            checks += 1;
        }
    });
    // The first check is on its way when the request comes.
    tokio::task::yield_now().await;
    let start = Instant::now();
    let thumbnails = answer.await;
    let took = start.elapsed();
    let _ = stop.send(());
    let (checks, longest_silence) = checks.await.expect("checks do not panic");
    Report { request, thumbnails, took, checks, longest_silence }
}
