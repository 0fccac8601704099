//! rustc, on programs against a world's `std`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use super::FACADE;

/// The folder that holds this test's program, and the facade beside it.
fn folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// The facade as cargo has built it for this test. Older builds may lie beside it.
fn facade() -> PathBuf {
    let built =
        |path: &PathBuf| std::fs::metadata(path).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let is_facade = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(FACADE) && name.ends_with(".rlib")
    };
    let files = folder().read_dir().unwrap().map(|entry| entry.unwrap().path());
    files.filter(is_facade).max_by_key(built).expect("cargo has built the facade")
}

/// What rustc says, a line each.
pub(crate) fn compile(source: &str, against_the_world: bool) -> String {
    let out = tempfile::tempdir().unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(["-", "--edition=2024", "--crate-type=lib", "--crate-name=program", "--emit=metadata"]);
    rustc.args(["--error-format=short", "-Awarnings", "--force-warn=deprecated"]).arg("--out-dir").arg(out.path());
    if against_the_world {
        rustc.arg("--extern").arg(format!("std={}", facade().display()));
        rustc.arg("-L").arg(format!("dependency={}", folder().display()));
    }
    rustc.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = rustc.spawn().unwrap();
    child.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap()
}

/// Snippets, each with what rustc says to it in the world.
pub(crate) fn listing(snippets: &[&str]) -> String {
    let said = |snippet: &&str| {
        let said = compile(&format!("pub fn program() {{ {snippet} }}"), true);
        let said = said.lines().map(|line| format!("    {}\n", line.trim_start_matches("<anon>:"))).collect::<String>();
        format!("{snippet}\n{said}")
    };
    snippets.iter().map(said).collect()
}

macro_rules! assert_listing {
    ($snippets:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($crate::rustc::listing($snippets)) })
    };
}
pub(crate) use assert_listing;
