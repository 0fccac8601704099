//! What is told of every wrong program of the corpus. Each account was read against its program; whatever changes in one
//! is to be read again.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use exercise::{Engine, Exercise, FixKind, fixes};
use judge::{Judgement, Options, Replayed, Schedule};
use kata_trace::diagnosis::{Diagnosis, diagnose};
use kata_trace::{Names, Trace, Verdict};
use repo_tests::{bench, exercise, root};
use viewer::evidence::sentence;
use viewer::{Story, Style};

/// The exercises whose accounts were read.
const REVIEWED: [&str; 6] =
    ["01-lost-update", "02-double-spend", "03-deadlock", "19-relaxed-publish", "33-select-drops", "37-missed-notify"];
