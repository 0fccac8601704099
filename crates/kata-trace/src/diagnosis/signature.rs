//! In which way an execution failed.

use std::collections::BTreeSet;

use crate::{DeadlockKind, Location, Trace, Verdict};

use super::{Pattern, diagnose};

/// In which way an execution failed: two executions with the same signature are the same failure to a learner. Who
/// plays which part, and the values, may differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    verdict: Verdict,
    kind: Option<DeadlockKind>,
    at: Option<Location>,
    pattern: Option<Pattern>,
    /// The lines that the diagnosis names.
    lines: BTreeSet<(Location, bool)>,
}

impl Signature {
    /// The signature of an execution that failed at a place, if one is known.
    pub fn of(trace: &Trace, verdict: Verdict, kind: Option<DeadlockKind>, at: Option<&Location>) -> Self {
        let diagnosis = diagnose(trace, verdict, kind);
        // Where the last of several threads waits is chance; the diagnosis has all of their lines.
        let at = at.filter(|_| verdict != Verdict::Deadlock).cloned();
        Signature {
            verdict,
            kind,
            at,
            pattern: diagnosis.as_ref().map(|diagnosis| diagnosis.pattern),
            lines: (diagnosis.into_iter().flat_map(|diagnosis| diagnosis.marks))
                .map(|mark| (mark.location, mark.primary))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    fn signature(script: &str) -> Signature {
        Signature::of(&script::trace(script), Verdict::AssertionFailed, None, None)
    }

    const LOST: &str = "t1: load hits =0 :14
         t2: load hits =0 :14
         t2: store hits 0->1 :16
         t1: store hits 1->1 :16
         main: load hits =1 :20
         main: panic \"1\" test:9";

    #[test]
    fn the_same_failure_with_the_parts_of_the_threads_swapped_has_the_same_signature() {
        let swapped = LOST.replace("t1:", "x:").replace("t2:", "t1:").replace("x:", "t2:");
        assert_eq!(signature(LOST), signature(&swapped));
    }

    #[test]
    fn another_line_or_another_pattern_is_another_failure() {
        assert_ne!(signature(LOST), signature(&LOST.replace(":16", ":17")));
        assert_ne!(signature(LOST), signature(&LOST.replace("t1: store", "t1: rmw")));
    }
}
