//! Taking submissions in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::SystemTime;

use assignment::{Assignment, Lateness, Task, TimeSource, told};
use exercise::{Catalogue, Id};
use jiff::Timestamp;
use jiff::tz::Offset;
use progress::Progress;

use crate::SCHEMA;
use crate::basket::{Basket, Taken};
use crate::class::{Class, Handed, LookedAt, Student};
use crate::name::parts;
use crate::note::{Notes, What};
use crate::place::Places;
use crate::roster::{Person, Roster};
use crate::shape::{Pile, Source, piles};
use crate::text::Texts;

/// Takes everything in that students handed in. What their files say goes to `texts`.
///
/// # Errors
/// The folder of the submissions cannot be listed, or a text cannot be kept. Whatever is wrong with a submission is
/// noted with its student.
pub fn take_in(
    submissions: &Path,
    roster: Option<&Roster>,
    mut assignment: Assignment,
    catalogue: &Catalogue,
    texts: &Texts,
) -> anyhow::Result<Class> {
    let exercises = assignment.exercises(catalogue)?;
    let places = Places::new(&exercises, catalogue.ids());
    let mut loose = Notes::default();
    let mut students: BTreeMap<String, Student> = BTreeMap::new();
    let all = roster.map(Roster::people).unwrap_or_default();
    for person in all {
        let submitted = Some(person.submitted.clone()).filter(|text| !text.is_empty());
        let submitted = submitted.filter(|_| assignment.time == TimeSource::Roster);
        let student = Student { person: person.clone(), on_roster: true, submitted, ..Student::default() };
        students.insert(person.id.clone(), student);
    }
    // Two piles of one student, a folder and an archive for instance, are looked at together.
    let mut whose: BTreeMap<String, Vec<Pile>> = BTreeMap::new();
    for pile in piles(submissions, places.is_single(), &mut loose)? {
        let known = roster.and_then(|roster| roster.find(&pile.names)).and_then(|index| all.get(index));
        let id = known.map_or_else(|| pile.names.first().cloned().unwrap_or_default(), |person| person.id.clone());
        whose.entry(id).or_default().push(pile);
    }
    for (id, piles) in whose {
        let student = students.entry(id.clone()).or_insert_with(|| {
            let name = piles.iter().map(|pile| pile.name.clone()).find(|name| !name.is_empty());
            let person = Person { id, name: name.unwrap_or_default(), ..Person::default() };
            Student { person, on_roster: roster.is_none(), ..Student::default() }
        });
        hand_in(student, &piles, &places, &assignment, catalogue, texts)?;
    }
    for student in students.values_mut() {
        if assignment.time == TimeSource::Roster {
            at_the_time_of_the_roster(student, &assignment);
        }
    }
    if assignment.tasks.is_empty() {
        let handed: BTreeSet<&str> =
            students.values().flat_map(|student| student.files.keys().map(String::as_str)).collect();
        let ids = catalogue.ids().iter().map(Id::as_str).filter(|id| handed.contains(id));
        assignment.tasks = ids.map(|id| Task::unsaid(id.to_owned())).collect();
    }
    Ok(Class {
        schema: SCHEMA,
        assignment,
        has_roster: roster.is_some(),
        students: students.into_values().collect(),
        notes: loose.finish(),
    })
}

/// What one student handed in.
fn hand_in(
    student: &mut Student,
    piles: &[Pile],
    places: &Places,
    assignment: &Assignment,
    catalogue: &Catalogue,
    texts: &Texts,
) -> anyhow::Result<()> {
    let mut basket = Basket::new(places);
    for source in piles.iter().flat_map(|pile| &pile.sources) {
        match source {
            Source::Folder(folder) => basket.folder(folder),
            Source::File(file, name) => match parts(name.as_bytes()) {
                Ok(path) => basket.file(file, &path, 2),
                Err(reason) => basket.notes.add(What::Refused, name, reason),
            },
            Source::Refused(name, reason) => basket.notes.add(What::Refused, name, *reason),
        }
    }
    let Basket { taken, progress, mut notes, modified, .. } = basket;
    student.handed_in = true;
    for (exercise, text, path) in choose(taken, &mut notes) {
        student.files.insert(exercise.to_string(), Handed { text: texts.keep(&text)?, path });
    }
    if let Some(text) = progress {
        student.looked_at = looked_at(text, catalogue);
    }
    let late = piles.iter().any(|pile| pile.late);
    match assignment.time {
        TimeSource::Modified => {
            let at = modified.and_then(to_timestamp);
            student.submitted = at.map(|at| at.to_string());
            student.lateness = at.map_or(Lateness::Unknown, |at| lateness(at, assignment));
        }
        TimeSource::Canvas => student.lateness = if late { Lateness::Marked } else { Lateness::InTime },
        TimeSource::None | TimeSource::Roster => {}
    }
    student.notes = notes.finish();
    Ok(())
}

/// One file for each exercise: the surest, of those the newest version, of those the first. The others are noted.
fn choose(mut taken: Vec<Taken>, notes: &mut Notes) -> Vec<(Id, Vec<u8>, String)> {
    taken.sort_by(|a, b| {
        let key = |taken: &Taken| (taken.place.exercise.clone(), taken.place.rank, u32::MAX - taken.place.version);
        let shouted = |taken: &Taken| taken.path != taken.path.to_lowercase();
        key(a).cmp(&key(b)).then(shouted(a).cmp(&shouted(b))).then_with(|| a.path.cmp(&b.path))
    });
    let mut chosen: Vec<(Id, Vec<u8>, String)> = Vec::new();
    for Taken { place, path, text } in taken {
        match chosen.last() {
            Some((exercise, first, which)) if *exercise == place.exercise => {
                let same = if *first == text { "which says the same" } else { "which says something else" };
                notes.add(What::Duplicate, path, format!("{which} was taken for {exercise}, {same}"));
            }
            _ => chosen.push((place.exercise, text, path)),
        }
    }
    chosen
}

fn looked_at(text: Vec<u8>, catalogue: &Catalogue) -> BTreeMap<String, LookedAt> {
    let progress = Progress::of_text(text);
    let look = |id: &Id| {
        let seen = progress.seen(id);
        let hints = u32::try_from(seen.hints.clamp(0, 99)).unwrap_or(0);
        let looked_at = LookedAt { hints, solution: seen.solution };
        (looked_at != LookedAt::default()).then(|| (id.to_string(), looked_at))
    };
    catalogue.ids().iter().filter_map(look).collect()
}

fn at_the_time_of_the_roster(student: &mut Student, assignment: &Assignment) {
    if !student.handed_in {
        if let Some(text) = student.submitted.take() {
            let mut notes = Notes::default();
            notes.add(What::Ignored, "", format!("the time of the submission, `{text}`: there is no submission"));
            student.notes.extend(notes.finish());
        }
        return;
    }
    let offset = assignment.deadline.map_or(Offset::UTC, |deadline| deadline.offset);
    match student.submitted.as_deref().map(|text| told(text, offset)) {
        Some(Ok(at)) => {
            student.submitted = Some(at.to_string());
            student.lateness = lateness(at, assignment);
        }
        Some(Err(error)) => {
            let mut notes = Notes::default();
            notes.add(What::Ignored, "", format!("the time of the submission: {error}"));
            student.notes.extend(notes.finish());
            student.submitted = None;
        }
        None => {}
    }
}

fn lateness(at: Timestamp, assignment: &Assignment) -> Lateness {
    let Some(deadline) = assignment.deadline else { return Lateness::Unknown };
    let by = at.as_second() - deadline.at.as_second();
    if by > 0 { Lateness::By(by) } else { Lateness::InTime }
}

fn to_timestamp(time: SystemTime) -> Option<Timestamp> {
    let at = Timestamp::try_from(time).ok()?;
    Timestamp::from_second(at.as_second()).ok()
}
