//! What was explored, in words.

use kata_trace::{Cause, Evidence, Simplification, Trace, Verdict};

/// One line: how a failure was found, or how far the search went without one. Empty where nothing was searched.
///
/// With the trace of the failure, the preemptions are told from other turns that the scheduler chose.
pub fn sentence(
    verdict: Verdict,
    evidence: &Evidence,
    simplification: Option<&Simplification>,
    trace: Option<&Trace>,
) -> String {
    if evidence.executions == 0 {
        return String::new();
    }
    if verdict == Verdict::Passed {
        return held(evidence);
    }
    match simplification.filter(|simplification| simplification.is_simpler()) {
        None => found(evidence, trace),
        Some(simplification) => format!("{}; {}", found(evidence, None), simplified(simplification, trace)),
    }
}

/// How the execution that is shown differs from the one that was found.
fn simplified(simplification: &Simplification, trace: Option<&Trace>) -> String {
    let Simplification { executions, from, to, .. } = simplification;
    let tried = count(*executions, "more execution");
    let fewer = |from: u32, to: u32, what: &str| {
        (to < from).then(|| format!("{} in place of {}", count(u64::from(to), what), thousands(u64::from(from))))
    };
    let preemptions = (to.preemptions < from.preemptions)
        .then(|| format!("{} in place of {}", turns(to.preemptions, trace), thousands(u64::from(from.preemptions))));
    let parts = [preemptions, fewer(from.switches, to.switches, "switch"), fewer(from.steps, to.steps, "step")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("made simpler in {tried}: {}", parts.join(", "))
}

fn held(evidence: &Evidence) -> String {
    let mut executions = count(evidence.executions, "execution");
    if let Some(inputs) = evidence.inputs {
        executions += &format!(" of {}", count(u64::from(inputs), "random input"));
    }
    let bound = |bound: u32| if bound == 0 { "none".to_owned() } else { format!("up to {bound}") };
    let mut words = match (evidence.exhaustive, evidence.preemption_bound) {
        (true, _) if evidence.inputs.is_some() => format!("held in {executions}, which are all of each"),
        (true, _) => format!("held in {executions}, which are all there are"),
        (false, Some(reached)) => format!("held in {executions}, with {} preemptions each", bound(reached)),
        (false, None) => format!("held in {executions}"),
    };
    if let Some(seed) = evidence.seed {
        words += &format!(", random ones among them (seed {seed})");
    }
    words
}

fn found(evidence: &Evidence, trace: Option<&Trace>) -> String {
    let mut words = format!("found in execution {}", thousands(evidence.executions));
    if let Some(inputs) = evidence.inputs {
        words += &format!(", of random input {inputs} (made as small as it can be)");
    }
    if let Some(cost) = evidence.preemption_bound {
        words += &format!(", with {}", turns(cost, trace));
    }
    if let Some(seed) = evidence.seed {
        words += &format!(", by random search (seed {seed})");
    } else if evidence.preemption_bound.is_some() {
        words += ", by systematic search";
    }
    words
}

/// What the scheduler did that it need not have done.
fn turns(cost: u32, trace: Option<&Trace>) -> String {
    let count_events = |is_it: fn(&kata_trace::Event) -> bool| {
        u32::try_from(trace.map_or(0, |trace| trace.events.iter().filter(|event| is_it(event)).count()))
            .unwrap_or(u32::MAX)
    };
    let spurious = count_events(|event| event.cause == Some(Cause::Spurious));
    let timeouts = count_events(|event| event.cause == Some(Cause::Timeout));
    let preemptions = count_events(|event| event.preemption);
    // Only when the log accounts for the whole cost: a time limit that passes when nothing else can happen is free.
    if spurious + timeouts > 0 && spurious + timeouts + preemptions == cost {
        let parts =
            [(preemptions, "preemption"), (spurious, "wake-up for no reason"), (timeouts, "time limit that passed")];
        let parts = parts.iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts.map(|(number, what)| count(u64::from(*number), what)).collect();
        return parts.join(" and ");
    }
    match cost {
        0 => "no preemption".to_owned(),
        _ => count(u64::from(cost), "preemption"),
    }
}

pub(crate) fn count(number: u64, what: &str) -> String {
    let plural = match what {
        "switch" => "switches".to_owned(),
        "wake-up for no reason" => "wake-ups for no reason".to_owned(),
        "time limit that passed" => "time limits that passed".to_owned(),
        _ => format!("{what}s"),
    };
    format!("{} {}", thousands(number), if number == 1 { what } else { &plural })
}

/// `20,123`
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use kata_trace::{Size, script};

    fn evidence(executions: u64, preemption_bound: Option<u32>, exhaustive: bool, seed: Option<u64>) -> Evidence {
        Evidence { executions, preemption_bound, exhaustive, seed, inputs: None }
    }

    #[test]
    fn a_failure_is_told_with_what_it_took() {
        let told = |evidence| sentence(Verdict::Deadlock, &evidence, None, None);
        assert_eq!(
            [
                told(evidence(5, Some(1), false, None)),
                told(evidence(1, Some(0), false, None)),
                told(evidence(20_123, Some(7), false, Some(9))),
                told(evidence(1, None, false, None)),
                told(Evidence::default()),
            ],
            [
                "found in execution 5, with 1 preemption, by systematic search",
                "found in execution 1, with no preemption, by systematic search",
                "found in execution 20,123, with 7 preemptions, by random search (seed 9)",
                "found in execution 1",
                "",
            ]
        );
    }

    #[test]
    fn a_wake_up_for_no_reason_is_not_called_a_preemption() {
        let trace = script::trace("t1: wait c :1\nt2! lock a :2\nt1: wake c spurious :1");
        assert_eq!(
            sentence(Verdict::Deadlock, &evidence(9, Some(2), false, None), None, Some(&trace)),
            "found in execution 9, with 1 preemption and 1 wake-up for no reason, by systematic search"
        );
    }

    #[test]
    fn a_simpler_execution_than_the_one_that_was_found_is_told_as_such() {
        let size = |preemptions, switches, steps| Size { preemptions, switches, steps };
        let told = |from, to| {
            let simplification = Simplification { executions: 57, from, to, minimal: true };
            sentence(Verdict::Deadlock, &evidence(20_123, Some(7), false, Some(9)), Some(&simplification), None)
        };
        assert_eq!(
            told(size(7, 14, 96), size(2, 4, 31)),
            "found in execution 20,123, with 7 preemptions, by random search (seed 9); made simpler in 57 more \
             executions: 2 preemptions in place of 7, 4 switches in place of 14, 31 steps in place of 96"
        );
        assert_eq!(
            told(size(7, 4, 31), size(7, 4, 30)),
            "found in execution 20,123, with 7 preemptions, by random search (seed 9); made simpler in 57 more \
             executions: 30 steps in place of 31"
        );
        assert_eq!(
            told(size(7, 4, 31), size(7, 4, 31)),
            "found in execution 20,123, with 7 preemptions, by random search (seed 9)"
        );
    }

    #[test]
    fn a_pass_is_told_with_how_far_it_went() {
        let told = |evidence| sentence(Verdict::Passed, &evidence, None, None);
        assert_eq!(
            [
                told(evidence(518, Some(4), true, None)),
                told(evidence(1, Some(0), true, None)),
                told(evidence(20_500, Some(3), false, Some(7))),
                told(evidence(1, None, false, None)),
            ],
            [
                "held in 518 executions, which are all there are",
                "held in 1 execution, which are all there are",
                "held in 20,500 executions, with up to 3 preemptions each, random ones among them (seed 7)",
                "held in 1 execution",
            ]
        );
    }
}
