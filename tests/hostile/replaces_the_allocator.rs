//! verdict: rejected-source
//! tries: to see everything that the checker allocates
// --- beside it
#[global_allocator]
static ALLOCATOR: std::alloc::System = std::alloc::System;
