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

/// What it answers where a type, or a variant, has other fields than are asked for: it is not made of them, their number
/// is another one, or one has another type.
const OTHER_FIELDS: [&str; 3] = ["E0532", "E0023", "E0308"];

/// Types that nobody can give an equality of their own.
const PRIMITIVE: [&str; 15] =
    ["bool", "char", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64", "u8", "usize", "String"];

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
    for (item, fields) in &types {
        let _ = write!(source, "    derived::<{name}::{item}>();");
        // A type that derives its equality may be made of one that does not.
        for (place, kinds) in fields {
            let bound: Vec<_> = (0..kinds.len()).map(|index| format!("a{index}")).collect();
            let _ = write!(source, " |of: {name}::{item}| if let {name}::{place}({}) = of {{", bound.join(", "));
            for (bound, kind) in bound.iter().zip(kinds) {
                if PRIMITIVE.contains(&kind.as_str()) {
                    let _ = write!(source, " let _: {kind} = {bound};");
                } else if types.iter().any(|(item, _)| item == kind) {
                    let _ = write!(source, " let _: {name}::{kind} = {bound};");
                }
            }
            source.push_str(" };");
        }
        source.push('\n');
    }
    source.push_str("}\n");
    let mut command = job.rustc(room.compiler(), "lib", "equality");
    command.args(["-", "--cap-lints=allow", "--emit=metadata", "--out-dir"]).arg(room.learners_folder());
    command.arg(super::option("-Ldependency=", &job.world.dependencies));
    command.with_world(&[(name, library.to_owned())].into_iter().collect());
    // The real `std`, in which the marker is.
    command.env("RUSTC_BOOTSTRAP", "1");
    let run = rustc(&mut command, room, &source)?;
    let lies = run.errors().find(|error| error.code() == NOT_DERIVED || OTHER_FIELDS.contains(&error.code()));
    // Whatever else it finds, the contract is checked by the hidden tests.
    let Some(lies) = lies else { return Ok(None) };
    let place = lies.primary().and_then(|span| span.line_start.checked_sub(4));
    let item = place.and_then(|index| types.get(index)).map_or("a type", |(item, _)| item.as_str());
    let message = if lies.code() == NOT_DERIVED {
        format!("`{item}` has an equality of its own, and has to derive `PartialEq`")
    } else {
        format!("`{item}` has other fields than the exercise gives it, in a file with an equality of its own")
    };
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

/// A struct or a variant, with the types of its fields, which have no names.
type Fields = (String, Vec<String>);

/// The public types of a file that derive their equality, without those that have parameters, and what can be said of
/// what they are made of.
fn derived(text: &str) -> Vec<(String, Vec<Fields>)> {
    let Ok(file) = syn::parse_file(text) else { return Vec::new() };
    let found = |item: &Item| match item {
        Item::Enum(item) if derives(&item.attrs, &item.vis, &item.generics) => {
            let variants = item.variants.iter();
            let fields = variants.filter_map(|variant| {
                Some((format!("{}::{}", item.ident, variant.ident), unnamed(&variant.fields, true)?))
            });
            Some((item.ident.to_string(), fields.collect()))
        }
        Item::Struct(item) if derives(&item.attrs, &item.vis, &item.generics) => {
            let fields = unnamed(&item.fields, false).map(|fields| (item.ident.to_string(), fields));
            Some((item.ident.to_string(), fields.into_iter().collect()))
        }
        _ => None,
    };
    file.items.iter().filter_map(found).collect()
}

/// The types of fields without names, as far as they are names: `_` stands for others. `None` where there are none that
/// everybody sees.
fn unnamed(fields: &syn::Fields, of_a_variant: bool) -> Option<Vec<String>> {
    let syn::Fields::Unnamed(fields) = fields else { return None };
    let name = |field: &syn::Field| match &field.ty {
        syn::Type::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    };
    let seen = |field: &syn::Field| of_a_variant || matches!(field.vis, Visibility::Public(_));
    let all_seen = fields.unnamed.iter().all(seen);
    all_seen.then(|| fields.unnamed.iter().map(|field| name(field).unwrap_or_else(|| "_".to_owned())).collect())
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
        let names: Vec<_> = derived(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn what_types_of_the_contract_are_made_of_is_known_where_everybody_sees_it() {
        let text = "
            #[derive(PartialEq)] pub struct A(pub u32, pub Vec<u8>);
            #[derive(PartialEq)] pub struct B(u32);
            #[derive(PartialEq)] pub struct C { pub a: u32 }
            #[derive(PartialEq)] pub enum D { E(A), F, G { a: A } }
        ";
        let told = |of: &str, kinds: &[&str]| (of.to_owned(), kinds.iter().map(|&kind| kind.to_owned()).collect());
        let fields: Vec<_> = derived(text).into_iter().map(|(_, fields)| fields).collect();
        assert_eq!(fields, [vec![told("A", &["u32", "_"])], vec![], vec![], vec![told("D::E", &["A"])]]);
    }
}
