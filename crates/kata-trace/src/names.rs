//! How the things of a trace are called in text.

use std::collections::HashMap;
use std::path::Path;

use crate::{Location, ObjectId, Op, ThreadId, Trace};

/// The names of a trace's threads, objects and places, ready to print.
#[derive(Clone, Debug)]
pub struct Names<'t> {
    trace: &'t Trace,
    objects: Vec<String>,
    /// The learner's files of this trace, each with its shortest unmistakable name. Empty when there is only one.
    files: HashMap<&'t str, String>,
    /// The learner's file, when there is only one.
    only_file: Option<&'t str>,
}

impl<'t> Names<'t> {
    /// The names of this trace.
    pub fn new(trace: &'t Trace) -> Self {
        let files = files(trace);
        let only_file = if let [only] = files[..] { Some(only) } else { None };
        Names { trace, objects: object_names(trace), files: file_names(&files), only_file }
    }

    /// A thread's name.
    pub fn thread(&self, thread: ThreadId) -> &'t str {
        self.trace.thread_name(thread)
    }

    /// An object's name: unique within the trace.
    pub fn object(&self, object: ObjectId) -> &str {
        self.objects.get(object as usize).map_or("?", String::as_str)
    }

    /// A place: `:14` when the learner has one file, else `lib.rs:14`; `test:14` in a hidden test.
    pub fn place(&self, at: &Location) -> String {
        if is_test(at) {
            return format!("test:{}", at.line);
        }
        let file = match self.files.get(at.file.as_str()) {
            Some(file) => file,
            None if self.only_file.is_none_or(|only| only == at.file) => "",
            None => Path::new(&at.file).file_name().and_then(|name| name.to_str()).unwrap_or(&at.file),
        };
        format!("{file}:{}", at.line)
    }
}

/// Whether a place is in a hidden test, whose source the learner does not see: hidden tests stand in a folder of that
/// name.
pub fn is_test(at: &Location) -> bool {
    Path::new(&at.file).parent().and_then(Path::file_name).is_some_and(|folder| folder == "hidden")
}

/// Whether a place is in the source of the standard library, which called back into the world: an iterator's `sum`, say.
/// It tells nothing about the program.
pub fn is_library(at: &Location) -> bool {
    at.file.starts_with("/rustc/")
}

/// Names that the judge gave, and for objects without one their kind with a number within the kind.
fn object_names(trace: &Trace) -> Vec<String> {
    let mut ordinals = HashMap::new();
    (trace.objects.iter())
        .map(|object| {
            let ordinal = ordinals.entry(object.kind).or_insert(0);
            *ordinal += 1;
            if object.name.is_empty() { format!("{}#{ordinal}", object.kind.noun()) } else { object.name.clone() }
        })
        .collect()
}

/// The learner's files, sorted.
fn files(trace: &Trace) -> Vec<&str> {
    // A panic may come from within the world, whose files are none of the learner's.
    let places = trace.events.iter().filter(|event| event.op != Op::Panic).filter_map(|event| event.at.as_ref());
    let mut files: Vec<&str> = places.filter(|at| !is_test(at) && !is_library(at)).map(|at| at.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    files
}

fn file_names<'t>(files: &[&'t str]) -> HashMap<&'t str, String> {
    if files.len() < 2 {
        return HashMap::new();
    }
    let tail = |file: &str, parts: usize| {
        let all: Vec<&str> = file.split('/').collect();
        all[all.len().saturating_sub(parts)..].join("/")
    };
    (files.iter())
        .map(|file| {
            let unmistakable = |parts: &usize| {
                let name = tail(file, *parts);
                files.iter().filter(|other| tail(other, *parts) == name).count() == 1
            };
            let parts = (1..).find(unmistakable).expect("the whole path is unique");
            (*file, tail(file, parts))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    #[test]
    fn only_files_in_a_folder_named_hidden_are_hidden_tests() {
        let at = |file: &str| Location { file: file.to_owned(), line: 1, column: 1 };
        assert!(is_test(&at("exercises/30-blocked-reactor/hidden/real.rs")));
        assert!(!is_test(&at("exercises/30-blocked-reactor/src/lib.rs")));
        assert!(!is_test(&at("hidden.rs")));
        assert!(!is_test(&at("forbidden/lib.rs")));
    }

    #[test]
    fn a_place_in_the_standard_library_does_not_make_a_second_file() {
        let mut trace = script::trace("main: recv c :14\nmain: recv c :15");
        trace.events[1].at.as_mut().unwrap().file = "/rustc/abc/library/core/src/iter/traits/iterator.rs".to_owned();
        let at = |index: usize| trace.events[index].at.as_ref().unwrap();
        assert_eq!((is_library(at(0)), is_library(at(1))), (false, true));
        assert_eq!(Names::new(&trace).place(at(0)), ":14");
    }

    #[test]
    fn a_place_is_a_line_alone_when_the_learner_has_one_file() {
        let trace = script::trace("main: load a =1 :14\nmain: load a =1 test:15");
        let names = Names::new(&trace);
        let places: Vec<String> = trace.events.iter().map(|event| names.place(event.at.as_ref().unwrap())).collect();
        assert_eq!(places, [":14", "test:15"]);
    }

    #[test]
    fn a_place_names_its_file_when_there_are_several() {
        let trace = script::trace("main: load a =1 x/mod.rs:14\nmain: load a =1 y/mod.rs:15\nmain: load a =1 :16");
        let names = Names::new(&trace);
        let places: Vec<String> = trace.events.iter().map(|event| names.place(event.at.as_ref().unwrap())).collect();
        assert_eq!(places, ["x/mod.rs:14", "y/mod.rs:15", "lib.rs:16"]);
    }

    #[test]
    fn a_panic_inside_the_world_does_not_make_a_second_file() {
        let trace = script::trace("main: load a =1 :14\nmain: panic \"x\" scope.rs:69");
        let names = Names::new(&trace);
        let places: Vec<String> = trace.events.iter().map(|event| names.place(event.at.as_ref().unwrap())).collect();
        assert_eq!(places, [":14", "scope.rs:69"]);
    }

    #[test]
    fn an_object_that_nobody_named_is_called_by_its_kind_and_a_number() {
        let mut trace = script::trace("main: lock a\nmain: load b\nmain: lock c");
        for object in &mut trace.objects {
            object.name.clear();
        }
        let names = Names::new(&trace);
        assert_eq!([names.object(0), names.object(1), names.object(2)], ["mutex#1", "atomic#1", "mutex#2"]);
    }
}
