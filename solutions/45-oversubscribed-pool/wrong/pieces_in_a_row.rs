//! verdict: assertion-failed
//! scenario: a_slow_first_file_is_still_the_first
//! why: `par_bridge` makes an iterator parallel, and `collect` puts in order what comes out of it.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

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
    files.iter().par_bridge().map(|file| manifest(file, hasher)).collect()
}

/// Makes the manifest of one file.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    Manifest { path: file.path.clone(), digests: file.chunks.iter().map(|chunk| hasher.digest(chunk)).collect() }
}
