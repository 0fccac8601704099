//! verdict: oversubscribed
//! scenario: two_files
//! why: no more files than processors, and in each file no more chunks than processors: each level is limited, and they multiply.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

use std::num::NonZero;
use std::sync::{Condvar, Mutex};
use std::thread;

/// A file, cut into chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub chunks: Vec<Vec<u8>>,
}

/// What a chunk is known by in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest(pub u64);

/// What a file is restored from: the digests of its chunks, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub path: String,
    pub digests: Vec<Digest>,
}

/// A hash function. A chunk takes it a long time, and all of that time it computes.
pub trait Hasher: Sync {
    fn digest(&self, chunk: &[u8]) -> Digest;
}

/// So many at a time.
struct Limit {
    free: Mutex<usize>,
    freed: Condvar,
}

impl Limit {
    fn new() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Limit { free: Mutex::new(processors), freed: Condvar::new() }
    }

    fn within<R>(&self, work: impl FnOnce() -> R) -> R {
        let mut free = self.freed.wait_while(self.free.lock().unwrap(), |free| *free == 0).unwrap();
        *free -= 1;
        drop(free);
        let result = work();
        *self.free.lock().unwrap() += 1;
        self.freed.notify_one();
        result
    }
}

/// Makes the manifests of these files, in their order. The server calls it for each volume, when that is ready.
pub fn backup<H: Hasher>(files: &[File], hasher: &H) -> Vec<Manifest> {
    let limit = &Limit::new();
    thread::scope(|scope| {
        let mut jobs = Vec::new();
        for file in files {
            jobs.push(scope.spawn(move || limit.within(|| manifest(file, hasher))));
        }
        jobs.into_iter().map(|job| job.join().expect("hashing does not panic")).collect()
    })
}

/// Makes the manifest of one file, with all processors.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    let limit = &Limit::new();
    let digests = thread::scope(|scope| {
        let mut jobs = Vec::new();
        for chunk in &file.chunks {
            jobs.push(scope.spawn(move || limit.within(|| hasher.digest(chunk))));
        }
        jobs.into_iter().map(|job| job.join().expect("hashing does not panic")).collect()
    });
    Manifest { path: file.path.clone(), digests }
}
