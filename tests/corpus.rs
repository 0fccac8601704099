//! Every program of the corpus gets the verdict that it is declared with: starters, right fixes, wrong fixes.

use exercise::Catalogue;
use judge::corpus::verify;
use repo_tests::{bench, root};

#[test]
fn every_program_gets_its_declared_verdict() {
    let catalogue = Catalogue::read(root()).unwrap();
    let exercises: Vec<_> = catalogue.ids().iter().map(|id| catalogue.exercise(id).unwrap()).collect();
    let verified = verify(&bench(), &exercises, false, &mut |_| {}, &|_| {}).unwrap();
    let deviations: Vec<String> = verified
        .iter()
        .filter_map(|program| Some(format!("{}: {}", program.file.display(), program.deviation.as_ref()?)))
        .collect();
    assert!(deviations.is_empty(), "{}", deviations.join("\n"));
    assert!(verified.len() > exercises.len(), "exercises have fixes");
}
