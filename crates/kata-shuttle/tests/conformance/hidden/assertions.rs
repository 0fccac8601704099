//! Assertions in a file whose path looks like a hidden test's.

/// Fails.
pub(crate) fn assert_false(message: &str) {
    assert!(std::hint::black_box(false), "{message}");
}

/// Passes on what a thread panicked with.
pub(crate) fn join(thread: kata_shuttle::thread::JoinHandle<()>) {
    thread.join().unwrap();
}

/// As [`join`], with words of its own.
pub(crate) fn join_expecting(thread: kata_shuttle::thread::JoinHandle<()>) {
    thread.join().expect("the worker is done");
}

/// Throws the payload of a thread's panic again.
pub(crate) fn join_and_resume(thread: kata_shuttle::thread::JoinHandle<()>) {
    if let Err(payload) = thread.join() {
        kata_shuttle::unwind::resume_unwind(payload);
    }
}
