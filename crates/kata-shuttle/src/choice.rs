//! One decision of the scheduler, and its written form.
//!
//! A schedule is a token for each decision: the number of the thread that runs next (`0`–`9`, `a`–`z`, or `(36)` and
//! up), behind a mark where it does not simply go on: `!` its time limit passes, `~` it wakes for no reason, `^` it
//! queues behind a waiting writer.

use kata_trace::ThreadId;

/// How the chosen thread proceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// What it waited for, if anything, has happened.
    Go,
    /// Its time limit passes.
    Timeout,
    /// It wakes, or fails, for no reason, as the standard library allows.
    Spurious,
    /// It does not run: it queues behind a writer that waits for the same lock.
    Queue,
}

/// A decision that the scheduler can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Who.
    pub thread: ThreadId,
    /// How.
    pub turn: Turn,
    /// What it adds to the number of preemptions: 0 or 1.
    pub cost: u32,
}

/// Appends the token of a decision.
pub fn write_token(schedule: &mut String, thread: ThreadId, turn: Turn) {
    match turn {
        Turn::Go => {}
        Turn::Timeout => schedule.push('!'),
        Turn::Spurious => schedule.push('~'),
        Turn::Queue => schedule.push('^'),
    }
    match char::from_digit(u32::from(thread), 36) {
        Some(digit) => schedule.push(digit),
        None => schedule.push_str(&format!("({thread})")),
    }
}

/// Reads a schedule. `None` if it is not one.
pub fn read_schedule(schedule: &str) -> Option<Vec<(ThreadId, Turn)>> {
    let mut tokens = Vec::new();
    let mut rest = schedule.chars();
    while let Some(mut next) = rest.next() {
        let turn = match next {
            '!' => Turn::Timeout,
            '~' => Turn::Spurious,
            '^' => Turn::Queue,
            _ => Turn::Go,
        };
        if turn != Turn::Go {
            next = rest.next()?;
        }
        let thread = if next == '(' {
            let number: String = rest.by_ref().take_while(|c| *c != ')').collect();
            number.parse().ok()?
        } else {
            ThreadId::try_from(next.to_digit(36)?).ok()?
        };
        tokens.push((thread, turn));
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_reads_back_as_it_was_written() {
        let decisions = [(0, Turn::Go), (11, Turn::Timeout), (40, Turn::Spurious), (2, Turn::Queue)];
        let mut text = String::new();
        for (thread, turn) in decisions {
            write_token(&mut text, thread, turn);
        }
        assert_eq!(text, "0!b~(40)^2");
        assert_eq!(read_schedule(&text).unwrap(), decisions);
        assert_eq!(read_schedule("0?"), None);
    }
}
