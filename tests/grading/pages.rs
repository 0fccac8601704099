//! Pages: whatever strangers wrote is text in them, and nobody reads what is not meant for them.

use std::path::PathBuf;

use browser::Page;
use grade::page::write_pages;
use serde_json::json;

use crate::class::{School, judgement};

const ONE: &str = "title = \"<b>One</b>\"\n[[exercise]]\nid = \"03\"\n";

#[test]
fn names_and_code_of_strangers_are_text() {
    let school = School::new();
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let name = hostile.replace('/', "_");
    school.file(format!("{name}/03-deadlock.rs"), "fn f() {} // </script><script>alert(3)</script>");
    school.file(format!("{name}/<svg onload=alert(4)>.txt"), "");
    let roster = format!("id,name\ns1,\"{}\"\n", hostile.replace('"', "\"\""));
    let class = school.take_in(ONE, Some(&roster));
    let (grading, feedbacks) = school.graded(&class, |exercise, _| judgement(exercise, &["opposite_transfers"], 0));
    write_pages(&grading, &feedbacks, &school.out()).unwrap();
    let mut pages = vec![school.out().report()];
    for folder in std::fs::read_dir(school.out().pages()).unwrap() {
        let folder = folder.unwrap();
        let plain = |c: char| c.is_ascii_alphanumeric() || "._~-".contains(c);
        assert!(folder.file_name().to_str().unwrap().chars().all(plain), "{folder:?}");
        pages.extend(std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()));
    }
    assert_eq!(pages.len(), 3);
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap().to_lowercase();
        for bad in ["<script>alert", "<img", "<svg onload", "<b>one", "<b>are"] {
            assert!(!text.contains(bad), "{}: {bad}", page.display());
        }
        assert!(text.contains("default-src 'none'"), "{}", page.display());
        assert!(!text.contains("http://") && !text.contains("https://"), "{} needs a network", page.display());
    }
}

#[test]
fn a_students_page_holds_nothing_of_others_and_nothing_of_the_hidden_tests() {
    let school = School::new();
    school.file("student-01/03-deadlock.rs", "fn of_the_first() {}");
    school.file("student-02/03-deadlock.rs", "fn of_the_second() {}");
    let class = school.take_in(ONE, None);
    let (grading, feedbacks) = school.graded(&class, |exercise, _| judgement(exercise, &["opposite_transfers"], 0));
    write_pages(&grading, &feedbacks, &school.out()).unwrap();
    let hidden = std::fs::read_to_string(repo_tests::root().join("exercises/03-deadlock/hidden/shuttle.rs")).unwrap();
    let page = |student: &str| {
        let folder = school.out().pages().join(student);
        let files =
            std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        files.collect::<String>()
    };
    let (first, second) = (page("student-01"), page("student-02"));
    assert!(!first.contains("of_the_second") && !second.contains("of_the_first"));
    assert!(!first.contains("student-02") && !second.contains("student-01"));
    for line in hidden.lines().map(str::trim).filter(|line| line.len() > 30 && line.ends_with(';')) {
        assert!(!first.contains(line), "{line}");
    }
}

#[test]
fn times_are_told_as_the_deadline_is_and_grace_is_not_an_hour() {
    let head = "title = \"One\"\ntime = \"roster\"\ndeadline = 2026-01-31T23:59:00+01:00\n";
    let school = School::new();
    school.file("s1/lib.rs", "a");
    let roster = "id,submitted\ns1,2026-02-01 00:09:30\n";
    let class = school.take_in(&format!("{head}[[exercise]]\nid = \"03\"\n"), Some(roster));
    let (grading, feedbacks) = school.graded(&class, |exercise, _| judgement(exercise, &["opposite_transfers"], 0));
    write_pages(&grading, &feedbacks, &school.out()).unwrap();
    let page = std::fs::read_to_string(school.out().pages().join("s1/index.html")).unwrap();
    assert!(page.contains("handed in 2026-02-01T00:09:30+01:00; due 2026-01-31T23:59:00+01:00"), "{page}");
    assert!(std::fs::read_to_string(school.out().report()).unwrap().contains(">11 min<"));
}

#[test]
fn the_report_tells_who_handed_in_the_same() {
    let school = School::new();
    let starter = std::fs::read_to_string(repo_tests::root().join("solutions/03-deadlock/starter.rs")).unwrap();
    for (student, text) in [("s1", "a"), ("s2", "a"), ("s3", "b"), ("s4", &starter), ("s5", &starter)] {
        school.file(format!("{student}/03-deadlock.rs"), text);
    }
    let class = school.take_in(ONE, None);
    let (grading, feedbacks) = school.graded(&class, |exercise, _| judgement(exercise, &["opposite_transfers"], 0));
    write_pages(&grading, &feedbacks, &school.out()).unwrap();
    let report = std::fs::read_to_string(school.out().report()).unwrap();
    let identical = report.split("id=\"identical\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(identical.matches("2 students").count(), 2);
    assert_eq!(identical.matches("the starter, unchanged").count(), 1);
    assert!(!identical.contains(">s3<"));
    assert_eq!(grading.plan.units.len(), 3);
}

#[cfg(unix)]
#[test]
fn a_browser_sorts_and_searches_the_report_and_follows_it_to_every_page() {
    let school = School::new();
    let passes = |text: &str| usize::from(text.contains("right"));
    for (student, text) in [("ada", "right"), ("bea", "wrong"), ("cem", "right, too"), ("<img src=x>", "wrong, too")] {
        school.file(format!("{student}/03-deadlock.rs"), text);
    }
    let class = school.take_in(ONE, None);
    let scenarios = ["opposite_transfers"];
    let (grading, feedbacks) = school.graded(&class, |exercise, text| judgement(exercise, &scenarios, passes(text)));
    write_pages(&grading, &feedbacks, &school.out()).unwrap();
    let test = "a_browser_sorts_and_searches_the_report_and_follows_it_to_every_page";
    let Some(mut page) = Page::open(test, &school.out().report(), "", &school.path("profile")) else { return };

    let rows = "[...document.querySelectorAll('#grid tbody tr')]";
    let shown = format!("{rows}.filter((row) => !row.hidden).map((row) => row.cells[0].dataset.sort)");
    let all = page.evaluate(&shown);
    assert_eq!(all.as_array().unwrap().len(), 4);
    let press = |heading: &str| {
        format!("[...document.querySelectorAll('#grid th button')].find((b) => b.textContent === '{heading}').click()")
    };
    page.evaluate(&press("marks"));
    page.evaluate(&press("marks"));
    let marks = format!("{rows}.map((row) => Number(row.cells[3].dataset.sort))");
    assert_eq!(page.evaluate(&marks), json!([10, 10, 0, 0]));
    let find = |name: &str| {
        format!(
            "{{ const f = document.getElementById('find'); f.value = '{name}'; f.dispatchEvent(new Event('input')) }}"
        )
    };
    page.evaluate(&find("BEA"));
    assert_eq!(page.evaluate(&shown), json!(["bea"]));
    page.evaluate(&find(""));
    page.evaluate("document.querySelector(\"button.key[data-verdict='passed']\").click()");
    assert_eq!(page.evaluate("document.querySelectorAll('td.cell.match').length"), 2);
    // Whoever is called so is a name.
    assert_eq!(page.evaluate("document.querySelectorAll('img').length"), 0);

    let targets = page.evaluate(&format!("{rows}.map((row) => row.querySelector('a').getAttribute('href'))"));
    let targets: Vec<String> = targets.as_array().unwrap().iter().map(|to| to.as_str().unwrap().to_owned()).collect();
    assert_eq!(targets.len(), 4);
    for target in targets {
        let file: PathBuf = school.out().report().with_file_name(&target);
        assert!(file.is_file(), "{target}");
        page.load(&format!("file://{}", file.display()));
        assert_ne!(page.text("h1"), "", "{target}");
        assert_eq!(page.evaluate("document.querySelectorAll('img').length"), 0);
    }
    assert_eq!(page.complaints, Vec::<String>::new());
}
