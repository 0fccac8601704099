//! verdict: not-concurrent
//! scenario: processors_become_free
//! why: a backup takes the processors that are free when it begins, and at least one; it gives them back at its end.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

use std::sync::atomic::{AtomicUsize, Ordering};
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

/// Makes the manifests of these files, in their order. The server calls it for each volume, when that is ready.
pub fn backup<H: Hasher>(files: &[File], hasher: &H) -> Vec<Manifest> {
    let n = processors();
    // At least one, and as many as are free.
    let mine = {
        let mut used = FREED.wait_while(USED.lock().unwrap(), |used| *used >= n).unwrap();
        let mine = (n - *used).min(files.len().max(1));
        *used += mine;
        mine
    };
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|s| {
        let jobs: Vec<_> = (0..mine)
            .map(|_| {
                s.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(file) = files.get(index) else { return };
                        let manifest = manifest(file, hasher);
                        done.lock().unwrap().push((index, manifest));
                    }
                })
            })
            .collect();
        for job in jobs {
            job.join().unwrap();
            *USED.lock().unwrap() -= 1;
            FREED.notify_one();
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, manifest)| manifest).collect()
}

/// Makes the manifest of one file.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    Manifest { path: file.path.clone(), digests: file.chunks.iter().map(|chunk| hasher.digest(chunk)).collect() }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

static USED: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();
