//! The state of a channel, and what its operations do to it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kata::Scalar;
use kata_shuttle::task::{self, Identity, Readiness};
use kata_trace::{ObjectKind, Op};

use super::Place;
use super::party::{Party, Wait};
use crate::coroutine::coroutine_safe;

/// How messages come through a channel.
pub(super) enum Kind<T> {
    /// They wait in it. `None`: as many as there are.
    Queue(Option<usize>),
    /// From hand to hand.
    Rendezvous,
    /// It delivers the time: this is the message, and how long it takes until the next one.
    Clock(fn(Duration) -> T, Option<Duration>),
    /// None ever do.
    Never,
}

/// A message in a queue, or the place that is reserved for one.
struct Slot<T> {
    ticket: u64,
    message: Option<T>,
}

/// What a selected operation has got hold of.
enum Claim<T> {
    /// To receive: this message.
    Message(T),
    /// To receive: what the other side is about to put there.
    Promise(Rc<Party<T>>),
    /// To send: the place in the queue with the same ticket.
    Place,
    /// To send: to this one.
    Partner(Rc<Party<T>>),
    /// Nothing: the other side is gone.
    Closed,
}

struct State<T> {
    queue: VecDeque<Slot<T>>,
    /// Those who wait to send, and to receive, at a rendezvous.
    offers: Vec<Rc<Party<T>>>,
    takers: Vec<Rc<Party<T>>>,
    /// When the clock delivers.
    due: Option<Duration>,
    /// What was selected and is not completed.
    claims: Vec<(u64, Claim<T>)>,
    tickets: u64,
    senders: usize,
    receivers: usize,
}

/// Which end of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Send,
    Receive,
}

/// A channel.
pub(super) struct Channel<T> {
    pub(super) identity: Identity,
    kind: Kind<T>,
    state: RefCell<State<T>>,
}

coroutine_safe! {
    unsafe impl [T: Send] Send for Channel<T>;
    unsafe impl [T: Send] Sync for Channel<T>;
}

impl<T> Channel<T> {
    #[track_caller]
    pub(super) fn new(kind: Kind<T>, due: Option<Duration>) -> Arc<Self> {
        let state = State {
            queue: VecDeque::new(),
            offers: Vec::new(),
            takers: Vec::new(),
            due,
            claims: Vec::new(),
            tickets: 0,
            senders: 0,
            receivers: 0,
        };
        Arc::new(Channel { identity: Identity::new(ObjectKind::Channel), kind, state: RefCell::new(state) })
    }

    // ---- what can be seen of it without using the world ----

    pub(super) fn is_rendezvous(&self) -> bool {
        matches!(self.kind, Kind::Rendezvous)
    }

    pub(super) fn is_never(&self) -> bool {
        matches!(self.kind, Kind::Never)
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        match self.kind {
            Kind::Queue(capacity) => capacity,
            Kind::Rendezvous | Kind::Never => Some(0),
            Kind::Clock(..) => Some(1),
        }
    }

    fn len_at(&self, now: Duration) -> usize {
        let state = self.state.borrow();
        match self.kind {
            Kind::Queue(_) => state.queue.len(),
            Kind::Rendezvous | Kind::Never => 0,
            Kind::Clock(..) => usize::from(state.due.is_some_and(|due| due <= now)),
        }
    }

    /// Whether an operation need not wait.
    pub(super) fn is_ready(&self, end: End, wait: &Rc<Wait>, now: Duration) -> bool {
        let state = self.state.borrow();
        match (end, &self.kind) {
            _ if self.is_closed_in(&state, end) => true,
            (End::Send, Kind::Queue(capacity)) => capacity.is_none_or(|capacity| state.queue.len() < capacity),
            (End::Receive, Kind::Queue(_)) => state.queue.front().is_some_and(|slot| slot.message.is_some()),
            (End::Send, Kind::Rendezvous) => state.takers.iter().any(|party| party.is_free_for(wait)),
            (End::Receive, Kind::Rendezvous) => state.offers.iter().any(|party| party.is_free_for(wait)),
            (End::Receive, Kind::Clock(..)) => state.due.is_some_and(|due| due <= now),
            (_, Kind::Clock(..) | Kind::Never) => false,
        }
    }

    /// Whether an operation finds the other side gone, which stays so.
    pub(super) fn is_closed(&self, end: End) -> bool {
        self.is_closed_in(&self.state.borrow(), end)
    }

    fn is_closed_in(&self, state: &State<T>, end: End) -> bool {
        match (end, &self.kind) {
            (_, Kind::Clock(..) | Kind::Never) => false,
            (End::Send, _) => state.receivers == 0,
            (End::Receive, _) => state.senders == 0 && state.queue.is_empty(),
        }
    }

    /// Whether the next message has its place, and is about to be put there.
    pub(super) fn is_unsettled(&self, end: End) -> bool {
        end == End::Receive && self.state.borrow().queue.front().is_some_and(|slot| slot.message.is_none())
    }

    /// When a message comes by itself.
    pub(super) fn due(&self) -> Option<Duration> {
        self.state.borrow().due
    }

    /// Waits at the rendezvous, for others to see. `message` is to be sent, if it is known yet.
    pub(super) fn stand_by(&self, end: End, wait: &Rc<Wait>, arm: usize, message: &mut dyn FnMut() -> Option<T>) {
        if !self.is_rendezvous() {
            return;
        }
        let mut state = self.state.borrow_mut();
        let parties = state.parties(end);
        if !parties.iter().any(|party| party.is(wait, arm)) {
            parties.push(Party::new(wait, arm, message()));
        }
    }

    /// Waits there no more. Returns the message that was to be sent, unless it was received.
    pub(super) fn leave(&self, end: End, wait: &Rc<Wait>, arm: usize) -> Option<T> {
        let mut state = self.state.borrow_mut();
        let parties = state.parties(end);
        let place = parties.iter().position(|party| party.is(wait, arm))?;
        let party = parties.remove(place);
        if end == End::Send && wait.chosen() != Some(arm) { party.message.take() } else { None }
    }

    // ---- operations ----

    /// Begins an operation that is ready: what it needs is its own from here on. Returns the ticket to complete it with.
    pub(super) fn claim(&self, end: End, wait: &Rc<Wait>) -> u64 {
        let partner = match self.kind {
            Kind::Rendezvous => self.partner(end, wait),
            _ => None,
        };
        self.identity.progresses();
        let now = task::now();
        let mut state = self.state.borrow_mut();
        state.tickets += 1;
        let ticket = state.tickets;
        let claim = match (end, &self.kind) {
            (End::Send, _) if state.receivers == 0 => Claim::Closed,
            (End::Send, Kind::Queue(_)) => {
                state.queue.push_back(Slot { ticket, message: None });
                Claim::Place
            }
            (End::Receive, Kind::Queue(_)) => {
                let slot = state.queue.pop_front();
                slot.and_then(|slot| slot.message).map_or(Claim::Closed, Claim::Message)
            }
            (End::Send, Kind::Rendezvous) => partner.map_or(Claim::Closed, Claim::Partner),
            (End::Receive, Kind::Rendezvous) => match partner {
                Some(partner) => {
                    let message = partner.message.take();
                    message.map_or(Claim::Promise(partner), Claim::Message)
                }
                None => Claim::Closed,
            },
            (End::Receive, Kind::Clock(deliver, every)) => match state.due {
                Some(due) => {
                    state.due = every.map(|every| due.max(now).saturating_add(every));
                    Claim::Message(deliver(due))
                }
                None => Claim::Closed,
            },
            (_, Kind::Clock(..) | Kind::Never) => Claim::Closed,
        };
        state.claims.push((ticket, claim));
        ticket
    }

    /// One of those who wait at the other side of a rendezvous, paired up with.
    fn partner(&self, end: End, wait: &Rc<Wait>) -> Option<Rc<Party<T>>> {
        let free: Vec<Rc<Party<T>>> = {
            let mut state = self.state.borrow_mut();
            let others = state.parties(end.other());
            others.iter().filter(|party| party.is_free_for(wait)).map(Rc::clone).collect()
        };
        let partner = free.get(task::pick(free.len()))?;
        partner.choose();
        Some(Rc::clone(partner))
    }

    /// As [`Channel::claim`], for a rendezvous at which this operation has waited and was chosen.
    pub(super) fn claim_chosen(&self, end: End, wait: &Rc<Wait>, arm: usize) -> u64 {
        let mut state = self.state.borrow_mut();
        state.tickets += 1;
        let ticket = state.tickets;
        let own = state.parties(end).iter().find(|party| party.is(wait, arm)).map(Rc::clone);
        let own = own.expect("whoever is chosen has waited");
        let claim = match end {
            End::Receive => {
                let message = own.message.take();
                message.map_or(Claim::Promise(own), Claim::Message)
            }
            // Whoever waits for a message of which nothing is known yet waits for this party.
            End::Send => Claim::Partner(own),
        };
        state.claims.push((ticket, claim));
        ticket
    }

    fn redeem(&self, ticket: u64) -> Claim<T> {
        let mut state = self.state.borrow_mut();
        let place = state.claims.iter().position(|(other, _)| *other == ticket);
        place.map_or(Claim::Closed, |place| state.claims.swap_remove(place).1)
    }

    /// Completes an operation that needs nothing more.
    pub(super) fn settle(&self, ticket: u64) {
        drop(self.redeem(ticket));
    }

    /// Completes a receive operation. `None`: the channel is closed.
    pub(super) fn receive(&self, ticket: u64, op: Op, at: Place) -> Option<T> {
        let message = match self.redeem(ticket) {
            Claim::Message(message) => Some(message),
            Claim::Promise(party) => {
                let kept = |_| Readiness::free_when(party.message.borrow().is_some());
                self.identity.operation(op, at, &kept, None);
                party.message.take()
            }
            _ => None,
        };
        self.log(op, at, message.is_some(), message.as_ref().map_or(Scalar::None, Scalar::of));
        message
    }

    /// Completes a send operation. `message` is `None` where it was known before.
    ///
    /// # Errors
    ///
    /// The message, if the channel is closed.
    pub(super) fn send(&self, ticket: u64, message: T, op: Op, at: Place) -> Result<(), T> {
        let value = Scalar::of(&message);
        let sent = match self.redeem(ticket) {
            Claim::Place => {
                let mut state = self.state.borrow_mut();
                let slot = state.queue.iter_mut().find(|slot| slot.ticket == ticket);
                // Without a receiver the place may be gone, and the message with it.
                let lost = match slot {
                    Some(slot) => slot.message.replace(message),
                    None => Some(message),
                };
                drop(state);
                drop(lost);
                Ok(())
            }
            Claim::Partner(party) => {
                party.message.replace(Some(message));
                Ok(())
            }
            _ => Err(message),
        };
        self.identity.progresses();
        self.log(op, at, sent.is_ok(), value);
        sent
    }

    /// An operation was carried out, or nothing came of it.
    pub(super) fn log(&self, op: Op, at: Place, ok: bool, value: Scalar) {
        self.identity.record(op, Some(at), |entry| {
            entry.ok = Some(ok);
            entry.after = value;
        });
    }

    /// How many messages there are, as the program asks.
    pub(super) fn len(&self, at: Place) -> usize {
        self.identity.look();
        self.identity.point(Op::Load, at);
        let len = self.len_at(task::now());
        self.identity.record(Op::Load, Some(at), |entry| entry.after = Scalar::of(&len));
        len
    }

    // ---- the ends ----

    pub(super) fn add(&self, end: End, at: Place) {
        *self.state.borrow_mut().ends(end) += 1;
        if end == End::Send {
            self.identity.sender_made(at);
        }
    }

    pub(super) fn drop_sender(&self, made: Place) {
        if *self.state.borrow_mut().ends(End::Send) == 1 {
            self.identity.release(Op::CloseSend, None);
        }
        let last = {
            let mut state = self.state.borrow_mut();
            state.senders -= 1;
            state.senders == 0
        };
        self.identity.sender_dropped(made);
        if last {
            self.identity.progresses();
            self.identity.record(Op::CloseSend, None, |_| {});
        }
    }

    pub(super) fn drop_receiver(&self) {
        let closes = matches!(self.kind, Kind::Queue(_) | Kind::Rendezvous);
        if closes && *self.state.borrow_mut().ends(End::Receive) == 1 {
            // Whether a send comes before or after this shows in its result.
            self.identity.release_seen(Op::CloseRecv);
        }
        let left = {
            let mut state = self.state.borrow_mut();
            state.receivers -= 1;
            if !closes || state.receivers > 0 {
                return;
            }
            match self.kind {
                Kind::Queue(None) => std::mem::take(&mut state.queue),
                // What a bounded channel holds stays there until its senders are gone, too.
                _ => VecDeque::new(),
            }
        };
        self.identity.progresses();
        self.identity.record(Op::CloseRecv, None, |_| {});
        drop(left);
    }
}

impl<T> State<T> {
    fn parties(&mut self, end: End) -> &mut Vec<Rc<Party<T>>> {
        match end {
            End::Send => &mut self.offers,
            End::Receive => &mut self.takers,
        }
    }

    fn ends(&mut self, end: End) -> &mut usize {
        match end {
            End::Send => &mut self.senders,
            End::Receive => &mut self.receivers,
        }
    }
}

impl End {
    fn other(self) -> Self {
        match self {
            End::Send => End::Receive,
            End::Receive => End::Send,
        }
    }
}
