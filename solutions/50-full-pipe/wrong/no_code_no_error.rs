//! verdict: assertion-failed
//! scenario: a_formatter_may_crash
//! why: an exit code other than 0 is a failure; where there is none, nobody has complained.
//!
//! Format on save: the editor hands the text of a file to the formatter of its language, which is another program.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
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

fn feed(mut stdin: impl Write, source: &[u8]) -> io::Result<()> {
    match stdin.write_all(source) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
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
    let stdin = child.stdin.take().unwrap();
    let stdout = child.stdout.take().unwrap();
    let stderr = child.stderr.take().unwrap();
    let warner = thread::spawn(move || all(stderr));
    let texter = thread::spawn(move || all(stdout));
    let written = feed(stdin, source.as_bytes());
    let text = texter.join().unwrap()?;
    let warnings = warner.join().unwrap()?;
    let status = child.wait()?;
    written?;
    if status.code().unwrap_or(0) == 0 {
        Ok(Formatted { text, warnings })
    } else {
        Err(FormatError::Failed { status, warnings })
    }
}
