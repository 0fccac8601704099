//! Names for the objects of a trace: those of the bindings, fields and statics that they live in.

mod sites;

use std::collections::{BTreeMap, HashMap};

use kata_trace::{Object, ObjectKind, Trace};

use self::sites::Sites;
use crate::excerpt::Source;

/// Names every object of a trace after the place in the sources where it was created. What the hidden test calls it
/// wins. Names are unique: those that would not be get an ordinal.
pub(crate) fn name_objects(trace: &mut Trace, sources: &[Source<'_>]) {
    let files: HashMap<&str, Sites> = sources.iter().map(|source| (source.name, Sites::of(source.text))).collect();
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for label in trace.objects.iter().filter_map(|object| object.label.as_deref()) {
        *labels.entry(label).or_default() += 1;
    }
    let names: Vec<String> = (trace.objects.iter())
        .map(|object| match object.label.as_deref() {
            Some(label) if labels[label] == 1 => label.to_owned(),
            Some(label) => format!("{label}.{}", name(object, &files)),
            None => name(object, &files),
        })
        .collect();
    for (object, name) in trace.objects.iter_mut().zip(unique(names)) {
        object.name = name;
    }
}

fn name(object: &Object, files: &HashMap<&str, Sites>) -> String {
    let by_place = object.created.as_ref().and_then(|created| {
        files.get(created.file.as_str())?.name_at(created.line as usize, created.column as usize, object.kind)
    });
    // `map(Mutex::new)`: the caller is the iterator. If the program mentions only one such function, it is that one.
    let by_mention = || {
        let mut mentions = files.values().flat_map(|sites| sites.mentions_of(object.kind));
        mentions.next().filter(|_| mentions.next().is_none())
    };
    by_place.or_else(by_mention).unwrap_or(object.kind.noun()).to_owned()
}

fn unique(names: Vec<String>) -> Vec<String> {
    let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
    for name in &names {
        counts.entry(name.clone()).or_default().0 += 1;
    }
    let number = |name: String| match counts.get_mut(&name) {
        Some((2.., used)) => {
            *used += 1;
            format!("{name}#{used}")
        }
        _ => name,
    };
    names.into_iter().map(number).collect()
}

/// Whether a type's name is that of a kind of object.
fn is_kind(type_name: &str, kind: ObjectKind) -> bool {
    match kind {
        ObjectKind::Mutex => type_name == "Mutex",
        ObjectKind::RwLock => type_name == "RwLock",
        ObjectKind::Condvar => type_name == "Condvar",
        ObjectKind::Barrier => type_name == "Barrier",
        ObjectKind::Once => matches!(type_name, "Once" | "OnceLock" | "LazyLock" | "OnceCell"),
        ObjectKind::Channel => matches!(type_name, "channel" | "sync_channel" | "unbounded_channel"),
        ObjectKind::Atomic => type_name.starts_with("Atomic"),
        ObjectKind::Cell => type_name == "UnsafeCell",
        ObjectKind::Arc => type_name == "Arc",
        ObjectKind::Rendezvous => type_name == "Rendezvous",
        ObjectKind::Semaphore => type_name == "Semaphore",
        ObjectKind::Notify => type_name == "Notify",
        ObjectKind::Task => false,
    }
}

#[cfg(test)]
mod tests {
    use kata_trace::Location;

    use super::*;

    /// Names what is created at each `★`, in order; the mark itself is no part of the source.
    fn names(marked: &str) -> Vec<String> {
        let mut objects = Vec::new();
        let mut text = String::new();
        for part in marked.split_inclusive('★') {
            text.push_str(part.trim_end_matches('★'));
            if part.ends_with('★') {
                let line = text.matches('\n').count() + 1;
                let column = text.rsplit('\n').next().unwrap().chars().count() + 1;
                objects.push(object(line, column, None));
            }
        }
        named(objects, &text)
    }

    fn object(line: usize, column: usize, label: Option<&str>) -> Object {
        let created = Location {
            file: "src/lib.rs".to_owned(),
            line: line.try_into().unwrap(),
            column: column.try_into().unwrap(),
        };
        Object { kind: ObjectKind::Mutex, created: Some(created), label: label.map(str::to_owned), name: String::new() }
    }

    fn named(objects: Vec<Object>, text: &str) -> Vec<String> {
        let mut trace = Trace { objects, ..Trace::default() };
        name_objects(&mut trace, &[Source { name: "src/lib.rs", text }]);
        trace.objects.into_iter().map(|object| object.name).collect()
    }

    #[test]
    fn an_object_is_named_after_what_it_lives_in() {
        assert_eq!(names("static HITS: M = ★Mutex::new(0);"), ["HITS"]);
        assert_eq!(names("fn f() { let total = Arc::new(★std::sync::Mutex::new(0)); }"), ["total"]);
        assert_eq!(names("fn f() { let x: Arc<M> = { ★Mutex::new(0) }.★into(); }"), ["x#1", "x#2"]);
        assert_eq!(names("fn f(b: u8) -> Account { Account { balance: ★Mutex::new(b) } }"), ["balance"]);
        assert_eq!(names("fn f() { self.inner.state = ★Mutex::new(0); }"), ["state"]);
        assert_eq!(names("fn f() { let (a, b) = (★Mutex::new(1), ★Mutex::new(2)); }"), ["a", "b"]);
        assert_eq!(names("fn f() { let (tx, rx) = ★mpsc::channel(); }"), ["tx/rx"]);
        assert_eq!(
            names("fn f() { let pair = Arc::new((★Mutex::new(false), ★Condvar::new())); }"),
            ["pair.0", "pair.1"]
        );
        assert_eq!(names("impl Gate { fn new() -> Self { Self(★Mutex::new(0)) } }"), ["Gate"]);
        assert_eq!(names("fn f() -> Counter { Counter(★Mutex::new(0)) }"), ["Counter"]);
        assert_eq!(names("thread_local! { static SLOT: M = ★Mutex::new(0); }"), ["SLOT"]);
        assert_eq!(names("fn f() { self.shards.write().unwrap().insert(1, Arc::new(★Mutex::new(0))); }"), ["shards"]);
        assert_eq!(names("fn f() { let n = map.entry(1).or_insert_with(|| ★Mutex::new(0)); }"), ["map"]);
    }

    #[test]
    fn objects_that_share_a_name_are_numbered() {
        assert_eq!(
            names("fn f() { let accounts = vec![★Mutex::new(1), ★Mutex::new(2)]; }"),
            ["accounts#1", "accounts#2"]
        );
        let text = "fn f(n: u8) -> Bank { Bank { accounts: (0..n).map(|_| Mutex::new(0)).collect() } }";
        let column = text.find("Mutex").unwrap() + 1;
        let objects = vec![object(1, column, None), object(1, column, None)];
        assert_eq!(named(objects, text), ["accounts#1", "accounts#2"]);
    }

    #[test]
    fn the_hidden_test_has_the_last_word() {
        let text = "fn f() -> Account { Account { balance: Mutex::new(0), log: Mutex::new(1) } }";
        let balance = |label| object(1, text.find("Mutex").unwrap() + 1, label);
        let log = |label| object(1, text.rfind("Mutex").unwrap() + 1, label);
        assert_eq!(named(vec![balance(Some("account 1")), balance(None)], text), ["account 1", "balance"]);
        let both = vec![balance(Some("account 1")), log(Some("account 1")), log(Some("account 2"))];
        assert_eq!(named(both, text), ["account 1.balance", "account 1.log", "account 2"]);
    }

    #[test]
    fn a_constructor_that_is_passed_on_is_recognised_when_it_is_the_only_one() {
        let elsewhere = || Object { created: None, ..object(1, 1, None) };
        let text = "fn f(v: Vec<u8>) -> Bank { Bank { accounts: v.into_iter().map(Mutex::new).collect() } }";
        assert_eq!(named(vec![elsewhere(), elsewhere()], text), ["accounts#1", "accounts#2"]);
        let twice = format!("{text} fn g() {{ let x = Some(1).map(Mutex::new); }}");
        assert_eq!(named(vec![elsewhere()], &twice), ["mutex"]);
    }

    #[test]
    fn a_derived_default_is_named_after_the_field_of_that_kind() {
        let text = "#[derive(Debug, Default)]\nstruct Queue { items: Mutex<Vec<u8>>, ready: Condvar }";
        assert_eq!(named(vec![object(1, text.find("Default").unwrap() + 1, None)], text), ["items"]);
        let text = "#[derive(Default)]\nstruct Pair { a: Mutex<u8>, b: Mutex<u8> }";
        assert_eq!(named(vec![object(1, text.find("Default").unwrap() + 1, None)], text), ["Pair"]);
    }

    #[test]
    fn without_a_better_name_it_is_called_what_it_is() {
        assert_eq!(names("fn f() -> M { ★Mutex::new(0) }"), ["mutex"]);
        assert_eq!(names("not rust ★"), ["mutex"]);
    }
}
