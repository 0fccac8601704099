//! verdict: compile-error
//! tries: to keep the compiler busy with types
// --- at the top
#![recursion_limit = "1000000000"]
// --- beside it
pub struct Twice<A, B>(A, B);
pub trait Grow {
    fn grow(self);
}
impl<T> Grow for T {
    fn grow(self) {
        let more = || Twice((), ());
        grow_again(Twice(self, more()));
    }
}
fn grow_again<T>(value: T) {
    Grow::grow(value);
}
pub fn begin() {
    Grow::grow(0_u8);
}
