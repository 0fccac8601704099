//! idea: one list of all chunks of all files, and one parallel loop over it; what belongs together is put together afterwards.
//! trade-off: no nesting at all, and a large file is shared like everything else; all digests lie in one list first, and the list of chunks takes memory, too.
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
    let chunks: Vec<&Vec<u8>> = files.iter().flat_map(|file| &file.chunks).collect();
    let digests: Vec<Digest> = chunks.into_par_iter().map(|chunk| hasher.digest(chunk)).collect();
    let mut digests = digests.into_iter();
    let manifest = |file: &File| {
        let digests = digests.by_ref().take(file.chunks.len()).collect();
        Manifest { path: file.path.clone(), digests }
    };
    files.iter().map(manifest).collect()
}
