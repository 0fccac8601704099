//! idea: no pipes at all: the text lies in a file that the formatter reads, and it writes into two others. Files do not fill.
//! trade-off: no threads, and the simplest call there is; but a disk, names that nobody else has, and nothing to be seen before the end.
//!
//! Format on save: the editor hands the text of a file to the formatter of its language, which is another program.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};

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

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A file that nobody else has. It has no name any more.
fn nameless() -> io::Result<File> {
    let name = format!("full-pipe-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn back(mut file: File) -> io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// Runs a formatter over a text. The caller has chosen the program and its arguments.
pub fn format(formatter: &mut Command, source: &str) -> Result<Formatted, FormatError> {
    let (mut input, out, err) = (nameless()?, nameless()?, nameless()?);
    input.write_all(source.as_bytes())?;
    input.seek(SeekFrom::Start(0))?;
    let status = formatter.stdin(input).stdout(out.try_clone()?).stderr(err.try_clone()?).status()?;
    let (text, warnings) = (back(out)?, back(err)?);
    if status.success() { Ok(Formatted { text, warnings }) } else { Err(FormatError::Failed { status, warnings }) }
}
