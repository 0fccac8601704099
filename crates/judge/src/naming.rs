//! Names for the objects of a trace: those of the bindings, fields and statics that they live in.

mod sites;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use kata_trace::{Event, Object, ObjectId, ObjectKind, Op, Trace};

use self::sites::Sites;
use crate::deep::deeply;
use crate::excerpt::Source;

/// What the sources of a program call what they create.
#[derive(Debug)]
pub(crate) struct Names {
    /// Names and texts.
    sources: Vec<(String, String)>,
    files: OnceLock<HashMap<String, Sites>>,
}

impl Names {
    /// Of sources that are read when somebody asks.
    pub(crate) fn of<'a>(sources: impl Iterator<Item = Source<'a>>) -> Self {
        let sources = sources.map(|source| (source.name.to_owned(), source.text.to_owned())).collect();
        Names { sources, files: OnceLock::new() }
    }

    /// Reads the sources, unless that was done before.
    pub(crate) fn read(&self) {
        self.files();
    }

    fn files(&self) -> &HashMap<String, Sites> {
        self.files.get_or_init(|| {
            deeply(|| self.sources.iter().map(|(name, text)| (name.clone(), Sites::of(text))).collect())
        })
    }

    /// Names every object of a trace after the place in the sources where it was created. What the hidden test calls it
    /// wins. Names are unique: those that would not be get an ordinal.
    pub(crate) fn give(&self, trace: &mut Trace) {
        let files = self.files();
        let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
        for label in trace.objects.iter().filter_map(|object| object.label.as_deref()) {
            *labels.entry(label).or_default() += 1;
        }
        let used = names_in_use(trace, files);
        let names: Vec<String> = (trace.objects.iter().zip(&used))
            .map(|(object, used)| match object.label.as_deref() {
                Some(label) if labels[label] == 1 => label.to_owned(),
                Some(label) => format!("{label}.{}", name(object, *used, files)),
                None => name(object, *used, files),
            })
            .collect();
        for (object, name) in trace.objects.iter_mut().zip(unique(names)) {
            object.name = name;
        }
    }
}

/// For each object, the field through which it is used, if all uses through a field agree on it.
fn names_in_use<'s>(trace: &Trace, files: &'s HashMap<String, Sites>) -> Vec<Option<&'s str>> {
    let mut names: HashMap<ObjectId, Option<&str>> = HashMap::new();
    for event in trace.events.iter().filter(|event| is_call(event)) {
        let (Some(object), Some(at)) = (event.object, &event.at) else { continue };
        let sites = files.get(at.file.as_str());
        let Some(used) = sites.and_then(|sites| sites.field_used_at(at.line as usize, at.column as usize)) else {
            // Through a local variable: it may be called anything.
            continue;
        };
        names.entry(object).and_modify(|name| *name = name.filter(|name| *name == used)).or_insert(Some(used));
    }
    (0..).take(trace.objects.len()).map(|object| names.get(&object).copied().flatten()).collect()
}

/// Whether the place of an event is that of a method call on its object.
fn is_call(event: &Event) -> bool {
    !matches!(event.op, Op::Unlock | Op::ReadUnlock | Op::WriteUnlock | Op::CloseSend | Op::CloseRecv | Op::Wake)
}

fn name(object: &Object, used: Option<&str>, files: &HashMap<String, Sites>) -> String {
    let at_creation = |derived: bool| {
        let created = object.created.as_ref()?;
        let (line, column) = (created.line as usize, created.column as usize);
        let sites = files.get(created.file.as_str())?;
        if derived { sites.type_at(line, column) } else { sites.name_at(line, column, object.kind) }
    };
    let by_place = at_creation(false).or(used).or_else(|| at_creation(true));
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
        ObjectKind::Channel => matches!(
            type_name,
            "channel" | "sync_channel" | "unbounded_channel" | "bounded" | "unbounded" | "after" | "tick" | "never"
        ),
        ObjectKind::Atomic => type_name.starts_with("Atomic"),
        ObjectKind::Cell => type_name == "UnsafeCell",
        ObjectKind::Arc => type_name == "Arc",
        ObjectKind::Rendezvous => type_name == "Rendezvous",
        ObjectKind::Semaphore => type_name == "Semaphore",
        ObjectKind::Notify => type_name == "Notify",
        ObjectKind::Task | ObjectKind::Pipe => false,
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
        Object {
            kind: ObjectKind::Mutex,
            created: Some(created),
            label: label.map(str::to_owned),
            name: String::new(),
            senders: Vec::new(),
        }
    }

    fn named(objects: Vec<Object>, text: &str) -> Vec<String> {
        let mut trace = Trace { objects, ..Trace::default() };
        Names::of([Source { name: "src/lib.rs", text }].into_iter()).give(&mut trace);
        trace.objects.into_iter().map(|object| object.name).collect()
    }

    #[test]
    fn an_object_that_no_place_names_is_named_after_the_field_through_which_it_is_used() {
        let text = "fn f() { self.stripes[a % 64].lock(); self.stripes[b].lock(); one.lock(); self.other.lock(); }";
        let lock = |object, part: &str| {
            let column = text.find(part).unwrap() + part.find(".lock").unwrap() + 2;
            let at = Location { file: "src/lib.rs".to_owned(), line: 1, column: column.try_into().unwrap() };
            Event { object: Some(object), at: Some(at), ..Event::new(0, Op::Lock) }
        };
        let elsewhere =
            || Object { kind: ObjectKind::Mutex, created: None, label: None, name: String::new(), senders: Vec::new() };
        let mut trace = Trace {
            objects: (0..4).map(|_| elsewhere()).collect(),
            events: vec![
                lock(0, "stripes[a % 64].lock"),
                lock(0, "stripes[b].lock"),
                lock(1, "stripes[b].lock"),
                lock(1, "one.lock"),
                lock(2, "one.lock"),
                lock(3, "other.lock"),
                lock(3, "stripes[b].lock"),
            ],
            ..Trace::default()
        };
        Names::of([Source { name: "src/lib.rs", text }].into_iter()).give(&mut trace);
        let names: Vec<&str> = trace.objects.iter().map(|object| object.name.as_str()).collect();
        assert_eq!(names, ["stripes#1", "stripes#2", "mutex#1", "mutex#2"]);
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
        let arm = "recv(a) -> x => match x { Ok(_) => {} Err(_) => { a = ★channel::never(); } },";
        assert_eq!(names(&format!("fn f() {{ select! {{ {arm} }} }}")), ["a"]);
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
