//! A backup of a few files, and a look at what the machine is asked to do at the same time.

use std::collections::HashSet;
use std::hint::black_box;
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use oversubscribed_pool::{Digest, File, Hasher, backup};

const FILES: usize = 24;
const CHUNKS: usize = 16;

/// What a chunk needs of a processor, if it has one for itself.
const WORK: Duration = Duration::from_millis(1);

/// A hash function that counts how often it is at work.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
    threads: Mutex<HashSet<ThreadId>>,
}

impl Hasher for Gauge {
    fn digest(&self, chunk: &[u8]) -> Digest {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.threads.lock().unwrap().insert(thread::current().id());
        let start = Instant::now();
        let mut digest = chunk.len() as u64;
        while start.elapsed() < WORK {
            digest = black_box(digest.wrapping_mul(31));
        }
        self.now.fetch_sub(1, Ordering::Relaxed);
        Digest(digest)
    }
}

fn main() -> ExitCode {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let file = |number: usize| File { path: format!("/var/mail/{number}"), chunks: vec![vec![0; 64]; CHUNKS] };
    let files: Vec<File> = (0..FILES).map(file).collect();
    println!("{FILES} files of {CHUNKS} chunks are saved on a machine with {processors} processors.");

    let gauge = Gauge::default();
    let start = Instant::now();
    let manifests = backup(&files, &gauge);
    let (most, threads) = (gauge.most.load(Ordering::Relaxed), gauge.threads.lock().unwrap().len());
    println!("{} manifests after {} ms.", manifests.len(), start.elapsed().as_millis());
    println!("{threads} threads computed digests, up to {most} at the same time.");
    if most > processors || threads > processors {
        println!("The mail server on the same machine has complained about the night again.");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
