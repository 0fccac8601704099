//! Types that say of themselves what they are equal to.
//!
//! Hidden tests compare values of the learner's types. A type whose `==` is always true would agree with whatever is
//! expected of it, so that those which the exercise derives `PartialEq` for must go on deriving it. Only the compiler knows
//! whether one does, by a marker of its own that stable Rust cannot name: it is asked in a compilation of its own, of
//! which nothing else depends.

use std::fmt::Write as _;
use std::path::Path;

use kata_trace::Verdict;
use proc_macro2::{Group, TokenStream, TokenTree};
use syn::{Attribute, Item, Visibility};

use super::rustc::rustc;
use super::{Job, Options as _};
use crate::Error;
use crate::deep::deeply;
use crate::excerpt::complain_at_large;
use crate::lint::is_punct;
use crate::room::Room;
use crate::verdict::Rejection;

/// What rustc answers where a type does not have the marker.
const NOT_DERIVED: &str = "E0277";

/// Refuses a program with a type that compares itself in a way of its own.
pub(super) fn check(job: &Job<'_>, room: &Room, library: &Path) -> Result<Option<Rejection>, Error> {
    if !deeply(|| is_named_outside_of_derives(job.source.text)) {
        return Ok(None);
    }
    let starter = job.root().join(job.exercise.starter());
    let text = std::fs::read_to_string(&starter).map_err(|error| Error::io("read", &starter, error))?;
    let types = derived(&text);
    if types.is_empty() {
        return Ok(None);
    }
    let name = job.exercise.id.crate_name();
    let mut source = String::from("#![feature(structural_match)]\n");
    source.push_str("fn derived<T: std::marker::StructuralPartialEq>() {}\npub fn all() {\n");
    for item in &types {
        let _ = writeln!(source, "    derived::<{name}::{item}>();");
    }
    source.push_str("}\n");
    let mut command = job.rustc(room.compiler(), "lib", "equality");
    command.args(["-", "--cap-lints=allow", "--emit=metadata", "--out-dir"]).arg(room.learners_folder());
    command.arg(super::option("-Ldependency=", &job.world.dependencies));
    command.with_world(&[(name, library.to_owned())].into_iter().collect());
    // The real `std`, in which the marker is.
    command.env("RUSTC_BOOTSTRAP", "1");
    let run = rustc(&mut command, room, &source)?;
    let lies = run.errors().find(|error| error.code() == NOT_DERIVED);
    // Whatever else it finds, the contract is checked by the hidden tests.
    let Some(lies) = lies else { return Ok(None) };
    let place = lies.primary().and_then(|span| span.line_start.checked_sub(4));
    let item = place.and_then(|index| types.get(index)).map_or("a type", String::as_str);
    let message = format!("`{item}` has an equality of its own, and has to derive `PartialEq`");
    let help = "the hidden tests compare what they get with what they expect: keep the derives of the exercise's types";
    let diagnostics = vec![complain_at_large(&message, Some(help))];
    Ok(Some(Rejection { verdict: Verdict::RejectedSource, message, diagnostics }))
}

/// Whether a file names the trait anywhere but where it is derived. One that does not cannot implement it in another
/// way, nor derive something else under its name.
fn is_named_outside_of_derives(text: &str) -> bool {
    fn is_in(stream: TokenStream) -> bool {
        let tokens: Vec<_> = stream.into_iter().collect();
        tokens.iter().enumerate().any(|(index, token)| match token {
            TokenTree::Ident(word) => word.to_string().trim_start_matches("r#") == "PartialEq",
            TokenTree::Group(group) => {
                let before = index.checked_sub(1).map(|before| &tokens[before]);
                !(is_punct(before, '#') && is_derive(group)) && is_in(group.stream())
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
    text.parse().map_or(true, is_in)
}

fn is_derive(attribute: &Group) -> bool {
    matches!(attribute.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "derive")
}

/// The public types of a file that derive their equality, without those that have parameters.
fn derived(text: &str) -> Vec<String> {
    let Ok(file) = syn::parse_file(text) else { return Vec::new() };
    let name = |item: &Item| match item {
        Item::Enum(item) if derives(&item.attrs, &item.vis, &item.generics) => Some(item.ident.to_string()),
        Item::Struct(item) if derives(&item.attrs, &item.vis, &item.generics) => Some(item.ident.to_string()),
        _ => None,
    };
    file.items.iter().filter_map(name).collect()
}

fn derives(attributes: &[Attribute], visibility: &Visibility, generics: &syn::Generics) -> bool {
    let mut found = false;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        // A derive that cannot be read does not compile.
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("PartialEq");
            Ok(())
        });
    }
    found && generics.params.is_empty() && matches!(visibility, Visibility::Public(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_names_the_trait_beside_its_derives_is_looked_at() {
        for harmless in
            ["#[derive(Clone, PartialEq)] struct A;", "// PartialEq\nstruct A;", "fn f() { m!(\"PartialEq\") }"]
        {
            assert!(!is_named_outside_of_derives(harmless), "{harmless}");
        }
        for suspect in [
            "impl PartialEq for A {}",
            "use std::fmt::Debug as PartialEq; #[derive(PartialEq)] struct A;",
            "equal!(PartialEq);",
            "impl std::cmp::r#PartialEq for A {}",
            "#[cfg_attr(all(), derive(PartialEq))] struct A;",
        ] {
            assert!(is_named_outside_of_derives(suspect), "{suspect}");
        }
    }

    #[test]
    fn types_of_the_contract_are_those_that_are_public_and_derive_their_equality() {
        let text = "
            #[derive(Clone, PartialEq)] pub struct A(u32);
            #[derive(PartialEq, Eq)] pub enum B { C }
            #[derive(PartialEq)] struct Private;
            #[derive(Debug)] pub struct Other;
            #[derive(PartialEq)] pub struct Generic<T>(T);
        ";
        assert_eq!(derived(text), ["A", "B"]);
    }
}
