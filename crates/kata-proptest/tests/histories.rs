//! Histories: which answers a model explains, in the executions of the shuttle world.

use kata_proptest::{History, Model, Plan, Shape, any, plans, sample};
use kata_shuttle::Settings;
use kata_shuttle::sync::atomic::{AtomicU32, Ordering::SeqCst};
use kata_shuttle::thread;
use kata_trace::{Budget, Verdict};

/// A register that can be added to.
#[derive(Clone, Debug, PartialEq)]
struct Register(u32);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Read,
    Write(u32),
    Add(u32),
}
use Call::{Add, Read, Write};

impl Model for Register {
    type Call = Call;
    type Answer = u32;

    fn answers(&self, call: &Call) -> Vec<(u32, Self)> {
        vec![match *call {
            Read => (self.0, self.clone()),
            Write(value) => (value, Register(value)),
            Add(more) => (self.0 + more, Register(self.0 + more)),
        }]
    }
}

fn right(register: &AtomicU32, call: Call) -> u32 {
    match call {
        Read => register.load(SeqCst),
        Write(value) => {
            register.store(value, SeqCst);
            value
        }
        Add(more) => register.fetch_add(more, SeqCst) + more,
    }
}

fn lost_update(register: &AtomicU32, call: Call) -> u32 {
    match call {
        Add(more) => {
            let sum = register.load(SeqCst) + more;
            register.store(sum, SeqCst);
            sum
        }
        other => right(register, other),
    }
}

/// The answers are right, and what is left behind is not.
fn adds_late(register: &AtomicU32, call: Call) -> u32 {
    match call {
        Add(more) => {
            let sum = register.fetch_add(0, SeqCst) + more;
            register.fetch_add(more, SeqCst);
            sum
        }
        other => right(register, other),
    }
}

fn compare(make: fn(&AtomicU32, Call) -> u32) {
    let calls = sample::select(vec![Read, Write(7), Add(1), Add(2)]);
    let shape = Shape { before: 0..=1, threads: 2, each: 1..=2, after: 1..=1 };
    check(make, any("the calls", &plans(calls, shape)));
}

fn check(make: fn(&AtomicU32, Call) -> u32, plan: Plan<Call>) {
    let register = AtomicU32::new(0);
    let history = History::new(Register(0), plan);
    history.before(|call| make(&register, *call));
    thread::scope(|scope| {
        for thread in history.threads() {
            scope.spawn(|| thread.run(|call| make(&register, *call)));
        }
    });
    history.after(|call| make(&register, *call));
    history.assert_linearizable();
}

fn verdict(scenario: fn()) -> (Verdict, String) {
    let finding = kata_shuttle::run(scenario, &Budget::default(), Settings { silent: true });
    assert!(finding.verdict != Verdict::Passed || finding.evidence.exhaustive);
    (finding.verdict, finding.message)
}

/// Makes the calls of each thread in turn, with answers that are made up.
fn tell<const N: usize>(calls: [(Call, u32); N], judge: fn(&History<Register>)) {
    let history = History::new(Register(0), Plan::at_once(calls.map(|(call, _)| [call])));
    for (thread, (_, answer)) in history.threads().zip(calls) {
        thread.run(|_| answer);
    }
    judge(&history);
}

#[test]
fn what_a_model_does_is_explained_in_every_interleaving() {
    assert_eq!(verdict(|| compare(right)).0, Verdict::Passed);
    let explained = verdict(|| {
        let threads = vec![vec![Add(1), Read], vec![Write(9), Add(2)]];
        check(right, Plan { before: vec![Add(3)], threads, after: vec![Read] });
    });
    assert_eq!(explained.0, Verdict::Passed);
}

#[test]
fn answers_that_no_order_explains_are_found() {
    let (verdict, message) = verdict(|| check(lost_update, Plan::at_once([[Add(1)], [Add(2)]])));
    assert_eq!(verdict, Verdict::AssertionFailed);
    insta::assert_snapshot!(message, @"no order of the calls explains their answers: after Add(2) → 2, the answer to Add(1) is 3, and it was 1");
}

#[test]
fn what_calls_leave_behind_counts_where_it_is_looked_at() {
    fn leave(after: Vec<Call>) -> Plan<Call> {
        Plan { after, ..Plan::at_once([[Write(1)], [Add(2)]]) }
    }
    assert_eq!(verdict(|| check(adds_late, leave(vec![]))).0, Verdict::Passed);
    let (verdict, message) = verdict(|| check(adds_late, leave(vec![Read])));
    assert_eq!(verdict, Verdict::AssertionFailed);
    insta::assert_snapshot!(message, @"no order of the calls explains their answers: after Add(2) → 2, Write(1) → 1, the answer to Read is 1, and it was 3");
}

#[test]
fn a_call_that_had_returned_comes_first_where_time_counts() {
    let old_news = || tell([(Write(1), 1), (Read, 0)], History::assert_sequentially_consistent);
    assert_eq!(verdict(old_news).0, Verdict::Passed);
    let (verdict, message) = verdict(|| tell([(Write(1), 1), (Read, 0)], History::assert_linearizable));
    assert_eq!(verdict, Verdict::AssertionFailed);
    insta::assert_snapshot!(message, @"no order of the calls explains their answers: after Write(1) → 1, the answer to Read is 1, and it was 0");
}

#[test]
fn one_thread_is_told_what_was_due() {
    let (verdict, message) = verdict(|| {
        let history = History::new(Register(0), Plan::in_order([Add(1), Add(2), Read]));
        let mut answers = [1, 3, 2].into_iter();
        history.before(|_| answers.next().unwrap());
        history.assert_linearizable();
    });
    assert_eq!(verdict, Verdict::AssertionFailed);
    insta::assert_snapshot!(message, @"after Add(1) → 1, Add(2) → 3, the answer to Read is 3, and it was 2");
}

/// What is drawn from a bag of two is left open.
#[derive(Clone, PartialEq)]
struct Bag([u32; 2]);

impl Model for Bag {
    type Call = ();
    type Answer = Option<u32>;

    fn answers(&self, (): &()) -> Vec<(Option<u32>, Self)> {
        let drawn = (0..2).filter(|&marble| self.0[marble] > 0).map(|marble| {
            let mut left = self.clone();
            left.0[marble] -= 1;
            (Some(u32::try_from(marble).unwrap()), left)
        });
        let drawn: Vec<_> = drawn.collect();
        if drawn.is_empty() { vec![(None, self.clone())] } else { drawn }
    }
}

#[test]
fn a_model_may_leave_answers_open() {
    fn draw(answers: &[Option<u32>]) {
        let history = History::new(Bag([2, 1]), Plan::in_order(answers.iter().map(|_| ())));
        let mut answers = answers.iter();
        history.before(|()| *answers.next().unwrap());
        history.assert_linearizable();
    }
    assert_eq!(verdict(|| draw(&[Some(0), Some(1), Some(0), None])).0, Verdict::Passed);
    assert_eq!(verdict(|| draw(&[Some(1), Some(0), Some(0), None])).0, Verdict::Passed);
    let (verdict, message) = verdict(|| draw(&[Some(0), None]));
    assert_eq!(verdict, Verdict::AssertionFailed);
    insta::assert_snapshot!(message, @"after () → Some(0), the answer to () is Some(0) or Some(1), and it was None");
}
