//! verdict: not-concurrent
//! scenario: many_files
//! why: a small pool leaves something to the mail server; on a machine with more processors it leaves most of it.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

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

/// The threads of all backups.
static POOL: LazyLock<ThreadPool> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(2).build().expect("a pool can be started"));

/// Makes the manifests of these files, in their order. The server calls it for each volume, when that is ready.
pub fn backup<H: Hasher>(files: &[File], hasher: &H) -> Vec<Manifest> {
    POOL.install(|| files.par_iter().map(|file| manifest(file, hasher)).collect())
}

/// Makes the manifest of one file, with whoever is free.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    let digests = file.chunks.par_iter().map(|chunk| hasher.digest(chunk)).collect();
    Manifest { path: file.path.clone(), digests }
}
