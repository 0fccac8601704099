//! verdict: assertion-failed
//! scenario: a_formatter_may_only_warn
//! why: a formatter that has closed its output has said all that it has to say; why tell it more?
//!
//! Format on save: the editor hands the text of a file to the formatter of its language, which is another program.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// What a formatter made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text as it should be: what the formatter wrote to its standard output.
    pub text: String,
    /// What the editor shows below the text: what the formatter wrote to its standard error.
    pub warnings: String,
}

#[derive(Debug)]
pub enum FormatError {
    /// The formatter cannot be started, or cannot be talked to.
    Io(io::Error),
    /// The formatter says that it failed, and why.
    Failed { status: ExitStatus, warnings: String },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::Io(error) => write!(f, "the formatter cannot be run: {error}"),
            FormatError::Failed { status, warnings } => write!(f, "the formatter failed ({status}): {warnings}"),
        }
    }
}

impl Error for FormatError {}

impl From<io::Error> for FormatError {
    fn from(error: io::Error) -> Self {
        FormatError::Io(error)
    }
}

fn all(mut from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    from.read_to_string(&mut text)?;
    Ok(text)
}

/// Runs a formatter over a text. The caller has chosen the program and its arguments.
pub fn format(formatter: &mut Command, source: &str) -> Result<Formatted, FormatError> {
    let mut child = formatter.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().unwrap();
    let stdout = child.stdout.take().unwrap();
    let stderr = child.stderr.take().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&over);
    let warner = thread::spawn(move || all(stderr));
    let texter = thread::spawn(move || {
        let t = all(stdout);
        flag.store(true, Ordering::Release);
        t
    });
    for piece in source.as_bytes().chunks(8 * 1024) {
        // It wants nothing more when it has said all it had to say.
        if over.load(Ordering::Acquire) {
            break;
        }
        match stdin.write_all(piece) {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => break,
            w => w?,
        }
    }
    drop(stdin);
    let text = texter.join().unwrap()?;
    let warnings = warner.join().unwrap()?;
    let status = child.wait()?;
    if status.success() { Ok(Formatted { text, warnings }) } else { Err(FormatError::Failed { status, warnings }) }
}
