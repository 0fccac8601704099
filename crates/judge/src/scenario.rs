//! The scenarios of a file of hidden tests.

use syn::{Attribute, Expr, ExprLit, FnArg, Item, Lit, Meta, Visibility};

/// A scenario: a public function without parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The function's name.
    pub name: String,
    /// The first sentence of its documentation, without the full stop.
    pub about: String,
}

/// The scenarios in the order of the file.
///
/// # Errors
/// The file is not Rust, or holds no scenario.
pub fn scenarios(hidden: &str) -> Result<Vec<Scenario>, String> {
    let file = syn::parse_file(hidden).map_err(|error| error.to_string())?;
    let scenarios: Vec<_> = file.items.iter().filter_map(scenario).collect();
    if scenarios.is_empty() {
        return Err("it holds no public function, and a scenario is one".to_owned());
    }
    Ok(scenarios)
}

fn scenario(item: &Item) -> Option<Scenario> {
    let Item::Fn(function) = item else { return None };
    let public = matches!(function.vis, Visibility::Public(_));
    let parameters = function.sig.inputs.iter().collect::<Vec<&FnArg>>();
    (public && parameters.is_empty())
        .then(|| Scenario { name: function.sig.ident.to_string(), about: first_sentence(&function.attrs) })
}

fn first_sentence(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for line in attributes.iter().filter_map(doc_line) {
        if line.trim().is_empty() && !text.is_empty() {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line.trim());
    }
    let end = text.find(". ").unwrap_or(text.len());
    text.truncate(end);
    text.trim_end_matches('.').to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_function_without_parameters_is_a_scenario() {
        let hidden = "
            //! Not this.
            /// Two transfers go in opposite
            /// directions. Both must end.
            pub fn opposite_transfers() {}
            fn helper() {}
            pub(crate) fn other() {}
            pub fn with(_: u32) {}
            pub fn bare() {}
        ";
        let found = scenarios(hidden).unwrap();
        let scenario = |name: &str, about: &str| Scenario { name: name.to_owned(), about: about.to_owned() };
        let about = "Two transfers go in opposite directions";
        assert_eq!(found, [scenario("opposite_transfers", about), scenario("bare", "")]);
    }

    #[test]
    fn a_file_without_scenarios_is_refused() {
        assert!(scenarios("fn helper() {}").is_err());
        assert!(scenarios("pub fn (").is_err());
    }
}
