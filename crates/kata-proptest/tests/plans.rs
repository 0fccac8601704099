//! Plans: what they hold, and how they become smaller.

use kata_proptest::strategy::{Strategy, ValueTree};
use kata_proptest::{Model, Plan, Shape, plans, sample};
use proptest::test_runner::TestRunner;

const SHAPE: Shape = Shape { before: 0..=4, threads: 2, each: 1..=3, after: 0..=3 };

/// Cabins on a wheel: as many get off as have got on.
#[derive(Clone, PartialEq)]
struct Wheel(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cabin {
    On,
    Off,
}
use Cabin::{Off, On};

impl Model for Wheel {
    type Call = Cabin;
    type Answer = ();

    fn answers(&self, call: &Cabin) -> Vec<((), Self)> {
        vec![((), Wheel(if *call == On { self.0 + 1 } else { self.0.checked_sub(1).expect("somebody is on it") }))]
    }

    fn allows(&self, call: &Cabin) -> bool {
        *call == On || self.0 > 0
    }
}

fn cabins() -> impl Strategy<Value = Cabin> {
    sample::select(vec![Off, On])
}

/// Looks at some plans. `look` sees each as it is made, and may make it smaller.
fn some<S: Strategy>(strategy: &S, mut look: impl FnMut(S::Tree)) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        look(strategy.new_tree(&mut runner).unwrap());
    }
}

/// Makes a failing input smaller, as the harness does. `None`: it does not fail.
fn smallest<T: ValueTree>(mut tree: T, fails: impl Fn(&T::Value) -> bool) -> Option<T::Value> {
    let mut smallest = Some(tree.current()).filter(|value| fails(value))?;
    let mut goes_on = tree.simplify();
    while goes_on {
        let value = tree.current();
        if fails(&value) {
            smallest = value;
            goes_on = tree.simplify();
        } else {
            goes_on = tree.complicate();
        }
    }
    Some(smallest)
}

fn all<C>(plan: &Plan<C>) -> impl Iterator<Item = &C> {
    plan.before.iter().chain(plan.threads.iter().flatten()).chain(&plan.after)
}

#[test]
fn a_plan_has_the_shape_that_was_asked_for() {
    let mut sizes = [0, 0, 0];
    some(&plans(cabins(), SHAPE), |tree| {
        let plan = tree.current();
        assert_eq!(plan.threads.len(), 2);
        assert!(plan.threads.iter().all(|calls| SHAPE.each.contains(&calls.len())));
        assert!(SHAPE.before.contains(&plan.before.len()) && SHAPE.after.contains(&plan.after.len()));
        let largest = [plan.before.len(), plan.threads[1].len(), plan.after.len()];
        sizes = std::array::from_fn(|part| sizes[part].max(largest[part]));
    });
    assert_eq!(sizes, [4, 3, 3], "every size comes up");
}

#[test]
fn what_is_not_needed_is_left_out_and_the_rest_is_made_simpler() {
    let mut failed = 0;
    some(&plans(0..1000_u32, SHAPE), |tree| {
        // One thread has to make two calls, the second of which is not small.
        let fails = |plan: &Plan<u32>| plan.threads.iter().any(|calls| calls.len() > 1 && calls[1] >= 170);
        let Some(smallest) = smallest(tree, fails) else { return };
        failed += 1;
        let [one, other] = &smallest.threads[..] else { panic!("there are two threads") };
        assert!(smallest.before.is_empty() && smallest.after.is_empty(), "{smallest:?}");
        assert!([one, other].iter().any(|calls| calls.is_empty()), "{smallest:?}");
        assert!([one, other].iter().any(|calls| calls[..] == [0, 170]), "{smallest:?}");
    });
    assert!(failed > 50, "{failed} of 200 plans have something to make smaller");
}

#[test]
fn calls_that_have_become_needless_are_left_out_too() {
    some(&plans(0..4_u32, SHAPE), |tree| {
        // A call of 0 to 2 is needed as long as the one that is one larger is there.
        let fails = |plan: &Plan<u32>| {
            let holds = |number| all(plan).any(|&call| call == number);
            holds(0) && (0..3).all(|number| holds(number) || !holds(number + 1))
        };
        if let Some(smallest) = smallest(tree, fails) {
            assert_eq!(all(&smallest).collect::<Vec<_>>(), [&0], "{smallest:?}");
        }
    });
}

#[test]
fn only_what_the_model_allows_is_left() {
    let mut met = 0;
    some(&plans(cabins(), SHAPE), |tree| {
        let plan = tree.current();
        let possible = plan.clone().possible(&Wheel(0));
        let on = possible.before.iter().filter(|call| **call == On).count();
        let off = possible.before.iter().filter(|call| **call == Off).count();
        // The threads may get off in any order, and before anybody else has got on.
        let mut left = on - off;
        for calls in &possible.threads {
            let (mut now, mut lowest) = (0_i64, 0_i64);
            for call in calls {
                now += if *call == On { 1 } else { -1 };
                lowest = lowest.min(now);
            }
            left = left.checked_sub(usize::try_from(-lowest).unwrap()).expect("nobody gets off who is not there");
        }
        met += usize::from(possible != plan);
        assert_eq!(possible.clone().possible(&Wheel(0)), possible, "what is possible stays");
    });
    assert!(met > 50, "{met} of 200 plans have something that is not allowed");
}

#[test]
fn a_possible_plan_stays_possible_while_it_becomes_smaller() {
    let strategy = plans(cabins(), SHAPE).prop_map(|plan| plan.possible(&Wheel(0)));
    let mut failed = 0;
    some(&strategy, |tree| {
        // The shortest way for two to have got off.
        let fails = |plan: &Plan<Cabin>| all(plan).filter(|call| **call == Off).count() >= 2;
        let Some(smallest) = smallest(tree, fails) else { return };
        failed += 1;
        assert_eq!(all(&smallest).count(), 4, "{smallest:?}");
    });
    assert!(failed > 20, "{failed} of 200");
}

#[test]
fn a_plan_is_shown_in_the_order_in_which_it_is_made() {
    let plan = Plan { before: vec![1, 2], threads: vec![vec![3, 4], vec![], vec![5]], after: vec![6] };
    assert_eq!(format!("{plan:?}"), "1, 2; then 3, 4 ‖ 5; then 6");
    assert_eq!(format!("{:?}", Plan::at_once([vec![1], vec![2]])), "1 ‖ 2");
    assert_eq!(format!("{:?}", Plan::in_order([1])), "1");
    assert_eq!(format!("{:?}", Plan::<u32>::in_order([])), "none");
}
