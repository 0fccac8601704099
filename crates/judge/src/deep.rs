//! Room for what reads nested text recursively.

/// For the deepest file that the lint lets pass, in a build without optimisations.
const STACK: usize = 256 << 20;

/// Does something on a stack that is large enough for it.
pub(crate) fn deeply<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread.expect("a process may have another thread").join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
