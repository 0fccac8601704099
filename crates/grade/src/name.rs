//! Names that strangers chose.

use std::ffi::OsStr;
use std::path::Path;

/// A name as it is shown: bytes that are not UTF-8, and control characters, are escaped, so that different names stay
/// different and none can write over a terminal.
pub(crate) fn shown(name: &OsStr) -> String {
    shown_bytes(name.as_encoded_bytes())
}

pub(crate) fn shown_path(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| shown(part.as_os_str())).collect();
    parts.join("/")
}

pub(crate) fn shown_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() || is_invisible(c) { text.extend(c.escape_unicode()) } else { text.push(c) }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Characters that turn the direction of a text around, or are not seen at all.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The parts of a path in an archive, or why it must not be followed.
pub(crate) fn parts(path: &[u8]) -> Result<Vec<String>, &'static str> {
    if path.contains(&0) {
        return Err("its name holds a NUL");
    }
    // Some programs for Windows write their own separator.
    let separator = |byte: &u8| matches!(byte, b'/' | b'\\');
    if path.first().is_some_and(separator) {
        return Err("its path is absolute");
    }
    if path.get(1) == Some(&b':') && path[0].is_ascii_alphabetic() {
        return Err("its path names a drive");
    }
    let parts = path.split(|byte| separator(byte)).filter(|part| !part.is_empty() && *part != b".");
    let parts: Vec<_> = parts.map(shown_bytes).collect();
    if parts.iter().any(|part| part == "..") {
        return Err("its path leaves the submission with `..`");
    }
    Ok(parts)
}

/// The name of a file or a folder that stands for `id`, whatever `id` is: nothing but letters, digits, `-`, `_` and
/// `.`, and no two ids have the same one.
pub(crate) fn file_name(id: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if !id.is_empty() && id.len() <= 64 && id.chars().all(plain) && !id.starts_with(['.', '-']) && !id.ends_with('.') {
        return id.to_owned();
    }
    let safe: String = id.chars().map(|c| c.to_ascii_lowercase()).map(|c| if plain(c) { c } else { '_' }).collect();
    let safe: String = safe.trim_matches(['.', '-', '_']).chars().take(40).collect();
    let digest = blake3::hash(id.as_bytes()).to_hex();
    if safe.is_empty() { format!("_{}", &digest[..12]) } else { format!("{safe}~{}", &digest[..12]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_submission_are_refused() {
        for path in ["../x", "a/../../x", "/etc/passwd", "C:\\x", "c:x", "\\\\server\\x", "a\\..\\x", "a\0b"] {
            assert!(parts(path.as_bytes()).is_err(), "{path}");
        }
        assert_eq!(parts(b"./a//b\\c.rs").unwrap(), ["a", "b", "c.rs"]);
        assert_eq!(parts(b"a/\xff.rs").unwrap(), ["a", "\\xff.rs"]);
    }

    #[test]
    fn every_id_has_a_file_name_of_its_own_that_stays_in_its_folder() {
        let ids = ["student-01", "Student-01", "..", "", "a/b", "a\\b", "<script>", "_script_", "x\u{202e}y", "."];
        let names: std::collections::BTreeSet<_> = ids.iter().map(|id| file_name(id)).collect();
        assert_eq!(names.len(), ids.len(), "{names:?}");
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b))));
        assert_eq!(file_name("student-01"), "student-01");
    }
}
