//! verdict: rejected-source
//! tries: to hide `unsafe` where the checker skips what is for tests only
// --- beside it
// This file may speak of unsafe_code.
// --- in transfer
match amount {
    #[cfg(test)]
    0 => (),
    _ => unsafe { std::ptr::null_mut::<u8>().write(1) },
}
