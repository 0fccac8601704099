//! What the hidden tests need from the learner's program and do not find.

use std::collections::BTreeMap;
use std::ops::Range;

use kata_trace::Verdict;
use proc_macro2::Span as TokenSpan;
use syn::visit::Visit;

use super::Job;
use super::rustc::{Message, Run, Span};
use crate::excerpt::{Source, complain_at_large};
use crate::verdict::Rejection;
use crate::{Diagnostic, Error, Hidden};

/// The hidden tests do not compile against the learner's program: says which of its items are not what they must be.
/// The text of the tests is not shown.
pub(super) fn broken(job: &Job<'_>, run: &Run) -> Result<Rejection, Error> {
    let items = Items::of(job.source.text);
    let reference = std::fs::read_to_string(job.root().join(job.exercise.solutions()).join("lib.rs"));
    let expected = reference.map(|text| Items::of(&text)).unwrap_or_default();

    let mut complaints: Vec<Diagnostic> = Vec::new();
    for error in run.errors() {
        if let Trouble::Missing(path) = Trouble::of(error)
            && matches!(path.split("::").next(), Some("kata" | "std"))
        {
            return Err(Error::new(format!("{} cannot be compiled: {}", job.hidden.name, error.message)));
        }
        let complaint = complain(job, &items, &expected, error);
        if !complaints.iter().any(|known| known.message == complaint.message) {
            complaints.push(complaint);
        }
    }
    let Some(first) = complaints.first() else {
        let reason = run.stopped.as_deref().unwrap_or("rustc says nothing");
        return Err(Error::new(format!("{} cannot be compiled: {reason}", job.hidden.name)));
    };
    let message = format!("the hidden tests cannot use this program: {}", first.message);
    Ok(Rejection { verdict: Verdict::CompileError, message, diagnostics: complaints })
}

fn complain(job: &Job<'_>, items: &Items, expected: &Items, error: &Message) -> Diagnostic {
    let (item, message) = match Trouble::of(error) {
        Trouble::Missing(path) => {
            let path = path.strip_prefix(&format!("{}::", job.exercise.id.crate_name())).unwrap_or(path);
            let whose = error.message.split("found for ").nth(1).and_then(|rest| rest.split('`').nth(1));
            let whose = whose.map(|whose| whose.trim_start_matches('&'));
            let whose = whose.map_or_else(String::new, |whose| format!(" of `{whose}`"));
            (Some(last_segment(path).to_owned()), format!("`{path}`{whose} is missing"))
        }
        Trouble::Private(name) => (Some(last_segment(name).to_owned()), format!("`{name}` is not public")),
        Trouble::Shape => {
            let item = items.mentioned_by(job, error);
            let label = error.primary().and_then(|span| span.label.clone());
            let detail = label.filter(|_| error.code() == "E0308").unwrap_or_else(|| error.message.clone());
            let subject = item.as_ref().map_or_else(|| "an item".to_owned(), |item| format!("`{item}`"));
            (item, format!("{subject} is not what the hidden tests use: {detail}"))
        }
        Trouble::Other => (items.mentioned_by(job, error), error.message.clone()),
    };
    let help = item
        .as_ref()
        .and_then(|item| expected.signatures.get(item))
        .map(|signature| format!("the contract is `{signature}`"));
    let help = help.as_deref().or(Some("the README of the exercise lists what must stay as it is"));
    match item.and_then(|item| items.places.get(&item)) {
        Some(place) => job.source.complain(place.clone(), &message, "here", help),
        None => complain_at_large(&message, help),
    }
}

/// What a complaint about the hidden tests means for the learner's program.
enum Trouble<'a> {
    /// It lacks this.
    Missing(&'a str),
    /// It has this, and hides it.
    Private(&'a str),
    /// Something has other parameters, another type, or other parts.
    Shape,
    /// rustc says it best.
    Other,
}

impl<'a> Trouble<'a> {
    fn of(error: &'a Message) -> Self {
        let named = error.message.split('`').nth(1);
        match (error.code(), named) {
            (
                "E0405" | "E0412" | "E0422" | "E0423" | "E0425" | "E0432" | "E0433" | "E0560" | "E0599" | "E0609",
                Some(name),
            ) => Trouble::Missing(name),
            ("E0603" | "E0616" | "E0624", Some(name)) => Trouble::Private(name),
            ("E0026" | "E0027" | "E0053" | "E0061" | "E0063" | "E0107" | "E0308" | "E0614" | "E0618", _) => {
                Trouble::Shape
            }
            _ => Trouble::Other,
        }
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// The items of a file by name: where the name stands, and the signatures of functions.
#[derive(Default)]
struct Items {
    places: BTreeMap<String, Range<usize>>,
    signatures: BTreeMap<String, String>,
}

impl Items {
    fn of(text: &str) -> Self {
        let mut collect = Collect { text, items: Items::default() };
        // A file that rustc has compiled and syn cannot read has no names to offer.
        if let Ok(file) = syn::parse_file(text) {
            collect.visit_file(&file);
        }
        collect.items
    }

    /// The item of the learner's file that a complaint is about: one that it points to, or else one that the hidden
    /// tests name at the place of the complaint.
    fn mentioned_by(&self, job: &Job<'_>, error: &Message) -> Option<String> {
        let pointed_to = error.places().filter(|span| span.file_name == job.source.name);
        let pointed_to = pointed_to.filter_map(|span| text_at(&job.source, span)).flat_map(words);
        let named = error.primary().into_iter().filter_map(|span| text_at(&job.test(span)?, span)).flat_map(words);
        pointed_to.chain(named).find(|word| self.places.contains_key(*word)).map(str::to_owned)
    }
}

fn text_at<'a>(source: &Source<'a>, span: &Span) -> Option<&'a str> {
    let start = source.offset(span.line_start, span.column_start)?;
    source.text.get(start..source.offset(span.line_end, span.column_end)?)
}

impl<'a> Job<'a> {
    /// The file of hidden tests that a place is in.
    fn test(&self, span: &Span) -> Option<Source<'a>> {
        let mut files = std::iter::once(self.hidden).chain(self.private);
        files.find(|hidden| hidden.name == span.file_name).map(Hidden::source)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

struct Collect<'a> {
    text: &'a str,
    items: Items,
}

impl Collect<'_> {
    fn name(&mut self, name: &proc_macro2::Ident) {
        self.items.places.entry(name.to_string()).or_insert_with(|| name.span().byte_range());
    }

    fn function(&mut self, visibility: &syn::Visibility, signature: &syn::Signature, body: TokenSpan) {
        self.name(&signature.ident);
        if let syn::Visibility::Public(public) = visibility {
            let text = &self.text[public.span.byte_range().start..body.byte_range().start];
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            self.items.signatures.entry(signature.ident.to_string()).or_insert(text);
        }
    }
}

impl<'ast> Visit<'ast> for Collect<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.vis, &item.sig, item.block.brace_token.span.open());
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.vis, &item.sig, item.block.brace_token.span.open());
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.name(&item.ident);
        syn::visit::visit_item_struct(self, item);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.name(name);
        }
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.name(&item.ident);
        syn::visit::visit_item_enum(self, item);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.name(&variant.ident);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.name(&item.ident);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.name(&item.ident);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.name(&item.ident);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.name(&item.ident);
    }
}
