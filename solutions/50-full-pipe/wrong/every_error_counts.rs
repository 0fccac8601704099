//! verdict: assertion-failed
//! scenario: a_formatter_may_give_up
//! why: errors are not to be swallowed; but a formatter that has read enough closes its input, and that is no error.
//!
//! Format on save: the editor hands the text of a file to the formatter of its language, which is another program.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::{Command, ExitStatus, Output, Stdio};
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

/// Runs a formatter over a text. The caller has chosen the program and its arguments.
pub fn format(formatter: &mut Command, source: &str) -> Result<Formatted, FormatError> {
    let mut child = formatter.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().expect("its input is piped");
    let (fed, output) = thread::scope(|scope| {
        let fed = scope.spawn(move || stdin.write_all(source.as_bytes()));
        let output = child.wait_with_output();
        (fed.join().expect("writing does not panic"), output)
    });
    let Output { status, stdout, stderr } = output?;
    fed?;

    let (text, warnings) = (utf8(stdout)?, utf8(stderr)?);
    if status.success() { Ok(Formatted { text, warnings }) } else { Err(FormatError::Failed { status, warnings }) }
}

fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}
