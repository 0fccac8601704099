//! A question that the learner answers with yes or no.

use std::io::{IsTerminal as _, Write as _};

/// Asks, and says whether the answer was yes. Without a terminal nobody can answer: `None`, and the standard error
/// says what to do instead.
pub(crate) fn ask(question: &str) -> anyhow::Result<Option<bool>> {
    if !std::io::stdin().is_terminal() {
        anstream::eprintln!("error: {question} This is no terminal: `--yes` answers the question.");
        return Ok(None);
    }
    anstream::eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")))
}
