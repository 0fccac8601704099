//! Who is in the class.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// A student of the roster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What marks are entered under.
    pub id: String,
    /// As it is shown. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// The name that the student logs in with. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub login: String,
    /// The number that the learning platform has for the student. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub section: String,
    /// When the student handed in, as the roster says. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub submitted: String,
}

/// The students of a class, in the order of their file.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    people: Vec<Person>,
    /// What a submission may be named after, and whom it means: nobody where it could mean two.
    keys: BTreeMap<String, Option<usize>>,
}

/// The columns, and how their headings are spelled elsewhere. Case, spaces and punctuation make no difference.
const COLUMNS: [(Column, &[&str]); 9] = [
    (Column::Id, &["studentid", "sisuserid", "id", "idnumber", "matriculation", "matrikelnummer", "identifier"]),
    (Column::Name, &["name", "student", "fullname", "studentname", "displayname"]),
    (Column::First, &["firstname", "givenname", "first"]),
    (Column::Last, &["lastname", "surname", "familyname", "last"]),
    (Column::Email, &["email", "emailaddress", "mail"]),
    (Column::Login, &["login", "sisloginid", "username", "user", "githubusername", "github", "identifier"]),
    (Column::Platform, &["canvasid", "canvasuserid", "moodleid", "participant", "identifier", "id"]),
    (Column::Section, &["section", "group", "sections"]),
    (Column::Submitted, &["submitted", "submittedat", "submissiontime", "timestamp", "lastmodifiedsubmission"]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Name,
    First,
    Last,
    Email,
    Login,
    Platform,
    Section,
    Submitted,
}

impl Roster {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// It cannot be read, has no column that tells students apart, or tells two students by the same id.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Roster::parse(&text).with_context(|| format!("{} is no roster", path.display()))
    }

    fn parse(text: &[u8]) -> anyhow::Result<Self> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let heading = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |byte: u8| heading.iter().filter(|&&b| b == byte).count();
        // Spreadsheets of half of the world write semicolons.
        let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|&byte| (count(byte), byte == b',')).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(csv::Trim::All)
            .has_headers(false)
            .from_reader(text);
        let mut rows = reader.byte_records();
        let headings = rows.next().context("it is empty")?.context("its first line cannot be read")?;
        let headings: Vec<String> = headings.iter().map(|field| letters(&String::from_utf8_lossy(field))).collect();
        let column = |wanted: Column| {
            let (_, names) = COLUMNS.iter().find(|(column, _)| *column == wanted)?;
            names.iter().find_map(|name| headings.iter().position(|heading| heading == name))
        };
        let id = column(Column::Id).or_else(|| column(Column::Login)).or_else(|| column(Column::Email));
        let id = id.context("it has no column `id`, and none of another name that would tell students apart")?;
        let mut people: Vec<Person> = Vec::new();
        for row in rows {
            let row = row.context("a line of it cannot be read")?;
            let at = |index: Option<usize>| {
                index.and_then(|index| row.get(index)).map(|field| String::from_utf8_lossy(field).into_owned())
            };
            let get = |wanted: Column| at(column(wanted)).unwrap_or_default();
            let name = match (get(Column::First), get(Column::Last)) {
                (first, last) if first.is_empty() && last.is_empty() => get(Column::Name),
                (first, last) => format!("{first} {last}").trim().to_owned(),
            };
            // A column that is called `ID` and nothing more holds the platform's number only if it holds numbers.
            let mut platform = get(Column::Platform).trim_start_matches("Participant ").to_owned();
            if column(Column::Platform) == Some(id) && !platform.bytes().all(|byte| byte.is_ascii_digit()) {
                platform.clear();
            }
            let person = Person {
                id: at(Some(id)).unwrap_or_default(),
                name,
                email: get(Column::Email),
                login: get(Column::Login),
                platform,
                section: get(Column::Section),
                submitted: get(Column::Submitted),
            };
            // The row of a Canvas gradebook below its heading, and empty lines.
            let is_student = !letters(&person.name).starts_with("pointspossible") && !person.id.is_empty();
            if !is_student {
                continue;
            }
            if let Some(twin) = people.iter().find(|other| other.id.eq_ignore_ascii_case(&person.id)) {
                anyhow::bail!("two students have the id `{}`: {} and {}", person.id, twin.name, person.name);
            }
            people.push(person);
        }
        Ok(Roster::new(people))
    }

    fn new(people: Vec<Person>) -> Self {
        let mut keys: BTreeMap<String, Option<usize>> = BTreeMap::new();
        let sorts: [fn(&Person) -> Vec<String>; 3] = [
            |person| vec![key(&person.id)],
            |person| vec![key(&person.login), key(&person.email), key(&person.platform)],
            |person| {
                let mut keys = vec![key(person.email.split('@').next().unwrap_or_default())];
                keys.extend(spellings(&person.name));
                keys
            },
        ];
        // What tells more goes first: an id is not doubted because somebody has it as a name.
        for sort in sorts {
            let mut found: BTreeMap<String, Option<usize>> = BTreeMap::new();
            for (index, person) in people.iter().enumerate() {
                for key in sort(person).into_iter().filter(|key| !key.is_empty()) {
                    found
                        .entry(key)
                        .and_modify(|known| *known = known.filter(|known| *known == index))
                        .or_insert(Some(index));
                }
            }
            for (key, index) in found {
                keys.entry(key).or_insert(index);
            }
        }
        Roster { people, keys }
    }

    /// The students.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Whom one of these names means: the first of them that is known.
    pub(crate) fn find(&self, names: &[String]) -> Option<usize> {
        names.iter().find_map(|name| {
            let known = |name: &str| self.keys.get(&key(name)).copied().flatten();
            // `deadlock-student-01` is how GitHub Classroom names the folder of `student-01`.
            let ends = name.match_indices('-').map(|(at, _)| &name[at + 1..]);
            known(name)
                .or_else(|| self.keys.get(&letters(name)).copied().flatten())
                .or_else(|| ends.filter_map(known).next())
        })
    }
}

fn key(text: &str) -> String {
    text.trim().to_lowercase()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name as learning platforms write it: in full, and as `lastfirst`.
fn spellings(name: &str) -> Vec<String> {
    let words: Vec<String> = name.split([' ', ',']).map(letters).filter(|word| !word.is_empty()).collect();
    let mut spellings = vec![key(name)];
    for turn in 0..words.len() {
        spellings.push([&words[turn..], &words[..turn]].concat().concat());
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(roster: &Roster, names: &[&str]) -> Vec<String> {
        let find = |name: &&str| roster.find(&[(*name).to_owned()]).map_or("?", |index| &roster.people()[index].id);
        names.iter().map(find).map(str::to_owned).collect()
    }

    #[test]
    fn headings_are_found_whatever_their_case_and_with_a_byte_order_mark() {
        let text =
            b"\xef\xbb\xbfStudent ID;Full Name;E-Mail\n s1 ;First Student;first@school.example\n\ns2;Second Student;\n";
        let roster = Roster::parse(text).unwrap();
        let [first, second] = roster.people() else { panic!("{roster:?}") };
        assert_eq!(
            (first.id.as_str(), first.name.as_str(), first.email.as_str()),
            ("s1", "First Student", "first@school.example")
        );
        assert_eq!(second.email, "");
    }

    #[test]
    fn a_gradebook_of_canvas_is_a_roster() {
        let text = b"Student,ID,SIS User ID,SIS Login ID,Section,Katas (7)\n    Points Possible,,,,,10\n\"One, Student\",101,s1,one,A,\n";
        let roster = Roster::parse(text).unwrap();
        let [person] = roster.people() else { panic!("{roster:?}") };
        assert_eq!((person.id.as_str(), person.platform.as_str(), person.login.as_str()), ("s1", "101", "one"));
        assert_eq!(
            ids(&roster, &["101", "onestudent", "Student One", "katas-one", "two"]),
            ["s1", "s1", "s1", "s1", "?"]
        );
    }

    #[test]
    fn a_name_that_two_students_have_means_neither() {
        let roster = Roster::parse(b"id,name\ns1,Same Name\ns2,Same Name\nsame name,Other\n").unwrap();
        assert_eq!(ids(&roster, &["namesame", "s2", "Same Name"]), ["?", "s2", "same name"]);
    }

    #[test]
    fn two_students_with_one_id_are_no_roster() {
        insta::assert_snapshot!(Roster::parse(b"id,name\nS1,One\ns1,Two\n").unwrap_err(), @"two students have the id `s1`: One and Two");
        insta::assert_snapshot!(Roster::parse(b"colour\nred\n").unwrap_err(), @"it has no column `id`, and none of another name that would tell students apart");
    }
}
