//! Every program of the corpus gets the verdict that it is declared with: starters, right fixes, wrong fixes.

use std::sync::LazyLock;

use judge::corpus::{Verified, verify};
use repo_tests::{bench, exercises};

/// What every program got.
pub(crate) static VERIFIED: LazyLock<Vec<Verified>> =
    LazyLock::new(|| verify(&bench(), &exercises(), false, &mut |_| {}, &|_| {}).unwrap());

#[test]
fn every_program_gets_its_declared_verdict() {
    let deviations: Vec<String> = VERIFIED
        .iter()
        .filter_map(|program| Some(format!("{}: {}", program.file.display(), program.deviation.as_ref()?)))
        .collect();
    assert!(deviations.is_empty(), "{}", deviations.join("\n"));
    assert!(VERIFIED.len() > exercises().len(), "exercises have fixes");
}
