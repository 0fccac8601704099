//! What a world does not model, in the learner's terms.

use kata_trace::Verdict;

use super::Job;
use super::rustc::{Message, Run};
use crate::Diagnostic;
use crate::excerpt::complain_at_large;
use crate::verdict::Rejection;

/// A world marks what it does not model as deprecated, with a note that starts like this and goes on with what to
/// use instead.
const MARK: &str = "kata: ";

/// Uses of what the world marks.
pub(super) fn noted(job: &Job<'_>, run: &Run) -> Option<Rejection> {
    let diagnostics: Vec<_> = run.messages.iter().filter_map(|message| note(job, message)).collect();
    rejection(job, diagnostics)
}

fn note(job: &Job<'_>, message: &Message) -> Option<Diagnostic> {
    let (what, note) = message.message.strip_prefix("use of deprecated ")?.split_once(&format!(": {MARK}"))?;
    // "struct `std::sync::Exclusive`": the name is what counts.
    let item = what.split('`').nth(1).unwrap_or(what);
    let title = format!("`{}` is not modelled in the {} world", job.in_std(item), job.world.engine);
    Some(job.complain(message, &title, "the checker cannot see what this does", Some(&job.in_std(note))))
}

/// The file compiles against the real `std` and not against the world, which marks nothing of what it uses.
pub(super) fn unnoted(job: &Job<'_>, run: &Run) -> Rejection {
    let diagnostics = run.errors().map(|message| {
        let mut title = format!("the {} world does not model this use of the standard library", job.world.engine);
        if let Some(item) = missing_item(message) {
            title = format!("`{}` is not modelled in the {} world", job.in_std(&item), job.world.engine);
        }
        let label = job.in_std(&message.message);
        job.complain(message, &title, &label, None)
    });
    rejection(job, diagnostics.collect()).unwrap_or_else(|| {
        let title = format!("the {} world cannot compile this file, and the real `std` can", job.world.engine);
        let diagnostics = vec![complain_at_large(&title, None)];
        Rejection { verdict: Verdict::RejectedSource, message: title, diagnostics }
    })
}

/// The name in "unresolved import `std::sync::Exclusive`", "cannot find function `id` in module `std::process`", and
/// "no method named `wait` found for struct `std::sync::Condvar`".
fn missing_item(message: &Message) -> Option<String> {
    let mut names = message.message.split('`').skip(1).step_by(2);
    let item = names.next()?;
    match (message.code(), names.next()) {
        ("E0432" | "E0433" | "E0603", _) => Some(item.to_owned()),
        ("E0405" | "E0412" | "E0422" | "E0423" | "E0425" | "E0599", Some(owner)) => Some(format!("{owner}::{item}")),
        ("E0405" | "E0412" | "E0422" | "E0423" | "E0425" | "E0599", None) => Some(item.to_owned()),
        _ => None,
    }
}

fn rejection(job: &Job<'_>, mut diagnostics: Vec<Diagnostic>) -> Option<Rejection> {
    diagnostics.retain(|d| d.at.as_ref().is_none_or(|at| at.file == job.source.name));
    let message = diagnostics.first()?.message.clone();
    Some(Rejection { verdict: Verdict::RejectedSource, message, diagnostics })
}

impl Job<'_> {
    /// The names of the world's own crates read as `std` to the learner.
    fn in_std(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for name in self.world.facades.keys() {
            let package = format!("kata_{}_{name}::", self.world.engine);
            text = text.replace(&package, &format!("{name}::"));
        }
        text.replace(&format!("kata_{}::", self.world.engine), "std::")
    }

    /// A complaint of our own about the place that rustc complains about.
    pub(super) fn complain(&self, message: &Message, title: &str, label: &str, help: Option<&str>) -> Diagnostic {
        let span = message.primary().filter(|span| span.file_name == self.source.name).and_then(|span| {
            let start = self.source.offset(span.line_start, span.column_start)?;
            Some(start..self.source.offset(span.line_end, span.column_end)?)
        });
        match span {
            Some(span) => self.source.complain(span, title, label, help),
            None => complain_at_large(&format!("{title}: {label}"), help),
        }
    }
}
