//! idea: without a pool: a thread needs a permit of the whole process, and is started when it has got one.
//! trade-off: a thread is started for each file, which costs some ten microseconds; nothing to configure, and nothing that stays.
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

/// The threads of all backups that are alive.
static ALIVE: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// The right to start a thread. It ends with the thread.
struct Permit;

impl Permit {
    fn wait() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let mut alive = ENDED.wait_while(ALIVE.lock().unwrap(), |alive| *alive >= processors).unwrap();
        *alive += 1;
        Permit
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *ALIVE.lock().unwrap() -= 1;
        ENDED.notify_one();
    }
}

/// Makes the manifests of these files, in their order. The server calls it for each volume, when that is ready.
pub fn backup<H: Hasher>(files: &[File], hasher: &H) -> Vec<Manifest> {
    thread::scope(|scope| {
        let mut jobs = Vec::new();
        for file in files {
            let permit = Permit::wait();
            jobs.push(scope.spawn(move || {
                let _permit = permit;
                manifest(file, hasher)
            }));
        }
        jobs.into_iter().map(|job| job.join().expect("hashing does not panic")).collect()
    })
}

/// Makes the manifest of one file.
fn manifest<H: Hasher>(file: &File, hasher: &H) -> Manifest {
    let digests = file.chunks.iter().map(|chunk| hasher.digest(chunk)).collect();
    Manifest { path: file.path.clone(), digests }
}
