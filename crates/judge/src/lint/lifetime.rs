//! References from which the compiler draws conclusions that it does not hold anybody to.
//!
//! Safe Rust can get around the compiler's proofs by a function with a parameter of such a type:
//! <https://github.com/rust-lang/rust/issues/25860>. This finds the way that is known best, and no other.

use std::ops::Range;

use proc_macro2::{Ident, TokenTree};

use super::{is_ident, is_punct};

/// The place of `&'a &'b` at `index`, with two names.
pub(super) fn one_within_another(tokens: &[TokenTree], index: usize) -> Option<Range<usize>> {
    let (outer, next) = reference(tokens, index)?;
    let (inner, _) = reference(tokens, next)?;
    let named = [outer, inner].iter().all(|name| *name != "_");
    (named && outer != inner).then(|| tokens[index].span().byte_range().start..inner.span().byte_range().end)
}

/// The lifetime of the `&'a` or `&'a mut` at `index`, and where that ends.
fn reference(tokens: &[TokenTree], index: usize) -> Option<(&Ident, usize)> {
    let is_reference = is_punct(tokens.get(index), '&') && is_punct(tokens.get(index + 1), '\'');
    let Some(TokenTree::Ident(name)) = tokens.get(index + 2).filter(|_| is_reference) else { return None };
    Some((name, index + 3 + usize::from(is_ident(tokens.get(index + 3), "mut"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        let tokens: Vec<TokenTree> = text.parse::<proc_macro2::TokenStream>().unwrap().into_iter().collect();
        let place = (0..tokens.len()).find_map(|index| one_within_another(&tokens, index))?;
        Some(text[place].to_owned())
    }

    #[test]
    fn two_names_are_found_and_one_is_nothing() {
        assert_eq!(found("x: &'a &'b ()").as_deref(), Some("&'a &'b"));
        assert_eq!(found("x: &'a mut &'static mut T").as_deref(), Some("&'a mut &'static"));
        for harmless in
            ["&'a &'a ()", "&'a &()", "& &'a ()", "&'_ &'a ()", "&'a str, &'b str", "a && b", "f(&'a', &'b')"]
        {
            assert_eq!(found(harmless), None, "{harmless}");
        }
    }
}
