//! The seam to shuttle.

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use crate::kernel;

/// Hands shuttle's questions to the kernel.
#[derive(Debug)]
pub(crate) struct Seam {
    pub(crate) max_executions: u64,
}

impl Scheduler for Seam {
    fn new_execution(&mut self) -> Option<Schedule> {
        kernel::with(|kernel| kernel.begin(self.max_executions)).then(|| Schedule::new(0))
    }

    fn next_task(&mut self, runnable: &[&Task], _current: Option<TaskId>, _is_yielding: bool) -> Option<TaskId> {
        let tasks = runnable.iter().map(|task| usize::from(task.id()));
        let next = kernel::with(|kernel| kernel.next(tasks));
        if next.is_none() && std::thread::panicking() {
            // A thread is unwinding, and shuttle would let it go on before it ends the execution; unless the execution
            // has failed in shuttle's own eyes. While somebody unwinds, shuttle asks from outside of all threads.
            std::panic::resume_unwind(Box::new("the execution is over"));
        }
        next.map(TaskId::from)
    }

    fn next_u64(&mut self) -> u64 {
        // Random numbers of the program under test: the same ones in every execution keep it deterministic.
        0x9e37_79b9_7f4a_7c15
    }
}
