use std::collections::BTreeSet;

use repo_tests::{exercises, root};

/// A row of the table: the exercises that it leads to, and the numbers of those that are not there yet.
struct Row {
    topic: String,
    there: BTreeSet<String>,
    missing: BTreeSet<u32>,
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("TOPICS.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with('|')).skip(2).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [topic, there, missing] = cells[..] else { panic!("{line}") };
        let links = there.split("](exercises/").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned());
        let parts = missing.split(", ").filter(|part| *part != "—");
        let numbers = parts.flat_map(|part| {
            let (first, last) = part.split_once('–').unwrap_or((part, part));
            first.parse::<u32>().unwrap()..=last.parse().unwrap()
        });
        Row { topic: topic.to_owned(), there: links.collect(), missing: numbers.collect() }
    });
    rows.collect()
}

#[test]
fn every_topic_leads_to_exercises_or_says_which_are_not_there_yet() {
    let exercises: Vec<_> = exercises().into_iter().map(|exercise| exercise.id).collect();
    for Row { topic, there, missing } in rows() {
        assert!(!there.is_empty() || !missing.is_empty(), "{topic}: nothing");
        for id in &there {
            assert!(exercises.iter().any(|other| other.as_str() == id), "{topic}: there is no {id}");
        }
        for number in missing {
            assert!(exercises.iter().all(|id| id.number() != number), "{topic}: {number} is there by now");
        }
    }
}

#[test]
fn every_exercise_and_every_number_of_the_tracks_has_a_topic() {
    let rows = rows();
    let exercises = exercises();
    for exercise in &exercises {
        let id = exercise.id.as_str();
        let numbered = exercise.id.number() > 65;
        assert!(numbered || rows.iter().any(|row| row.there.contains(id)), "{id} has no topic");
    }
    let is_there = |number| exercises.iter().any(|exercise| exercise.id.number() == number);
    for number in (1..=65).filter(|number| !is_there(*number)) {
        assert!(rows.iter().any(|row| row.missing.contains(&number)), "{number} has no topic");
    }
}
