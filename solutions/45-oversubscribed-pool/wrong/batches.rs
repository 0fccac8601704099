//! verdict: oversubscribed
//! scenario: three_backups
//! why: as many files at a time as there are processors, one batch after the other; each backup has its own batches.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

use std::num::NonZero;
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

/// Makes the manifests of these files, in their order. The server calls it for each volume, when that is ready.
pub fn backup<H: Hasher>(files: &[File], hasher: &H) -> Vec<Manifest> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut manifests = Vec::new();
    for batch in files.chunks(processors) {
        thread::scope(|scope| {
            let jobs: Vec<_> = batch.iter().map(|file| scope.spawn(|| manifest(file, hasher))).collect();
            manifests.extend(jobs.into_iter().map(|job| job.join().expect("hashing does not panic")));
        });
    }
    manifests
}

/// Makes the manifest of one file.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    let digests = file.chunks.iter().map(|chunk| hasher.digest(chunk)).collect();
    Manifest { path: file.path.clone(), digests }
}
