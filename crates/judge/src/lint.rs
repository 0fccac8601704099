//! What a learner's file must not contain, because the checker cannot see it or the exercise forbids it.
//!
//! The lint reads tokens and not the syntax tree, so that the bodies of macros are read like everything else. It tells
//! learners early and in their terms; it is no wall against somebody who wants to get round it.

mod ban;
mod lifetime;
mod path;
mod size;
mod tests_only;

use std::collections::BTreeSet;
use std::ops::Range;

use exercise::Exercise;
use kata_trace::Verdict;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use self::ban::{Ban, Bans};
use self::path::Aliases;
use self::tests_only::TestsOnly;
use crate::Rejection;
use crate::excerpt::{Source, complain_at_large};

/// The text of a file that may be compiled.
pub(crate) fn lint<'a>(exercise: &Exercise, name: &str, bytes: &'a [u8]) -> Result<&'a str, Rejection> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            return Err(at_large(
                &format!("{name} is not UTF-8 from line {line} on"),
                "Rust source is UTF-8 text: save the file in that encoding",
            ));
        }
    };
    if bytes.len() > size::LONGEST {
        return Err(at_large(
            &format!("{name} is longer than {} KiB", size::LONGEST >> 10),
            "the longest exercise has a fiftieth of that",
        ));
    }
    // What is no sequence of tokens is explained best by rustc.
    let Ok(tokens) = text.parse::<TokenStream>() else { return Ok(text) };
    if tokens.is_empty() {
        return Err(at_large(
            &format!("{name} holds no code"),
            "the README of the exercise says what the program must offer; `git checkout` brings back the original",
        ));
    }
    if size::is_too_deep(tokens.clone()) {
        return Err(at_large(
            &format!("something in {name} is nested too deeply"),
            "give a name to what is in the middle of it",
        ));
    }
    let bans = Bans::new(exercise);
    let tests_only = TestsOnly::in_text(text, &tokens);
    let mut walk = Walk {
        bans: &bans,
        aliases: Aliases::of(&tokens, &tests_only),
        tests_only,
        macros: macros_of(&tokens),
        in_macro: false,
        offences: Vec::new(),
    };
    for leaf in std::mem::take(&mut walk.aliases.imports) {
        walk.offend(leaf.place(), bans.import(&leaf.segments));
    }
    walk.stream(tokens);
    walk.offences.sort_by_key(|offence| offence.place.start);
    let source = Source { name, text };
    let diagnostics: Vec<_> = (walk.offences.iter())
        .map(|o| source.complain(o.place.clone(), &o.title, &o.label, Some(&o.instead)))
        .collect();
    match diagnostics.first() {
        None => Ok(text),
        Some(first) => Err(Rejection {
            verdict: Verdict::RejectedSource,
            message: format!("{}: {}", first.message, first.help.as_deref().unwrap_or_default()),
            diagnostics,
        }),
    }
}

fn at_large(message: &str, help: &str) -> Rejection {
    let diagnostics = vec![complain_at_large(message, Some(help))];
    Rejection { verdict: Verdict::RejectedSource, message: message.to_owned(), diagnostics }
}

/// Words that a path does not start with, and that can stand before one that starts with `::`.
const KEYWORDS: [&str; 31] = [
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "fn", "for", "if", "impl",
    "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct", "trait", "type",
    "use", "where", "while",
];

/// Something that must not be there.
struct Offence {
    place: Range<usize>,
    title: String,
    label: String,
    instead: String,
}

struct Walk<'a> {
    bans: &'a Bans,
    aliases: Aliases,
    tests_only: TestsOnly,
    /// The macros that the file defines.
    macros: BTreeSet<String>,
    /// Within what one of them is given, or its definition.
    in_macro: bool,
    offences: Vec<Offence>,
}

impl Walk<'_> {
    fn stream(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut index = 0;
        while index < tokens.len() {
            index = self.token(&tokens, index);
        }
    }

    /// Looks at what starts at `index`, and returns where to go on.
    fn token(&mut self, tokens: &[TokenTree], index: usize) -> usize {
        match &tokens[index] {
            TokenTree::Group(group) => {
                let around = self.in_macro;
                self.in_macro |= self.is_of_a_macro(tokens, index);
                self.stream(group.stream());
                self.in_macro = around;
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                let inner = usize::from(is_punct(tokens.get(index + 1), '!'));
                if let Some(TokenTree::Group(attribute)) = tokens.get(index + 1 + inner)
                    && attribute.delimiter() == Delimiter::Bracket
                {
                    let end = index + 2 + inner;
                    if self.tests_only.begin_at(punct) {
                        return end_of_item(tokens, end);
                    }
                    self.attribute(attribute);
                    self.stream(attribute.stream());
                    return end;
                }
            }
            TokenTree::Ident(ident) => {
                self.keyword(tokens, index, ident);
                let follows_dot = index > 0 && is_punct(tokens.get(index - 1), '.');
                let follows_quote = index > 0 && is_punct(tokens.get(index - 1), '\'');
                if !follows_dot && !follows_quote && !KEYWORDS.contains(&ident.to_string().as_str()) {
                    return self.path(tokens, index);
                }
            }
            TokenTree::Punct(_) => {
                if let Some(place) = lifetime::one_within_another(tokens, index) {
                    self.offend(place, self.bans.keyword("&'a &'b"));
                }
            }
            TokenTree::Literal(_) => {}
        }
        index + 1
    }

    /// Whether the group at `index` is what a macro of the file may be given, or what defines one.
    fn is_of_a_macro(&self, tokens: &[TokenTree], index: usize) -> bool {
        let before = |back: usize| index.checked_sub(back).and_then(|at| tokens.get(at));
        match (before(2), before(1)) {
            (Some(TokenTree::Ident(name)), bang) if is_punct(bang, '!') => {
                let name = plain(name);
                let known = self.macros.contains(&name) || self.macros.contains("$") || self.aliases.renames(&name);
                known || is_punct(before(3), '$')
            }
            (bang, Some(TokenTree::Ident(_))) => is_punct(bang, '!') && is_ident(before(3), "macro_rules"),
            _ => false,
        }
    }

    fn keyword(&mut self, tokens: &[TokenTree], index: usize, ident: &Ident) {
        let next = tokens.get(index + 1);
        if *ident == "unsafe" {
            self.offend(ident.span().byte_range(), self.bans.keyword("unsafe"));
        } else if *ident == "extern" {
            let second = tokens.get(index + 2);
            match next {
                // `extern crate self as name` brings in nothing.
                Some(TokenTree::Ident(word)) if *word == "crate" && !is_ident(second, "self") => {
                    self.offend(span(ident, word), self.bans.keyword("extern crate"));
                }
                Some(TokenTree::Literal(_)) if is_braced(second) => {
                    self.offend(ident.span().byte_range(), self.bans.keyword("extern"));
                }
                next if is_braced(next) => self.offend(ident.span().byte_range(), self.bans.keyword("extern")),
                _ => {}
            }
        } else if *ident == "mod" {
            let name = index + 1 + usize::from(is_punct(next, '$'));
            if let Some(TokenTree::Ident(name_of)) = tokens.get(name)
                && is_punct(tokens.get(name + 1), ';')
            {
                self.offend(span(ident, name_of), self.bans.keyword("mod"));
            }
        } else if is_punct(next, '!') && matches!(tokens.get(index + 2), Some(TokenTree::Group(_))) {
            self.offend(ident.span().byte_range(), self.bans.macro_named(&plain(ident)));
        }
    }

    fn attribute(&mut self, attribute: &Group) {
        for name in attribute_names(attribute.stream()) {
            let ban = self.bans.attribute_named(&plain(&name));
            self.offend(name.span().byte_range(), ban);
        }
    }

    fn path(&mut self, tokens: &[TokenTree], index: usize) -> usize {
        let (leaves, end) = path::leaves(tokens, index);
        for leaf in leaves {
            let place = leaf.place();
            for resolved in self.aliases.resolve(&leaf, is_parenthesised(tokens.get(end))) {
                let ban = self.bans.path(&resolved);
                self.offend(place.clone(), ban);
            }
            // A macro can go on with it where no path is to be seen.
            if self.in_macro && leaf.segments.len() == 1 {
                self.offend(place, self.bans.import(&leaf.segments));
            }
        }
        // Generic arguments and the body of a macro that follow are looked at by themselves.
        end.max(index + 1)
    }

    /// Notes an offence, once for each ban.
    fn offend(&mut self, place: Range<usize>, ban: Option<Ban>) {
        let Some(Ban { title, label, instead }) = ban else { return };
        if !self.offences.iter().any(|offence| offence.title == title) {
            self.offences.push(Offence { place, title, label, instead });
        }
    }
}

/// The names of the attributes in `#[…]`, also of those behind `cfg_attr` and `unsafe`.
fn attribute_names(stream: TokenStream) -> Vec<Ident> {
    let mut tokens = stream.into_iter();
    let Some(TokenTree::Ident(name)) = tokens.next() else { return Vec::new() };
    let arguments = match tokens.next() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => return vec![name],
    };
    if name == "unsafe" {
        return attribute_names(arguments);
    }
    if name != "cfg_attr" {
        return vec![name];
    }
    let arguments: Vec<_> = arguments.into_iter().collect();
    let parts = arguments.split(|token| is_punct(Some(token), ',')).skip(1);
    parts.flat_map(|part| attribute_names(part.iter().cloned().collect())).collect()
}

/// The names of the macros that are defined; `$` for one that is not known.
fn macros_of(tokens: &TokenStream) -> BTreeSet<String> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut macros = BTreeSet::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => macros.extend(macros_of(&group.stream())),
            TokenTree::Ident(word) if *word == "macro_rules" && is_punct(tokens.get(index + 1), '!') => {
                // A macro that names another one may name it anything.
                macros.extend(tokens.get(index + 2).map(|name| name.to_string().trim_start_matches("r#").to_owned()));
            }
            _ => {}
        }
    }
    macros
}

/// A name without the `r#` that makes no other name of it.
fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// Behind the item that starts at `index`.
fn end_of_item(tokens: &[TokenTree], index: usize) -> usize {
    let mut end = index;
    while end < tokens.len() {
        let in_use = end > index && is_punct(tokens.get(end - 1), ':');
        if is_punct(tokens.get(end), ';') || (is_braced(tokens.get(end)) && !in_use) {
            return end + 1;
        }
        end += 1;
    }
    end
}

fn span(first: &Ident, last: &Ident) -> Range<usize> {
    first.span().byte_range().start..last.span().byte_range().end
}

fn is_ident(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if *ident == word)
}

pub(crate) fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

fn is_braced(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
}

fn is_parenthesised(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exercise(engine: &str, allow_unsafe: bool) -> Exercise {
        let manifest = serde_json::json!({
            "title": "t", "track": "shared-state", "difficulty": 1, "engines": [engine], "editable": ["src/lib.rs"],
            "verdict": "deadlock", "scenario": "s", "summary": "s", "allow-unsafe": allow_unsafe,
        });
        Exercise { id: "03-deadlock".parse().unwrap(), manifest: serde_json::from_value(manifest).unwrap() }
    }

    fn complaints_in(exercise: &Exercise, source: &str) -> Vec<String> {
        let rejection = match lint(exercise, "src/lib.rs", source.as_bytes()) {
            Ok(_) => return Vec::new(),
            Err(rejection) => rejection,
        };
        let line = |d: &crate::Diagnostic| d.at.as_ref().map_or(0, |at| at.line);
        rejection.diagnostics.iter().map(|d| format!("{}: {}", line(d), d.message)).collect()
    }

    fn complaints(source: &str) -> Vec<String> {
        complaints_in(&exercise("shuttle", false), source)
    }

    #[test]
    fn what_is_harmless_passes() {
        let harmless = r##"
            #![allow(dead_code, unused)]
            //! core::sync::atomic in prose, `unsafe` too.
            use core::{cmp::Ordering, fmt::{self, Display}, mem::swap, time::Duration};
            use std::{net::{IpAddr, SocketAddr}, sync::{Arc, Mutex, atomic::{AtomicUsize, Ordering as O}}};
            use std::{env, process, panic::{self, catch_unwind}};
            mod inner { pub fn sync() {} }
            extern crate self as me;
            macro_rules! twice { ($x:expr) => { $crate::run($x); core::mem::swap(&mut $x, &mut $x) } }
            fn core_of<'core>(x: &'core str) -> impl Sized + use<'core> { x.core::<u8>() }
            fn run() { let core = 1; let fs = core; core::assert_eq!(core, fs != 1); process::exit(fs); "core::sync"; }
            fn ok(a: bool) -> bool { !a && inner::sync() != () }
            #[cfg(test)] mod tests { use std::fs::File; #[test] fn t() { unsafe { } } }
            #[test] fn t() { std::fs::read("x"); }
            #[cfg(test)] use std::{fs::File, os::fd};
            extern "C" fn callback() {}
            const V: Option<&str> = option_env!("X");
        "##;
        assert_eq!(complaints(harmless), [""; 0]);
    }

    #[test]
    fn every_way_past_the_world_is_named_with_its_line() {
        for (source, complaint) in [
            ("use core::sync::atomic::AtomicU64;", "`core::sync` goes past the checker"),
            ("use ::core::sync;", "`core::sync` goes past the checker"),
            ("use core::{fmt, sync::atomic};", "`core::sync` goes past the checker"),
            ("use core as c; fn f() { c::sync::atomic::fence(); }", "`core` goes past the checker"),
            ("use {core as c}; fn f() { c::sync::atomic::fence(); }", "`core` goes past the checker"),
            ("use core::{self as c}; fn f() { c::sync::atomic::fence(); }", "`core` goes past the checker"),
            ("mod m { pub use ::core; } fn f() { m::core::sync::atomic::fence(); }", "`core` goes past the checker"),
            (
                "use core::hint as h; mod m { use std::fmt as h; } fn f() { h::spin_loop() }",
                "`core::hint::spin_loop` goes past the checker",
            ),
            ("use core::hint as r#h; fn f() { h::spin_loop() }", "`core::hint::spin_loop` goes past the checker"),
            (
                "macro_rules! m { ($c:ident) => { $c::sync::atomic::fence() } } fn f() { m!(core) }",
                "`core` goes past the checker",
            ),
            (
                "macro_rules! m { ($b:tt) => { m $b (core) }; ($c:ident) => { $c::sync::atomic::fence() } }",
                "`core` goes past the checker",
            ),
            ("enum E { #[cfg(test)] A, B(core::sync::atomic::AtomicU64) }", "`core::sync` goes past the checker"),
            (
                "fn f() { match () { #[cfg(test)] () => (), () => unsafe { } } }",
                "this exercise is solved without `unsafe`",
            ),
            (
                "struct A<#[cfg(test)] const N: usize = 3>(core::sync::atomic::AtomicU64);",
                "`core::sync` goes past the checker",
            ),
            (
                "use std::prelude::v1::global_allocator as test; #[test] static A: u8 = unsafe { };",
                "this exercise is solved without `unsafe`",
            ),
            ("fn f() { std::__world::task::abandon(); }", "`__world` goes past the checker"),
            (r#"const X: &str = r#include_str!("x");"#, "`include_str!` goes past the checker"),
            ("#[r#no_mangle] fn f() {}", "`#[no_mangle]` has no place in a solution"),
            ("use core::*;", "`core` goes past the checker"),
            ("fn f(x: Vec<core::sync::atomic::AtomicU8>) {}", "`core::sync` goes past the checker"),
            ("macro_rules! m { () => { core::sync::atomic::fence() } }", "`core::sync` goes past the checker"),
            ("macro_rules! m { ($m:ident) => { core::$m::atomic::fence() } }", "`core` goes past the checker"),
            ("fn f() { vec![core::hint::spin_loop()]; }", "`core::hint::spin_loop` goes past the checker"),
            ("use core::hint; fn f() { hint::spin_loop() }", "`core::hint::spin_loop` goes past the checker"),
            ("use core::hint::*; fn f() { spin_loop() }", "`core::hint::spin_loop` goes past the checker"),
            ("extern crate alloc;", "`extern crate` goes past the checker"),
            ("extern crate core as c;", "`extern crate` goes past the checker"),
            (r#"#[path = "x.rs"] mod x {}"#, "`#[path]` has no place in a solution"),
            (r#"#[cfg_attr(all(), path = "x.rs")] mod x {}"#, "`#[path]` has no place in a solution"),
            ("mod x;", "a solution is one file"),
            ("macro_rules! m { ($x:ident) => { mod $x; } }", "a solution is one file"),
            (r#"const X: &str = include_str!("x");"#, "`include_str!` goes past the checker"),
            (r#"const X: &str = std::include_str!("x");"#, "`include_str!` goes past the checker"),
            (r#"#[doc = include_str!("x")] fn f() {}"#, "`include_str!` goes past the checker"),
            ("use std::arch::asm;", "`asm!` goes past the checker"),
            (r#"global_asm!("");"#, "`global_asm!` goes past the checker"),
            ("#[unsafe(no_mangle)] fn f() {}", "this exercise is solved without `unsafe`"),
            ("#[no_mangle] fn f() {}", "`#[no_mangle]` has no place in a solution"),
            (r#"#[link_section = "x"] static X: u8 = 0;"#, "`#[link_section]` has no place in a solution"),
            ("fn f() { unsafe { } }", "this exercise is solved without `unsafe`"),
            ("macro_rules! m { () => { unsafe { } } }", "this exercise is solved without `unsafe`"),
            ("use std::process::Command;", "`std::process::Command` goes past the checker"),
            (
                r#"use std::process; fn f() { process::Command::new("x"); }"#,
                "`std::process::Command` goes past the checker",
            ),
            (r#"use std::process::*; fn f() { Command::new("x"); }"#, "`std::process::Command` goes past the checker"),
            (r#"use std as s; fn f() { s::fs::read("x"); }"#, "`std::fs` goes past the checker"),
            ("use std::*; fn f() { env::args(); }", "`std::env` goes past the checker"),
            ("use std::net::{IpAddr, TcpStream};", "`std::net` goes past the checker"),
            ("use std::os::fd::AsFd;", "`std::os` goes past the checker"),
            ("fn f() { std::panic::set_hook(g()); }", "`std::panic::set_hook` goes past the checker"),
            ("use std::panic; fn f() { panic::take_hook(); }", "`std::panic::take_hook` goes past the checker"),
            ("#[tokio::main] async fn f() {}", "`#[tokio::main]` has no place in a solution"),
            (
                "use tokio::test; #[test(start_paused = true)] async fn f() {}",
                "`#[tokio::test]` has no place in a solution",
            ),
            ("#![feature(x)]", "`#[feature]` has no place in a solution"),
            ("#![no_std]", "`#[no_std]` has no place in a solution"),
        ] {
            assert_eq!(complaints(&format!("\n{source}")).first(), Some(&format!("2: {complaint}")), "{source}");
        }
    }

    #[test]
    fn what_the_exercise_is_about_is_allowed() {
        let unsafe_source = "fn f() { unsafe { } }";
        assert_eq!(complaints_in(&exercise("loom", true), unsafe_source), [""; 0]);
        let foreign = "unsafe extern \"C\" { fn fork() -> i32; }";
        assert_eq!(complaints_in(&exercise("loom", true), foreign), ["1: foreign functions go past the checker"]);
        assert_eq!(complaints_in(&exercise("real", false), "use std::fs::File;"), [""; 0]);
        for cell in ["use core::cell;", "use core::cell::{self as c};", "mod m { pub use core::cell::*; }"] {
            assert_eq!(complaints_in(&exercise("shuttle", false), cell), [""; 0], "{cell}");
            assert_eq!(
                complaints_in(&exercise("loom", true), cell),
                ["1: `core::cell` goes past the checker"],
                "{cell}"
            );
        }
    }

    #[test]
    fn a_file_that_is_no_text_or_holds_nothing_is_refused_in_words() {
        let refusal = |bytes: &[u8]| lint(&exercise("shuttle", false), "src/lib.rs", bytes).unwrap_err().message;
        insta::assert_snapshot!(refusal(b"fn a() {}\n\xff"), @"src/lib.rs is not UTF-8 from line 2 on");
        insta::assert_snapshot!(refusal(b"// nothing\n"), @"src/lib.rs holds no code");
    }

    #[test]
    fn a_complaint_shows_the_line_and_says_what_to_use() {
        let source = "use core::sync::atomic::AtomicU64;\n\nfn main() {}\n";
        let rejection = lint(&exercise("shuttle", false), "src/lib.rs", source.as_bytes()).unwrap_err();
        insta::assert_snapshot!(anstream::adapter::strip_str(&rejection.diagnostics[0].rendered), @"
        error: `core::sync` goes past the checker
         --> src/lib.rs:1:5
          |
        1 | use core::sync::atomic::AtomicU64;
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the checker sees what goes through `std`
          |
        help: use `std::sync`
        ");
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_compiler() {
        assert_eq!(complaints("fn f( {"), [""; 0]);
    }
}
