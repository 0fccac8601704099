//! What is banned, why, and what to use instead.

use exercise::{Engine, Exercise};

/// Why something must not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ban {
    /// What is wrong.
    pub(super) title: String,
    /// What it does, below the excerpt.
    pub(super) label: String,
    /// What to use instead.
    pub(super) instead: String,
}

impl Ban {
    fn new(title: impl Into<String>, label: &str, instead: impl Into<String>) -> Self {
        Ban { title: title.into(), label: label.to_owned(), instead: instead.into() }
    }
}

/// The bans that hold for an exercise.
#[derive(Debug)]
pub(super) struct Bans {
    allow_unsafe: bool,
    processes: bool,
    model: bool,
    loom: bool,
}

/// The modules of `core`, and its macros, that have nothing to do with what a world models.
const HARMLESS_IN_CORE: [&str; 61] = [
    "any",
    "array",
    "ascii",
    "assert",
    "assert_eq",
    "assert_ne",
    "bool",
    "borrow",
    "cell",
    "char",
    "clone",
    "cmp",
    "concat",
    "convert",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "default",
    "error",
    "f32",
    "f64",
    "fmt",
    "format_args",
    "future",
    "hash",
    "hint",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "iter",
    "marker",
    "matches",
    "mem",
    "net",
    "num",
    "ops",
    "option",
    "panic",
    "pin",
    "prelude",
    "primitive",
    "ptr",
    "range",
    "result",
    "slice",
    "str",
    "stringify",
    "task",
    "time",
    "todo",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "unimplemented",
    "unreachable",
    "usize",
];

/// The part of `std::net` and `std::os` that is only data.
const HARMLESS_IN_STD: [&str; 8] = [
    "std::net::AddrParseError",
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::net::SocketAddr",
    "std::net::SocketAddrV4",
    "std::net::SocketAddrV6",
    "std::os::raw",
];

/// Whatever is banned below a module that a glob can be taken of.
pub(super) const GLOB_TARGETS: [&str; 14] = [
    "std::arch::asm",
    "std::arch::global_asm",
    "std::env",
    "std::fs",
    "std::net",
    "std::os",
    "std::panic::set_hook",
    "std::panic::take_hook",
    "std::process::Command",
    "core::cell::UnsafeCell",
    "core::hint::spin_loop",
    "core::panic::set_hook",
    "core::sync",
    "core::arch",
];

impl Bans {
    pub(super) fn new(exercise: &Exercise) -> Self {
        let engines = &exercise.manifest.engines;
        Bans {
            allow_unsafe: exercise.manifest.allow_unsafe,
            processes: exercise.manifest.processes,
            model: engines.iter().any(|engine| engine.is_model()),
            loom: engines.contains(&Engine::Loom),
        }
    }

    /// Keywords, and what is built with one.
    pub(super) fn keyword(&self, word: &str) -> Option<Ban> {
        match word {
            "unsafe" if self.allow_unsafe => None,
            "unsafe" => Some(Ban::new(
                "this exercise is solved without `unsafe`",
                "the checker trusts the compiler's proofs",
                "what `std::sync` offers is enough",
            )),
            "&'a &'b" if self.allow_unsafe => None,
            "&'a &'b" => Some(Ban::new(
                "a reference to a reference has two lifetimes with names",
                "from this the compiler concludes which of them is longer, and forgets who has to keep to it",
                "give both the same lifetime (https://github.com/rust-lang/rust/issues/25860 is about what goes wrong \
                 otherwise)",
            )),
            "extern crate" => Some(Ban::new(
                "`extern crate` goes past the checker",
                "brings in a crate that the checker does not see into",
                "use `std`: `core` and `alloc` have nothing that it lacks",
            )),
            "extern" => Some(Ban::new(
                "foreign functions go past the checker",
                "what they do cannot be seen",
                "use what `std` offers",
            )),
            "mod" => Some(Ban::new(
                "a solution is one file",
                "looks for a module in another file",
                "write the module in place: `mod name { … }`",
            )),
            _ => None,
        }
    }

    /// What is brought in, and could be called by a name that tells nothing.
    pub(super) fn import(&self, segments: &[String]) -> Option<Ban> {
        match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["core"] => Some(past_the_world("core", "std")),
            ["core", "cell"] | ["core", "cell", "*"] if self.loom => Some(past_the_world("core::cell", "std::cell")),
            _ => None,
        }
    }

    pub(super) fn macro_named(&self, name: &str) -> Option<Ban> {
        match name {
            "include" | "include_str" | "include_bytes" => Some(Ban::new(
                format!("`{name}!` goes past the checker"),
                "takes in another file",
                "a solution is one file: write it in place",
            )),
            "asm" | "global_asm" | "naked_asm" => Some(Ban::new(
                format!("`{name}!` goes past the checker"),
                "machine code cannot be explored",
                "use what `std` offers",
            )),
            _ => None,
        }
    }

    pub(super) fn attribute_named(&self, name: &str) -> Option<Ban> {
        let (label, instead) = match name {
            "path" => ("looks for a module in another file", "write the module in place: `mod name { … }`"),
            "no_mangle" | "export_name" | "link_section" | "link" | "link_name" | "linkage" => {
                ("reaches into the program that checks it", "nothing in an exercise needs a name of its own there")
            }
            "global_allocator" | "panic_handler" | "alloc_error_handler" => {
                ("replaces a part of the program that checks it", "leave it to `std`")
            }
            "feature" => ("needs a nightly compiler", "the exercises are solved with stable Rust"),
            "no_std" | "no_core" => ("does without what the checker sees into", "use `std`"),
            _ => return None,
        };
        Some(Ban::new(format!("`#[{name}]` has no place in a solution"), label, instead))
    }

    /// A path with all of its segments.
    pub(super) fn path(&self, segments: &[String]) -> Option<Ban> {
        let full = segments.join("::");
        let below = |path: &str| full.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        if segments.iter().any(|segment| segment == "__world") {
            return Some(Ban::new(
                "`__world` goes past the checker",
                "is a part of the checker, for the macros of its own",
                "use what the documentation of `std` has",
            ));
        }
        match segments {
            [core, module, ..] if core == "core" => {
                if below("core::hint::spin_loop") {
                    return Some(past_the_world("core::hint::spin_loop", "std::hint::spin_loop"));
                }
                if self.loom && below("core::cell::UnsafeCell") {
                    return Some(past_the_world("core::cell::UnsafeCell", "std::cell::UnsafeCell"));
                }
                if HARMLESS_IN_CORE.contains(&module.as_str()) {
                    return None;
                }
                let shown =
                    if matches!(module.as_str(), "*" | "$") { "core".to_owned() } else { format!("core::{module}") };
                let instead = shown.replacen("core", "std", 1);
                Some(past_the_world(&shown, &instead))
            }
            [std, name] if std == "std" && self.macro_named(name).is_some() => self.macro_named(name),
            [std, arch, name, ..] if std == "std" && arch == "arch" => self.macro_named(name),
            [tokio, name] if self.model && tokio == "tokio" && matches!(name.as_str(), "main" | "test") => {
                Some(Ban::new(
                    format!("`#[tokio::{name}]` has no place in a solution"),
                    "the hidden tests start the runtime",
                    "write an `async fn`, or block on one with `tokio::runtime::Builder`",
                ))
            }
            [std, module, name, ..] if std == "std" && module == "panic" && name.ends_with("_hook") => Some(Ban::new(
                format!("`std::panic::{name}` goes past the checker"),
                "the checker learns of a panic from its own hook",
                "let the panic happen, or catch it with `std::panic::catch_unwind`",
            )),
            [std, module, name, ..] if std == "std" && module == "process" && name == "Command" => (!self.processes)
                .then(|| {
                    Ban::new(
                        "`std::process::Command` goes past the checker",
                        "what another process does cannot be explored",
                        "this exercise is solved with threads of one process",
                    )
                }),
            [std, module, _, ..] if std == "std" && matches!(module.as_str(), "env" | "fs" | "net" | "os") => {
                if !self.model || HARMLESS_IN_STD.iter().any(|path| below(path)) {
                    return None;
                }
                Some(Ban::new(
                    format!("`std::{module}` goes past the checker"),
                    "every interleaving is run, and this would reach the real machine each time",
                    "keep what the exercise needs in memory",
                ))
            }
            _ => None,
        }
    }
}

fn past_the_world(path: &str, instead: &str) -> Ban {
    Ban::new(
        format!("`{path}` goes past the checker"),
        "the checker sees what goes through `std`",
        format!("use `{instead}`"),
    )
}
