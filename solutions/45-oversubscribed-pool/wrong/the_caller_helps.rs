//! verdict: oversubscribed
//! scenario: many_files
//! why: whoever waits could work instead, and so the caller takes the first file: one more than there are processors.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

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
    let Some((first, rest)) = files.split_first() else { return Vec::new() };
    let mut manifests: Vec<Option<Manifest>> = vec![None; rest.len()];
    let first = rayon::in_place_scope(|scope| {
        for (file, place) in rest.iter().zip(&mut manifests) {
            scope.spawn(move |_| *place = Some(manifest(file, hasher)));
        }
        manifest(first, hasher)
    });
    let rest = manifests.into_iter().map(|manifest| manifest.expect("the scope has waited for all files"));
    std::iter::once(first).chain(rest).collect()
}

/// Makes the manifest of one file.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    let digests = file.chunks.iter().map(|chunk| hasher.digest(chunk)).collect();
    Manifest { path: file.path.clone(), digests }
}
