//! verdict: assertion-failed
//! scenario: equal_chunks
//! why: an equal chunk has an equal digest, so it is computed once; that saves the most of all.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Mutex;

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
    let known = Mutex::new(HashMap::new());
    files
        .par_iter()
        .with_max_len(1)
        .map(|file| Manifest {
            path: file.path.clone(),
            digests: file
                .chunks
                .iter()
                .map(|chunk| {
                    if let Some(digest) = known.lock().unwrap().get(chunk) {
                        return *digest;
                    }
                    let digest = hasher.digest(chunk);
                    known.lock().unwrap().insert(chunk, digest);
                    digest
                })
                .collect(),
        })
        .collect()
}
