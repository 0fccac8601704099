//! The wait-for graph at the end of a log.

use std::collections::VecDeque;

use crate::{ObjectKind, Op, ThreadId, Trace};

use super::holding::{Hold, Holding, Mode, last_attempts};

/// Why one thread waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The other holds what this one asks for.
    Holds(Hold),
    /// The other asked for the lock before, to write, and a reader queues behind it: the event where it asked.
    Queued(usize),
    /// This one joins the other.
    Joins,
}

/// One thread waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: ThreadId,
    /// The event in which it is stuck.
    pub(super) event: usize,
    pub(super) to: ThreadId,
    pub(super) why: Why,
}

/// Who waits for whom when a log ends.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) holding: Holding,
    /// For each thread, the event in which it is stuck.
    pub(super) stuck: Vec<Option<usize>>,
    /// For each thread, the event that ended it.
    pub(super) ended: Vec<Option<usize>>,
    pub(super) edges: Vec<Edge>,
}

impl Waiting {
    pub(super) fn at_end(trace: &Trace) -> Self {
        let mut waiting = Waiting {
            holding: Holding::at_end(trace),
            stuck: last_attempts(trace),
            ended: vec![None; trace.threads.len()],
            edges: Vec::new(),
        };
        for (index, event) in trace.events.iter().enumerate() {
            if matches!(event.op, Op::Exit | Op::Panic)
                && let Some(ended) = waiting.ended.get_mut(usize::from(event.thread))
            {
                *ended = Some(index);
            }
        }
        waiting.edges = waiting.stuck.iter().flatten().flat_map(|&event| waiting.edges_of(trace, event)).collect();
        waiting
    }

    fn edges_of(&self, trace: &Trace, index: usize) -> Vec<Edge> {
        let event = &trace.events[index];
        let edge = |to, why| Edge { from: event.thread, event: index, to, why };
        let holders = || event.object.into_iter().flat_map(|object| self.holding.holders(object));
        match event.op {
            Op::Join => event.peer.map(|peer| edge(peer, Why::Joins)).into_iter().collect(),
            Op::Lock | Op::WriteLock | Op::InitWait => {
                holders().map(|hold| edge(hold.thread, Why::Holds(*hold))).collect()
            }
            Op::ReadLock => {
                let held: Vec<Edge> = holders()
                    .filter(|hold| hold.mode == Mode::Exclusive || hold.thread == event.thread)
                    .map(|hold| edge(hold.thread, Why::Holds(*hold)))
                    .collect();
                if !held.is_empty() {
                    return held;
                }
                let queued = |writer: &&usize| {
                    let other = &trace.events[**writer];
                    other.op == Op::WriteLock && other.object == event.object && **writer < index
                };
                (self.stuck.iter().flatten().filter(queued))
                    .map(|&writer| edge(trace.events[writer].thread, Why::Queued(writer)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn edges_from(&self, thread: ThreadId) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.from == thread)
    }

    /// The events of threads that are stuck, but not because of another thread that the log shows.
    pub(super) fn roots(&self, trace: &Trace) -> Vec<usize> {
        let rootless = |index: &usize| self.edges_from(trace.events[*index].thread).next().is_none();
        self.stuck.iter().flatten().copied().filter(rootless).collect()
    }

    /// The shortest cycle of waits, from its thread with the lowest number on.
    pub(super) fn cycle(&self) -> Option<Vec<Edge>> {
        let threads = 0..ThreadId::try_from(self.stuck.len()).unwrap_or(ThreadId::MAX);
        threads.filter_map(|thread| self.cycle_through(thread)).min_by_key(Vec::len)
    }

    /// Breadth first from a thread back to itself.
    fn cycle_through(&self, start: ThreadId) -> Option<Vec<Edge>> {
        let mut paths: VecDeque<Vec<Edge>> = self.edges_from(start).map(|edge| vec![*edge]).collect();
        let mut seen = vec![start];
        while let Some(path) = paths.pop_front() {
            let to = path.last().expect("a path has an edge").to;
            if to == start {
                return Some(path);
            }
            if !seen.contains(&to) {
                seen.push(to);
                paths.extend(self.edges_from(to).map(|edge| [path.as_slice(), &[*edge]].concat()));
            }
        }
        None
    }
}

/// Whether a thread that is stuck here waits on a channel.
pub(super) fn is_channel(trace: &Trace, index: usize) -> bool {
    let object = trace.events[index].object.and_then(|object| trace.objects.get(object as usize));
    matches!(trace.events[index].op, Op::Send | Op::Recv | Op::ReadPipe | Op::WritePipe)
        || object.is_some_and(|object| object.kind == ObjectKind::Channel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    #[test]
    fn the_shortest_cycle_is_found_among_longer_ones() {
        let trace = script::trace(
            "main: lock a :1
             t1: lock b :2
             t2: lock c :3
             main: lock b blocked :4
             t1: lock c blocked :5
             t2: lock c blocked :6",
        );
        let cycle = Waiting::at_end(&trace).cycle().unwrap();
        assert_eq!(cycle.iter().map(|edge| (edge.from, edge.to)).collect::<Vec<_>>(), [(2, 2)]);
    }

    #[test]
    fn a_chain_of_waits_is_no_cycle() {
        let trace = script::trace(
            "main: join t1 blocked :1
             t1: lock a blocked :2
             t2: lock a :3
             t2: wait b :4",
        );
        let waiting = Waiting::at_end(&trace);
        assert_eq!(waiting.cycle(), None);
        assert_eq!(waiting.roots(&trace), [3]);
    }
}
