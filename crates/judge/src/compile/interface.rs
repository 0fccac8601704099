//! What the hidden tests can tell of a learner's file without calling it.
//!
//! Two files with the same interface give the same machine code for the hidden tests: what is called is found when the
//! program is linked. So the tests need not be compiled again when only the body of a function has changed.

use std::ops::Range;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The macros whose calls leave no items behind.
const HARMLESS: [&str; 21] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "matches",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// The words that an item within a macro's arguments would begin with.
const ITEMS: [&str; 10] = ["const", "enum", "extern", "fn", "impl", "mod", "static", "struct", "trait", "use"];

/// A digest of a file without the bodies that only its own machine code has: those of functions that are neither
/// generic nor `const`, `async` or `inline`, do not return what their body decides, and hold no items. What stays and
/// may end up in the hidden tests counts with its place, which panics and logs name, and with that the file's `name`.
/// `None` where nothing can be said: the file is not Rust, or defines macros.
pub(super) fn digest(name: &str, text: &str) -> Option<blake3::Hash> {
    let tokens: TokenStream = text.parse().ok()?;
    let file: syn::File = syn::parse2(tokens.clone()).ok()?;
    let mut bodies = Bodies::default();
    bodies.visit_file(&file);
    if bodies.defines_macros {
        return None;
    }
    let mut hasher = blake3::Hasher::new();
    if !bodies.placed.is_empty() {
        hasher.update(name.as_bytes()).update(b"\0");
    }
    bodies.digest(tokens, &mut hasher);
    Some(hasher.finalize())
}

#[derive(Default)]
struct Bodies {
    /// The first bytes of the bodies that are left out.
    left_out: Vec<usize>,
    /// What counts with its place.
    placed: Vec<Range<usize>>,
    /// The `impl` around has parameters that machine code depends on.
    generic: bool,
    defines_macros: bool,
}

impl Bodies {
    fn function(&mut self, attributes: &[syn::Attribute], signature: &syn::Signature, body: &syn::Block) {
        let plain = !self.generic
            && !has_types(&signature.generics)
            && signature.constness.is_none()
            && signature.asyncness.is_none()
            && !attributes.iter().any(is_about_code)
            && !Holds::items_or_opaque_types(signature, body);
        let braces = &body.brace_token.span;
        if plain {
            self.left_out.push(braces.open().byte_range().start);
        } else {
            self.place(signature.fn_token.span, braces.close());
        }
    }

    fn place(&mut self, first: Span, last: Span) {
        self.placed.push(first.byte_range().start..last.byte_range().end);
    }

    fn digest(&self, tokens: TokenStream, hasher: &mut blake3::Hasher) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            if let (TokenTree::Punct(punct), Some(TokenTree::Group(group))) = (&token, tokens.peek())
                && punct.as_char() == '#'
                && is_documentation(group)
            {
                tokens.next();
                continue;
            }
            let start = token.span().byte_range().start;
            if self.placed.iter().any(|range| range.contains(&start)) {
                let place = token.span().start();
                hasher.update(&place.line.to_le_bytes()).update(&place.column.to_le_bytes());
            }
            match token {
                TokenTree::Group(group) if self.left_out.contains(&start) => {
                    debug_assert_eq!(group.delimiter(), Delimiter::Brace);
                    hasher.update(b"\0body\0");
                }
                TokenTree::Group(group) => {
                    hasher.update(format!("\0{:?}\0", group.delimiter()).as_bytes());
                    self.digest(group.stream(), hasher);
                    hasher.update(b"\0end\0");
                }
                TokenTree::Punct(punct) => {
                    hasher.update(format!("{}{:?}\0", punct.as_char(), punct.spacing()).as_bytes());
                }
                other => {
                    hasher.update(other.to_string().as_bytes()).update(b"\0");
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Bodies {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let around = std::mem::replace(&mut self.generic, has_types(&item.generics));
        visit::visit_item_impl(self, item);
        self.generic = around;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        // Generic over who implements it.
        if let Some(body) = &item.default {
            self.place(item.sig.fn_token.span, body.brace_token.span.close());
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.place(item.const_token.span, item.semi_token.span);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.place(item.const_token.span, item.semi_token.span);
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.place(item.const_token.span, item.semi_token.span);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.place(item.static_token.span, item.semi_token.span);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.defines_macros |= call.path.is_ident("macro_rules");
        let (syn::MacroDelimiter::Paren(syn::token::Paren { span })
        | syn::MacroDelimiter::Brace(syn::token::Brace { span })
        | syn::MacroDelimiter::Bracket(syn::token::Bracket { span })) = &call.delimiter;
        self.place(call.bang_token.span, span.close());
    }
}

/// What a body may hold that more than its own machine code depends on.
struct Holds(bool);

impl Holds {
    fn items_or_opaque_types(signature: &syn::Signature, body: &syn::Block) -> bool {
        let mut holds = Holds(false);
        holds.visit_signature(signature);
        holds.visit_block(body);
        holds.0
    }
}

impl<'ast> Visit<'ast> for Holds {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        // An import binds names within the body only.
        self.0 |= !matches!(item, syn::Item::Use(_));
    }

    fn visit_type_impl_trait(&mut self, _: &'ast syn::TypeImplTrait) {
        self.0 = true;
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        self.0 |= !HARMLESS.contains(&name.as_str()) || has_item(call.tokens.clone());
    }
}

fn has_item(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_item(group.stream()),
        TokenTree::Ident(ident) => ITEMS.iter().any(|item| ident == item),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Lifetimes make no difference to machine code.
fn has_types(generics: &syn::Generics) -> bool {
    generics.params.iter().any(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)))
}

/// Whether an attribute has a say in where a function's machine code goes.
fn is_about_code(attribute: &syn::Attribute) -> bool {
    ["inline", "r#inline", "cfg_attr", "r#cfg_attr"].iter().any(|name| attribute.path().is_ident(name))
}

fn is_documentation(group: &proc_macro2::Group) -> bool {
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Bracket && matches!(first, Some(TokenTree::Ident(ident)) if ident == "doc")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "
use std::sync::Mutex;
/// An account.
pub struct Account { balance: Mutex<u64> }
const FEE: u64 = 1;
impl Account {
    pub fn each<T: Into<u64>>(&self, of: Vec<T>) -> u64 { of.into_iter().map(Into::into).sum() }
    pub fn pay<'a>(&'a self, amount: u64) -> Result<(), String> {
        let mut balance = self.balance.lock().unwrap();
        *balance -= amount + FEE;
        Ok(())
    }
}
";

    fn same(before: &str, after: &str) -> bool {
        assert!(PROGRAM.contains(before), "{before}");
        digest("lib.rs", PROGRAM).unwrap() == digest("lib.rs", &PROGRAM.replacen(before, after, 1)).unwrap()
    }

    #[test]
    fn bodies_that_nobody_else_compiles_make_no_difference() {
        assert!(same("*balance -= amount + FEE;", "*balance -= FEE; *balance -= amount; println!(\"{balance}\");"));
        assert!(same("let mut balance", "use std::mem;\n        let mut balance"));
        assert!(same("/// An account.", "/// What somebody has."));
        assert!(same("Ok(())", "// A comment.\n        Ok(())"));
        assert!(same("self.balance.lock()", "Mutex::lock(&self.balance)"));
    }

    #[test]
    fn whatever_else_changes_makes_a_difference() {
        for (before, after) in [
            ("amount: u64", "amount: u32"),
            ("pub fn pay", "fn pay"),
            ("pub fn pay", "#[inline] pub fn pay"),
            ("pub struct Account { balance: Mutex<u64> }", "pub struct Account { balance: Mutex<u64>, other: u8 }"),
            ("FEE: u64 = 1", "FEE: u64 = 2"),
            ("of.into_iter()", "of.into_iter().rev()"),
            ("let mut balance", "impl Drop for Account { fn drop(&mut self) {} } let mut balance"),
            ("let mut balance", "unknown!(impl Drop); let mut balance"),
            ("let mut balance", "assert!({ impl Drop for Account { fn drop(&mut self) {} } true }); let mut balance"),
            ("const FEE", "\nconst FEE"),
        ] {
            assert!(!same(before, after), "{before} → {after}");
        }
    }

    #[test]
    fn what_a_body_decides_for_its_callers_counts() {
        for (before, after) in [
            ("pub fn f() -> impl Fn() { || () }", "pub fn f() -> impl Fn() { move || () }"),
            ("pub async fn f() { g() }", "pub async fn f() { g(); }"),
            ("pub const fn f() -> u8 { 1 }", "pub const fn f() -> u8 { 2 }"),
            ("pub fn f(of: impl Fn()) { of() }", "pub fn f(of: impl Fn()) { of(); of() }"),
            ("#[inline] pub fn f() { }", "#[inline] pub fn f() { g() }"),
            ("#[r#inline] pub fn f() { }", "#[r#inline] pub fn f() { g() }"),
            ("impl<T> S<T> { pub fn f() { } }", "impl<T> S<T> { pub fn f() { g() } }"),
            ("trait T { fn f(&self) { } }", "trait T { fn f(&self) { g() } }"),
            ("thread_local! { static A: u8 = 1; }", "thread_local! { static A: u8 = 2; }"),
        ] {
            assert_ne!(digest("lib.rs", before).unwrap(), digest("lib.rs", after).unwrap(), "{before} → {after}");
        }
        assert_eq!(digest("lib.rs", "fn f() { g() }"), digest("other.rs", "fn f() { h() }"));
    }

    #[test]
    fn the_name_of_the_file_counts_where_places_do() {
        assert_ne!(digest("lib.rs", PROGRAM), digest("other.rs", PROGRAM));
        let plain = "pub fn f() { g() }";
        assert_eq!(digest("lib.rs", plain), digest("other.rs", plain));
    }

    #[test]
    fn nothing_is_said_of_files_that_define_macros_or_are_not_rust() {
        for text in ["macro_rules! m { () => {} }", "mod inner { macro_rules! m { () => {} } }", "fn f( {", "fn"] {
            assert_eq!(digest("lib.rs", text), None, "{text}");
        }
    }
}
