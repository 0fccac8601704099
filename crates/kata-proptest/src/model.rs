//! What a program should do.

use std::fmt::Debug;

/// What a program should do, said by one that does one thing at a time, and is so simple that it is right.
///
/// A value is a state. An example is a counter that may not be taken below nothing:
///
/// ```
/// use kata_proptest::Model;
///
/// #[derive(Clone, PartialEq)]
/// struct Stock(u32);
///
/// #[derive(Clone, Debug)]
/// enum Call {
///     Deliver,
///     Sell,
/// }
///
/// impl Model for Stock {
///     type Call = Call;
///     type Answer = bool;
///
///     fn answers(&self, call: &Call) -> Vec<(bool, Self)> {
///         vec![match (call, self.0) {
///             (Call::Deliver, stock) => (true, Stock(stock + 1)),
///             (Call::Sell, 0) => (false, Stock(0)),
///             (Call::Sell, stock) => (true, Stock(stock - 1)),
///         }]
///     }
/// }
/// ```
pub trait Model: Clone + PartialEq {
    /// A call, with its arguments. Its debug form is what a learner reads.
    type Call: Clone + Debug;
    /// What a call returns. Its debug form is what a learner reads.
    type Answer: PartialEq + Debug;

    /// Every answer that may be given to `call` in this state, with the state behind it. Where the contract leaves
    /// nothing open, there is one.
    fn answers(&self, call: &Self::Call) -> Vec<(Self::Answer, Self)>;

    /// Whether the contract lets `call` be made in this state.
    fn allows(&self, call: &Self::Call) -> bool {
        let _ = call;
        true
    }
}

/// The states behind `call`, whatever it is answered.
pub(crate) fn behind<M: Model>(states: &[M], call: &M::Call) -> Vec<M> {
    let mut behind = Vec::new();
    for (_, state) in states.iter().flat_map(|state| state.answers(call)) {
        if !behind.contains(&state) {
            behind.push(state);
        }
    }
    behind
}
