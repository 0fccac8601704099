//! Rows of the table.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use kata_loom::explore_with;
use kata_trace::{Budget, Verdict};

/// What the loads of a test have read, and the final values that it looks at.
pub(crate) type Outcome = Vec<u8>;

/// One litmus test with one choice of orderings.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) shape: &'static str,
    pub(crate) orderings: String,
    /// Every outcome that one could write down.
    pub(crate) space: Vec<Outcome>,
    /// Whether C++20 allows an outcome.
    pub(crate) allowed: fn(&[u8]) -> bool,
    pub(crate) run: Arc<dyn Fn() -> Outcome + Send + Sync>,
    /// Up to how many preemptions it is explored; `None`: all of it.
    pub(crate) preemptions: Option<u32>,
    /// Why the world does not do exactly that, if it does not: a name that MEMORY_MODEL.md explains.
    pub(crate) deviation: Option<&'static str>,
}

impl Row {
    /// Every outcome.
    pub(crate) fn explore(&self) -> BTreeSet<Outcome> {
        let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
        let budget = Budget { executions: u64::MAX, preemptions: self.preemptions, ..Budget::default() };
        let (run, seen) = (Arc::clone(&self.run), Arc::clone(&outcomes));
        let finding = explore_with(budget, None, move || {
            let outcome = run();
            // What outlives the execution must not lie in the program's memory.
            let inside = kata::arena::enter_program(false);
            seen.lock().unwrap().insert(outcome.clone());
            kata::arena::enter_program(inside);
        });
        assert_eq!(finding.verdict, Verdict::Passed, "{} {}: {}", self.shape, self.orderings, finding.message);
        assert_eq!(finding.evidence.exhaustive, self.preemptions.is_none(), "{} {}", self.shape, self.orderings);
        let outcomes = outcomes.lock().unwrap();
        outcomes.clone()
    }

    fn allowed(&self) -> BTreeSet<Outcome> {
        self.space.iter().filter(|outcome| (self.allowed)(outcome)).cloned().collect()
    }

    /// What is wrong: the world reaches exactly what is allowed, or deviates as the row says.
    pub(crate) fn complaint(&self, reached: &BTreeSet<Outcome>) -> Option<String> {
        let allowed = self.allowed();
        let (extra, missing) = (text(reached.difference(&allowed)), text(allowed.difference(reached)));
        let complaint = match self.deviation {
            None if !extra.is_empty() => format!("forbidden and reached: {extra}"),
            None if !missing.is_empty() => format!("allowed and not reached: {missing}"),
            Some(name) if *reached == allowed => format!("no deviation “{name}”"),
            _ => return None,
        };
        Some(format!("{}, {}: {complaint}", self.shape, self.orderings))
    }

    /// The row's line in the document.
    pub(crate) fn line(&self, reached: &BTreeSet<Outcome>) -> String {
        let allowed = self.allowed();
        let deviation = self.deviation.map_or_else(String::new, |name| {
            let (extra, missing) = (text(reached.difference(&allowed)), text(allowed.difference(reached)));
            let extra = if extra.is_empty() { String::new() } else { format!(", reaches {extra}") };
            let missing = if missing.is_empty() { String::new() } else { format!(", misses {missing}") };
            format!("{name}{extra}{missing}")
        });
        let (allowed, reached) = (self.set(&allowed), self.set(reached));
        format!("| {} | {} | {allowed} | {reached} | {deviation} |\n", self.shape, self.orderings)
    }

    /// A set of outcomes, by those that are in it or those that are not.
    fn set(&self, set: &BTreeSet<Outcome>) -> String {
        let others: BTreeSet<Outcome> = self.space.iter().filter(|outcome| !set.contains(*outcome)).cloned().collect();
        match others.len() {
            0 => format!("all {}", self.space.len()),
            few if few < set.len() && few <= FEW => format!("all {} but {}", self.space.len(), text(others.iter())),
            _ if set.len() <= FEW => text(set.iter()),
            _ => format!("{} of {}", set.len(), self.space.len()),
        }
    }
}

/// Outcomes that the document lists one by one.
const FEW: usize = 6;

fn text<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> String {
    let digits = |outcome: &Outcome| outcome.iter().map(u8::to_string).collect::<String>();
    outcomes.map(|outcome| format!("`{}`", digits(outcome))).collect::<Vec<_>>().join(" ")
}

/// Every combination of the values of each place.
pub(crate) fn space(values: &[&[u8]]) -> Vec<Outcome> {
    values.iter().fold(vec![Vec::new()], |outcomes, values| {
        let with = |outcome: &Outcome, value: u8| outcome.iter().copied().chain([value]).collect();
        outcomes.iter().flat_map(|outcome| values.iter().map(move |value| with(outcome, *value))).collect()
    })
}
