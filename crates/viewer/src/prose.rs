//! Running text.

/// Paragraphs, each filled to at most `width` columns, however its lines were broken. A list or a block that is
/// indented keeps its lines.
pub fn fill(text: &str, width: usize) -> String {
    let paragraphs = text.trim().split("\n\n").map(|paragraph| {
        if paragraph.lines().all(|line| line.starts_with([' ', '-', '|'])) {
            return paragraph.to_owned();
        }
        textwrap::fill(&paragraph.split_whitespace().collect::<Vec<_>>().join(" "), width)
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_filled_and_lists_are_left_alone() {
        let text = "One two\nthree four five six.\n\n- a\n- b\n\n    code();\n";
        insta::assert_snapshot!(fill(text, 14), @"
        One two three
        four five six.

        - a
        - b

            code();
        ");
    }
}
