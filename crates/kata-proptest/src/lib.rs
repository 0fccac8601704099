//! Inputs for scenarios: what proptest generates, explored in every interleaving, and made smaller when it fails.
//!
//! proptest's own runner is not used: it would run a scenario once for an input, and a scenario has many executions.
//! [`any`] makes the input that [`kata::input`] asks for, the same one in each of its executions.
//!
//! Where the input is calls to make, [`plan`] generates them and makes them fewer, and [`history`] compares their answers
//! with those of a [`Model`]: made one after the other, they have to be the model's; made by several threads, they have
//! to be the model's in some order.

pub mod history;
mod model;
pub mod plan;

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Debug;

use kata::arena::enter_program;
use kata::input::{Input, Move, made, wanted};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

pub use history::History;
pub use model::Model;
pub use plan::{Plan, Shape, plans};
#[doc(no_inline)]
pub use proptest::{collection, prelude, prop_oneof, sample, strategy};

thread_local! {
    /// The input of the executions before this one: it is the same until another one is asked for.
    static LAST: RefCell<Option<(Input, Box<dyn Any>)>> = const { RefCell::new(None) };
}

/// The input of this execution: what `strategy` makes, which the learner is shown as `what` and its debug form.
///
/// A scenario asks for one input, at its beginning; one that needs several asks for a tuple.
///
/// # Panics
/// The strategy rejects too much.
pub fn any<S>(what: &str, strategy: &S) -> S::Value
where
    S: Strategy,
    S::Tree: 'static,
{
    // What generators keep is no memory of the program under test.
    let inside = enter_program(false);
    let (input, seed) = wanted();
    let tree = LAST.take().filter(|(last, _)| *last == input).and_then(|(_, tree)| tree.downcast::<S::Tree>().ok());
    let tree = tree.unwrap_or_else(|| Box::new(make(what, strategy, &input, seed)));
    enter_program(inside);
    let value = tree.current();
    LAST.set(Some((input, tree)));
    value
}

fn make<S: Strategy>(what: &str, strategy: &S, input: &Input, seed: u64) -> S::Tree
where
    S::Value: Debug,
{
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&input.number.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, random);
    let mut tree = match strategy.new_tree(&mut runner) {
        Ok(tree) => tree,
        Err(reason) => panic!("no {what} could be made: {reason}"),
    };
    let mut stuck = false;
    for step in &input.moves {
        stuck = !match step {
            Move::Simplify => tree.simplify(),
            Move::Complicate => tree.complicate(),
        };
    }
    made(format!("{what} {:?}", tree.current()), stuck);
    tree
}
