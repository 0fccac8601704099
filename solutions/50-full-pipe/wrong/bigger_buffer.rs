//! verdict: deadlock
//! kind: channel
//! scenario: a_large_file_comes_back
//! why: with a buffer of 16 MiB there is room for everything; but it is filled by reading, and the room that is missing is in the pipe.
//!
//! Format on save: the editor hands the text of a file to the formatter of its language, which is another program.

use std::error::Error;
use std::fmt;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::process::{Command, ExitStatus, Stdio};

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
    let mut stdout = child.stdout.take().expect("its output is piped");
    let mut stderr = child.stderr.take().expect("its error stream is piped");
    let (mut stdout, mut stderr) = (BufReader::with_capacity(ROOM, stdout), BufReader::with_capacity(ROOM, stderr));
    let mut stdin = BufWriter::with_capacity(ROOM, stdin);
    match stdin.write_all(source.as_bytes()).and_then(|()| stdin.flush()) {
        // A formatter that gives up in the middle of the text says why.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written?,
    }
    drop(stdin);

    let status = child.wait()?;
    let (mut text, mut warnings) = (String::new(), String::new());
    stdout.read_to_string(&mut text)?;
    stderr.read_to_string(&mut warnings)?;
    if status.success() { Ok(Formatted { text, warnings }) } else { Err(FormatError::Failed { status, warnings }) }
}

/// No file is larger.
const ROOM: usize = 16 << 20;
