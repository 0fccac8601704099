//! verdict: rejected-source
//! tries: to use what the checker does not see, by a path that a macro puts together
// --- beside it
macro_rules! fence {
    ($root:ident) => {
        $root::sync::atomic::fence($root::sync::atomic::Ordering::SeqCst)
    };
}
// --- in transfer
fence!(core);
