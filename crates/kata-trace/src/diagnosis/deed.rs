//! What a thread does in an event, as a verb with its object.

use crate::{Cause, Op};

use super::case::{Case, equals};

/// `locks `a` at :25`, `tries `b` at :26 in vain`: completes a sentence that begins with the thread.
pub(super) fn deed(case: &Case<'_>, index: usize) -> String {
    let event = case.event(index);
    let (what, at) = (case.what_of(index), case.at(index));
    let peer = || event.peer.map_or("a thread", |peer| case.who(peer));
    let failed = event.ok == Some(false);
    let in_vain = if failed { " in vain" } else { "" };
    let found = equals(event.after.as_ref());
    let verb = match event.op {
        Op::Sleep if event.blocked => return format!("sleeps{at}"),
        _ if event.blocked && event.object.is_none() && event.peer.is_none() => {
            return format!("waits{at} for its turn");
        }
        _ if event.blocked => return format!("waits{at} for {what}"),
        Op::Spawn => return format!("spawns {}{at}", peer()),
        Op::Join => return format!("joins {}{at}", peer()),
        Op::StartPool => return format!("starts a pool{at}"),
        Op::Unpark => return format!("unparks {}{at}", peer()),
        Op::Abort => return format!("aborts {}{at}", peer()),
        Op::Exit => return "ends".to_owned(),
        Op::Panic => return format!("panics{at}"),
        Op::Park => return format!("parks{at}"),
        Op::Sleep => return format!("sleeps{at}"),
        Op::Yield => return format!("yields{at}"),
        Op::Fence => return format!("fences{at}"),
        Op::Print => return format!("prints{at}"),
        Op::Note => return format!("remarks{at}"),
        Op::Quiesce => return format!("waits until the others sleep{at}"),
        Op::Unlock | Op::ReadUnlock | Op::WriteUnlock => return format!("releases {what}"),
        Op::TryLock => return format!("tries to lock {what}{at}{in_vain}"),
        Op::TryReadLock => return format!("tries to read {what}{at}{in_vain}"),
        Op::TryWriteLock => return format!("tries to write {what}{at}{in_vain}"),
        Op::TrySend => return format!("tries to send on {what}{at}{in_vain}"),
        Op::TryRecv => return format!("tries to receive from {what}{at}{in_vain}"),
        Op::CompareExchange => return format!("tries to exchange {what}{at}{in_vain}"),
        Op::Load => return format!("reads {what}{found}{at}"),
        Op::Store => return format!("writes {what}{found}{at}"),
        Op::ReadModifyWrite if event.before == event.after => return format!("finds {what}{found}{at}"),
        Op::ReadModifyWrite => return format!("changes {what}{found}{at}"),
        Op::Wake => {
            return match event.cause {
                Some(Cause::Timeout) => format!("gives up waiting on {what}{at}"),
                Some(Cause::Spurious) => format!("wakes spuriously from {what}{at}"),
                _ => format!("wakes from {what}{at}"),
            };
        }
        Op::Lock => "locks",
        Op::ReadLock => "read-locks",
        Op::WriteLock => "write-locks",
        Op::Wait => "waits on",
        Op::NotifyOne | Op::NotifyAll => "notifies",
        Op::BarrierWait => "passes",
        Op::InitBegin => "begins to initialise",
        Op::InitEnd => "has initialised",
        Op::InitWait => "finds initialised",
        Op::Send => "sends on",
        Op::CancelSend => "cancels a send on",
        Op::CancelWait => "gives up waiting for",
        Op::Suspend => "awaits, keeping",
        Op::Recv => "receives from",
        Op::CloseSend => "drops the last sender of",
        Op::CloseRecv => "drops the receiver of",
        Op::ReadPipe => "reads from",
        Op::WritePipe => "writes to",
        Op::ClosePipe => "closes",
        Op::CellRead => "reads",
        Op::CellWrite => "writes",
        Op::Arrive => "arrives at",
        Op::Poll => "polls",
        Op::BlockingCall => "blocks in",
    };
    format!("{verb} {what}{at}")
}
