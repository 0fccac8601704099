//! Accesses that were meant to be one step, and that another thread came between.
//!
//! Two accesses of one thread to one variable and an access of another thread between them: of the eight cases, four
//! are unserialisable (Lu, Tucek, Qin and Zhou, “AVIO: Detecting Atomicity Violations via Access Interleaving
//! Invariants”, ASPLOS 2006, table 1). Read–write–write is a lost update or a check-then-act, read–write–read a stale
//! read, write–write–read an overwritten write, write–read–write a dirty read. Over two variables that belong together the
//! mixture is a torn read (Lu, Park, Seo and Zhou, “Learning from Mistakes”, ASPLOS 2008, section 3.2.2).

use crate::{Event, ObjectId, Op, ThreadId, Trace, Value, is_test};

use super::case::{Case, Draft, equals, failing_panic};
use super::order::{Order, is_compiler_fence, reads_atomic, writes_atomic};
use super::variable::{Access, Kind, accesses};
use super::{Diagnosis, Pattern, attempt, cancel, panic, race};

/// Two accesses of one thread to one variable, and a write of another thread between them.
#[derive(Clone, Debug)]
struct Triple {
    first: Access,
    between: Access,
    /// How many writes of others lie between.
    writes_between: usize,
    /// The other thread had started from the same value.
    same_start: bool,
    second: Access,
    pattern: Pattern,
}

/// Two reads of one thread and two writes of another, such that one read saw the old and the other the new.
#[derive(Clone, Debug)]
struct Torn {
    reads: [Access; 2],
    writes: [Access; 2],
    /// Which of the reads saw the new value.
    new: usize,
}

/// A load that returned a value which was already replaced.
#[derive(Clone, Debug)]
struct Stale {
    load: Access,
    replaced: Access,
    /// What the same thread wrote next, from what it read.
    then: Option<Access>,
}

/// A write, a read of its value by another thread, and the write that takes the first one back.
#[derive(Clone, Debug)]
struct Dirty {
    write: Access,
    read: Access,
    undo: Access,
}

/// A read before the first write there is, by another thread, which nothing orders.
#[derive(Clone, Debug)]
struct Early {
    read: Access,
    write: Access,
}

#[derive(Clone, Debug)]
enum Violation {
    Triple(Box<Triple>),
    Torn(Box<Torn>),
    Stale(Box<Stale>),
    Dirty(Box<Dirty>),
    Early(Box<Early>),
}

/// How well a violation explains a failure: the smallest explains it best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// Reads alone explain less than reads that a write is based on.
    weak: bool,
    /// How recently the failing thread looked at the variable, among those it looked at.
    recency: usize,
    /// The likelier patterns first.
    pattern: u8,
    /// Events between the violation and the failure.
    distance: usize,
}

pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let end = failing_panic(case.trace).unwrap_or(case.trace.events.len());
    let failing = case.trace.events.get(end).or(case.trace.events.last())?.thread;
    let mut draft = Draft::new();
    draft.matters((end < case.trace.events.len()).then_some(end));
    let pattern = match best(case, failing, end) {
        Some(violation) => tell(case, &violation, &mut draft),
        None => {
            let update = cancel::explain_update(case, end, &mut draft);
            let cancelled = update.or_else(|| cancel::explain_send(case, end, &mut draft));
            let given_up = cancelled.or_else(|| panic::explain_update(case, end, &mut draft));
            given_up.or_else(|| attempt::explain(case, failing, end, &mut draft))?
        }
    };
    Some(draft.finish(pattern))
}

/// Adds to the account of a panic what another thread changed behind the panicking one's back.
pub(super) fn explain_panic(case: &Case<'_>, panic: usize, draft: &mut Draft) {
    let thread = case.event(panic).thread;
    let recent = recently_read(case, thread, panic);
    let own = |violation: &Violation| match violation {
        Violation::Triple(triple) => triple.second.thread == thread && recent.first() == Some(&triple.second.object),
        Violation::Torn(torn) => torn.reads[0].thread == thread,
        Violation::Stale(stale) => stale.load.thread == thread,
        Violation::Dirty(dirty) => dirty.read.thread == thread,
        Violation::Early(early) => early.read.thread == thread,
    };
    if let Some(violation) = best(case, thread, panic).filter(own) {
        tell(case, &violation, draft);
    }
}

/// The variables that a thread looked at before an event, the last first.
fn recently_read(case: &Case<'_>, thread: ThreadId, end: usize) -> Vec<ObjectId> {
    let mut objects = Vec::new();
    for event in case.trace.events[..end].iter().rev().filter(|event| event.thread == thread && !event.blocked) {
        let reads = matches!(
            event.op,
            Op::Lock
                | Op::TryLock
                | Op::ReadLock
                | Op::TryReadLock
                | Op::WriteLock
                | Op::TryWriteLock
                | Op::Load
                | Op::ReadModifyWrite
                | Op::CompareExchange
        );
        if let Some(object) = event.object.filter(|object| reads && !objects.contains(object)) {
            objects.push(object);
        }
    }
    objects
}

fn best(case: &Case<'_>, failing: ThreadId, end: usize) -> Option<Violation> {
    let mut variables = accesses(case.trace);
    // What only the hidden test looks at is its own bookkeeping.
    variables.retain(|_, accesses| accesses.iter().any(|access| !is_tests_own(case, access)));
    let order = Order::by_fork_and_join(case.trace);
    let synchronised = Order::happens_before(case.trace);
    let recent = recently_read(case, failing, end);
    let recency = |object: ObjectId| recent.iter().position(|&other| other == object).unwrap_or(recent.len());
    let distance = |access: &Access| end.saturating_sub(access.first);
    let mut found: Vec<(Fit, Violation)> = Vec::new();
    for (&object, accesses) in &variables {
        for triple in triples(case, accesses, &order).into_iter().filter(|triple| triple.second.first < end) {
            let weak = triple.pattern == Pattern::StaleRead && triple.second.last.is_some();
            let pattern = match triple.pattern {
                Pattern::LostUpdate => 0,
                Pattern::CheckThenAct => 1,
                _ => 2,
            };
            let overwritten = triple.pattern == Pattern::OverwrittenWrite;
            // Whoever looks for what another one writes expects it: only the read that a failure follows says something.
            if overwritten && (triple.second.thread != failing || recency(object) > 0) {
                continue;
            }
            let weak = weak || overwritten;
            let fit = Fit { weak, recency: recency(object), pattern, distance: distance(&triple.second) };
            found.push((fit, Violation::Triple(Box::new(triple))));
        }
        for dirty in dirty_reads(case.trace, accesses).into_iter().filter(|dirty| dirty.read.first < end) {
            let weak = dirty.read.thread != failing;
            let fit = Fit { weak, recency: recency(object), pattern: 1, distance: distance(&dirty.read) };
            found.push((fit, Violation::Dirty(Box::new(dirty))));
        }
        for stale in stale_loads(accesses, &synchronised).into_iter().filter(|stale| stale.load.first < end) {
            let fit = Fit { weak: false, recency: recency(object), pattern: 0, distance: distance(&stale.load) };
            found.push((fit, Violation::Stale(Box::new(stale))));
        }
    }
    if let Some(last) = recent.first()
        && let Some(early) = variables.get(last).and_then(|accesses| early_read(accesses, failing, end, &order))
    {
        let fit = Fit { weak: true, recency: 0, pattern: 3, distance: distance(&early.read) };
        found.push((fit, Violation::Early(Box::new(early))));
    }
    let all: Vec<Access> = variables.into_values().flatten().collect();
    for torn in torn_reads(&all, &order).into_iter().filter(|torn| torn.reads[1].first < end) {
        let own = torn.reads[1].thread == failing;
        // What the failing thread itself read last explains its failure best of all.
        let recency = if own { 0 } else { recent.len() };
        let fit = Fit { weak: !own, recency, pattern: 0, distance: distance(&torn.reads[1]) };
        found.push((fit, Violation::Torn(Box::new(torn))));
    }
    found.into_iter().min_by_key(|(fit, _)| *fit).map(|(_, violation)| violation)
}

fn is_tests_own(case: &Case<'_>, access: &Access) -> bool {
    case.event(access.first).at.as_ref().is_some_and(is_test)
}

/// The read–write–write and read–write–read triples over one variable.
fn triples(case: &Case<'_>, accesses: &[Access], order: &Order) -> Vec<Triple> {
    let mut triples = Vec::new();
    for (index, first) in accesses.iter().enumerate() {
        let Some(last) = first.last else { continue };
        let Some(second) = accesses[index + 1..].iter().find(|access| access.thread == first.thread) else { continue };
        let between: Vec<&Access> = (accesses[index + 1..].iter())
            .filter(|access| access.thread != first.thread && access.writes && !is_idle(access))
            .filter(|access| access.first > last && access.last.is_some_and(|last| last < second.first))
            // What was forked after the first and joined before the second was meant to be between them.
            .filter(|access| !(order.is_before(last, access.first) && order.is_before(access.first, second.first)))
            .collect();
        let Some(&write) = between.last() else { continue };
        if begins_again(case, first, second) {
            continue;
        }
        if let Some(pattern) = pattern(first, write, second, between.len()) {
            triples.push(Triple {
                first: first.clone(),
                between: write.clone(),
                writes_between: between.len(),
                same_start: started_from(accesses, write).is_some_and(|start| start == &first.found),
                second: second.clone(),
                pattern,
            });
        }
    }
    triples
}

/// Whether a critical section or a read-modify-write left what it had found, as a swap does of a flag that is up already:
/// nothing of it can be lost.
fn is_idle(access: &Access) -> bool {
    access.kind != Kind::Plain && access.found.is_some() && access.found == access.left
}

/// Whether the second access begins anew what the first had begun: something in between failed, and the thread is at the
/// same place once more. What it saw the first time does not matter any more.
fn begins_again(case: &Case<'_>, first: &Access, second: &Access) -> bool {
    let (one, two) = (case.event(first.first), case.event(second.first));
    let fails = |event: &Event| event.thread == first.thread && event.ok == Some(false);
    one.at.is_some() && one.at == two.at && case.trace.events[first.first..second.first].iter().any(fails)
}

/// The value that a thread had read when it made this write, if the log shows it.
fn started_from<'a>(accesses: &'a [Access], write: &Access) -> Option<&'a Option<Value>> {
    let own = |access: &&Access| access.thread == write.thread && access.first < write.first;
    let last = accesses.iter().rfind(own)?;
    (last.only_reads() && last.found.is_some()).then_some(&last.found)
}

/// The name of a triple; `None` where it is no violation.
fn pattern(first: &Access, between: &Access, second: &Access, writes_between: usize) -> Option<Pattern> {
    if is_overwritten(first, between, second) {
        return Some(Pattern::OverwrittenWrite);
    }
    if !first.reads {
        return None;
    }
    match (first.kind, second.kind) {
        // What happens inside one lock's critical section or one atomic step is whole in itself.
        (Kind::Section, Kind::Section) if first.writes => None,
        (Kind::Update | Kind::Exchange, Kind::Update | Kind::Exchange) => None,
        (_, Kind::Plain) if second.writes => Some(Pattern::LostUpdate),
        (_, Kind::Exchange) => {
            let back = first.only_reads() && first.found.is_some() && first.found == second.found && writes_between > 1;
            back.then_some(Pattern::Aba)
        }
        (_, Kind::Update) => first.only_reads().then_some(Pattern::CheckThenAct),
        (_, Kind::Section) if second.writes => {
            Some(if overwrites(first, between, second) { Pattern::LostUpdate } else { Pattern::CheckThenAct })
        }
        _ => {
            let changed = first.found.is_some() && second.found.is_some() && first.found != second.found;
            (changed && first.only_reads() && !is_poll(first, second)).then_some(Pattern::StaleRead)
        }
    }
}

/// Whether a thread writes what does not depend on what was there, and then reads what another one wrote.
fn is_overwritten(first: &Access, between: &Access, second: &Access) -> bool {
    let blind = first.kind == Kind::Plain && first.writes && !first.reads;
    let known = first.left.is_some() && second.found.is_some();
    blind && known && second.only_reads() && first.left != second.found && second.found == between.left
}

/// Whether the second section wrote what it would have written had the other write not been: the same change was made
/// to the same value twice, and shows once.
fn overwrites(first: &Access, between: &Access, second: &Access) -> bool {
    match [&first.found, &between.found, &between.left, &second.found, &second.left].map(number) {
        [Some(read), Some(from), Some(to), Some(found), Some(left)] => {
            let change = to - from;
            change != 0 && left - read == change && left - found != change
        }
        _ => false,
    }
}

/// Whether the values leave it open if the second section goes on from what it finds, or from what was read before.
fn is_open(first: &Access, between: &Access, second: &Access) -> bool {
    if second.kind != Kind::Section {
        return false;
    }
    match [&first.found, &between.found, &between.left, &second.found, &second.left].map(number) {
        // The same change as the other thread's, made to what is there: it went on from that.
        [Some(_), Some(from), Some(to), Some(found), Some(left)] => left - found != to - from && left != found,
        _ => false,
    }
}

fn number(value: &Option<Value>) -> Option<i128> {
    match value {
        Some(Value::Int(value)) => Some(i128::from(*value)),
        Some(Value::Uint(value)) => Some(i128::from(*value)),
        _ => None,
    }
}

/// Whether two reads are rounds of a loop that waits for a change.
fn is_poll(first: &Access, second: &Access) -> bool {
    first.kind == Kind::Plain && second.kind == Kind::Plain
}

/// Loads that returned an older value than the last one written, which nothing orders before them: a value that was
/// put there without a trace, through an exclusive borrow, would be ordered.
fn stale_loads(accesses: &[Access], order: &Order) -> Vec<Stale> {
    let mut stale = Vec::new();
    for (index, load) in accesses.iter().enumerate() {
        if load.kind != Kind::Plain || !load.only_reads() || load.found.is_none() {
            continue;
        }
        let Some(replaced) = accesses[..index].iter().rfind(|access| access.writes) else { continue };
        let older = replaced.left.is_some() && replaced.left != load.found;
        if older && replaced.thread != load.thread && !order.is_before(replaced.first, load.first) {
            let next = accesses[index + 1..].iter().find(|access| access.thread == load.thread);
            stale.push(Stale {
                load: load.clone(),
                replaced: replaced.clone(),
                then: next.filter(|access| access.writes && !access.reads).cloned(),
            });
        }
    }
    stale
}

/// Reads of a value that another thread took back afterwards, in a step of its own.
///
/// A flag that is exchanged is a lock: who finds it up in an attempt to put it up is kept out, and misled by nothing.
fn dirty_reads(trace: &Trace, accesses: &[Access]) -> Vec<Dirty> {
    let mut dirty = Vec::new();
    for (index, write) in accesses.iter().enumerate() {
        let Some(last) = write.last.filter(|_| write.writes && write.found.is_some() && write.found != write.left)
        else {
            continue;
        };
        let Some(undo) = accesses[index + 1..].iter().find(|access| access.thread == write.thread) else { continue };
        let exchanged = matches!(write.kind, Kind::Update | Kind::Exchange);
        let is_flag = exchanged && matches!(write.left, Some(Value::Bool(_)));
        let sees = |access: &&Access| {
            access.reads
                && access.thread != write.thread
                && access.first > last
                && access.found == write.left
                && !(is_flag && (is_idle(access) || trace.events[access.first].op == Op::CompareExchange))
        };
        let took_back = undo.writes && takes_back(write, undo);
        let between =
            accesses[index + 1..].iter().find(sees).filter(|read| read.last.is_some_and(|last| last < undo.first));
        if let Some(read) = between.filter(|_| took_back) {
            dirty.push(Dirty { write: write.clone(), read: read.clone(), undo: undo.clone() });
        }
    }
    dirty
}

/// The last read of a thread, if it found what was there from the beginning, and another thread writes later. (An order
/// violation: “the desired order between two (groups of) memory accesses is flipped”, Lu, Park, Seo and Zhou, 2008.)
fn early_read(accesses: &[Access], thread: ThreadId, end: usize, order: &Order) -> Option<Early> {
    let position = accesses.iter().rposition(|access| access.thread == thread && access.first < end)?;
    let read = accesses.get(position).filter(|access| access.only_reads())?;
    if accesses[..position].iter().any(|access| access.writes) {
        return None;
    }
    let write = accesses[position + 1..].iter().find(|access| access.writes && access.thread != thread)?;
    let forked = order.is_before(read.first, write.first);
    (!forked && read.found.as_ref() != write.left.as_ref().filter(|_| read.found.is_some()))
        .then(|| Early { read: read.clone(), write: write.clone() })
}

/// Whether one write changes the value back by as much as another had changed it.
fn takes_back(write: &Access, undo: &Access) -> bool {
    match [&write.found, &write.left, &undo.found, &undo.left].map(number) {
        [Some(from), Some(to), Some(later), Some(back)] => to - from == later - back,
        _ => undo.left == write.found,
    }
}

/// How many reads in a row are searched for a torn pair.
const READS_IN_A_ROW: usize = 8;

fn torn_reads(all: &[Access], order: &Order) -> Vec<Torn> {
    let mut all: Vec<&Access> = all.iter().collect();
    all.sort_by_key(|access| access.first);
    let mut torn = Vec::new();
    let reads = |access: &Access| access.only_reads() || (access.kind == Kind::Section && is_idle(access));
    for (index, first) in all.iter().enumerate().filter(|(_, access)| reads(access)) {
        let own = all[index + 1..].iter().filter(|access| access.thread == first.thread);
        for second in own.take(READS_IN_A_ROW).take_while(|access| reads(access)) {
            if second.object == first.object {
                break;
            }
            torn.extend(torn_pair(&all, first, second, order));
        }
    }
    torn
}

fn torn_pair(all: &[&Access], first: &Access, second: &Access, order: &Order) -> Option<Torn> {
    // What was there when the reading thread began is no part of a change that it came between.
    let changes = |access: &&&Access| {
        access.writes
            && access.found != access.left
            && access.thread != first.thread
            && !order.is_before(access.first, first.first)
    };
    let writes: Vec<&Access> = all.iter().filter(changes).copied().collect();
    let before = |a: &Access, b: &Access| a.last.is_some_and(|last| last < b.first);
    // The write whose value a read saw, and the first one that it did not see any more.
    let seen = |read: &Access| {
        let seen = writes.iter().filter(|write| write.object == read.object && before(write, read)).copied();
        seen.max_by_key(|write| write.last)
    };
    let unseen = |read: &Access| {
        let later = |write: &&&Access| write.object == read.object && before(read, write);
        writes.iter().find(later).copied()
    };
    let one_change = |a: &Access, b: &Access| a.thread == b.thread && is_one_change(&writes, a, b);
    // The first read saw the old value, the second the new one; or the other way round.
    let candidates = [(unseen(first), seen(second), 1), (seen(first), unseen(second), 0)];
    candidates.into_iter().find_map(|(of_first, of_second, new)| {
        let (x, y) = (of_first?, of_second?);
        one_change(x, y).then(|| {
            let mut writes = [x.clone(), y.clone()];
            writes.sort_by_key(|write| write.first);
            Torn { reads: [first.clone(), second.clone()], writes, new }
        })
    })
}

/// Writes of one change are at most so far apart among those of their thread.
const WRITES_OF_A_CHANGE: usize = 4;

/// Whether two writes of a thread are parts of one change, which writes each of its variables once: they are close, and
/// each is as many writes of its variable into the execution as the other.
fn is_one_change(writes: &[&Access], a: &Access, b: &Access) -> bool {
    let own: Vec<&&Access> = writes.iter().filter(|write| write.thread == a.thread).collect();
    let position = |write: &Access| own.iter().position(|other| **other == write);
    let (Some(a), Some(b)) = (position(a), position(b)) else { return false };
    let ordinal = |position: usize| own[..position].iter().filter(|write| write.object == own[position].object).count();
    a.abs_diff(b) <= WRITES_OF_A_CHANGE && ordinal(a) == ordinal(b)
}

fn tell(case: &Case<'_>, violation: &Violation, draft: &mut Draft) -> Pattern {
    match violation {
        Violation::Triple(triple) => tell_triple(case, triple, draft),
        Violation::Torn(torn) => tell_torn(case, torn, draft),
        Violation::Stale(stale) => tell_stale(case, stale, draft),
        Violation::Dirty(dirty) => tell_dirty(case, dirty, draft),
        Violation::Early(early) => tell_early(case, early, draft),
    }
}

/// `t1 read `hits` = 0 at :14`
fn read(case: &Case<'_>, access: &Access) -> String {
    format!(
        "{} read {}{}{}",
        case.who(access.thread),
        case.what(access.object),
        equals(access.found.as_ref()),
        case.at(access.first)
    )
}

/// `wrote 1 at :16`, `changed it from 0 to 1 at :16`
fn wrote(case: &Case<'_>, access: &Access) -> String {
    let at = case.at(access.wrote);
    match (&access.found, &access.left) {
        (Some(found), Some(left)) if access.reads && found != left => format!("changed it from {found} to {left}{at}"),
        (_, Some(left)) => format!("wrote {left}{at}"),
        _ => format!("changed it{at}"),
    }
}

fn mark_read(case: &Case<'_>, access: &Access, primary: bool, draft: &mut Draft) {
    let what = case.what(access.object);
    let label = format!("{} reads {what}{}", case.who(access.thread), equals(access.found.as_ref()));
    draft.mark(case.mark(access.first, primary, label));
    draft.matters([access.first]);
}

fn mark_write(case: &Case<'_>, access: &Access, primary: bool, draft: &mut Draft) {
    let what = case.what(access.object);
    let who = case.who(access.thread);
    let label = match &access.left {
        Some(value) => format!("{who} writes {what} = {value}"),
        None => format!("{who} changes {what}"),
    };
    draft.mark(case.mark(access.wrote, primary, label));
    draft.matters([access.wrote]);
}

fn tell_triple(case: &Case<'_>, triple: &Triple, draft: &mut Draft) -> Pattern {
    let Triple { first, between, writes_between, same_start, second, pattern } = triple;
    let (who, other) = (case.who(first.thread), case.who(between.thread));
    let more =
        if *writes_between > 1 { format!(" (the last of {writes_between} writes in between)") } else { String::new() };
    let opening = format!("{}; {other} then {}{more}", read(case, first), wrote(case, between));
    let steps = if first.kind == Kind::Section { "two critical sections" } else { "two steps" };
    if *pattern == Pattern::OverwrittenWrite {
        mark_write(case, first, false, draft);
    } else {
        mark_read(case, first, false, draft);
    }
    mark_write(case, between, false, draft);
    match pattern {
        Pattern::LostUpdate => {
            draft.say(format!("{opening}; {who} then {}, from what it had read before.", wrote(case, second)));
            let both = match &first.found {
                Some(value) if *same_start => format!("Both went on from the same {value}: the"),
                _ => "The".to_owned(),
            };
            let pair = if second.kind == Kind::Section { "read and the write" } else { "load and the store" };
            draft.say(format!(
                "{both} {pair} are {steps}, and what {other} wrote between them is lost (a lost update)."
            ));
        }
        Pattern::CheckThenAct => {
            draft.say(format!("{opening}; {who} then {}.", wrote(case, second)));
            draft.say(format!(
                "The read and the write are {steps}: when {who} wrote, what it had read was no longer true \
                 (check-then-act)."
            ));
            if is_open(first, between, second) {
                let value =
                    |value: &Option<Value>| value.as_ref().map_or_else(String::new, |value| format!(" {value}"));
                draft.say(format!(
                    "If {who} made the{} that it wrote from the{} that it had read, {other}'s change is lost.",
                    value(&second.left),
                    value(&first.found)
                ));
            }
        }
        Pattern::OverwrittenWrite => {
            let what = case.what(first.object);
            let value = first.left.as_ref().map_or_else(String::new, |value| format!(" = {value}"));
            draft.say(format!(
                "{who} wrote {what}{value}{}; {other} then {}{more}; {who} then read{}{}.",
                case.at(first.wrote),
                wrote(case, between),
                second.found.as_ref().map_or_else(String::new, |value| format!(" {value}")),
                case.at(second.first),
            ));
            draft.say(format!(
                "{who}'s write and its read are {steps}, and {other}'s write came between: {who} reads what {other} \
                 wrote in place of its own (an overwritten write)."
            ));
        }
        Pattern::Aba => {
            draft.say(format!(
                "{}; others then changed it {writes_between} times, and at last {other} {}; so {who}'s exchange{} found \
                 what {who} had read, and succeeded.",
                read(case, first),
                wrote(case, between),
                case.at(second.first),
            ));
            draft.say("That a value is the same does not mean that nothing happened to it (the ABA problem).");
        }
        _ => {
            let found = second.found.as_ref().map_or_else(|| "it changed".to_owned(), ToString::to_string);
            draft.say(format!("{opening}; {who} then found {found}{}.", case.at(second.first)));
            draft.say(format!("{who}'s two reads are {steps}: what the first one saw no longer held at the second."));
        }
    }
    if second.writes {
        mark_write(case, second, true, draft);
        draft.matters([second.first]);
    } else {
        mark_read(case, second, true, draft);
    }
    *pattern
}

fn tell_torn(case: &Case<'_>, torn: &Torn, draft: &mut Draft) -> Pattern {
    let [one, two] = &torn.reads;
    let mut steps: Vec<(&Access, bool)> = torn.reads.iter().map(|access| (access, false)).collect();
    steps.extend(torn.writes.iter().map(|access| (access, true)));
    steps.sort_by_key(|(access, is_write)| if *is_write { access.wrote } else { access.first });
    let mut told = Vec::new();
    for (access, is_write) in steps {
        let what = case.what(access.object);
        told.push(if is_write {
            mark_write(case, access, false, draft);
            let value = equals(access.left.as_ref());
            format!("{} wrote {what}{value}{}", case.who(access.thread), case.at(access.wrote))
        } else {
            mark_read(case, access, true, draft);
            read(case, access)
        });
    }
    draft.say(format!("{}.", told.join("; ")));
    let (new, old) = if torn.new == 0 { (one, two) } else { (two, one) };
    draft.say(format!(
        "So {} saw {} from before {}'s change and {} from after it: a torn read.",
        case.who(one.thread),
        case.what(old.object),
        case.who(torn.writes[0].thread),
        case.what(new.object),
    ));
    Pattern::TornRead
}

fn tell_early(case: &Case<'_>, early: &Early, draft: &mut Draft) -> Pattern {
    let Early { read: seen, write } = early;
    let (who, other) = (case.who(seen.thread), case.who(write.thread));
    mark_read(case, seen, true, draft);
    mark_write(case, write, false, draft);
    draft.say(format!("{}; only after that {other} {}.", read(case, seen), wrote(case, write)));
    draft.say(format!("Nothing makes {who} wait for {other}'s write: the two come in any order (an order violation)."));
    Pattern::OrderViolation
}

fn tell_dirty(case: &Case<'_>, dirty: &Dirty, draft: &mut Draft) -> Pattern {
    let Dirty { write, read: seen, undo } = dirty;
    let (who, other) = (case.who(write.thread), case.who(seen.thread));
    let value = seen.found.as_ref().map_or_else(|| "it".to_owned(), ToString::to_string);
    mark_write(case, write, false, draft);
    mark_read(case, seen, true, draft);
    mark_write(case, undo, false, draft);
    let change = match (&write.found, &write.left) {
        (Some(found), Some(left)) => format!(" from {found} to {left}"),
        _ => String::new(),
    };
    draft.say(format!(
        "{who} changed {}{change}{}; {other} then found {value}{}; {who} then {}.",
        case.what(write.object),
        case.at(write.wrote),
        case.at(seen.first),
        wrote(case, undo),
    ));
    draft.say(format!(
        "{who} takes its change back, but in a step of its own: between the two, everybody can see it (a dirty read)."
    ));
    Pattern::DirtyRead
}

/// One of two threads that write something of their own and then read what the other one writes.
struct Side {
    store: usize,
    load: usize,
}

/// Tells of store buffering, if it is that: two threads wrote, and then each read what was there before the other's write.
fn tell_buffering(case: &Case<'_>, store: usize, load: usize, draft: &mut Draft) -> bool {
    let Some(sides) = buffering(case, store, load) else { return false };
    let ordering = |index: usize| case.event(index).ordering.clone().unwrap_or_else(|| "no ordering known".to_owned());
    let noun = |index: usize| if reads_atomic(case.event(index)) { "update" } else { "store" };
    let told = sides.each_ref().map(|side| {
        draft.matters([side.store, side.load]);
        let who = case.who(case.event(side.store).thread);
        format!("{who} wrote {} before it read {}", case.what_of(side.store), case.what_of(side.load))
    });
    draft
        .say(format!("{}, and each found what was there before the other's write (store buffering).", told.join(", ")));
    for side in &sides {
        let who = case.who(case.event(side.store).thread);
        let what = format!("{who}'s {}{}", noun(side.store), case.at(side.store));
        if is_ordered(case, side) {
            draft.say(format!("{what} stays before its load{}; that takes both sides.", case.at(side.load)));
            continue;
        }
        draft.mark(case.mark(side.store, true, format!("{who}'s {}: {}", noun(side.store), ordering(side.store))));
        draft.mark(case.mark(side.load, true, format!("{who}'s load: {}", ordering(side.load))));
        draft.say(format!(
            "{what} ({}) need not be seen by the others before its load{} ({}) is done.",
            ordering(side.store),
            case.at(side.load),
            ordering(side.load),
        ));
        for fence in (side.store..side.load).filter(|&index| is_fence_of(case, index, side)) {
            draft.matters([fence]);
            draft.say(if is_compiler_fence(case.event(fence)) {
                format!("The compiler fence{} holds for the compiler alone.", case.at(fence))
            } else {
                format!("The {} fence{} does not change that.", ordering(fence), case.at(fence))
            });
        }
    }
    draft.say("Release and acquire leave a store and a later load of something else in any order.");
    true
}

/// The two sides of store buffering, if a thread did not read what another one had stored, and the other way round.
fn buffering(case: &Case<'_>, store: usize, load: usize) -> Option<[Side; 2]> {
    let (a, b) = (case.event(store).thread, case.event(load).thread);
    let looks = |own: usize| {
        let wrote = case.event(own);
        (store + 1..case.trace.events.len()).find(|&index| {
            let event = case.event(index);
            event.thread == a && event.object == wrote.object && event.op == Op::Load && event.after != wrote.after
        })
    };
    let (own, other) = (0..load).rev().find_map(|own| {
        let event = case.event(own);
        let fits = event.thread == b && writes_atomic(event) && event.object != case.event(load).object;
        Some((own, fits.then(|| looks(own))??))
    })?;
    let sides = [Side { store, load: other }, Side { store: own, load }];
    sides.iter().any(|side| !is_ordered(case, side)).then_some(sides)
}

fn is_fence_of(case: &Case<'_>, index: usize, side: &Side) -> bool {
    let event = case.event(index);
    event.thread == case.event(side.store).thread && event.op == Op::Fence
}

/// Whether a load comes after the store before it for everybody who is sequentially consistent, too.
fn is_ordered(case: &Case<'_>, side: &Side) -> bool {
    let is_sequential = |index: usize| case.event(index).ordering.as_deref() == Some("SeqCst");
    let is_fence =
        |index: usize| is_fence_of(case, index, side) && !is_compiler_fence(case.event(index)) && is_sequential(index);
    (is_sequential(side.store) && is_sequential(side.load)) || (side.store..side.load).any(is_fence)
}

fn tell_stale(case: &Case<'_>, stale: &Stale, draft: &mut Draft) -> Pattern {
    let Stale { load, replaced, then } = stale;
    let (who, other) = (case.who(load.thread), case.who(replaced.thread));
    let value = replaced.left.as_ref().map_or_else(String::new, |value| format!(" {value}"));
    mark_write(case, replaced, false, draft);
    mark_read(case, load, then.is_none(), draft);
    draft.say(format!("{}, although {other} had already written{value}{}.", read(case, load), case.at(replaced.wrote)));
    if then.is_none() && tell_buffering(case, replaced.wrote, load.first, draft) {
        return Pattern::StaleRead;
    }
    race::explain(case, replaced.wrote, load.first, draft);
    match then {
        Some(write) => {
            mark_write(case, write, true, draft);
            draft.say(format!("{who} then {}, from the old value: {other}'s write is lost.", wrote(case, write)));
            Pattern::LostUpdate
        }
        None => {
            draft.say("A load may return an older value than the last one written, as long as nothing orders the two.");
            Pattern::StaleRead
        }
    }
}
