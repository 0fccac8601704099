//! Generated inputs: a scenario may ask for one, and is then explored with several.
//!
//! Generators live elsewhere: here is which input it is, and how a failing one becomes smaller. An input is what its
//! generator makes of a number, followed by moves, as property testing makes inputs smaller (compare Hypothesis,
//! proptest): one that still fails is taken, and of one that does not fail a part is taken back.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::harness::{Finding, Order};
use kata_trace::{Evidence, Verdict};

/// Attempts to make a failing input smaller: the smallest is found long before, or there are very many.
const ATTEMPTS: usize = 300;

/// Which input. Its text form is the number and a letter for each move: `3ssc`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Inputs of different numbers have nothing to do with each other.
    pub number: u32,
    /// What was done to make it smaller.
    pub moves: Vec<Move>,
}

/// A step from one input to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// To a smaller one.
    Simplify,
    /// Part of the way back.
    Complicate,
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        self.moves.iter().try_for_each(|m| {
            f.write_str(match m {
                Move::Simplify => "s",
                Move::Complicate => "c",
            })
        })
    }
}

/// The text is not of the form `3ssc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnInput;

impl FromStr for Input {
    type Err = NotAnInput;

    fn from_str(text: &str) -> Result<Self, NotAnInput> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, moves) = text.split_at(digits);
        let moves = moves.chars().map(|letter| match letter {
            's' => Ok(Move::Simplify),
            'c' => Ok(Move::Complicate),
            _ => Err(NotAnInput),
        });
        Ok(Input { number: number.parse().map_err(|_| NotAnInput)?, moves: moves.collect::<Result<_, _>>()? })
    }
}

/// What the scenario and its generator know of each other.
struct State {
    input: Input,
    seed: u64,
    /// What the generator has made of it, in words. `None` until the scenario has asked for an input.
    text: Option<String>,
    /// The last move could not be made: there is nothing smaller, or no way back.
    stuck: bool,
}

static STATE: Mutex<State> =
    Mutex::new(State { input: Input { number: 0, moves: Vec::new() }, seed: 0, text: None, stuck: false });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For a generator: the input that it shall make, and the seed of everything random about it.
pub fn wanted() -> (Input, u64) {
    let state = state();
    (state.input.clone(), state.seed)
}

/// For a generator: what it has made, in words, and whether the last of the moves could not be made.
pub fn made(text: String, stuck: bool) {
    let mut state = state();
    state.text = Some(text);
    state.stuck = stuck;
}

/// Explores with as many inputs as the budget says, if the scenario asks for one, and with a failing one until it is as
/// small as it gets.
pub(crate) fn explore(mut order: Order, explore: &mut dyn FnMut(Order) -> Finding) -> Finding {
    state().seed = order.budget.seed;
    if let Some((input, tokens)) = order.replay.as_deref().and_then(split) {
        state().input = input;
        order.replay = Some(tokens);
    }
    let mut finding = explore(order.clone());
    if order.replay.is_some() || state().text.is_none() {
        return finding;
    }
    let mut inputs = 1;
    while finding.verdict == Verdict::Passed && inputs < order.budget.inputs {
        state().input = Input { number: inputs, moves: Vec::new() };
        let next = explore(order.clone());
        finding = Finding { evidence: sum(&finding.evidence, &next.evidence), ..next };
        inputs += 1;
    }
    finding.evidence.inputs = Some(inputs);
    if finding.verdict != Verdict::Passed {
        let evidence = finding.evidence.clone();
        finding = shrink(finding, &order, explore);
        let preemption_bound = finding.evidence.preemption_bound;
        finding.evidence = Evidence { preemption_bound, ..evidence };
    }
    finding
}

fn sum(one: &Evidence, other: &Evidence) -> Evidence {
    Evidence {
        executions: one.executions + other.executions,
        exhaustive: one.exhaustive && other.exhaustive,
        preemption_bound: match (one.exhaustive, other.exhaustive) {
            (true, false) => other.preemption_bound,
            (false, true) => one.preemption_bound,
            (true, true) => one.preemption_bound.max(other.preemption_bound),
            (false, false) => one.preemption_bound.min(other.preemption_bound),
        },
        seed: other.seed.or(one.seed),
        ..other.clone()
    }
}

/// The failure with the smallest input that fails in the same way, as far as it is found.
fn shrink(mut failure: Finding, order: &Order, explore: &mut dyn FnMut(Order) -> Finding) -> Finding {
    let mut smallest = state().input.clone();
    let mut tried = smallest.clone();
    let mut next = Move::Simplify;
    for _ in 0..ATTEMPTS {
        tried.moves.push(next);
        state().input = tried.clone();
        let finding = explore(order.clone());
        if state().stuck {
            break;
        }
        next = if (finding.verdict, finding.kind) == (failure.verdict, failure.kind) {
            (failure, smallest) = (finding, tried.clone());
            Move::Simplify
        } else {
            Move::Complicate
        };
    }
    if state().input != smallest {
        state().input = smallest;
        failure = explore(order.clone());
    }
    failure
}

/// Adds to a finding which input it is about.
pub(crate) fn label(finding: &mut Finding) {
    let state = state();
    let Some(text) = &state.text else { return };
    if let Some(schedule) = &mut finding.schedule {
        *schedule = format!("{}@{schedule}", state.input);
    }
    if finding.verdict != Verdict::Passed {
        finding.message = format!("{}, with {text}", finding.message);
    }
}

/// A schedule that says which input it is about.
fn split(schedule: &str) -> Option<(Input, String)> {
    let (input, tokens) = schedule.split_once('@')?;
    Some((input.parse().ok()?, tokens.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_read_as_it_is_written() {
        for text in ["0", "17", "3ssc"] {
            assert_eq!(text.parse::<Input>().unwrap().to_string(), text);
        }
        for text in ["", "s", "3x", "-1"] {
            assert_eq!(text.parse::<Input>(), Err(NotAnInput), "{text}");
        }
        assert_eq!(split("3s@0012").unwrap().1, "0012");
        assert_eq!(split("0012"), None);
    }

    /// A generator of numbers: of 10 for the first input, 40 for the second. Simpler is half of it.
    fn number() -> u32 {
        let (input, _) = wanted();
        let (mut number, mut before, mut stuck) = (10 + 30 * input.number, None, false);
        for step in &input.moves {
            stuck = match (step, before) {
                (Move::Simplify, _) if number > 0 => {
                    before = Some(number);
                    number /= 2;
                    false
                }
                (Move::Complicate, Some(larger)) if number + 1 < larger => {
                    number += 1;
                    false
                }
                _ => true,
            };
        }
        made(format!("number {number}"), stuck);
        number
    }

    #[test]
    fn a_failing_input_becomes_as_small_as_it_can_fail() {
        let order = Order::new(|| {});
        let mut runs = 0;
        let mut scenario = |_: Order| {
            runs += 1;
            let mut finding = Finding::passed(Evidence { executions: 1, ..Evidence::default() });
            if number() >= 13 {
                finding.verdict = Verdict::AssertionFailed;
            }
            finding
        };
        let mut finding = explore(order, &mut scenario);
        label(&mut finding);
        assert_eq!((finding.verdict, finding.message.as_str()), (Verdict::AssertionFailed, ", with number 13"));
        let evidence = Evidence { executions: 2, inputs: Some(2), ..Evidence::default() };
        assert_eq!(finding.evidence, evidence, "what was tried while it became smaller is no part of the search");
    }
}
