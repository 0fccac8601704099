//! The driver: explores a scenario and says what it found.

use std::sync::Once;

use kata::harness::{Finding, Order, Scenario};
use kata::{Failure, ledger};
use kata_trace::{Budget, Evidence, Trace, Verdict};

use crate::choice::read_schedule;
use crate::kernel::{self, Left, Subject};
use crate::oracle::ShuttleWorld;
use crate::scheduler::Seam;
use crate::search::{ContextBound, Guide, Prefix, Random, Replay, Search};
use crate::simplify::{Execution, simplify};
use crate::thread::run_scenario;
use crate::unwind;

/// Room for a thread's stack. shuttle's own choice overflows silently under unoptimised code.
const STACK: usize = 1 << 20;

/// Repetitions of a livelock's cycle that are kept in its trace.
const CYCLES: usize = 2;

/// Executions after which it should be known what a program looks at.
const GLANCE: u64 = 200;

/// See [`kata::arena`].
#[global_allocator]
static ARENA: kata::arena::Arena = kata::arena::Arena;

/// How to run, besides the budget.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Record nothing: for measuring what recording costs.
    pub silent: bool,
}

/// The `main` of a scenario's process in this world.
pub fn main(scenarios: &[Scenario]) -> ! {
    kata::harness::main(scenarios, explore)
}

/// Explores a scenario within its budget, or repeats one schedule.
pub fn explore(order: Order) -> Finding {
    ledger::open(order.grades);
    let finding = match &order.replay {
        Some(schedule) if order.stop => stand(order.run, &order.budget, schedule),
        Some(schedule) => match schedule.strip_prefix('#').map(str::parse) {
            Some(Ok(number)) => nth(order.run, &order.budget, number),
            _ => replay(order.run, &order.budget, schedule, order.simplify),
        },
        None => run(order.run, &order.budget, Settings::default()),
    };
    Finding { outcomes: ledger::outcomes(), ..finding }
}

/// Explores `scenario`: systematically first; where that was not exhaustive, at random.
pub fn run(scenario: fn(), budget: &Budget, settings: Settings) -> Finding {
    let mut left = systematically(scenario, budget, settings, budget.executions);
    let evidence = Evidence {
        executions: left.executions,
        preemption_bound: left.failure.as_ref().map_or(left.bound, |_| Some(left.preemptions)),
        exhaustive: left.failure.is_none() && left.exhaustive,
        seed: None,
        inputs: None,
    };
    if let Some(failure) = left.failure.take() {
        return failed(failure, evidence, left.schedule);
    }
    if left.exhaustive || budget.random_executions == 0 {
        return Finding::passed(evidence);
    }
    let mut left = at_random(scenario, budget, settings, budget.random_executions, left.looked);
    let evidence = Evidence { executions: evidence.executions + left.executions, seed: left.search.seed(), ..evidence };
    match left.failure.take() {
        Some(failure) => {
            failed(failure, Evidence { preemption_bound: Some(left.preemptions), ..evidence }, left.schedule)
        }
        None => Finding::passed(evidence),
    }
}

/// The systematic part of an exploration.
fn systematically(scenario: fn(), budget: &Budget, settings: Settings, max_executions: u64) -> Left {
    let systematic = || -> Box<dyn Search> { Box::new(ContextBound::new(budget.preemptions)) };
    let seen = ledger::seen();
    let mut left = search(scenario, budget, settings, max_executions, systematic(), Vec::new());
    // What was found on the way to learning what the program looks at is found again, with schedules that can be
    // repeated.
    while left.restart {
        ledger::go_back(seen.clone());
        left = search(scenario, budget, settings, max_executions, systematic(), left.looked);
    }
    left
}

/// The random part of an exploration.
fn at_random(
    scenario: fn(),
    budget: &Budget,
    settings: Settings,
    max_executions: u64,
    mut looked: Vec<Subject>,
) -> Left {
    let seen = ledger::seen();
    loop {
        let random = Box::new(Random::new(budget.seed, budget.random_executions));
        let left = search(scenario, budget, settings, max_executions, random, looked);
        if !left.restart {
            return left;
        }
        ledger::go_back(seen.clone());
        looked = left.looked;
    }
}

/// The execution with this number among those that [`run`] explores, or the last one if they are fewer: its number is
/// in the evidence. One that was given up because others cover its rest is shown with a rest of its own.
fn nth(scenario: fn(), budget: &Budget, number: u64) -> Finding {
    let (counted, silent) = (ledger::seen(), Settings { silent: true });
    let mut left = systematically(scenario, budget, silent, number.min(budget.executions));
    let mut executions = left.executions;
    let random = budget.random_executions.min(number - executions);
    if left.failure.is_none() && !left.exhaustive && random > 0 {
        left = at_random(scenario, budget, silent, random, left.looked);
        executions += left.executions;
    }
    ledger::go_back(counted);
    let shown = replay(scenario, budget, &left.schedule, false);
    Finding { evidence: Evidence { executions, ..shown.evidence.clone() }, ..shown }
}

/// Runs `schedule` once. An execution that leaves it is reported as an internal error: the program has changed. If it
/// fails, simpler ones may be tried that fail in the same way.
fn replay(scenario: fn(), budget: &Budget, schedule: &str, simpler: bool) -> Finding {
    let Some(decisions) = read_schedule(schedule) else {
        return internal(format!("`{schedule}` is not a schedule"));
    };
    let mut left = search(scenario, budget, Settings::default(), 1, Box::new(Replay::new(decisions)), Vec::new());
    if let Some(diverged) = left.search.diverged() {
        let message = format!("the schedule does not apply to this program from decision {} on", diverged.decision);
        let trace = kernel::with(|kernel| kernel.log.to_trace());
        return Finding { diverged: Some(diverged), trace: Some(trace), ..internal(message) };
    }
    if simpler && let Some(failure) = left.failure.take() {
        let evidence = alone(&left);
        return simplified(scenario, budget, execution(failure, left), evidence);
    }
    once(left)
}

fn alone(left: &Left) -> Evidence {
    Evidence { executions: 1, preemption_bound: Some(left.preemptions), exhaustive: false, seed: None, inputs: None }
}

/// What one execution came to.
fn once(mut left: Left) -> Finding {
    let evidence = alone(&left);
    let standing = kernel::with(|kernel| kernel.standing(left.decision.take()));
    let finding = match left.failure.take() {
        Some(failure) => failed(failure, evidence, left.schedule),
        None => {
            let trace = kernel::with(|kernel| kernel.log.to_trace());
            Finding { trace: Some(trace), schedule: Some(left.schedule), ..Finding::passed(evidence) }
        }
    };
    Finding { standing: Some(standing), ..finding }
}

/// Runs `schedule`, and stops at the first decision behind it.
fn stand(scenario: fn(), budget: &Budget, schedule: &str) -> Finding {
    let Some(decisions) = read_schedule(schedule) else {
        return internal(format!("`{schedule}` is not a schedule"));
    };
    let prefix = || -> Box<dyn Search> { Box::new(Prefix::new(decisions.clone())) };
    let mut left = search(scenario, budget, Settings::default(), 1, prefix(), looked(scenario, budget));
    while left.restart {
        left = search(scenario, budget, Settings::default(), 1, prefix(), left.looked);
    }
    if let Some(diverged) = left.search.diverged() {
        let message = format!("the schedule does not apply to this program from decision {} on", diverged.decision);
        return Finding { diverged: Some(diverged), ..internal(message) };
    }
    once(left)
}

/// What the program looks at without waiting for it, as far as its first executions tell: whether a release is a
/// decision depends on what is looked at later.
fn looked(scenario: fn(), budget: &Budget) -> Vec<Subject> {
    let (counted, mut looked) = (ledger::seen(), Vec::new());
    loop {
        let systematic = Box::new(ContextBound::new(budget.preemptions));
        let silent = Settings { silent: true };
        let left = search(scenario, budget, silent, GLANCE.min(budget.executions), systematic, looked);
        looked = left.looked;
        if !left.restart {
            break;
        }
    }
    ledger::go_back(counted);
    looked
}

fn search(
    scenario: fn(),
    budget: &Budget,
    settings: Settings,
    max_executions: u64,
    search: Box<dyn Search>,
    looked: Vec<Subject>,
) -> Left {
    kata::enter_world(&ShuttleWorld);
    install_panic_hook();
    let max_output = usize::try_from(budget.output_kib << 10).unwrap_or(usize::MAX);
    kernel::with(|kernel| kernel.enter(search, looked, budget.steps, max_output, settings.silent));
    let run = || shuttle::Runner::new(Seam { max_executions }, config()).run(move || run_scenario(scenario));
    // shuttle has panics of its own for what it finds, and passes on what is thrown while it drops an execution's
    // remains. Neither is news once the kernel knows the failure.
    let outcome = std::panic::catch_unwind(run);
    let left = kernel::with(kernel::Kernel::leave);
    match outcome {
        Err(payload) if left.failure.is_none() => std::panic::resume_unwind(payload),
        _ => left,
    }
}

fn config() -> shuttle::Config {
    let mut config = shuttle::Config::new();
    config.stack_size = STACK;
    config.failure_persistence = shuttle::FailurePersistence::None;
    // `Budget::steps` is the limit that gives a verdict.
    config.max_steps = shuttle::MaxSteps::None;
    config.silence_warnings = true;
    config
}

/// Replaces shuttle's panic hook, which it installs at its first execution, by the one that records.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        shuttle::Runner::new(shuttle::scheduler::DfsScheduler::new(Some(1), false), config()).run(|| {});
        std::panic::set_hook(Box::new(unwind::record));
    });
}

fn failed(mut failure: Failure, evidence: Evidence, schedule: String) -> Finding {
    let trace = trace_of(&mut failure);
    Finding::failed(failure, evidence, Some(schedule), Some(trace))
}

/// The log of an execution that has just failed, and the kind of its deadlock.
fn trace_of(failure: &mut Failure) -> Trace {
    let mut trace = kernel::with(|kernel| kernel.log.to_trace());
    match failure.verdict {
        Verdict::Deadlock => failure.kind = Some(kata_trace::diagnosis::deadlock_kind(&trace)),
        Verdict::Livelock => shorten(&mut trace),
        _ => {}
    }
    trace
}

/// The execution that has just failed.
fn execution(mut failure: Failure, left: Left) -> Execution {
    let trace = trace_of(&mut failure);
    Execution { failure, trace, schedule: left.schedule, preemptions: left.preemptions, looked: left.looked }
}

/// The simplest execution that fails in the same way as `found`.
fn simplified(scenario: fn(), budget: &Budget, found: Execution, evidence: Evidence) -> Finding {
    let mut run = |wishes, looked| {
        let mut left = search(scenario, budget, Settings::default(), 1, Box::new(Guide::new(wishes)), looked);
        let steps = left.steps;
        (left.failure.take().map(|failure| execution(failure, left)), steps)
    };
    let (simplest, simplification) = simplify(found, &mut run);
    let evidence = Evidence { preemption_bound: Some(simplest.preemptions), ..evidence };
    let Execution { failure, trace, schedule, .. } = simplest;
    Finding { simplification: Some(simplification), ..Finding::failed(failure, evidence, Some(schedule), Some(trace)) }
}

/// Cuts the endless tail of a livelock to a few rounds.
fn shorten(trace: &mut Trace) {
    let same = |a: usize, b: usize| {
        let (a, b) = (&trace.events[a], &trace.events[b]);
        (a.thread, a.op, a.object, &a.at, a.ok) == (b.thread, b.op, b.object, &b.at, b.ok)
    };
    let length = trace.events.len();
    let round = (1..=length / 3).find(|&round| (length - 2 * round..length).all(|i| same(i, i - round)));
    if let Some(round) = round {
        let start = (round..length).rev().find(|&i| !same(i, i - round)).map_or(0, |last| last + 1 - round);
        trace.events.truncate((start + CYCLES * round).max(round));
    }
}

fn internal(message: String) -> Finding {
    Finding { verdict: Verdict::InternalError, message, ..Finding::passed(Evidence::default()) }
}
