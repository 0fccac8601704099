//! verdict: rejected-source
//! tries: to take the place of the function that writes the verdict
// --- beside it
#[unsafe(no_mangle)]
pub extern "C" fn write(_file: i32, _bytes: *const u8, count: usize) -> isize {
    count as isize
}
