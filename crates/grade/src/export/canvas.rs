//! A CSV file for the gradebook of Canvas: the columns that it asks for, and one for the assignment. An empty cell
//! leaves the mark there as it is.

use std::path::PathBuf;

use super::table::{self, harmless, marks};
use crate::merge::Grading;
use crate::standing::Standing;

pub(super) fn write(grading: &Grading, path: PathBuf) -> anyhow::Result<PathBuf> {
    let assignment = &grading.class.assignment;
    let heading = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", &assignment.title];
    let mut possible = vec![String::new(); 6];
    possible[0] = "    Points Possible".to_owned();
    possible[5] = assignment.points().to_string();
    let rows = grading.class.students.iter().filter(|student| student.on_roster).map(|student| {
        let person = &student.person;
        let texts = [student.title(), &person.platform, &person.id, &person.login, &person.section];
        let mut row: Vec<String> = texts.into_iter().map(harmless).collect();
        row.push(marks(Standing::of(grading, student).marks()));
        row
    });
    table::write(&path, [heading.map(str::to_owned).to_vec(), possible].into_iter().chain(rows))?;
    Ok(path)
}
