//! Paths in a sequence of tokens, and the names that `use` gives to them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::ban::GLOB_TARGETS;
use super::tests_only::TestsOnly;
use super::{end_of_item, is_braced, is_punct, plain};

/// One path. A tree of `use` has one for each leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Its segments. The last one is `*` for a glob.
    pub(super) segments: Vec<String>,
    /// It starts with `::`.
    absolute: bool,
    /// The name behind `as`.
    alias: Option<String>,
    place: Range<usize>,
}

impl Leaf {
    /// The bytes from its first to its last segment.
    pub(super) fn place(&self) -> Range<usize> {
        self.place.clone()
    }
}

/// The path that starts at `index`, or the leaves of the tree of paths, and where it ends.
pub(super) fn leaves(tokens: &[TokenTree], index: usize) -> (Vec<Leaf>, usize) {
    let absolute = index >= 2 && is_path_separator(tokens, index - 2);
    let mut leaves = Vec::new();
    let end = tree(tokens, index, &[], absolute, &mut leaves);
    (leaves, end)
}

/// Reads one tree of paths at `index` and returns where it ends.
fn tree(tokens: &[TokenTree], index: usize, prefix: &[String], absolute: bool, leaves: &mut Vec<Leaf>) -> usize {
    let mut segments = prefix.to_vec();
    let mut place: Option<Range<usize>> = None;
    let mut at = index;
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => {
                let span = ident.span().byte_range();
                let name = plain(ident);
                if name != "self" || segments.is_empty() {
                    segments.push(name);
                }
                place = Some(place.map_or(span.clone(), |place| place.start..span.end));
                at += 1;
            }
            Some(TokenTree::Punct(star)) if star.as_char() == '*' && at > index => {
                segments.push("*".to_owned());
                at += 1;
                break;
            }
            // `core::$module`: whatever it becomes, it is none of the modules that are known to be harmless.
            Some(TokenTree::Punct(dollar)) if dollar.as_char() == '$' && at > index => {
                segments.push("$".to_owned());
                at += 1;
                break;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                branches(group.stream(), &segments, absolute, leaves);
                return at + 1;
            }
            _ => break,
        }
        if !is_path_separator(tokens, at) {
            break;
        }
        match tokens.get(at + 2) {
            Some(TokenTree::Ident(_)) => {}
            Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '*' | '$') => {}
            token if is_braced(token) => {}
            _ => break,
        }
        at += 2;
    }
    let Some(place) = place else { return at };
    let mut alias = None;
    if matches!(tokens.get(at), Some(TokenTree::Ident(word)) if *word == "as")
        && let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
    {
        alias = Some(plain(name));
    }
    leaves.push(Leaf { segments, absolute, alias, place });
    at
}

fn branches(stream: TokenStream, prefix: &[String], absolute: bool, leaves: &mut Vec<Leaf>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for part in tokens.split(|token| is_punct(Some(token), ',')) {
        if is_punct(part.first(), '*') {
            let span = part[0].span().byte_range();
            let segments = prefix.iter().cloned().chain(["*".to_owned()]).collect();
            leaves.push(Leaf { segments, absolute, alias: None, place: span });
        } else {
            tree(part, 0, prefix, absolute, leaves);
        }
    }
}

fn is_path_separator(tokens: &[TokenTree], index: usize) -> bool {
    is_punct(tokens.get(index), ':') && is_punct(tokens.get(index + 1), ':')
}

/// What names stand for, as far as `use` says it. Scopes are not told apart: a name may stand for several things.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    named: BTreeMap<String, BTreeSet<Vec<String>>>,
    /// Names that a glob brings in, as far as they lead to something banned.
    globbed: BTreeMap<String, BTreeSet<Vec<String>>>,
    /// Everything that is brought in.
    pub(super) imports: Vec<Leaf>,
}

/// Paths that one may stand for. Nobody needs so many, and what leads in circles has no end of them.
const MOST_PATHS: usize = 64;

impl Aliases {
    /// Reads every `use` of a file.
    pub(super) fn of(tokens: &TokenStream, tests_only: &TestsOnly) -> Self {
        let mut aliases = Aliases::default();
        aliases.stream(tokens.clone(), tests_only);
        aliases
    }

    fn stream(&mut self, stream: TokenStream, tests_only: &TestsOnly) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut index = 0;
        while index < tokens.len() {
            match &tokens[index] {
                TokenTree::Punct(punct) if punct.as_char() == '#' && tests_only.begin_at(punct) => {
                    index = end_of_item(&tokens, index + 2);
                    continue;
                }
                TokenTree::Group(group) => self.stream(group.stream(), tests_only),
                TokenTree::Ident(word) if *word == "use" => {
                    let start = if is_path_separator(&tokens, index + 1) { index + 3 } else { index + 1 };
                    let (leaves, _) = leaves(&tokens, start);
                    leaves.into_iter().for_each(|leaf| self.add(leaf));
                }
                _ => {}
            }
            index += 1;
        }
    }

    fn add(&mut self, leaf: Leaf) {
        let Some(last) = leaf.segments.last() else { return };
        if last == "*" {
            let prefix = &leaf.segments[..leaf.segments.len() - 1];
            for target in GLOB_TARGETS.iter().map(|path| path.split("::").collect::<Vec<_>>()) {
                if target.len() > prefix.len() && target[..prefix.len()] == *prefix {
                    let name = target[prefix.len()].to_owned();
                    let path = target[..=prefix.len()].iter().map(|&segment| segment.to_owned()).collect();
                    self.globbed.entry(name).or_default().insert(path);
                }
            }
        } else {
            let name = leaf.alias.clone().unwrap_or_else(|| last.clone());
            // A name for itself would go round in circles.
            if leaf.segments.first() != Some(&name) {
                self.named.entry(name).or_default().insert(leaf.segments.clone());
            }
        }
        self.imports.push(leaf);
    }

    /// Whether `use` brings something in by this name.
    pub(super) fn renames(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }

    /// The full paths that a leaf may stand for. `called` tells that arguments follow it.
    pub(super) fn resolve(&self, leaf: &Leaf, called: bool) -> BTreeSet<Vec<String>> {
        let mut found = BTreeSet::new();
        let mut open = vec![leaf.segments.clone()];
        while let Some(segments) = open.pop() {
            if found.len() == MOST_PATHS || found.contains(&segments) {
                continue;
            }
            let local = segments.iter().take_while(|s| matches!(s.as_str(), "crate" | "self" | "super")).count();
            if let Some(first) = segments.get(local).filter(|_| !leaf.absolute) {
                let globbed = self.globbed.get(first).filter(|_| segments.len() > local + 1 || called);
                let paths = self.named.get(first).into_iter().chain(globbed).flatten();
                open.extend(paths.map(|path| path.iter().chain(&segments[local + 1..]).cloned().collect()));
            }
            found.insert(segments);
        }
        found
    }
}
