//! The driver: explores a scenario and says what it found.
//!
//! loom is run with a rising bound on preemptions, so that the first failure has few, and without a bound at the end.
//! The exploration has an operating-system thread of its own. A failure is handed over from the place where it shows,
//! at the latest from the panic hook, because loom cannot unwind a failed execution: an operation during the unwinding
//! would panic again and abort the process. The process of a scenario therefore ends while the thread still is in the
//! hook. In a process that goes on, such as that of the tests, the hook has to return; then every primitive is dead, so
//! that dropping one does nothing and using one stops the thread for ever.

use std::any::Any;
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, mpsc};

use kata::harness::{Finding, Order};
use kata::{Failure, ledger};
use kata_trace::{Budget, Divergence, Evidence, Grades, ThreadId, Trace, Verdict, diagnosis};

use crate::demand::Demands;
use crate::liberty::Liberty;
use crate::oracle::LoomWorld;
use crate::{demand, execution, failure, liberty, thread};

/// See [`kata::arena`]. Freed memory is not used again before its execution ends, so that a use after free finds what
/// was there.
#[global_allocator]
static ARENA: kata::arena::Arena = kata::arena::Arena;

/// The bounds of the search; without a bound at the end.
const BOUNDS: [Option<u8>; 5] = [Some(0), Some(1), Some(2), Some(3), None];

/// Liberties are taken in executions with up to this many preemptions.
const LIBERTY_BOUND: u8 = 2;

/// Rounds of a livelock's loop that are kept in its trace.
const ROUNDS: usize = 3;

/// Branches of loom's that one step can take: the schedule and the value read, of two operations.
const BRANCHES: usize = 4;

/// The `main` of a scenario's process in this world.
pub fn main(scenarios: &[kata::harness::Scenario]) -> ! {
    let leaving = |order: Order| explore_as(After::Exit, order.budget, order.replay, order.grades, Arc::new(order.run));
    kata::harness::main(scenarios, leaving)
}

/// Explores a scenario within its budget, or repeats one execution.
pub fn explore(order: Order) -> Finding {
    explore_as(After::GoOn, order.budget, order.replay, order.grades, Arc::new(order.run))
}

/// [`explore`] for a scenario that is any closure.
pub fn explore_with(budget: Budget, replay: Option<String>, scenario: impl Fn() + Send + Sync + 'static) -> Finding {
    explore_as(After::GoOn, budget, replay, Grades::default(), Arc::new(scenario))
}

/// What the process does after a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Exit,
    GoOn,
}

fn explore_as(after: After, budget: Budget, replay: Option<String>, grades: Grades, run: Scenario) -> Finding {
    kata::enter_world(&LoomWorld);
    failure::install_hook();
    let mut replay = match replay.map(|schedule| Replay::read(&schedule).ok_or(schedule)).transpose() {
        Ok(replay) => replay,
        Err(schedule) => return internal(format!("`{schedule}` is not a schedule of the loom world")),
    };
    let (mut executions, mut demands) = (0, Demands::default());
    loop {
        let (sender, receiver) = mpsc::channel();
        let search = Search {
            after,
            run: Arc::clone(&run),
            budget: budget.clone(),
            sender,
            executions,
            bound: None,
            liberty: None,
            reached: None,
            exhausted: false,
            schedule: String::new(),
            replay: replay.clone(),
            in_round: 0,
            first: None,
        };
        let grades = grades.clone();
        let explorer = move || {
            ledger::open(grades);
            SEARCH.set(Some(search));
            demand::meet(demands);
            explore_all();
        };
        if let Err(error) = std::thread::Builder::new().name("explorer".to_owned()).spawn(explorer) {
            return internal(format!("cannot start a thread to explore in: {error}"));
        }
        match receiver.recv() {
            Ok(News::Found(finding)) => return *finding,
            Ok(News::StartAgain(executed, demanded)) => {
                demands = demanded;
                executions = executed;
                // Of an execution that may be any, only one that is not abandoned will do.
                if let Some(Replay { execution, steps: None }) = &mut replay {
                    *execution = (*execution).max(executed + 1);
                }
            }
            Err(_) => return internal("the exploration ended without a finding".to_owned()),
        }
    }
}

/// What an explorer tells.
enum News {
    /// The end.
    Found(Box<Finding>),
    /// After so many executions it turned out that executions must be prepared for more.
    StartAgain(u64, Demands),
}

type Scenario = Arc<dyn Fn() + Send + Sync>;

struct Search {
    after: After,
    run: Scenario,
    budget: Budget,
    sender: mpsc::Sender<News>,
    executions: u64,
    bound: Option<u8>,
    liberty: Option<Liberty>,
    /// The largest bound up to which everything was explored.
    reached: Option<u8>,
    /// Everything was explored.
    exhausted: bool,
    /// The threads of the execution that has just ended, for a replay.
    schedule: String,
    replay: Option<Replay>,
    /// Executions since the round began.
    in_round: u64,
    /// What the first execution of a round does: the same in all rounds.
    first: Option<String>,
}

/// An execution to repeat: exploration is deterministic, so that its number identifies it. The threads of its steps
/// tell whether the program is still the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Replay {
    execution: u64,
    /// `None` for an execution that may be any.
    steps: Option<String>,
}

impl Replay {
    fn read(schedule: &str) -> Option<Self> {
        if schedule.is_empty() {
            return Some(Replay { execution: 1, steps: None });
        }
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        if let Some(any) = schedule.strip_prefix('#') {
            return Some(Replay { execution: number(any)?, steps: None });
        }
        let (execution, steps) = schedule.split_once(':')?;
        let execution = number(execution)?;
        let steps: String = steps.to_owned();
        steps.chars().all(|step| step.is_ascii_digit()).then_some(Replay { execution, steps: Some(steps) })
    }

    /// Whether it is the execution with this number, and these threads in its steps. Where any will do, that is the last
    /// one there is.
    fn is_it(&self, execution: u64, steps: &str) -> bool {
        self.steps.as_ref().is_none_or(|own| execution == self.execution && own == steps)
    }

    /// Executions to look at, of as many as the budget allows.
    fn executions(&self, budget: u64) -> u64 {
        if self.steps.is_some() { self.execution } else { self.execution.min(budget) }
    }
}

thread_local! {
    static SEARCH: RefCell<Option<Search>> = const { RefCell::new(None) };
}

/// Why a round of the search ended.
enum End {
    /// Nothing is left within its bound.
    Complete,
    /// The budget is used up.
    Budget,
}

/// Thrown from the first statement of an execution, where nothing needs to be unwound.
struct Stop(End);

/// Whether the calling operating-system thread explores.
pub(crate) fn is_explorer() -> bool {
    SEARCH.try_with(|search| search.try_borrow().is_ok_and(|search| search.is_some())).unwrap_or(false)
}

/// Ends the exploration with a failure of the running execution.
pub(crate) fn conclude(failure: Failure) -> ! {
    report(failure);
    stop()
}

/// Ends the exploration with a failure of the running execution, from the panic hook. Returns if the process goes on.
pub(crate) fn conclude_in_hook(failure: Failure) {
    report(failure);
    let after = SEARCH.with_borrow(|search| search.as_ref().map(|search| search.after));
    if after != Some(After::GoOn) {
        stop();
    }
}

fn report(failure: Failure) {
    // What leaves this thread must not lie in the program's memory.
    kata::arena::enter_program(false);
    let mut failure = ManuallyDrop::new(failure).clone();
    execution::end();
    let mut trace = execution::with(|e| e.log.to_trace());
    SEARCH.with_borrow_mut(|search| {
        let search = search.as_mut().expect("only an explorer concludes");
        let schedule = format!("{}:{}", search.executions, steps(&trace));
        ledger::end_execution(true, || schedule.clone());
        let bound = search.bound.map_or_else(|| preemptions(&trace), u32::from);
        let evidence = Evidence { preemption_bound: Some(bound), ..search.evidence() };
        match &search.replay {
            Some(replay) if !replay.is_it(search.executions, &steps(&trace)) => {
                search.send(diverged(replay, Some(trace)));
            }
            _ => {
                match failure.verdict {
                    Verdict::Deadlock => failure.kind = Some(diagnosis::deadlock_kind(&trace)),
                    Verdict::Livelock | Verdict::NotConcurrent if execution::with(|e| e.is_endless()) => {
                        who_waits(&mut trace);
                        shorten(&mut trace);
                    }
                    _ => {}
                }
                let failure = ManuallyDrop::into_inner(failure);
                search.send(Finding::failed(failure, evidence, Some(schedule), Some(trace)));
            }
        }
    });
}

/// Never returns: what the failed execution holds must not be dropped.
pub(crate) fn stop() -> ! {
    loop {
        std::thread::park();
    }
}

/// Ends the exploration with a fault of the checker's own, when not even the execution can be looked at.
pub(crate) fn give_up(message: String) -> ! {
    let sender = SEARCH.try_with(|search| search.try_borrow().ok().and_then(|s| Some(s.as_ref()?.sender.clone())));
    if let Ok(Some(sender)) = sender {
        let _ = sender.send(News::Found(Box::new(internal(message))));
    }
    stop()
}

/// Abandons the execution and the search: the next one is prepared for what the program demands.
pub(crate) fn start_again(demands: Demands) -> ! {
    // What leaves this thread must not lie in the program's memory.
    kata::arena::enter_program(false);
    SEARCH.with_borrow(|search| {
        let search = search.as_ref().expect("only an explorer executes");
        // Nobody receives when the process is about to end anyway.
        let _ = search.sender.send(News::StartAgain(search.executions, demands));
    });
    stop()
}

impl Search {
    fn send(&self, finding: Finding) {
        let finding = Finding { outcomes: ledger::outcomes(), ..finding };
        // Nobody receives when the process is about to end anyway.
        let _ = self.sender.send(News::Found(Box::new(finding)));
    }

    fn evidence(&self) -> Evidence {
        Evidence {
            executions: self.executions,
            preemption_bound: self.reached.map(u32::from),
            exhaustive: self.exhausted,
            seed: None,
            inputs: None,
        }
    }

    fn bounds(&self) -> Vec<Option<u8>> {
        match self.budget.preemptions {
            None => BOUNDS.to_vec(),
            Some(most) => (0..=u8::try_from(most).unwrap_or(u8::MAX)).map(Some).collect(),
        }
    }
}

fn explore_all() {
    rounds();
    if execution::is_over() {
        return;
    }
    SEARCH.with_borrow(|search| {
        let search = search.as_ref().expect("the search goes on");
        search.send(match &search.replay {
            None => Finding::passed(search.evidence()),
            Some(replay) if replay.is_it(search.executions, &search.schedule) => {
                let trace = execution::with(|e| e.log.to_trace());
                let schedule = format!("{}:{}", search.executions, search.schedule);
                Finding { trace: Some(trace), schedule: Some(schedule), ..Finding::passed(search.evidence()) }
            }
            Some(replay) if search.executions == replay.execution => {
                diverged(replay, Some(execution::with(|e| e.log.to_trace())))
            }
            Some(replay) => diverged(replay, None),
        });
    });
}

fn rounds() {
    let (bounds, run) = SEARCH.with_borrow_mut(|search| {
        let search = search.as_mut().expect("the search goes on");
        search.reached = None;
        (search.bounds(), Arc::clone(&search.run))
    });
    for bound in bounds {
        SEARCH.with_borrow_mut(|search| search.as_mut().expect("the search goes on").bound = bound);
        if let End::Budget = round(&run, bound, None) {
            return;
        }
        if bound.is_some_and(|bound| bound <= LIBERTY_BOUND) {
            for liberty in liberty::seen() {
                if let End::Budget = round(&run, bound, Some(liberty)) {
                    return;
                }
            }
        }
        SEARCH.with_borrow_mut(|search| {
            let search = search.as_mut().expect("the search goes on");
            search.reached = bound;
            search.exhausted = bound.is_none();
        });
    }
}

/// Everything within a bound, with at most one liberty.
fn round(run: &Scenario, bound: Option<u8>, liberty: Option<Liberty>) -> End {
    liberty::take(liberty);
    let steps = SEARCH.with_borrow_mut(|search| {
        let search = search.as_mut().expect("the search goes on");
        search.in_round = 0;
        search.liberty = liberty;
        search.budget.steps
    });
    let mut builder = loom::model::Builder::new();
    // Every field: the constructor reads variables of the environment.
    builder.max_threads = execution::MAX_THREADS;
    builder.max_branches = usize::try_from(steps).unwrap_or(usize::MAX / BRANCHES).saturating_mul(BRANCHES);
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.preemption_bound = bound.map(usize::from);
    builder.checkpoint_file = None;
    builder.checkpoint_interval = usize::MAX;
    builder.expect_explicit_explore = false;
    builder.location = false;
    builder.log = false;
    let run = Arc::clone(run);
    let executed = catch_unwind(AssertUnwindSafe(|| {
        builder.check(move || {
            begin();
            thread::run_scenario(Arc::clone(&run));
        });
    }));
    match executed {
        Ok(()) => {
            ended();
            End::Complete
        }
        // The panic hook has reported it.
        Err(_) if execution::is_over() => End::Budget,
        Err(thrown) => match thrown.downcast::<Stop>() {
            Ok(stop) => stop.0,
            Err(thrown) => failure::thrown(&*thrown),
        },
    }
}

/// The first statement of an execution.
fn begin() {
    ended();
    let stop = SEARCH.with_borrow_mut(|search| {
        let search = search.as_mut().expect("the search goes on");
        let allowed = search.budget.executions;
        let limit = search.replay.as_ref().map_or(allowed, |replay| replay.executions(allowed));
        if search.executions >= limit {
            return Some(End::Budget);
        }
        search.executions += 1;
        search.in_round += 1;
        let budget = &search.budget;
        let output = usize::try_from(budget.output_kib.saturating_mul(1024)).unwrap_or(usize::MAX);
        execution::begin(budget.steps, output);
        None
    });
    if let Some(end) = stop {
        let stop: Box<dyn Any + Send> = Box::new(Stop(end));
        resume_unwind(stop);
    }
    kata::harness::count_execution();
    // What is explored on the way to the execution that is asked for does not count.
    if SEARCH.with_borrow(|search| search.as_ref().is_some_and(|search| search.replay.is_some())) {
        ledger::go_back(ledger::Seen::default());
    }
    ledger::begin_execution();
}

/// An execution has ended without a failure.
fn ended() {
    SEARCH.with_borrow(|search| {
        let executions = search.as_ref().map_or(0, |search| search.executions);
        let schedule = || format!("{executions}:{}", steps(&execution::with(|e| e.log.to_trace())));
        ledger::end_execution(false, schedule);
    });
    let same = SEARCH.with_borrow_mut(|search| {
        let search = search.as_mut().expect("the search goes on");
        if search.replay.as_ref().is_some_and(|replay| replay.steps.is_none() || replay.execution == search.executions)
        {
            search.schedule = steps(&execution::with(|e| e.log.to_trace()));
        }
        if search.in_round != 1 || search.liberty.is_some() {
            return true;
        }
        let done = format!("{:?}", execution::with(|e| e.log.to_trace().events));
        *search.first.get_or_insert_with(|| done.clone()) == done
    });
    if !same {
        conclude(failure::not_deterministic());
    }
}

fn steps(trace: &Trace) -> String {
    trace.events.iter().map(|event| event.thread.to_string()).collect()
}

fn preemptions(trace: &Trace) -> u32 {
    u32::try_from(trace.events.iter().filter(|event| event.preemption).count()).unwrap_or(u32::MAX)
}

/// Says where threads are stuck while others go round without end: before the first round.
fn who_waits(trace: &mut Trace) {
    let first = diagnosis::repetition(trace).map_or(trace.events.len(), |repetition| repetition.start);
    let stuck = execution::with(|e| e.stuck());
    trace.events.splice(first..first, stuck.iter().map(kata::Entry::to_event));
}

/// Cuts the endless tail of a livelock to a few rounds.
fn shorten(trace: &mut Trace) {
    if let Some(repetition) = diagnosis::repetition(trace) {
        trace.events.truncate(repetition.start + ROUNDS.min(repetition.times) * repetition.period);
    }
}

/// `trace` is what there is in place of the execution to repeat; nothing if there are fewer executions.
fn diverged(replay: &Replay, trace: Option<Trace>) -> Finding {
    let own = replay.steps.as_deref().unwrap_or_default();
    let mut trace = trace.unwrap_or_default();
    let steps = steps(&trace);
    let common = own.bytes().zip(steps.bytes()).take_while(|(own, other)| own == other).count();
    trace.events.truncate(common);
    let wanted = own[common..].chars().next().and_then(|step| ThreadId::try_from(step.to_digit(10)?).ok());
    let diverged = wanted.map(|wanted| Divergence {
        decision: u64::try_from(common).unwrap_or(u64::MAX).saturating_add(1),
        wanted,
        possible: Vec::new(),
    });
    let message =
        format!("the schedule does not apply to this program: its execution {} is another one", replay.execution);
    Finding { diverged, trace: Some(trace), ..internal(message) }
}

fn internal(message: String) -> Finding {
    Finding { verdict: Verdict::InternalError, message, ..Finding::passed(Evidence::default()) }
}
