//! The story of a judgement.

use judge::Judgement;

use crate::Story;

/// Hands the execution of a judgement that came to running to who shows it. `sources` are the files that may be quoted.
pub fn tell<R>(judgement: &Judgement, sources: &[(String, String)], show: impl FnOnce(&Story<'_>) -> R) -> R {
    let trace = judgement.execution();
    let scenario = judgement.failing_scenario();
    show(&Story {
        verdict: judgement.verdict,
        kind: judgement.kind,
        scenario: judgement.scenario.as_deref().unwrap_or_default(),
        scenario_about: scenario.map_or("", |scenario| &scenario.about),
        message: &judgement.message,
        at: judgement.at.as_ref(),
        evidence: &judgement.evidence.clone().unwrap_or_default(),
        simplification: judgement.simplification.as_ref(),
        outcomes: scenario.map_or(&[], |scenario| &scenario.outcomes),
        trace: trace.as_ref(),
        sources,
    })
}
