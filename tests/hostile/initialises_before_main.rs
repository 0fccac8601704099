//! verdict: rejected-source
//! tries: to run before `main` does
// --- beside it
extern "C" fn early() {
    std::process::exit(0);
}
#[used]
#[unsafe(link_section = ".init_array")]
static EARLY: extern "C" fn() = early;
