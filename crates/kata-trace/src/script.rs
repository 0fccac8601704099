//! Traces written by hand, a line an event: for tests.
//!
//! ```text
//! main: spawn t1 :31
//! t1: lock a =10 :25
//! t2! lock b 10->7 :29:18      // `!` marks a preemption; places are line or line:column
//! t1: lock b blocked :26
//! t2: cas slot 0->1 failed Relaxed test:40
//! t2: notify-one ready >t1 :30
//! t2: recv jobs or:send:done blocked :33
//! t1: panic "boom" :12
//! ```
//!
//! Words after the operation come in any order. Threads and objects are numbered in the order of their first mention;
//! an object's kind follows from the first operation on it.

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;

use crate::{Arm, Cause, Event, Location, Object, ObjectId, ObjectKind, Op, Thread, ThreadId, Trace, Value};

/// The file of a place written `:12`.
pub const LEARNERS_FILE: &str = "exercises/99-example/src/lib.rs";

/// The file of a place written `test:12`.
pub const TEST_FILE: &str = "exercises/99-example/hidden/world.rs";

/// Reads a script.
///
/// # Panics
/// On a line that is not in the form above: scripts are written in tests.
pub fn trace(script: &str) -> Trace {
    let mut trace = Trace::default();
    for line in script.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if !line.is_empty() {
            let event = event(&mut trace, line);
            trace.events.push(event);
        }
    }
    trace
}

fn event(trace: &mut Trace, line: &str) -> Event {
    let (line, text) = match line.split_once('"') {
        None => (line.to_owned(), None),
        Some((before, rest)) => {
            let (text, after) = rest.rsplit_once('"').unwrap_or_else(|| panic!("an open text in `{line}`"));
            (format!("{before} {after}"), Some(text.to_owned()))
        }
    };
    let mut words = line.split_whitespace();
    let who = words.next().unwrap_or_else(|| panic!("nobody in `{line}`"));
    let op = op(words.next().unwrap_or_else(|| panic!("no operation in `{line}`")));
    let mut event = Event::new(thread(trace, who.trim_end_matches([':', '!'])), op);
    event.preemption = who.ends_with('!');
    event.text = text;
    for word in words {
        if let Some((before, after)) = word.split_once("->") {
            event.before = Some(value(before));
            event.after = Some(value(after));
        } else if let Some(after) = word.strip_prefix('=') {
            event.after = Some(value(after));
        } else if let Some(peer) = word.strip_prefix('>') {
            event.peer = Some(thread(trace, peer));
        } else if let Some((op_word, name)) = word.strip_prefix("or:").and_then(|arm| arm.split_once(':')) {
            let op = self::op(op_word);
            event.arms.push(Arm { op, object: object(trace, name, op) });
        } else if let Some((file, place)) = word.split_once(':') {
            event.at = Some(location(file, place));
        } else {
            match word {
                "blocked" => event.blocked = true,
                "failed" => event.ok = Some(false),
                "ok" => event.ok = Some(true),
                "Relaxed" | "Acquire" | "Release" | "AcqRel" | "SeqCst" => event.ordering = Some(word.to_owned()),
                "notified" => event.cause = Some(Cause::Notified),
                "timeout" => event.cause = Some(Cause::Timeout),
                "spurious" => event.cause = Some(Cause::Spurious),
                _ if matches!(op, Op::Spawn | Op::Join | Op::Unpark | Op::Abort) => {
                    event.peer = Some(thread(trace, word))
                }
                _ => event.object = Some(object(trace, word, op)),
            }
        }
    }
    event
}

fn op(word: &str) -> Op {
    let name = match word {
        "rmw" => "read-modify-write",
        "cas" => "compare-exchange",
        _ => word,
    };
    let parsed: Result<Op, serde::de::value::Error> = Op::deserialize(name.into_deserializer());
    parsed.unwrap_or_else(|error| panic!("{error}"))
}

fn thread(trace: &mut Trace, name: &str) -> ThreadId {
    let id = trace.threads.iter().position(|thread| thread.name == name).unwrap_or_else(|| {
        trace.threads.push(Thread { name: name.to_owned(), spawned: None });
        trace.threads.len() - 1
    });
    ThreadId::try_from(id).expect("a script has few threads")
}

fn object(trace: &mut Trace, name: &str, op: Op) -> ObjectId {
    let id = trace.objects.iter().position(|object| object.name == name).unwrap_or_else(|| {
        trace.objects.push(Object {
            kind: kind(op),
            created: None,
            label: None,
            name: name.to_owned(),
            senders: Vec::new(),
        });
        trace.objects.len() - 1
    });
    ObjectId::try_from(id).expect("a script has few objects")
}

fn kind(op: Op) -> ObjectKind {
    match op {
        Op::Lock | Op::TryLock | Op::Unlock | Op::CancelWait | Op::Suspend => ObjectKind::Mutex,
        Op::ReadLock | Op::TryReadLock | Op::ReadUnlock | Op::WriteLock | Op::TryWriteLock | Op::WriteUnlock => {
            ObjectKind::RwLock
        }
        Op::Wait | Op::Wake | Op::NotifyOne | Op::NotifyAll => ObjectKind::Condvar,
        Op::BarrierWait => ObjectKind::Barrier,
        Op::InitBegin | Op::InitEnd | Op::InitWait => ObjectKind::Once,
        Op::Send | Op::CancelSend | Op::TrySend | Op::Recv | Op::TryRecv | Op::CloseSend | Op::CloseRecv => {
            ObjectKind::Channel
        }
        Op::ReadPipe | Op::WritePipe | Op::ClosePipe => ObjectKind::Pipe,
        Op::CellRead | Op::CellWrite => ObjectKind::Cell,
        Op::Arrive => ObjectKind::Rendezvous,
        Op::Poll | Op::BlockingCall => ObjectKind::Task,
        _ => ObjectKind::Atomic,
    }
}

fn value(word: &str) -> Value {
    match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => word.parse().map_or_else(|_| Value::Text(word.to_owned()), Value::Int),
    }
}

fn location(file: &str, place: &str) -> Location {
    let (line, column) = place.split_once(':').unwrap_or((place, "1"));
    let number = |word: &str| word.parse().unwrap_or_else(|error| panic!("`{file}:{place}` is no place: {error}"));
    let file = match file {
        "" => LEARNERS_FILE.to_owned(),
        "test" => TEST_FILE.to_owned(),
        _ => format!("exercises/99-example/src/{file}"),
    };
    Location { file, line: number(line), column: number(column) }
}
