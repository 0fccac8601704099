//! verdict: crashed
//! tries: to write anywhere with nothing but safe code, by a hole in the compiler's proofs
// --- beside it
static UNIT: &&() = &&();
type Inner<'b> = &'b ();
fn lengthen<'a, 'b, T: ?Sized>(_: &'a Inner<'b>, value: &'b mut T) -> &'a mut T {
    value
}
fn for_ever<'a, 'b, T: ?Sized>(value: &'a mut T) -> &'b mut T {
    let any: for<'x> fn(_, &'x mut T) -> &'b mut T = lengthen;
    any(UNIT, value)
}
enum Either<A, B> {
    One(Option<Box<A>>),
    Other(Option<Box<B>>),
}
fn taken_for<A, B>(value: A) -> B {
    let mut either: Either<A, B> = Either::Other(None);
    let slot = match &mut either {
        Either::Other(slot) => for_ever(slot),
        Either::One(_) => unreachable!(),
    };
    either = Either::One(Some(Box::new(value)));
    std::hint::black_box(&mut either);
    *slot.take().expect("it is not empty")
}
// --- in transfer
let anywhere: &'static mut u8 = taken_for(8_usize);
*anywhere = 1;
