//! The log in the form that leaves the process.

use kata::{Entry, Log};
use kata_trace::{ObjectId, ObjectKind, ThreadId, Trace};

use crate::lane::{LaneId, LaneKind, ObjectIndex, Reason, Stamped};
use crate::monitor::Past;
use crate::object::Part;
use crate::state::State;

/// Writes the events in an order that never puts an effect before its cause, and that depends on nothing else than
/// causes: lanes that nothing connects are not ordered by the clock on the wall.
pub(crate) fn write(state: &State, past: Past) -> Trace {
    let known = |lane: LaneId, event: &Stamped| match past {
        Past::Of(of) => event.number <= state.lanes[of].clock.of(lane),
        Past::Everybody => true,
    };
    let mut events: Vec<(LaneId, Stamped)> = Vec::new();
    for (id, lane) in state.lanes.iter().enumerate() {
        events.extend(lane.events.iter().filter(|event| known(id, event)).map(|event| (id, event.clone())));
        if let (Past::Everybody, Some(wait)) = (past, lane.waits()) {
            let mut entry = Entry::new(0, wait.op, Some(wait.at));
            entry.blocked = true;
            let (object, peer) = target(wait.reason);
            if matches!(wait.reason, Reason::Open { .. }) {
                entry.text = Some(wait.call.into());
            }
            #[cfg(unix)]
            if let Some(Part::Pipe(pipe)) = object.map(|object| &state.objects[object].part)
                && wait.op == kata_trace::Op::WritePipe
            {
                entry.after = pipe.fullness();
            }
            #[cfg(unix)]
            let peer = match wait.reason {
                Reason::Exited { process } => {
                    entry.text = Some("wait".into());
                    Some(state.processes[process].lane)
                }
                _ => peer,
            };
            events.push((id, Stamped { weight: u64::MAX, number: u32::MAX, entry, peer, object, place: None }));
        }
        if let (Past::Everybody, Some((entry, object))) = (past, &lane.stuck) {
            let (entry, object) = (entry.clone(), Some(*object));
            events.push((id, Stamped { weight: u64::MAX, number: u32::MAX, entry, peer: None, object, place: None }));
        }
    }
    events.sort_by_key(|(lane, event)| (event.weight, *lane, event.number));

    let mut numbers = Numbers { lanes: vec![0], objects: Vec::new() };
    let mut log = Log::new();
    let entries: Vec<(Entry, Option<kata_trace::Location>)> = events
        .into_iter()
        .map(|(lane, event)| {
            let mut entry = event.entry;
            entry.thread = numbers.lane(lane);
            entry.peer = event.peer.map(|peer| numbers.lane(peer));
            entry.object = event.object.map(|object| numbers.object(object));
            (entry, event.place)
        })
        .collect();
    // Which thread of a pool was the first to find work differs from run to run, and so would its number.
    let mut workers = 0;
    for &lane in &numbers.lanes {
        if state.lanes[lane].kind == LaneKind::Worker {
            workers += 1;
            log.add_thread(Some(&format!("worker {workers}")), state.lanes[lane].spawned);
        } else {
            log.add_thread(Some(&state.lane_name(lane)), state.lanes[lane].spawned);
        }
    }
    for &object in &numbers.objects {
        let object = &state.objects[object];
        let number = log.add_object(object.kind, object.created, object.address);
        match &object.part {
            Part::Gate(gate) => log.set_label(number, &gate.name),
            #[cfg(unix)]
            Part::Pipe(pipe) => log.set_label(number, &pipe.name),
            Part::Meeting(meeting) if object.kind == ObjectKind::Rendezvous => log.set_label(number, &meeting.what),
            _ => {}
        }
    }
    for (address, size, label) in &state.labels {
        log.add_label(*address, *size, label);
    }
    for (entry, place) in entries {
        match place {
            Some(place) => log.push_at(entry, place),
            None => log.push(entry),
        };
    }
    log.to_trace()
}

/// Numbers of the trace: in the order of first appearance, so that what is not shown leaves no gap.
struct Numbers {
    lanes: Vec<LaneId>,
    objects: Vec<ObjectIndex>,
}

impl Numbers {
    fn lane(&mut self, lane: LaneId) -> ThreadId {
        ThreadId::try_from(position(&mut self.lanes, lane)).unwrap_or(ThreadId::MAX)
    }

    fn object(&mut self, object: ObjectIndex) -> ObjectId {
        ObjectId::try_from(position(&mut self.objects, object)).unwrap_or(ObjectId::MAX)
    }
}

fn position(seen: &mut Vec<usize>, index: usize) -> usize {
    seen.iter().position(|&other| other == index).unwrap_or_else(|| {
        seen.push(index);
        seen.len() - 1
    })
}

fn target(reason: Reason) -> (Option<ObjectIndex>, Option<LaneId>) {
    match reason {
        Reason::Lock { object, .. }
        | Reason::Notified { object }
        | Reason::Generation { object, .. }
        | Reason::Message { object }
        | Reason::Room { object }
        | Reason::Taken { object, .. }
        | Reason::Open { object }
        | Reason::Beat { object, .. } => (Some(object), None),
        Reason::Finished { lane } => (None, Some(lane)),
        #[cfg(unix)]
        Reason::Pipes { ends } => (ends[0], None),
        #[cfg(unix)]
        Reason::Exited { .. } => (None, None),
        Reason::Token { .. } | Reason::Time | Reason::Shutdown => (None, None),
    }
}
