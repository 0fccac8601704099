use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use exercise::Track;
use repo_tests::exercises;

/// The numbers of a track: the learning order never changes, so that a number belongs to its track for ever.
fn range(track: Track) -> RangeInclusive<u32> {
    match track {
        Track::SharedState => 1..=10,
        Track::Messages => 11..=18,
        Track::Atomics => 19..=27,
        Track::Async => 28..=41,
        Track::Pools => 42..=49,
        Track::Processes => 50..=56,
        Track::Production => 57..=65,
    }
}

#[test]
fn numbers_are_unique_and_within_the_range_of_their_track() {
    let mut seen = BTreeSet::new();
    for exercise in exercises() {
        let (number, track) = (exercise.id.number(), exercise.manifest.track);
        assert!(seen.insert(number), "{number} is there twice");
        // Numbers after the catalogue's are free.
        let fits = range(track).contains(&number) || number > *range(Track::Production).end();
        assert!(fits, "{} is not in {:?}, the range of its track", exercise.id, range(track));
    }
}
