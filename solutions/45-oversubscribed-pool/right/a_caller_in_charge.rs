//! idea: the caller computes nothing; it starts a thread for a file when there is room in the process, and counts it out when it has joined it.
//! trade-off: not a moment with one thread too many, and no permit that outlives its thread; the caller has two things to wait for, and so all of it is under one lock.
//!
//! The nightly backup: files are cut into chunks, and what the store has already, by its digest, is not sent again.

use std::collections::HashMap;
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
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let me = NEXT.fetch_add(1, Ordering::Relaxed);
    let n = processors();
    let mut out: Vec<Option<Manifest>> = files.iter().map(|_| None).collect();
    thread::scope(|s| {
        let mut running = HashMap::new();
        let mut next = 0;
        while next < files.len() || !running.is_empty() {
            let house = HOUSE.lock().unwrap();
            let mut house = CHANGED
                .wait_while(house, |h| !h.ended.iter().any(|e| e.0 == me) && !(next < files.len() && h.used < n))
                .unwrap();
            if let Some(at) = house.ended.iter().position(|e| e.0 == me) {
                let (_, index) = house.ended.swap_remove(at);
                drop(house);
                let job: thread::ScopedJoinHandle<Manifest> = running.remove(&index).unwrap();
                out[index] = Some(job.join().unwrap());
                // Only now there is one thread less.
                HOUSE.lock().unwrap().used -= 1;
                CHANGED.notify_all();
            } else {
                house.used += 1;
                drop(house);
                let index = next;
                next += 1;
                running.insert(
                    index,
                    s.spawn(move || {
                        let manifest = manifest(&files[index], hasher);
                        HOUSE.lock().unwrap().ended.push((me, index));
                        CHANGED.notify_all();
                        manifest
                    }),
                );
            }
        }
    });
    out.into_iter().map(Option::unwrap).collect()
}

/// Makes the manifest of one file.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    Manifest { path: file.path.clone(), digests: file.chunks.iter().map(|chunk| hasher.digest(chunk)).collect() }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// What the backups of the process have in common.
struct House {
    /// Threads that have not been joined.
    used: usize,
    /// Who has come to the end: for which backup, and with which file.
    ended: Vec<(usize, usize)>,
}

static HOUSE: Mutex<House> = Mutex::new(House { used: 0, ended: Vec::new() });
static CHANGED: Condvar = Condvar::new();
