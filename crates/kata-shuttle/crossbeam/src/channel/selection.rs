//! Waiting until one of several operations is ready, and choosing it.

use std::rc::Rc;
use std::time::Duration;

use kata_shuttle::task::{self, Identity, Readiness, Turn};
use kata_trace::{Arm, Cause, Op};

use super::Place;
use super::party::Wait;
use super::state::End;

/// An operation on one end of a channel.
pub(super) trait Operation {
    /// Which channel.
    fn identity(&self) -> &Identity;
    /// Which end of it.
    fn end(&self) -> End;
    /// Whether it need not wait. This and what follows is asked while others run: it must not use the world.
    fn is_ready(&self, wait: &Rc<Wait>, now: Duration) -> bool;
    /// Whether it finds the other side gone, which stays so.
    fn is_closed(&self) -> bool;
    /// Whether somebody is about to make it ready.
    fn is_unsettled(&self) -> bool;
    /// Whether it needs somebody at the other side at the same moment.
    fn is_rendezvous(&self) -> bool;
    /// When it is ready by itself.
    fn due(&self) -> Option<Duration>;
    /// Lets others see that it waits.
    fn stand_by(&self, wait: &Rc<Wait>, arm: usize);
    /// Waits no more.
    fn leave(&self, wait: &Rc<Wait>, arm: usize);
    /// Carries it out. Returns the ticket of what it has got hold of.
    fn claim(&self, wait: &Rc<Wait>) -> u64;
    /// As [`Operation::claim`], where somebody else has carried it out.
    fn claim_chosen(&self, wait: &Rc<Wait>, arm: usize) -> u64;
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// Not at all.
    None,
    /// Until then, or for ever.
    Until(Option<Duration>),
}

/// The end of a wait of this length. `None`: it has none.
pub(super) fn until(timeout: Duration) -> Option<Duration> {
    task::now().checked_add(timeout)
}

/// What is wanted of a selection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) patience: Patience,
    /// The first operation that is ready, and not any.
    pub(super) biased: bool,
    /// It is enough to know which.
    pub(super) only_ready: bool,
    pub(super) at: Place,
}

/// An operation that was selected: its position, and the ticket to complete it with.
pub(super) type Selected = (usize, u64);

pub(super) fn op(end: End, patience: Patience) -> Op {
    match (end, patience) {
        (End::Send, Patience::None) => Op::TrySend,
        (End::Receive, Patience::None) => Op::TryRecv,
        (End::Send, Patience::Until(_)) => Op::Send,
        (End::Receive, Patience::Until(_)) => Op::Recv,
    }
}

/// Selects one of the operations. `None`: the patience is over.
pub(super) fn select(operations: &[&dyn Operation], wanted: Wanted) -> Option<Selected> {
    let wait = Rc::new(Wait::default());
    announce(operations, wanted);
    let selected = choose(operations, &wait, wanted);
    for (arm, operation) in operations.iter().enumerate() {
        operation.leave(&wait, arm);
    }
    if selected.is_none() {
        operations.iter().for_each(|operation| log_nothing(*operation, wanted));
    }
    selected
}

/// Nothing came of an operation.
fn log_nothing(operation: &dyn Operation, Wanted { patience, at, .. }: Wanted) {
    operation.identity().record(op(operation.end(), patience), Some(at), |entry| {
        entry.ok = Some(false);
        entry.cause = matches!(patience, Patience::Until(_)).then_some(Cause::Timeout);
    });
}

/// Tells the world what the selection sees, and what others see of it.
fn announce(operations: &[&dyn Operation], wanted: Wanted) {
    // Who waits for any of several operations may as well have come earlier or later: what it selects is open.
    let no_order = !wanted.biased || operations.len() == 1;
    let no_clock = operations.iter().all(|operation| operation.due().is_none());
    let waits_to_the_end = matches!(wanted.patience, Patience::Until(None)) && no_order && no_clock;
    if !waits_to_the_end {
        // Until when there are senders shows; and who waits at a rendezvous.
        operations.iter().for_each(|operation| operation.identity().look());
    }
    if matches!(wanted.patience, Patience::Until(_)) && !wanted.only_ready {
        for operation in operations.iter().filter(|operation| operation.is_rendezvous()) {
            operation.identity().release(op(operation.end(), wanted.patience), Some(wanted.at));
        }
    }
}

fn choose(operations: &[&dyn Operation], wait: &Rc<Wait>, wanted: Wanted) -> Option<Selected> {
    let Wanted { patience, at, .. } = wanted;
    let arm =
        |operation: &&dyn Operation| Arm { op: op(operation.end(), patience), object: operation.identity().enter().0 };
    let arms: Vec<Arm> = operations.iter().map(arm).collect();
    let ready = |now| readiness(operations, wait, wanted, now);
    loop {
        let dues = operations.iter().filter_map(|operation| operation.due());
        let (limit, deadline) = match patience {
            Patience::None => (None, None),
            Patience::Until(limit) => (limit, dues.chain(limit).min()),
        };
        let turn = task::selection(&arms, at, &ready, deadline);
        if let Some(arm) = wait.chosen() {
            return Some((arm, operations[arm].claim_chosen(wait, arm)));
        }
        let passed = limit.is_some_and(|limit| limit <= task::now());
        if let Some(arm) = pick(operations, wait, wanted) {
            let ticket = if wanted.only_ready { 0 } else { operations[arm].claim(wait) };
            return Some((arm, ticket));
        }
        if matches!(patience, Patience::None) || passed || !task::active() {
            return None;
        }
        // Somebody else was told the time that this one has waited for.
        debug_assert_eq!(turn, Turn::Timeout, "it goes on when it can");
    }
}

fn readiness(operations: &[&dyn Operation], wait: &Rc<Wait>, wanted: Wanted, now: Duration) -> Readiness {
    if wait.chosen().is_some() {
        return Readiness::Free;
    }
    if let [alone] = operations
        && alone.is_closed()
    {
        return Readiness::Free;
    }
    if operations.iter().any(|operation| operation.is_ready(wait, now)) {
        return Readiness::Ready;
    }
    match wanted.patience {
        Patience::None => Readiness::when(!operations.iter().any(|operation| operation.is_unsettled())),
        Patience::Until(_) => {
            if !wanted.only_ready {
                for (arm, operation) in operations.iter().enumerate() {
                    operation.stand_by(wait, arm);
                }
            }
            Readiness::Blocked
        }
    }
}

/// One of those that are ready, or that are so a little later: their time may pass before the thread looks.
fn pick(operations: &[&dyn Operation], wait: &Rc<Wait>, wanted: Wanted) -> Option<usize> {
    let now = task::now();
    let arms = |wanted: &dyn Fn(&&dyn Operation) -> bool| -> Vec<usize> {
        (0..operations.len()).filter(|&arm| wanted(&operations[arm])).collect()
    };
    let mut ready = arms(&|operation| operation.is_ready(wait, now));
    let mut later = arms(&|operation| operation.due().is_some_and(|due| due > now));
    match (ready.first().copied(), wanted.patience) {
        (None, Patience::Until(_)) => return None,
        (Some(first), _) if wanted.biased => {
            ready.truncate(1);
            later.retain(|&arm| arm < first);
        }
        _ => {}
    }
    // Nothing may stay as it is where nobody waits.
    let stays = usize::from(ready.is_empty());
    let option = task::pick(stays + ready.len() + later.len());
    if option < stays {
        return None;
    }
    let arm = ready.iter().chain(&later).copied().nth(option - stays)?;
    if let Some(due) = operations[arm].due() {
        task::pass_to(due);
    }
    Some(arm)
}
