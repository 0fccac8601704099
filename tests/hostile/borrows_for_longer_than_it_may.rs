//! verdict: rejected-source
//! tries: to share a balance behind the checker's back with nothing but safe code, by a hole in the compiler's proofs
// --- beside it
static UNIT: &&() = &&();
fn lengthen<'a, 'b, T: ?Sized>(_: &'a &'b (), value: &'b mut T) -> &'a mut T {
    value
}
pub fn for_ever<'a, 'b, T: ?Sized>(value: &'a mut T) -> &'b mut T {
    let any: for<'x> fn(_, &'x mut T) -> &'b mut T = lengthen;
    any(UNIT, value)
}
