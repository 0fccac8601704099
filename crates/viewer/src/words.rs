//! What an event is called in a lane.

use std::collections::HashMap;

use kata_trace::{Cause, Event, Names, ObjectId, ObjectKind, Op, Trace, Value, Verdict, is_library, is_test};
use unicode_width::UnicodeWidthStr as _;

use crate::paint::clean;

/// A space at which a line does not break; shown as a space.
pub(crate) const TIE: char = '\u{a0}';

/// Longer texts that a program prints are cut.
const LONGEST_TEXT: usize = 60;

/// Says what events are, in a few words each.
#[derive(Debug)]
pub(crate) struct Words<'t> {
    trace: &'t Trace,
    names: &'t Names<'t>,
    objects: Vec<String>,
    /// Whether memory orderings matter here.
    orderings: bool,
    /// A panic in the hidden test is a failed assertion.
    asserts: bool,
}

impl<'t> Words<'t> {
    /// Words with object names of at most about `longest` columns.
    pub(crate) fn new(trace: &'t Trace, names: &'t Names<'t>, orderings: bool, longest: usize) -> Self {
        let count = ObjectId::try_from(trace.objects.len()).unwrap_or(ObjectId::MAX);
        let objects: Vec<String> = (0..count).map(|object| clean(names.object(object))).collect();
        Words { trace, names, objects: shorten(&objects, longest), orderings, asserts: false }
    }

    /// The words for an execution that came to this.
    pub(crate) fn of(self, verdict: Verdict) -> Self {
        Words { asserts: verdict == Verdict::AssertionFailed, ..self }
    }

    /// A thread's name.
    pub(crate) fn thread(&self, thread: kata_trace::ThreadId) -> String {
        clean(self.names.thread(thread))
    }

    /// An object's name, perhaps shortened.
    pub(crate) fn object(&self, object: ObjectId) -> &str {
        self.objects.get(object as usize).map_or("?", String::as_str)
    }

    /// ` :14`, or nothing where the place is not known.
    pub(crate) fn place(&self, event: &Event) -> String {
        let at = event.at.as_ref().filter(|at| !is_library(at));
        at.map_or_else(String::new, |at| format!(" {}", self.names.place(at)))
    }

    /// Whether somebody waits on the condition variable of an event.
    fn has_waiters(&self, index: usize) -> bool {
        let object = self.trace.events[index].object;
        let mut waiters = Vec::new();
        for event in self.trace.events[..index].iter().filter(|event| event.object == object && !event.blocked) {
            match event.op {
                Op::Wait => waiters.push(event.thread),
                Op::Wake => waiters.retain(|&thread| thread != event.thread),
                _ => {}
            }
        }
        !waiters.is_empty()
    }

    /// Whether the object of an event is tokio's `Notify`, as opposed to a condition variable.
    fn is_notify(&self, event: &Event) -> bool {
        let object = event.object.and_then(|object| self.trace.objects.get(object as usize));
        object.is_some_and(|object| object.kind == ObjectKind::Notify)
    }

    /// What an event is: `lock a = 10 :25`.
    pub(crate) fn event(&self, index: usize) -> String {
        let event = &self.trace.events[index];
        let place = self.place(event);
        let what = event.object.map(|object| self.object(object)).unwrap_or_default();
        let failed = event.ok == Some(false);
        let peer = event.peer.map(|peer| self.thread(peer)).unwrap_or_default();
        let text = || event.text.as_deref().map_or_else(String::new, quoted);
        let value = is(event.after.as_ref());
        let change = change(event);
        let ordering = match &event.ordering {
            Some(ordering) if self.orderings => format!(" {ordering}"),
            _ => String::new(),
        };
        if event.blocked {
            let verb = match event.op {
                Op::Wait => return format!("wait {what} …{place}"),
                Op::Join => return format!("{} {peer} …{TIE}blocked{place}", joining(event)),
                Op::ReadPipe => return format!("read {what}, empty …{TIE}blocked{place}"),
                Op::WritePipe => return format!("write {what}, full …{TIE}blocked{place}"),
                Op::Arrive if event.text.is_some() => return format!("in {} …{place}", text().trim_matches('"')),
                Op::Arrive => return format!("rendezvous …{TIE}blocked{place}"),
                Op::Quiesce => return format!("until the others sleep …{place}"),
                Op::BlockingCall => return format!("blocks in {}{place}", called(event)),
                op => verb(op),
            };
            let others = event.arms.iter().map(|arm| format!(" or {} {}", self::verb(arm.op), self.object(arm.object)));
            let others: String = others.collect();
            return format!("{verb} {what}{others} …{TIE}blocked{place}").replace("  ", " ");
        }
        match event.op {
            Op::Spawn => format!("spawn {peer}{place}"),
            Op::Join if failed => format!("{} {peer}: still runs{place}", joining(event)),
            Op::Join => format!("{} {peer}{place}", joining(event)),
            Op::StartPool => {
                let threads =
                    event.after.as_ref().map_or_else(String::new, |threads| format!(" of{TIE}{}", shown(threads)));
                format!("start pool{threads}{place}")
            }
            Op::Abort => format!("abort {peer}{place}"),
            Op::Unpark => format!("unpark {peer}{place}"),
            Op::Exit => "ends".to_owned(),
            Op::Panic if self.asserts && event.at.as_ref().is_some_and(is_test) => format!("✗{TIE}fails{place}"),
            Op::Panic => format!("✗{TIE}panics{place}"),
            Op::Lock | Op::ReadLock | Op::WriteLock => format!("{} {what}{value}{place}", verb(event.op)),
            Op::TryLock | Op::TryReadLock | Op::TryWriteLock if failed => {
                format!("{} {what} failed{place}", verb(event.op))
            }
            Op::TryLock | Op::TryReadLock | Op::TryWriteLock => format!("{} {what}{value} ok{place}", verb(event.op)),
            // A release shows what happened under the lock: the place is that of the last write.
            Op::Unlock | Op::WriteUnlock
                if event.at.is_some() || (event.before.is_some() && event.before != event.after) =>
            {
                let unlock = if event.op == Op::Unlock { "unlock" } else { "write-unlock" };
                match &event.after {
                    Some(_) => format!("set {what}{value}{place}, {unlock}"),
                    None => format!("change {what}{place}, {unlock}"),
                }
            }
            Op::Unlock | Op::ReadUnlock | Op::WriteUnlock => format!("{} {what}", verb(event.op)),
            Op::Wait => format!("wait {what} …{place}"),
            Op::Wake => {
                let why = match event.cause {
                    Some(Cause::Timeout) => ": timed out",
                    Some(Cause::Spurious) => ": spurious",
                    _ => "",
                };
                format!("wakes from {what}{why}{place}")
            }
            Op::NotifyOne if peer.is_empty() && self.has_waiters(index) => format!("notify_one {what}{place}"),
            Op::NotifyOne if peer.is_empty() => format!("notify_one {what} →{TIE}nobody{place}"),
            Op::NotifyOne => format!("notify_one {what} →{TIE}{peer}{place}"),
            Op::NotifyAll if self.is_notify(event) => format!("notify_waiters {what}{place}"),
            Op::NotifyAll => format!("notify_all {what}{place}"),
            Op::BarrierWait => format!("pass {what}{place}"),
            Op::InitBegin => format!("init {what} begins{place}"),
            Op::InitEnd => format!("init {what} done"),
            Op::InitWait => format!("{what} is initialised{place}"),
            Op::Send if event.cause == Some(Cause::Timeout) => format!("send {what} timed out{place}"),
            Op::Send | Op::TrySend if failed && event.op == Op::Send => {
                format!("send {what} failed: receiver gone{place}")
            }
            Op::TrySend if failed => format!("try_send {what} failed{place}"),
            Op::Send | Op::TrySend => format!("{} {what}{value}{place}", verb(event.op)),
            Op::Recv if event.cause == Some(Cause::Timeout) => format!("recv {what} timed out{place}"),
            Op::Recv if failed => format!("recv {what}: closed{place}"),
            Op::TryRecv if failed => format!("try_recv {what}: empty{place}"),
            Op::Recv | Op::TryRecv => format!("{} {what}{value}{place}", verb(event.op)),
            Op::CancelSend => format!("send {what} cancelled{value}{place}"),
            Op::CancelWait => format!("wait for {what} cancelled{place}"),
            Op::Suspend => format!("✗ awaits, keeping {what}{place}"),
            Op::CloseSend => format!("last sender of {what} dropped"),
            Op::CloseRecv => format!("receiver of {what} dropped"),
            Op::ReadPipe if failed => format!("read {what}: closed after {}{place}", bytes(event.after.as_ref())),
            Op::ReadPipe => format!("read {what}: {}{place}", bytes(event.after.as_ref())),
            Op::WritePipe if failed => format!("write {what} failed: closed{place}"),
            Op::WritePipe => format!("write {what}: {}{place}", bytes(event.after.as_ref())),
            Op::ClosePipe => format!("close {what}"),
            Op::Load => format!("load {what}{}{ordering}{place}", arrow(event.after.as_ref())),
            Op::Store => {
                let value = event.after.as_ref().map_or_else(String::new, |value| format!(" {}", shown(value)));
                format!("store {what}{value}{ordering}{place}")
            }
            Op::ReadModifyWrite => format!("update {what}{change}{ordering}{place}"),
            Op::CompareExchange if failed => {
                let found = event.before.as_ref().or(event.after.as_ref());
                let found = found.map_or_else(String::new, |value| format!(": is{TIE}{}", shown(value)));
                format!("cas {what} failed{found}{ordering}{place}")
            }
            Op::CompareExchange => format!("cas {what}{change}{ordering}{place}"),
            Op::Fence if event.text.is_some() => {
                format!("compiler_fence {}{place}", event.ordering.as_deref().unwrap_or_default())
            }
            Op::Fence => format!("fence {}{place}", event.ordering.as_deref().unwrap_or_default()),
            Op::CellRead => format!("read {what}{place}"),
            Op::CellWrite => format!("write {what}{place}"),
            Op::Park => match event.cause {
                Some(Cause::Timeout) => format!("unparked: timed out{place}"),
                Some(Cause::Spurious) => format!("unparked: spurious{place}"),
                _ => format!("unparked{place}"),
            },
            Op::Sleep => format!("sleep{place}"),
            Op::Yield => format!("yield{place}"),
            Op::Arrive => format!("rendezvous{place}"),
            Op::Quiesce => format!("all others sleep{place}"),
            Op::Print => format!("prints {}", text()),
            Op::Note => format!("“{}”", text().trim_matches('"')),
            // The place of a poll is where its task was spawned.
            Op::Poll if peer.is_empty() => "polled".to_owned(),
            Op::Poll => format!("polled by {peer}"),
            Op::BlockingCall => format!("calls {}{place}", called(event)),
        }
    }
}

fn verb(op: Op) -> &'static str {
    match op {
        Op::Lock => "lock",
        Op::TryLock => "try_lock",
        Op::Unlock => "unlock",
        Op::ReadLock => "read-lock",
        Op::TryReadLock => "try_read",
        Op::ReadUnlock => "read-unlock",
        Op::WriteLock => "write-lock",
        Op::TryWriteLock => "try_write",
        Op::WriteUnlock => "write-unlock",
        Op::Wake => "wait",
        Op::BarrierWait => "wait at",
        Op::InitWait => "wait for init of",
        Op::Send => "send",
        Op::TrySend => "try_send",
        Op::Recv => "recv",
        Op::TryRecv => "try_recv",
        Op::Park => "park",
        Op::Sleep => "sleep",
        _ => "wait",
    }
}

/// `t1, t2, t3 and 17 more`
pub(crate) fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 6;
    if names.len() <= SHOWN {
        return names.join(", ");
    }
    format!("{} and {} more", names[..SHOWN / 2].join(", "), names.len() - SHOWN / 2)
}

fn shown(value: &Value) -> String {
    clean(&value.to_string())
}

/// ` = 10`
fn is(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| format!(" ={TIE}{}", shown(value)))
}

/// The call that waits for a thread or a process.
fn joining(event: &Event) -> &str {
    event.text.as_deref().unwrap_or("join")
}

/// `65536 bytes`
fn bytes(value: Option<&Value>) -> String {
    value.map_or_else(|| "bytes".to_owned(), |value| format!("{}{TIE}bytes", shown(value)))
}

/// ` → 0`
fn arrow(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| format!(" →{TIE}{}", shown(value)))
}

/// ` 0→1`
fn change(event: &Event) -> String {
    match (&event.before, &event.after) {
        (Some(before), Some(after)) => format!(" {}→{}", shown(before), shown(after)),
        (_, after) => arrow(after.as_ref()),
    }
}

/// The name of a call that blocks.
fn called(event: &Event) -> String {
    event.text.as_deref().map_or_else(|| "what blocks".to_owned(), clean)
}

fn quoted(text: &str) -> String {
    let text = clean(text);
    let cut: String = text.chars().take(LONGEST_TEXT).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("\"{cut}{more}\"")
}

/// Names of at most `longest` columns where that leaves them different: the middle is cut, a number at the end stays.
fn shorten(names: &[String], longest: usize) -> Vec<String> {
    let mut shortened: Vec<String> = names.iter().map(|name| cut(name, longest)).collect();
    let mut limits = vec![longest; names.len()];
    loop {
        let mut count: HashMap<&String, usize> = HashMap::new();
        for name in &shortened {
            *count.entry(name).or_insert(0) += 1;
        }
        let twins: Vec<usize> = (0..names.len())
            .filter(|&index| count[&shortened[index]] > 1 && shortened[index] != names[index])
            .collect();
        if twins.is_empty() {
            return shortened;
        }
        for index in twins {
            limits[index] += 1;
            shortened[index] = cut(&names[index], limits[index]);
        }
    }
}

/// A name within `longest` columns, if that is worth it.
fn cut(name: &str, longest: usize) -> String {
    if name.width() <= longest {
        return name.to_owned();
    }
    let (head, tail) = name.rfind('#').map_or((name, ""), |at| name.split_at(at));
    let room = longest.saturating_sub(tail.width() + 1).max(2);
    let kept: String = head.chars().take(room).collect();
    if kept.chars().count() + 2 >= head.chars().count() { name.to_owned() } else { format!("{kept}…{tail}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_names_stay_different() {
        let names = ["accounts#1", "accounts#2", "accountants#1", "a"].map(str::to_owned);
        assert_eq!(shorten(&names, 6), ["accounts#1", "acc…#2", "accoun…#1", "a"].map(str::to_owned));
    }

    #[test]
    fn a_name_is_not_cut_for_nothing() {
        assert_eq!(cut("ready", 4), "ready");
        assert_eq!(cut("readiness", 4), "rea…");
    }
}
