//! The places of a file where something is created, and what it is called there.

use std::collections::HashMap;

use kata_trace::ObjectKind;
use proc_macro2::{Delimiter, Ident, LineColumn, Span, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Fields, Member, Pat, Token, Type};

use super::is_kind;

/// Methods that put their argument into what they are called on.
const PUT_IN: [&str; 14] = [
    "extend",
    "get_or_init",
    "get_or_insert_with",
    "insert",
    "or_insert",
    "or_insert_with",
    "or_insert_with_key",
    "push",
    "push_back",
    "push_front",
    "replace",
    "resize_with",
    "set",
    "get_mut_or_init",
];

/// The places of a file where something is created.
#[derive(Debug, Default)]
pub(super) struct Sites {
    /// By line and column, from 1, of the call that creates it.
    calls: HashMap<(usize, usize), String>,
    /// By line and column of the word `Default` in a `derive`.
    derives: HashMap<(usize, usize), Derived>,
    /// Fields on which a method is called, by line and column of the method's name.
    uses: HashMap<(usize, usize), String>,
    /// Functions that create something and are mentioned without being called: the type and the name.
    mentions: Vec<(String, String)>,
}

/// A type that derives its default.
#[derive(Debug)]
struct Derived {
    type_name: String,
    /// Names, and the names of their types.
    fields: Vec<(String, String)>,
}

impl Sites {
    /// Reads a file. One that is not Rust has no places.
    pub(super) fn of(text: &str) -> Self {
        let mut collect = Collect::default();
        if let Ok(file) = syn::parse_file(text) {
            collect.visit_file(&file);
        }
        collect.sites
    }

    /// What is created at a place is called.
    pub(super) fn name_at(&self, line: usize, column: usize, kind: ObjectKind) -> Option<&str> {
        if let Some(derived) = self.derives.get(&(line, column)) {
            let mut fields = derived.fields.iter().filter(|(_, type_name)| is_kind(type_name, kind));
            return fields.next().filter(|_| fields.next().is_none()).map(|(field, _)| field.as_str());
        }
        self.calls.get(&(line, column)).map(String::as_str)
    }

    /// The type whose derived default creates something at a place, in one of several fields.
    pub(super) fn type_at(&self, line: usize, column: usize) -> Option<&str> {
        self.derives.get(&(line, column)).map(|derived| derived.type_name.as_str())
    }

    /// The field on which a method is called at a place.
    pub(super) fn field_used_at(&self, line: usize, column: usize) -> Option<&str> {
        self.uses.get(&(line, column)).map(String::as_str)
    }

    /// The names at places that mention a function that creates this kind.
    pub(super) fn mentions_of(&self, kind: ObjectKind) -> impl Iterator<Item = &str> {
        self.mentions.iter().filter(move |(type_name, _)| is_kind(type_name, kind)).map(|(_, name)| name.as_str())
    }
}

#[derive(Default)]
struct Collect {
    sites: Sites,
    /// What whatever is created here is called.
    name: Option<String>,
    /// The type whose `impl` this is.
    self_type: Option<String>,
}

impl Collect {
    fn named<R>(&mut self, name: Option<String>, inside: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.name, name);
        let result = inside(self);
        self.name = outer;
        result
    }

    /// As [`Collect::named`], unless there is no new name.
    fn renamed<R>(&mut self, name: Option<String>, inside: impl FnOnce(&mut Self) -> R) -> R {
        let name = name.or_else(|| self.name.clone());
        self.named(name, inside)
    }

    fn created(&mut self, place: Span) {
        if let Some(name) = self.name.clone().or_else(|| self.self_type.clone()) {
            let LineColumn { line, column } = place.start();
            self.sites.calls.insert((line, column + 1), name);
        }
    }

    /// The blocks among tokens of an unknown form: the arms of `select!`.
    fn blocks_in(&mut self, tokens: TokenStream) {
        for token in tokens {
            let TokenTree::Group(group) = token else { continue };
            let is_block = group.delimiter() == Delimiter::Brace;
            let block = is_block.then(|| syn::parse2::<syn::Block>(TokenTree::Group(group.clone()).into()));
            match block {
                Some(Ok(block)) => self.visit_block(&block),
                _ => self.blocks_in(group.stream()),
            }
        }
    }

    /// The parts of a tuple, or of a call of a tuple struct.
    fn parts<'ast>(&mut self, parts: impl ExactSizeIterator<Item = &'ast Expr>) {
        let single = parts.len() == 1;
        for (index, part) in parts.enumerate() {
            let name = self.name.clone().map(|name| if single { name } else { format!("{name}.{index}") });
            self.named(name, |this| this.visit_expr(part));
        }
    }
}

impl<'ast> Visit<'ast> for Collect {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        let Some(init) = &local.init else { return };
        match (untyped(&local.pat), &*init.expr) {
            (Pat::Tuple(pattern), Expr::Tuple(value)) if pattern.elems.len() == value.elems.len() => {
                for (pattern, value) in pattern.elems.iter().zip(&value.elems) {
                    self.renamed(bound_name(pattern), |this| this.visit_expr(value));
                }
            }
            (pattern, value) => self.renamed(bound_name(pattern), |this| this.visit_expr(value)),
        }
        if let Some((_, otherwise)) = &init.diverge {
            self.visit_expr(otherwise);
        }
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        self.renamed(Some(member_name(&field.member)), |this| this.visit_expr(&field.expr));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.named(Some(item.ident.to_string()), |this| this.visit_expr(&item.expr));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.named(Some(item.ident.to_string()), |this| this.visit_expr(&item.expr));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.named(Some(item.ident.to_string()), |this| this.visit_expr(&item.expr));
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        self.renamed(place_name(&assign.left), |this| this.visit_expr(&assign.right));
    }

    fn visit_expr_tuple(&mut self, tuple: &'ast syn::ExprTuple) {
        self.parts(tuple.elems.iter());
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let Expr::Path(function) = &*call.func else {
            visit::visit_expr_call(self, call);
            return;
        };
        let start = match (&function.qself, &function.path.leading_colon, function.path.segments.first()) {
            (Some(qself), _, _) => qself.lt_token.span,
            (None, Some(colon), _) => colon.spans[0],
            (None, None, Some(segment)) => segment.ident.span(),
            (None, None, None) => return,
        };
        self.created(start);
        let last = function.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let constructor = last.starts_with(char::is_uppercase);
        let wrapper = matches!(last.as_str(), "Some" | "Ok" | "Err" | "Wrapping" | "Reverse");
        if constructor && !wrapper {
            let type_name = if last == "Self" { self.self_type.clone() } else { Some(last) };
            let name = self.name.clone().or(type_name);
            self.named(name, |this| this.parts(call.args.iter()));
        } else {
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.created(call.method.span());
        if let Some(field) = field_name(&call.receiver) {
            let LineColumn { line, column } = call.method.span().start();
            self.sites.uses.insert((line, column + 1), field);
        }
        self.visit_expr(&call.receiver);
        let puts_in = PUT_IN.iter().any(|method| call.method == method);
        let name = if puts_in { place_name(&call.receiver) } else { None };
        self.renamed(name, |this| call.args.iter().for_each(|argument| this.visit_expr(argument)));
    }

    /// A path that is not called: see [`Sites::mentions`].
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let segments: Vec<&Ident> = path.path.segments.iter().map(|segment| &segment.ident).collect();
        if let [.., type_name, function] = segments.as_slice()
            && (*function == "new" || *function == "from")
            && let Some(name) = self.name.clone().or_else(|| self.self_type.clone())
        {
            self.sites.mentions.push((type_name.to_string(), name));
        }
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        // The tokens of a macro can be anything. These are the forms of `vec![a, b]`, `vec![a; n]` and
        // `thread_local! { … }`.
        let list = Punctuated::<Expr, Token![,]>::parse_terminated;
        let repeated = Punctuated::<Expr, Token![;]>::parse_terminated;
        if let Ok(arguments) = list.parse2(invocation.tokens.clone()) {
            arguments.iter().for_each(|argument| Collect::visit_expr(self, argument));
        } else if let Ok(arguments) = repeated.parse2(invocation.tokens.clone()) {
            arguments.iter().for_each(|argument| Collect::visit_expr(self, argument));
        } else if let Ok(file) = syn::parse2::<syn::File>(invocation.tokens.clone()) {
            Collect::visit_file(self, &file);
        } else {
            self.blocks_in(invocation.tokens.clone());
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let outer = std::mem::replace(&mut self.self_type, type_name(&item.self_ty));
        self.named(None, |this| visit::visit_item_impl(this, item));
        self.self_type = outer;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let outer = self.self_type.take();
        self.named(None, |this| visit::visit_item_fn(this, item));
        self.self_type = outer;
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        for attribute in item.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let traits = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
            for derived in traits.into_iter().flatten() {
                let Some(last) = derived.segments.last().filter(|segment| segment.ident == "Default") else { continue };
                let first = derived.segments.first().unwrap_or(last);
                let LineColumn { line, column } = first.ident.span().start();
                let derived = Derived { type_name: item.ident.to_string(), fields: field_types(&item.fields) };
                self.sites.derives.insert((line, column + 1), derived);
            }
        }
    }
}

fn field_types(fields: &Fields) -> Vec<(String, String)> {
    (fields.iter().enumerate())
        .filter_map(|(index, field)| {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            Some((name, type_name(&field.ty)?))
        })
        .collect()
}

fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

fn untyped(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Type(typed) => untyped(&typed.pat),
        other => other,
    }
}

/// The name that a pattern binds; for the two ends of something, both.
fn bound_name(pattern: &Pat) -> Option<String> {
    match untyped(pattern) {
        Pat::Ident(ident) => Some(ident.ident.to_string()),
        Pat::Tuple(tuple) => {
            let names: Option<Vec<_>> = tuple.elems.iter().map(bound_name).collect();
            names.map(|names| names.join("/"))
        }
        _ => None,
    }
}

/// The variable or field that an expression goes through last: `accounts` of `self.accounts.lock().unwrap()`.
fn place_name(place: &Expr) -> Option<String> {
    match place {
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()).filter(|n| n != "self"),
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some(name.to_string()),
            Member::Unnamed(_) => place_name(&field.base),
        },
        Expr::Index(index) => place_name(&index.expr),
        Expr::MethodCall(call) => place_name(&call.receiver),
        Expr::Paren(inner) => place_name(&inner.expr),
        Expr::Reference(inner) => place_name(&inner.expr),
        Expr::Try(inner) => place_name(&inner.expr),
        Expr::Unary(inner) => place_name(&inner.expr),
        _ => None,
    }
}

/// The field that an expression is, or is an element of.
fn field_name(place: &Expr) -> Option<String> {
    match place {
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some(name.to_string()),
            Member::Unnamed(_) => field_name(&field.base),
        },
        Expr::Index(index) => field_name(&index.expr),
        Expr::Paren(inner) => field_name(&inner.expr),
        Expr::Reference(inner) => field_name(&inner.expr),
        _ => None,
    }
}

fn member_name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
