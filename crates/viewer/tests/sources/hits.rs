use std::sync::atomic::{AtomicU64, Ordering};

pub struct Page {
    hits: AtomicU64,
}

impl Page {
    pub fn record(&self) {
        let hits = self.hits.load(Ordering::SeqCst);
        self.hits.store(hits + 1, Ordering::SeqCst);
    }

    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::SeqCst)
    }
}
