//! One decision of the scheduler, and its written form.
//!
//! A schedule is a token for each decision: the number of the thread that runs next (`0`–`9`, `a`–`z`, or `(36)` and
//! up), behind a mark where it does not simply go on: `!` its time limit passes, `~` it wakes for no reason, `^` it
//! queues behind a waiting writer, `*` it goes on with the option whose number follows. Dots before the token tell that the thread before was about to release something, the
//! last of as many things: releases are decisions only where somebody looks without waiting.

use kata_trace::ThreadId;
pub use kata_trace::Turn;

/// A number that tells a turn from the others.
pub(crate) fn code(turn: Turn) -> u64 {
    match turn {
        Turn::Go => 0,
        Turn::Timeout => 1,
        Turn::Spurious => 2,
        Turn::Queue => 3,
        Turn::Pick(option) => 4 + u64::from(option),
    }
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
    /// A scheduler that keeps nobody waiting for ever may take it again and again.
    pub fair: bool,
}

/// A decision as it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Who.
    pub thread: ThreadId,
    /// How.
    pub turn: Turn,
    /// Not 0 if the thread before was about to release something: this many since the last decision.
    pub released: u32,
}

/// Appends a token.
pub fn write_token(schedule: &mut String, token: Token) {
    for _ in 0..token.released {
        schedule.push('.');
    }
    match token.turn {
        Turn::Go => {}
        Turn::Timeout => schedule.push('!'),
        Turn::Spurious => schedule.push('~'),
        Turn::Queue => schedule.push('^'),
        Turn::Pick(option) => {
            schedule.push('*');
            write_number(schedule, u16::from(option));
        }
    }
    write_number(schedule, token.thread);
}

fn write_number(schedule: &mut String, number: u16) {
    match char::from_digit(u32::from(number), 36) {
        Some(digit) => schedule.push(digit),
        None => schedule.push_str(&format!("({number})")),
    }
}

/// Reads a number that starts with `first`.
fn read_number(first: char, rest: &mut impl Iterator<Item = char>) -> Option<u16> {
    if first == '(' {
        let number: String = rest.by_ref().take_while(|c| *c != ')').collect();
        return number.parse().ok();
    }
    u16::try_from(first.to_digit(36)?).ok()
}

/// Reads a schedule. `None` if it is not one.
pub fn read_schedule(schedule: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = schedule.chars();
    while let Some(mut next) = rest.next() {
        let mut released = 0;
        while next == '.' {
            released += 1;
            next = rest.next()?;
        }
        let turn = match next {
            '!' => Turn::Timeout,
            '~' => Turn::Spurious,
            '^' => Turn::Queue,
            '*' => {
                let first = rest.next()?;
                Turn::Pick(u8::try_from(read_number(first, &mut rest)?).ok()?)
            }
            _ => Turn::Go,
        };
        if turn != Turn::Go {
            next = rest.next()?;
        }
        let thread: ThreadId = read_number(next, &mut rest)?;
        tokens.push(Token { thread, turn, released });
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_reads_back_as_it_was_written() {
        let token = |thread, turn, released| Token { thread, turn, released };
        let tokens = [
            token(0, Turn::Go, 0),
            token(11, Turn::Timeout, 0),
            token(40, Turn::Spurious, 1),
            token(2, Turn::Queue, 0),
            token(3, Turn::Go, 2),
            token(1, Turn::Pick(2), 0),
        ];
        let mut text = String::new();
        for token in tokens {
            write_token(&mut text, token);
        }
        assert_eq!(text, "0!b.~(40)^2..3*21");
        assert_eq!(read_schedule(&text).unwrap(), tokens);
        assert_eq!(read_schedule("0?"), None);
        assert_eq!(read_schedule("0."), None);
    }
}
