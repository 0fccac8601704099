//! verdict: rejected-source
//! tries: to run before `main` does, with an attribute that a macro puts together
// --- beside it
extern "C" fn early() {
    std::process::exit(0);
}
macro_rules! early {
    ($name:ident, $section:literal) => {
        #[used]
        #[unsafe($name = $section)]
        static EARLY: extern "C" fn() = early;
    };
}
early!(link_section, ".init_array");
