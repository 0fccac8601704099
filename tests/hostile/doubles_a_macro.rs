//! verdict: compile-error
//! tries: to keep the compiler busy with a macro that doubles what it is given
// --- at the top
#![recursion_limit = "1000000"]
// --- beside it
macro_rules! double {
    ($($token:tt)*) => { double!($($token)* $($token)*); };
}
double!(a b c d e f g h);
