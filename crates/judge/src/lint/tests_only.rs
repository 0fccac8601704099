//! Items that the checker does not compile, because they are for tests only.
//!
//! Where such an item ends can be told from tokens, and whether it is one cannot: behind `#[cfg(test)]` there may be a
//! variant, an arm or a field as well, whose neighbours are compiled.

use std::collections::BTreeSet;

use proc_macro2::{Punct, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, Meta};

use super::is_punct;

/// Where the attributes of such items stand.
#[derive(Debug, Default)]
pub(super) struct TestsOnly(BTreeSet<usize>);

impl TestsOnly {
    /// None in a file that cannot be read: then all of it is looked at.
    pub(super) fn in_text(text: &str, tokens: &TokenStream) -> Self {
        let mut found = TestsOnly::default();
        if text.contains("test")
            && let Ok(file) = syn::parse2(tokens.clone())
        {
            found.visit_file(&file);
        }
        found
    }

    /// Whether an attribute that begins with this `#` makes an item one for tests only.
    pub(super) fn begin_at(&self, punct: &Punct) -> bool {
        self.0.contains(&punct.span().byte_range().start)
    }

    fn note(&mut self, attributes: &[Attribute], is_function: bool) {
        let found = attributes.iter().filter(|attribute| match &attribute.meta {
            // Something else can be called `test`, and nothing else that a function can have.
            Meta::Path(path) => is_function && path.is_ident("test"),
            Meta::List(list) => list.path.is_ident("cfg") && needs_test(list.tokens.clone()),
            Meta::NameValue(_) => false,
        });
        self.0.extend(found.map(|attribute| attribute.pound_token.span.byte_range().start));
    }
}

impl<'ast> Visit<'ast> for TestsOnly {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Const(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            Item::Type(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        self.note(attributes, matches!(item, Item::Fn(_)));
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.note(&item.attrs, false);
        visit::visit_impl_item_fn(self, item);
    }
}

/// Whether a condition holds for tests only.
fn needs_test(condition: TokenStream) -> bool {
    let tokens: Vec<_> = condition.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name)] => *name == "test",
        [TokenTree::Ident(name), TokenTree::Group(parts)] if *name == "all" => {
            let parts: Vec<_> = parts.stream().into_iter().collect();
            parts.split(|token| is_punct(Some(token), ',')).any(|part| needs_test(part.iter().cloned().collect()))
        }
        _ => false,
    }
}
