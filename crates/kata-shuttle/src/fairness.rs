//! Fair scheduling of threads that yield.
//!
//! A thread that waits by yielding could be chosen for ever. The priorities of Musuvathi and Qadeer, “Fair Stateless
//! Model Checking” (PLDI 2008, algorithm 1), tell when: a thread that yields a second time has its turn only when the
//! threads that it has kept waiting in between are blocked or have run. Running it out of turn costs a preemption, so
//! that a search up to any number of them ends; an execution that is infinite otherwise is a livelock.

/// Threads as bits; threads from 64 on are not ordered, which costs fairness, not soundness.
type Set = u64;

#[derive(Clone, Copy, Debug)]
struct Thread {
    /// Threads that run before this one while they are enabled (the relation P).
    after: Set,
    /// Threads enabled at every step since the last yield (E).
    enabled: Set,
    /// Threads that this one disabled since its last yield (D).
    disabled: Set,
    /// Threads that ran since the last yield (S).
    ran: Set,
}

const NEW: Thread = Thread { after: 0, enabled: 0, disabled: Set::MAX, ran: Set::MAX };

/// The priorities of one execution.
#[derive(Debug, Default)]
pub(crate) struct Fairness {
    threads: Vec<Thread>,
    enabled_before: Set,
}

fn bit(thread: usize) -> Set {
    if thread < 64 { 1 << thread } else { 0 }
}

impl Fairness {
    pub(crate) fn clear(&mut self) {
        self.threads.clear();
        self.enabled_before = 0;
    }

    /// `last` has taken a step, a yield if `yielded`; now exactly the threads of `enabled` could run.
    pub(crate) fn after_step(&mut self, last: usize, yielded: bool, enabled: Set, threads: usize) {
        self.threads.resize(threads.max(self.threads.len()), NEW);
        for (id, thread) in self.threads.iter_mut().enumerate() {
            thread.after &= !bit(last);
            thread.enabled &= enabled;
            thread.ran |= bit(last);
            if id == last {
                thread.disabled |= self.enabled_before & !enabled;
            }
        }
        if yielded && let Some(thread) = self.threads.get_mut(last) {
            thread.after |= (thread.enabled | thread.disabled) & !thread.ran;
            thread.enabled = enabled;
            thread.disabled = 0;
            thread.ran = 0;
        }
        self.enabled_before = enabled;
    }

    /// Whether `thread`, one of `enabled`, has its turn.
    pub(crate) fn may_run(&self, thread: usize, enabled: Set) -> bool {
        self.threads.get(thread).is_none_or(|t| t.after & enabled & !bit(thread) == 0)
    }
}

/// Adds a thread to a set.
pub(crate) fn insert(set: &mut Set, thread: usize) {
    *set |= bit(thread);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_yields_twice_lets_the_others_run() {
        let mut fairness = Fairness::default();
        fairness.after_step(0, true, 0b11, 2);
        assert!(fairness.may_run(0, 0b11), "the first yield binds nobody");
        fairness.after_step(0, true, 0b11, 2);
        assert!(!fairness.may_run(0, 0b11));
        assert!(fairness.may_run(1, 0b11));
        assert!(fairness.may_run(0, 0b01), "nobody else could run");
        fairness.after_step(1, false, 0b11, 2);
        assert!(fairness.may_run(0, 0b11));
    }
}
