//! Litmus tests: which outcomes C++20, and so Rust, allows and forbids, and which of them this world reaches.
//!
//! The table goes into MEMORY_MODEL.md, which must agree with it: run with `UPDATE=1` to write it anew.

#[path = "litmus/shapes.rs"]
mod shapes;
#[path = "litmus/table.rs"]
mod table;

use table::Row;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/MEMORY_MODEL.md");
const BEGIN: &str = "<!-- begin: written by tests/litmus.rs -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_world_reaches_what_the_memory_model_says_that_it_reaches() {
    let mut table = String::from("| shape | orderings | allowed | reached | deviation |\n|---|---|---|---|---|\n");
    let mut complaints = Vec::new();
    for row in shapes::rows() {
        let reached = row.explore();
        complaints.extend(row.complaint(&reached));
        table.push_str(&row.line(&reached));
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
    let document = std::fs::read_to_string(DOCUMENT).expect("MEMORY_MODEL.md is there");
    let (head, rest) = document.split_once(BEGIN).expect("the table begins");
    let (old, tail) = rest.split_once(END).expect("the table ends");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(DOCUMENT, format!("{head}{BEGIN}{table}{END}{tail}")).expect("MEMORY_MODEL.md can be written");
    } else {
        assert_eq!(old, table, "MEMORY_MODEL.md is out of date: run this test with UPDATE=1");
    }
}

#[test]
fn every_deviation_is_named_in_the_document() {
    let document = std::fs::read_to_string(DOCUMENT).expect("MEMORY_MODEL.md is there");
    for row in shapes::rows() {
        if let Some(name) = row.deviation {
            assert!(document.contains(&format!("**{name}**")), "the deviation “{name}” is not explained");
        }
    }
}

#[test]
fn a_row_that_reaches_something_forbidden_fails() {
    let row = Row { deviation: None, ..shapes::rows().remove(0) };
    let impossible = std::iter::once(vec![9, 9]).collect();
    assert_eq!(row.complaint(&impossible).unwrap(), "MP: x=1; y=1 ‖ r1=y; r2=x, relaxed: forbidden and reached: `99`");
}
