//! One run of rustc and its diagnostics.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use kata_trace::Location;
use serde::Deserialize;

use crate::child::{self, Cancel, Ended, Limits};
use crate::room::Room;
use crate::{Diagnostic, Error};

/// A source that makes the compiler exceed this is a bomb: the largest exercise needs a fraction of it.
pub(crate) const LIMITS: Limits = Limits {
    wall: Duration::from_secs(60),
    stdout: 1 << 20,
    stderr: 32 << 20,
    resources: Some((10, 4096)),
    signals_as_statuses: false,
};

/// How a run ended.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) success: bool,
    pub(super) messages: Vec<Message>,
    /// What ended it, where that was not rustc's own decision.
    pub(super) stopped: Option<String>,
}

/// A diagnostic of rustc, as far as it matters here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Message {
    pub(super) message: String,
    pub(super) level: String,
    #[serde(default)]
    pub(super) code: Option<Code>,
    #[serde(default)]
    pub(super) spans: Vec<Span>,
    #[serde(default)]
    pub(super) children: Vec<Message>,
    #[serde(default)]
    pub(super) rendered: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Code {
    pub(super) code: String,
}

/// A place that a diagnostic mentions.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Span {
    pub(super) file_name: String,
    pub(super) line_start: usize,
    pub(super) column_start: usize,
    pub(super) line_end: usize,
    pub(super) column_end: usize,
    pub(super) is_primary: bool,
    #[serde(default)]
    pub(super) label: Option<String>,
    /// Where the macro was called, for a place that is inside of one.
    #[serde(default)]
    pub(super) expansion: Option<Box<Expansion>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Expansion {
    pub(super) span: Span,
}

impl Span {
    /// The place that the reader wrote: outside of every macro.
    pub(super) fn written(&self) -> &Span {
        self.expansion.as_ref().map_or(self, |expansion| expansion.span.written())
    }
}

impl Message {
    pub(super) fn is_error(&self) -> bool {
        self.level.starts_with("error")
    }

    /// `E0432`; empty where there is none.
    pub(super) fn code(&self) -> &str {
        self.code.as_ref().map_or("", |code| &code.code)
    }

    pub(super) fn primary(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.is_primary).map(Span::written)
    }

    /// Every place that it or its notes mention.
    pub(super) fn places(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter().chain(self.children.iter().flat_map(|child| &child.spans)).map(Span::written)
    }

    pub(super) fn diagnostic(&self) -> Diagnostic {
        Diagnostic {
            message: self.message.clone(),
            at: self.primary().map(|span| Location {
                file: span.file_name.clone(),
                line: u32::try_from(span.line_start).unwrap_or(0),
                column: u32::try_from(span.column_start).unwrap_or(0),
            }),
            help: None,
            rendered: self.rendered.clone().unwrap_or_default(),
        }
    }
}

impl Run {
    /// The errors, without the summary at the end.
    pub(super) fn errors(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| {
            message.is_error() && !(message.spans.is_empty() && message.message.starts_with("aborting due to"))
        })
    }
}

/// Whether the limit on processor time ended it.
#[cfg(unix)]
fn used_up(status: std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn used_up(_status: std::process::ExitStatus) -> bool {
    false
}

/// Runs rustc.
pub(super) fn rustc(command: &mut Command, room: &Room, input: &str) -> Result<Run, Error> {
    command.args(["--error-format=json", "--json=diagnostic-rendered-ansi"]);
    // The compiler's own allocator: with large pages, it runs into fewer of those that are not there yet.
    command.env("MALLOC_CONF", "thp:always");
    let program = Path::new(command.get_program()).to_owned();
    let finished = child::run(command, input.as_bytes(), room.compiler_limits(), &Cancel::default());
    let finished = finished.map_err(|error| Error::io("run", &program, error))?;
    let stderr = String::from_utf8_lossy(&finished.stderr);
    let messages: Vec<Message> = stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let success = matches!(finished.ended, Ended::Itself(status) if status.success());
    let explained = success || messages.iter().any(Message::is_error);
    let stopped = match finished.ended {
        _ if explained => None,
        Ended::Itself(status) if used_up(status) => Some("it needs more than 10 s of processor time".to_owned()),
        Ended::Itself(status) => Some(format!("it ended with {status}")),
        Ended::TooLong => Some(format!("it took longer than {} s", LIMITS.wall.as_secs())),
        Ended::TooMuch => Some("it printed too much".to_owned()),
        Ended::Cancelled => Some("it was cancelled".to_owned()),
    };
    Ok(Run { success, messages, stopped })
}
