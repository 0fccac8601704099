//! What is taken in, whatever it is that students hand in.

use std::time::Duration;

use insta::assert_snapshot;

use crate::class::{School, archive, told};

const ONE: &str = "title = \"One\"\n[[exercise]]\nid = \"03\"\n";
const TWO: &str = "title = \"Two\"\n[[exercise]]\nid = \"01\"\n[[exercise]]\nid = \"deadlock\"\n";

#[test]
fn a_folder_an_archive_or_bare_files_are_taken_from_each_student() {
    let school = School::new();
    school.file("student-01/03-deadlock/src/lib.rs", "a");
    school.file("student-01/01-lost-update/src/lib.rs", "b");
    school.file("student-01/01-lost-update/Cargo.toml", "[package]\nbuild = \"build.rs\"");
    school.file("student-01/01-lost-update/build.rs", "fn main() { panic!() }");
    school.file("student-02/katas/exercises/03-deadlock/src/lib.rs", "c");
    school.file("student-02/katas/solutions/03-deadlock/lib.rs", "the reference");
    school.file("student-03/03-deadlock.rs", "d");
    school.file("student-03/Lost_Update.rs", "e");
    school.zip("student-04.zip", &[("x/03-deadlock/src/lib.rs", b"f"), ("__MACOSX/x/._lib.rs", b"")]);
    school.file("student-04/lost_update.rs", "g");
    school.file("notes.txt", "");
    assert_snapshot!(told(&school.take_in(TWO, None)), @"
    student-01 []
      01-lost-update 01-lost-update/src/lib.rs
      03-deadlock 03-deadlock/src/lib.rs
      ignored 01-lost-update/Cargo.toml: not a file that is asked for
      ignored 01-lost-update/build.rs: not a file that is asked for
    student-02 []
      03-deadlock katas/exercises/03-deadlock/src/lib.rs
      ignored katas/solutions/03-deadlock/lib.rs: not a file that is asked for
    student-03 []
      01-lost-update Lost_Update.rs
      03-deadlock 03-deadlock.rs
    student-04 []
      01-lost-update lost_update.rs
      03-deadlock submission.zip:x/03-deadlock/src/lib.rs
    ignored notes.txt: neither a folder nor an archive of a student
    ");
}

#[test]
fn one_exercise_needs_no_name() {
    let school = School::new();
    school.file("student-01/lib.rs", "a");
    school.file("student-02/src/lib.rs", "b");
    school.file("student-03.rs", "c");
    assert_snapshot!(told(&school.take_in(ONE, None)), @"
    student-01 []
      03-deadlock lib.rs
    student-02 []
      03-deadlock src/lib.rs
    student-03 []
      03-deadlock lib.rs
    ");
}

#[test]
fn a_download_of_canvas_says_who_it_is_and_which_version_is_the_newest() {
    let school = School::new();
    school.file("onestudent_101_9001_lib.rs", "old");
    school.file("onestudent_101_9002_lib-2.rs", "newest");
    school.file("onestudent_101_9003_lib-1.rs", "newer");
    school.file("twostudent_LATE_102_9004_katas.zip", archive(&[("03-deadlock/src/lib.rs", b"x")]));
    school.file("stranger_999_9005_lib.rs", "y");
    let roster = "Student,ID,SIS User ID,SIS Login ID,Section,One\n    Points Possible,,,,,10\n\
                  \"One, Student\",101,s1,one,A,\n\"Two, Student\",,s2,two,A,\n\"Three, Student\",103,s3,three,A,\n";
    let class = school.take_in(&format!("time = \"canvas\"\n{ONE}"), Some(roster));
    assert_snapshot!(told(&class), @r#"
    999 ["not on the roster", "stranger"]
      03-deadlock lib.rs
    s1 ["One, Student"]
      03-deadlock lib-2.rs
      duplicate lib-1.rs: lib-2.rs was taken for 03-deadlock, which says something else
      duplicate lib.rs: lib-2.rs was taken for 03-deadlock, which says something else
    s2 ["Two, Student"]
      03-deadlock katas.zip:03-deadlock/src/lib.rs
    s3 ["missing", "Three, Student"]
    "#);
    let late: Vec<_> = class.students.iter().map(|student| format!("{:?}", student.lateness)).collect();
    assert_snapshot!(late.join(" "), @"InTime InTime Marked Unknown");
}

#[test]
fn a_download_of_moodle_says_who_it_is() {
    let school = School::new();
    school.file("Student One_11_assignsubmission_file_/lib.rs", "a");
    school.file("Student Two_12_assignsubmission_file_lib.rs", "b");
    school.file("Student Three_13_assignsubmission_onlinetext/onlinetext.html", "c");
    let roster = "Identifier,Full name,Email address\nParticipant 11,Student One,one@school.example\n\
                  Participant 12,Student Two,two@school.example\nParticipant 13,Student Three,three@school.example\n";
    assert_snapshot!(told(&school.take_in(ONE, Some(roster))), @r#"
    Participant 11 ["Student One"]
      03-deadlock lib.rs
    Participant 12 ["Student Two"]
      03-deadlock lib.rs
    Participant 13 ["Student Three"]
      ignored onlinetext.html: not a file that is asked for
    "#);
}

#[test]
fn of_a_git_checkout_only_the_work_tree_is_read_and_nothing_is_run() {
    let school = School::new();
    school.file("katas-student-01/03-deadlock/src/lib.rs", "a");
    school.file("katas-student-01/.git/config", "[core]\nfsmonitor = touch /tmp/ran\n");
    school.file("katas-student-01/.git/03-deadlock/src/lib.rs", "b");
    school.file("katas-student-02/HEAD", "ref: refs/heads/main");
    school.file("katas-student-02/objects/x", "");
    school.file("katas-student-02/refs/x", "");
    assert_snapshot!(told(&school.take_in(ONE, Some("id,github\ns1,student-01\ns2,student-02\n"))), @"
    s1 []
      03-deadlock 03-deadlock/src/lib.rs
      ignored .git/: the folder of a tool
    s2 []
      refused : it is a bare git repository, which has no files: hand in a checkout
    ");
}

#[test]
fn whoever_is_missing_and_whoever_is_a_stranger_is_told() {
    let school = School::new();
    school.file("S1/lib.rs", "a");
    school.file("student.three@school.example/lib.rs", "b");
    school.file("somebody/lib.rs", "c");
    let roster = "\u{feff}Matriculation;Surname;First Name;E-Mail\ns1;One;Student;\ns2;Two;Student;\n\
                  s3;Three;Student;student.three@school.example\n";
    assert_snapshot!(told(&school.take_in(ONE, Some(roster))), @r#"
    s1 ["Student One"]
      03-deadlock lib.rs
    s2 ["missing", "Student Two"]
    s3 ["Student Three"]
      03-deadlock lib.rs
    somebody ["not on the roster"]
      03-deadlock lib.rs
    "#);
}

#[test]
fn files_that_could_be_meant_alike_are_told_and_the_surest_is_taken() {
    let school = School::new();
    school.file("student-01/03-deadlock/src/lib.rs", "a");
    school.file("student-01/03-Deadlock/src/LIB.rs", "b");
    school.file("student-01/deadlock.rs", "a");
    school.file("student-01/lib.rs", "c");
    assert_snapshot!(told(&school.take_in(ONE, None)), @"
    student-01 []
      03-deadlock 03-deadlock/src/lib.rs
      duplicate 03-Deadlock/src/LIB.rs: 03-deadlock/src/lib.rs was taken for 03-deadlock, which says something else
      duplicate deadlock.rs: 03-deadlock/src/lib.rs was taken for 03-deadlock, which says the same
      duplicate lib.rs: 03-deadlock/src/lib.rs was taken for 03-deadlock, which says something else
    ");
}

#[cfg(unix)]
#[test]
fn nothing_is_followed_out_of_a_submission() {
    use std::os::unix::fs::symlink;

    let school = School::new();
    let secret = school.beside("secret/lib.rs", "secret");
    school.file("student-01/03-deadlock/x", "");
    symlink(&secret, school.submissions().join("student-01/03-deadlock/lib.rs")).unwrap();
    symlink(secret.parent().unwrap(), school.submissions().join("student-01/03-deadlock/src")).unwrap();
    symlink(secret.parent().unwrap(), school.submissions().join("student-02")).unwrap();
    school.file("student-03/x", "");
    let pipe = std::process::Command::new("mkfifo").arg(school.submissions().join("student-03/deadlock.rs")).status();
    assert!(pipe.unwrap().success());
    school.zip(
        "student-04.zip",
        &[
            ("../student-05/03-deadlock.rs", b"a"),
            ("/etc/03-deadlock.rs", b"b"),
            ("C:\\03-deadlock.rs", b"c"),
            ("a\\..\\..\\deadlock.rs", b"d"),
        ],
    );
    crate::class::archive_with_link(&school.submissions().join("student-05.zip"), "03-deadlock.rs", "/etc/passwd");
    school.file("student-06.zip", "this is no archive");
    let class = school.take_in(ONE, None);
    assert_snapshot!(told(&class), @r#"
    student-01 []
      refused 03-deadlock/lib.rs: it is a symbolic link, and none is followed
      refused 03-deadlock/src: it is a symbolic link, and none is followed
      ignored 03-deadlock/x: not a file that is asked for
    student-02 []
      refused student-02: it is a symbolic link, and none is followed
    student-03 []
      refused deadlock.rs: it is not a file but a device, a pipe or a socket
      ignored x: not a file that is asked for
    student-04 []
      refused submission.zip:../student-05/03-deadlock.rs: its path leaves the submission with `..`
      refused submission.zip:/etc/03-deadlock.rs: its path is absolute
      refused submission.zip:C:\03-deadlock.rs: its path names a drive
      refused submission.zip:a\..\..\deadlock.rs: its path leaves the submission with `..`
    student-05 []
      refused submission.zip:03-deadlock.rs: it is a symbolic link, and none is followed
    student-06 []
      refused submission.zip: the archive cannot be unpacked: invalid Zip archive: Could not find EOCD
    "#);
    assert!(!school.out().folder().join("texts").exists(), "something was taken");
}

#[test]
fn what_unpacks_to_more_than_a_file_can_be_is_not_unpacked() {
    let school = School::new();
    let zeros = vec![b' '; 16 << 20];
    school.zip("student-01.zip", &[("03-deadlock.rs", &zeros), ("other.bin", &zeros)]);
    school.file("student-02/03-deadlock.rs", &zeros[..(1 << 20) + 1]);
    school.file("student-03/03-deadlock.rs", &zeros[..1 << 20]);
    let inner = archive(&[("a.zip", &archive(&[("b.zip", &archive(&[("03-deadlock.rs", b"x")]))]))]);
    school.file("student-04.zip", archive(&[("c.zip", &inner)]));
    let many: Vec<String> = (0..20_050).map(|number| format!("{number}/deadlock.rs")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    school.file("student-05.zip", archive(&many));
    // An archive that says a member is smaller than it is.
    let mut liar = archive(&[("03-deadlock.rs", &zeros[..3 << 20])]);
    let size = (3_u32 << 20).to_le_bytes();
    let places: Vec<_> = liar.windows(4).enumerate().filter(|(_, bytes)| *bytes == size).map(|(at, _)| at).collect();
    for place in places {
        liar[place..place + 4].copy_from_slice(&16_u32.to_le_bytes());
    }
    school.file("student-06.zip", liar);
    let mut class = school.take_in(ONE, None);
    for student in &mut class.students {
        let (first, others) = student.notes.split_at(student.notes.len().min(3));
        assert!(others.iter().all(|note| student.person.id == "student-05" || note.path.is_empty()), "{others:?}");
        student.notes = first.to_vec();
    }
    assert_snapshot!(told(&class), @"
    student-01 []
      refused submission.zip:03-deadlock.rs: it is larger than 1 MiB
      ignored other.bin: not a file that is asked for
    student-02 []
      refused 03-deadlock.rs: it is larger than 1 MiB
    student-03 []
      03-deadlock 03-deadlock.rs
    student-04 []
      refused submission.zip:c.zip:a.zip: an archive in an archive in an archive is not unpacked
    student-05 []
      03-deadlock submission.zip:0/deadlock.rs
      refused : more than 20000 files: the rest was not looked at
      duplicate submission.zip:1/deadlock.rs: submission.zip:0/deadlock.rs was taken for 03-deadlock, which says the same
      duplicate submission.zip:10/deadlock.rs: submission.zip:0/deadlock.rs was taken for 03-deadlock, which says the same
    student-06 []
      refused submission.zip:03-deadlock.rs: it cannot be read: File is larger than its declared uncompressed size
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8_or_write_over_a_terminal_are_escaped_and_stay_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;

    let school = School::new();
    for (name, text) in [(&b"student-\xff"[..], "a"), (b"student-\xfe", "b"), (b"student-\x1b[2J", "c")] {
        school.file(Path::new(OsStr::from_bytes(name)).join("lib.rs"), text);
    }
    school.file(Path::new("student-01").join(OsStr::from_bytes(b"\xff.rs")), "d");
    let class = school.take_in(ONE, None);
    assert_snapshot!(told(&class), @r#"
    student-01 []
      ignored \xff.rs: not a file that is asked for
    student-\u{1b}[2J []
      03-deadlock lib.rs
    student-\xfe []
      03-deadlock lib.rs
    student-\xff []
      03-deadlock lib.rs
    "#);
    let texts: std::collections::BTreeSet<_> = class
        .students
        .iter()
        .flat_map(|s| s.files.values())
        .collect::<Vec<_>>()
        .iter()
        .map(|file| &file.text)
        .collect();
    assert_eq!(texts.len(), 3);
}

#[test]
fn hints_are_read_from_a_progress_file_that_is_handed_in_too() {
    let school = School::new();
    school.file("student-01/lib.rs", "a");
    school.file("student-01/progress.toml", "[seen.03-deadlock]\nhints = 3\nsolution = true\n");
    school.file("student-02/lib.rs", "a");
    school.file("student-02/progress.toml", "[seen.03-deadlock]\nhints = -99999999999999\n[[[");
    let class = school.take_in(ONE, None);
    let looked_at: Vec<_> = class.students.iter().map(|student| format!("{:?}", student.looked_at)).collect();
    assert_snapshot!(looked_at.join("\n"), @r#"
    {"03-deadlock": LookedAt { hints: 3, solution: true }}
    {}
    "#);
}

#[test]
fn when_somebody_handed_in_is_taken_from_where_the_assignment_says() {
    let head = "title = \"One\"\ndeadline = 2026-01-31T23:59:00+01:00\n";
    let tail = "[late]\nper-day = 10\n[[exercise]]\nid = \"03\"\n";
    let school = School::new();
    for student in ["s1", "s2", "s3", "s4"] {
        school.file(format!("{student}/lib.rs"), "a");
    }
    let roster =
        "id,Submitted at\ns1,2026-01-31 22:58:59 UTC\ns2,2026-02-01T00:00:00\ns3,yesterday\ns4,\ns5,2026-02-03\n";
    let class = school.take_in(&format!("{head}time = \"roster\"\n{tail}"), Some(roster));
    let told = |class: &grade::class::Class| {
        let line = |student: &grade::class::Student| {
            let notes: Vec<_> = student.notes.iter().map(|note| note.reason.as_str()).collect();
            format!("{} {:?} {:?} {notes:?}", student.person.id, student.submitted, student.lateness)
        };
        class.students.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(told(&class), @r#"
    s1 Some("2026-01-31T22:58:59Z") InTime []
    s2 Some("2026-01-31T23:00:00Z") By(60) []
    s3 None Unknown ["the time of the submission: `yesterday` is no point in time"]
    s4 None Unknown []
    s5 None Unknown ["the time of the submission, `2026-02-03`: there is no submission"]
    "#);
    let file = std::fs::File::options().write(true).open(school.submissions().join("s1/lib.rs")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_769_986_740)).unwrap();
    let class = school.take_in(&format!("{head}time = \"modified\"\n{tail}"), None);
    assert_snapshot!(told(&class).lines().next().unwrap(), @r#"s1 Some("2026-02-01T22:59:00Z") By(86400) []"#);
}
