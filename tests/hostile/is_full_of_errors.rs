//! verdict: compile-error
//! tries: to flood the checker with complaints of the compiler
// --- beside it
{{repeat const@_:u8="a"; 5000}}
