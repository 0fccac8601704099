//! The hidden tests of 50-full-pipe. See the README of the exercise for the contract that they check.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use full_pipe::{FormatError, Formatted, format};
use kata::Rendezvous;
use kata_world::process::{self, Script};
use kata_world::settle;

const MIB: usize = 1 << 20;

/// Longer than anybody waits who thinks that a formatter has ended.
const A_WHILE: Duration = Duration::from_millis(250);

fn formatter() -> Script {
    Script::new("formatter")
}

/// A text of so many bytes, and what a script that answers makes of it.
fn source(bytes: usize) -> (String, String) {
    let mut source = Script::text(bytes + 16).replace("line", "text");
    source.truncate(bytes);
    let answer = source.to_ascii_uppercase();
    (source, answer)
}

/// Formats, and looks how often the formatter was started, and what is left of it.
fn run(script: &Script, source: &str) -> Result<Formatted, FormatError> {
    let starts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&starts);
    let mut command = script.command();
    process::on_spawn(&mut command, move || drop(counted.fetch_add(1, Ordering::Relaxed)));
    let result = format(&mut command, source);
    assert_eq!(starts.load(Ordering::Relaxed), 1, "a formatter is started once for each text");
    assert_eq!(process::left(), 0, "when `format` returns, the formatter has ended and has been waited for");
    result
}

/// Texts are compared without showing them: they are long.
fn expect(result: Result<Formatted, FormatError>, text: &str, warnings: &str) {
    match result {
        Ok(formatted) => {
            same("text", &formatted.text, text);
            same("warnings", &formatted.warnings, warnings);
        }
        Err(error) => panic!("the formatter ends with success, and `format` says: {}", brief(&error.to_string())),
    }
}

fn same(what: &str, found: &str, wanted: &str) {
    if found == wanted {
        return;
    }
    let wrote = format!("the {} bytes that the formatter wrote", wanted.len());
    if wanted.starts_with(found) {
        panic!("`{what}` has only the first part of {wrote}");
    }
    // By how much, and from where on, depends on how the pipe cuts it into pieces.
    let is = match found.len().cmp(&wanted.len()) {
        std::cmp::Ordering::Less => "is shorter than",
        std::cmp::Ordering::Equal => "is as long as",
        std::cmp::Ordering::Greater => "is longer than",
    };
    panic!("`{what}` {is} {wrote}, and not the same");
}

fn expect_failure(result: Result<Formatted, FormatError>, code: i32, warnings: &str) {
    match result {
        Ok(_) => panic!("the formatter ends with status {code}, and `format` says that it went well"),
        Err(FormatError::Io(error)) => panic!("the formatter ends with status {code}, and `format` says: {error}"),
        Err(FormatError::Failed { status, warnings: found }) => {
            assert_eq!(status.code(), Some(code), "the status is the formatter's");
            same("warnings", &found, warnings);
        }
    }
}

fn brief(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A formatter that reads a large file to its end and then writes it is read to its end.
pub fn a_large_file_comes_back() {
    let (text, answer) = source(MIB);
    expect(run(&formatter().read_all().answer(), &text), &answer, "");
}

/// Small files are formatted, an empty one included, and the formatter sees where they end.
pub fn small_files_come_back() {
    for bytes in [0, 1, 300] {
        let (text, answer) = source(bytes);
        let script = formatter().remark(20).read_all().answer().remark(40);
        expect(run(&script, &text), &answer, &(Script::text(20) + &Script::text(40)));
    }
}

/// A formatter that writes each line before it reads the next one is read while it is told the rest.
pub fn a_formatter_may_write_while_it_reads() {
    let (text, answer) = source(MIB + 1234);
    expect(run(&formatter().filter(), &text), &answer, "");
}

/// A formatter may have more to warn of than a pipe holds, before it writes a word of the text.
pub fn a_formatter_may_warn_at_length() {
    let (text, answer) = source(5000);
    expect(run(&formatter().read_all().remark(MIB).answer(), &text), &answer, &Script::text(MIB));
}

/// A formatter may warn at length before it reads anything.
pub fn a_formatter_may_warn_before_it_reads() {
    let (text, answer) = source(MIB);
    expect(run(&formatter().remark(MIB).filter(), &text), &answer, &Script::text(MIB));
}

/// A formatter may write at length before it reads anything.
pub fn a_formatter_may_write_before_it_reads() {
    let (text, answer) = source(MIB);
    let whole = Script::text(MIB) + &answer;
    expect(run(&formatter().print(MIB).read_all().answer(), &text), &whole, "");
}

/// A formatter may close its output, and warn at length after that.
pub fn a_formatter_may_warn_after_its_last_line() {
    let (text, answer) = source(MIB);
    let script = formatter().read_all().answer().close_output().remark(2 * MIB);
    expect(run(&script, &text), &answer, &Script::text(2 * MIB));
}

/// A formatter may write at length after it has closed its error stream.
pub fn a_formatter_may_write_after_its_last_warning() {
    let (text, answer) = source(2 * MIB);
    let script = formatter().remark(70_000).close_errors().read_all().answer();
    expect(run(&script, &text), &answer, &Script::text(70_000));
}

/// A formatter that has nothing more to write may still have all of the text to read, and much to warn of.
pub fn a_formatter_may_only_warn() {
    let (text, answer) = source(3 * MIB);
    let script = formatter().close_output().remark(2 * MIB).read_all().complain();
    expect(run(&script, &text), "", &(Script::text(2 * MIB) + &answer));
}

/// A text is the same in any language, wherever its bytes are cut on their way.
pub fn a_text_of_any_language() {
    // Three bytes each: the pieces that pipes are read in are no multiple of that.
    let text = "→".repeat(100_000);
    expect(run(&formatter().read_all().answer(), &text), &text, "");
}

/// All three streams may carry a lot, at the same time.
pub fn all_streams_at_once() {
    let (text, answer) = source(MIB);
    expect(run(&formatter().filter_and_remark(), &text), &answer, &Script::text(MIB));
}

/// A formatter that gives up in the middle of the text has failed, with what it says about it.
pub fn a_formatter_may_give_up() {
    let (text, _) = source(MIB);
    expect_failure(run(&formatter().read(10_000).remark(30).exit(2), &text), 2, &Script::text(30));
    expect_failure(run(&formatter().exit(1), &text), 1, "");
}

/// A formatter that fails at the end of a large file has failed, with everything that it says about it.
pub fn a_failure_is_told_with_all_warnings() {
    let (text, _) = source(MIB);
    let script = formatter().filter().remark(MIB).exit(3);
    expect_failure(run(&script, &text), 3, &Script::text(MIB));
}

/// A formatter that is ended by a signal has failed as well.
pub fn a_formatter_may_crash() {
    let (text, _) = source(5000);
    match run(&formatter().read_all().remark(30).die(), &text) {
        Ok(_) => panic!("the formatter is ended by a signal, and `format` says that it went well"),
        Err(FormatError::Io(error)) => panic!("the formatter is ended by a signal, and `format` says: {error}"),
        Err(FormatError::Failed { status, warnings }) => {
            assert_eq!(status.code(), None, "the status is the formatter's, which a signal has ended");
            same("warnings", &warnings, &Script::text(30));
        }
    }
}

/// A formatter takes as long as it needs, also when it has closed its streams.
pub fn a_formatter_may_take_its_time() {
    let (text, _) = source(5000);
    let script = formatter().read_all().close_output().remark(30).close_errors().pause(A_WHILE).exit(4);
    expect_failure(run(&script, &text), 4, &Script::text(30));
}

/// A formatter may know enough before it has read everything, and end with success.
pub fn a_formatter_may_know_enough() {
    let (text, _) = source(MIB);
    let (_, answer) = source(4096);
    expect(run(&formatter().read(4096).close_input().answer().remark(9), &text), &answer, &Script::text(9));
}

/// A formatter that cannot be started is an error.
pub fn a_formatter_may_be_missing() {
    let mut missing = Command::new("/there/is/no/such/formatter");
    match format(&mut missing, "let x = 1;\n") {
        Err(FormatError::Io(_)) => {}
        Err(error) => panic!("the formatter cannot be started, and `format` says: {error}"),
        Ok(_) => panic!("the formatter cannot be started, and `format` says that it went well"),
    }
}

/// Two files are formatted at the same time.
pub fn two_files_at_once() {
    let both = Arc::new(Rendezvous::new(2, "formatting two files"));
    thread::scope(|scope| {
        for name in ["rustfmt", "gofmt"] {
            let both = Arc::clone(&both);
            scope.spawn(move || {
                let (text, answer) = source(100_000);
                let mut command = Script::new(name).filter().command();
                process::on_spawn(&mut command, move || both.arrive());
                expect(format(&mut command, &text), &answer, "");
            });
            // One after the other, so that what is shown of a failure is the same each time.
            settle();
        }
    });
    assert_eq!(process::left(), 0, "when `format` returns, the formatter has ended and has been waited for");
}
