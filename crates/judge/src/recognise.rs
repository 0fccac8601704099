//! Known wrong fixes, recognised in a learner's file.
//!
//! A file is taken for a wrong fix of the corpus when it fails as that one does and changes the starter in much the
//! same way. The second is measured as tools against plagiarism do it, on short runs of tokens (compare Schleimer,
//! Wilkerson, Aiken: Winnowing, SIGMOD 2003), but only on those that differ from the starter: everything else is alike
//! anyway.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use exercise::{Declared, Exercise, Fix, FixKind, fixes};
use kata_trace::Verdict;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{Error, Judgement, Workspace};

/// Tokens that are compared together. Fewer would find likeness where only the language is the same, and more would
/// lose it at every small change.
const RUN: usize = 3;

/// Tokens that tell apart two fixes which are alike by shorter runs: the same statements in another order.
const LONG_RUN: usize = 9;

/// How much of the smaller change must be the same, from 0 to 1: a learner may have done more than the fix, or less.
const ENOUGH: f64 = 0.5;

/// A wrong fix that a learner's file is like.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognised {
    /// The wrong fix.
    pub fix: Fix,
    /// Why people try it, and why it does not help.
    pub lesson: String,
    /// How much of all that both have changed is the same, from 0 to 1.
    pub likeness: f64,
}

/// The fixes of an exercise, to compare files with.
#[derive(Debug)]
pub struct Recogniser {
    root: PathBuf,
    starter: Runs,
    fixes: Vec<(Fix, OnceCell<Changes>)>,
}

impl Recogniser {
    /// Knows the fixes of an exercise.
    ///
    /// # Errors
    /// The files of the solution cannot be read.
    pub fn new(workspace: &Workspace, exercise: &Exercise) -> Result<Self, Error> {
        let root = workspace.root().to_owned();
        let fixes = fixes(&root, exercise).map_err(|error| Error::new(error.to_string()))?;
        let starter = runs(&read(&root, &exercise.starter())?).unwrap_or_default();
        Ok(Recogniser { starter, fixes: fixes.into_iter().map(|fix| (fix, OnceCell::new())).collect(), root })
    }

    /// The wrong fix of the corpus that `text`, which was judged so, is like: the likest one. None if it passed, if it
    /// fails in another way than that fix, or if it is at least as much like a right one.
    ///
    /// # Errors
    /// The files of the solution cannot be read.
    pub fn recognise(&self, text: &str, judgement: &Judgement) -> Result<Option<Recognised>, Error> {
        let alike = |fix: &Fix| matches!(&fix.kind, FixKind::Wrong { declared, .. } if fails_as(judgement, declared));
        if judgement.verdict == Verdict::Passed || !self.fixes.iter().any(|(fix, _)| alike(fix)) {
            return Ok(None);
        }
        let Some(own) = runs(text).map(|runs| changes(&self.starter, &runs)) else { return Ok(None) };
        if own.is_empty() {
            return Ok(None);
        }
        let mut best: Option<Recognised> = None;
        for (fix, changes) in self.fixes.iter().filter(|(fix, _)| alike(fix)) {
            let FixKind::Wrong { why, .. } = &fix.kind else { continue };
            let likeness = Likeness::new(&own, self.changes(fix, changes)?);
            if likeness.overlap >= ENOUGH && best.as_ref().is_none_or(|best| likeness.index > best.likeness) {
                best = Some(Recognised { lesson: why.clone(), fix: fix.clone(), likeness: likeness.index });
            }
        }
        let Some(best) = best else { return Ok(None) };
        for (fix, changes) in self.fixes.iter().filter(|(fix, _)| !matches!(fix.kind, FixKind::Wrong { .. })) {
            if Likeness::new(&own, self.changes(fix, changes)?).index >= best.likeness {
                return Ok(None);
            }
        }
        Ok(Some(best))
    }

    /// What a fix changes of the starter.
    fn changes<'a>(&self, fix: &Fix, known: &'a OnceCell<Changes>) -> Result<&'a Changes, Error> {
        if let Some(changes) = known.get() {
            return Ok(changes);
        }
        let runs = runs(&read(&self.root, &fix.path)?).unwrap_or_default();
        Ok(known.get_or_init(|| changes(&self.starter, &runs)))
    }
}

fn fails_as(judgement: &Judgement, declared: &Declared) -> bool {
    judgement.verdict == declared.verdict
        && (declared.kind.is_none() || judgement.kind == declared.kind)
        && judgement.scenario == declared.scenario
}

type Runs = BTreeSet<Vec<String>>;

type Changes = BTreeSet<Change>;

/// A run of tokens that is there in one of two programs only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Added(Vec<String>),
    Removed(Vec<String>),
}

/// How much two sets of changes have in common, from 0 to 1.
struct Likeness {
    /// Of the smaller one, in short runs (the overlap coefficient); in all where one changes no short run, because it
    /// does what was there once more.
    overlap: f64,
    /// Of both together, in runs of both lengths (Jaccard's index).
    index: f64,
}

impl Likeness {
    #[expect(clippy::cast_precision_loss, reason = "a program has few tokens")]
    fn new(one: &Changes, other: &Changes) -> Self {
        let both = one.intersection(other).count() as f64;
        let all = one.union(other).count() as f64;
        let overlap = |counts: fn(&Change) -> bool| {
            let count = |changes: &Changes| changes.iter().filter(|change| counts(change)).count();
            let smaller = count(one).min(count(other));
            let both = one.intersection(other).filter(|change| counts(change)).count();
            (smaller > 0).then(|| both as f64 / smaller as f64)
        };
        let overlap = overlap(Change::is_short).or_else(|| overlap(|_| true)).unwrap_or_default();
        Likeness { overlap, index: both / all.max(1.0) }
    }
}

impl Change {
    fn is_short(&self) -> bool {
        let (Change::Added(run) | Change::Removed(run)) = self;
        run.len() == RUN
    }
}

fn read(root: &Path, path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(root.join(path)).map_err(|error| Error::io("read", path, error))
}

fn changes(starter: &Runs, other: &Runs) -> Changes {
    let added = other.difference(starter).cloned().map(Change::Added);
    added.chain(starter.difference(other).cloned().map(Change::Removed)).collect()
}

/// The runs of tokens of a program, without comments and imports, and with the same name for every local variable.
/// `None` if it is not Rust.
fn runs(text: &str) -> Option<Runs> {
    let mut tokens = Vec::new();
    flatten(text.parse().ok()?, &mut tokens);
    Some([RUN, LONG_RUN].iter().flat_map(|&run| tokens.windows(run)).map(<[String]>::to_vec).collect())
}

fn flatten(stream: TokenStream, tokens: &mut Vec<String>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let next = trees.peek();
        match tree {
            // Attributes: what is documented or derived is no part of a fix.
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                trees.next_if(|tree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '!'));
                trees.next_if(|tree| matches!(tree, TokenTree::Group(_)));
            }
            TokenTree::Ident(ident) if ident == "use" => {
                while trees.next_if(|tree| !matches!(tree, TokenTree::Punct(p) if p.as_char() == ';')).is_some() {}
                trees.next();
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(open.to_owned());
                flatten(group.stream(), tokens);
                tokens.push(close.to_owned());
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                let before = tokens.last().map_or("", String::as_str);
                let called = matches!(next, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
                    || matches!(next, Some(TokenTree::Punct(punct)) if [':', '!'].contains(&punct.as_char()));
                let speaks = called
                    || [".", ":"].contains(&before)
                    || name.starts_with(char::is_uppercase)
                    || syn::parse_str::<syn::Ident>(&name).is_err();
                tokens.push(if speaks { name } else { "_".to_owned() });
            }
            TokenTree::Punct(punct) => tokens.push(punct.to_string()),
            TokenTree::Literal(literal) => tokens.push(literal.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(starter: &str, one: &str, other: &str) -> f64 {
        let starter = runs(starter).unwrap();
        let (one, other) = (changes(&starter, &runs(one).unwrap()), changes(&starter, &runs(other).unwrap()));
        Likeness::new(&one, &other).overlap
    }

    const STARTER: &str = "fn pay(&self) { let mut debit = self.a.lock().unwrap(); let mut credit = self.b.lock().unwrap(); *debit -= 1; *credit += 1; }";

    #[test]
    fn names_of_variables_comments_and_layout_make_no_difference() {
        let one = "fn pay(&self) { let mut debit = self.a.lock().unwrap(); let mut credit = loop { if let Ok(credit) = self.b.try_lock() { break credit; } thread::yield_now(); }; *debit -= 1; *credit += 1; }";
        let other = "use std::thread;\n/// Pays.\nfn pay(&self) {\n    let mut from = self.a.lock().unwrap();\n    // wait\n    let mut to = loop {\n        if let Ok(to) = self.b.try_lock() { break to; }\n        thread::yield_now();\n    };\n    *from -= 1;\n    *to += 1;\n}";
        assert!((overlap(STARTER, one, other) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn doing_the_same_twice_is_a_change() {
        let starter = "fn end(&self) { self.door.close(); self.bell.ring(); self.light.off(); }";
        let twice = starter.replace("self.bell.ring();", "self.bell.ring(); self.bell.ring();");
        assert!((overlap(starter, &twice, &twice) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn another_idea_is_not_alike() {
        let retry = "fn pay(&self) { let mut debit = self.a.lock().unwrap(); let mut credit = loop { if let Ok(credit) = self.b.try_lock() { break credit; } thread::yield_now(); }; *debit -= 1; *credit += 1; }";
        let one_lock = "fn pay(&self) { let _all = self.all.lock().unwrap(); let mut debit = self.a.lock().unwrap(); let mut credit = self.b.lock().unwrap(); *debit -= 1; *credit += 1; }";
        let overlap = overlap(STARTER, retry, one_lock);
        assert!(overlap < ENOUGH, "{overlap}");
    }
}
