//! verdict: rejected-source
//! tries: to use what the checker does not see, through a module
// --- beside it
mod inner {
    pub use core;
}
// --- in transfer
inner::core::sync::atomic::fence(inner::core::sync::atomic::Ordering::SeqCst);
