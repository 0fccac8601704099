//! verdict: oversubscribed
//! scenario: two_files
//! why: files go through rayon's pool, so that there are only a few at a time; each of them starts a pool of its own.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

use std::num::NonZero;
use std::thread;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

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
    files.par_iter().map(|file| manifest(file, hasher)).collect()
}

/// Makes the manifest of one file, with all processors.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    let pool = ThreadPoolBuilder::new().num_threads(processors()).build().expect("a pool can be started");
    let digests = pool.install(|| file.chunks.par_iter().map(|chunk| hasher.digest(chunk)).collect());
    Manifest { path: file.path.clone(), digests }
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}
