//! verdict: rejected-source
//! tries: to take the place of the function that writes the verdict, with the attribute of older editions
// --- beside it
#[no_mangle]
pub extern "C" fn write(_file: i32, _bytes: *const u8, count: usize) -> isize {
    count as isize
}
