//! Places in files as links that a terminal opens.
//!
//! The escape sequence is OSC 8, which terminals that do not know it pass over (compare Egmont Koblinger, “Hyperlinks in
//! terminal emulators”).

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

/// What rustc, and whoever prints excerpts like it, puts before a place.
const ARROWS: [&str; 2] = ["--> ", "::: "];

/// The text with a link for each place that stands behind an arrow, if the terminal knows links.
pub(crate) fn linked(root: &Path, text: String) -> String {
    if supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout) { with_links(root, &text) } else { text }
}

fn with_links(root: &Path, text: &str) -> String {
    let mut linked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let place = ARROWS.iter().find_map(|arrow| {
            let behind = line.find(arrow)? + arrow.len();
            let start = behind + escapes(&line[behind..]);
            let end = line[start..].find(['\x1b', '\n']).map_or(line.len(), |length| start + length);
            Some((start, end, target(root, &line[start..end])?))
        });
        match place {
            None => linked.push_str(line),
            Some((start, end, target)) => {
                let _ = write!(linked, "{}\x1b]8;;{target}\x1b\\{}\x1b]8;;\x1b\\", &line[..start], &line[start..end]);
                linked.push_str(&line[end..]);
            }
        }
    }
    linked
}

/// The bytes of the colours that a text begins with.
fn escapes(text: &str) -> usize {
    let mut rest = text;
    while let Some(colour) = rest.strip_prefix("\x1b[") {
        let Some(end) = colour.find('m') else { break };
        rest = &colour[end + 1..];
    }
    text.len() - rest.len()
}

/// Where a link to `path:line:column` leads.
fn target(root: &Path, place: &str) -> Option<String> {
    let mut parts = place.trim_end().rsplitn(3, ':');
    let (column, line, path) = (parts.next()?, parts.next()?, parts.next()?);
    let (line, column): (u32, u32) = (line.parse().ok()?, column.parse().ok()?);
    let mut target = "file://".to_owned();
    for part in &root.join(path) {
        // On Windows the drive comes first, and what follows it is the root.
        if part == OsStr::new(std::path::MAIN_SEPARATOR_STR) {
            continue;
        }
        target.push('/');
        for byte in part.to_string_lossy().bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => target.push(byte.into()),
                _ => _ = write!(target, "%{byte:02X}"),
            }
        }
    }
    let _ = write!(target, "#L{line},{column}");
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "/home/a b";

    #[test]
    fn a_place_behind_an_arrow_becomes_a_link() {
        let text = "why\n  \x1b[94m--> \x1b[0msrc/lib.rs:73:43\n   |\n";
        let expected = "why\n  \x1b[94m--> \x1b[0m\x1b]8;;file:///home/a%20b/src/lib.rs#L73,43\x1b\\src/lib.rs:73:43\x1b]8;;\x1b\\\n   |\n";
        assert_eq!(with_links(Path::new(ROOT), text), expected);
    }

    #[test]
    fn nothing_else_does() {
        for text in ["a --> b\n", "  --> src/lib.rs\n", "src/lib.rs:1:2\n", "--> src/lib.rs:x:1", ""] {
            assert_eq!(with_links(Path::new(ROOT), text), text);
        }
    }
}
