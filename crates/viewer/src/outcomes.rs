//! What executions came to, as a table.

use kata_trace::{Grade, Outcome};
use unicode_width::UnicodeWidthStr as _;

use crate::evidence::count;
use crate::paint::{Paint, Tone, clean};

/// The outcomes of a scenario, a line each: the grade, the outcome, how many executions came to it, and the schedule of
/// one of them. Empty without outcomes.
pub fn table(outcomes: &[Outcome], color: bool) -> String {
    let paint = Paint { color };
    let rows: Vec<[String; 4]> = outcomes.iter().map(cells).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let pad = |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
    let line = |(outcome, [grade, text, executions, schedule]): (&Outcome, &[String; 4])| {
        let tone = match outcome.grade {
            Some(Grade::Forbidden) => Tone::Bad,
            Some(Grade::Interesting) => Tone::Switch,
            Some(Grade::Acceptable) => Tone::Good,
            None => Tone::Plain,
        };
        let grade = if widths[0] == 0 { String::new() } else { paint.paint(tone, &pad(grade, widths[0])) + "  " };
        let [text, executions] = [pad(text, widths[1]), pad(executions, widths[2])];
        format!("  {grade}{text}  {executions}  {}\n", paint.paint(Tone::Faint, schedule))
    };
    outcomes.iter().zip(&rows).map(line).collect()
}

/// An outcome in words: its grade, itself, its executions, and how to see one of them.
pub(crate) fn cells(outcome: &Outcome) -> [String; 4] {
    [
        outcome.grade.map_or_else(String::new, |grade| grade.name().to_owned()),
        clean(&outcome.outcome),
        count(outcome.executions, "execution"),
        format!("--schedule '{}'", clean(&outcome.schedule)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(outcome: &str, grade: Option<Grade>, executions: u64) -> Outcome {
        Outcome { outcome: outcome.to_owned(), grade, executions, schedule: "01~2".to_owned() }
    }

    #[test]
    fn outcomes_are_told_with_their_grades_and_numbers() {
        let outcomes = [
            outcome("r1=0 r2=0", Some(Grade::Acceptable), 12_345),
            outcome("r1=1", Some(Grade::Interesting), 1),
            outcome("r1=1 r2=0", Some(Grade::Forbidden), 7),
        ];
        insta::assert_snapshot!(table(&outcomes, false), @"
    acceptable   r1=0 r2=0  12,345 executions  --schedule '01~2'
    interesting  r1=1       1 execution        --schedule '01~2'
    forbidden    r1=1 r2=0  7 executions       --schedule '01~2'
    ");
    }

    #[test]
    fn outcomes_without_grades_have_no_column_for_them() {
        insta::assert_snapshot!(table(&[outcome("both", None, 2)], false), @"  both  2 executions  --schedule '01~2'");
        assert_eq!(table(&[], false), "");
    }
}
