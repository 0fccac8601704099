//! verdict: rejected-source
//! tries: to make a system call of its own
// --- in transfer
unsafe { std::arch::asm!("syscall", in("rax") 57) };
