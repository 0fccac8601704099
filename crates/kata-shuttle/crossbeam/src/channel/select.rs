//! `crossbeam::channel::Select`.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use kata_shuttle::time::Instant;
use kata_trace::Op;

use super::selection::{self, Operation, Patience, Selected, Wanted, until};
use super::{
    Place, ReadyTimeoutError, Receiver, RecvError, SelectTimeoutError, SendError, Sender, TryReadyError, TrySelectError,
};
use crate::coroutine::coroutine_safe;

#[derive(Clone)]
struct Handle<'a> {
    operation: &'a dyn Operation,
    index: usize,
    /// Where the sender or receiver is.
    address: usize,
}

/// `crossbeam::channel::Select` in this world.
#[derive(Clone)]
pub struct Select<'a> {
    handles: Vec<Handle<'a>>,
    next: usize,
    biased: bool,
}

coroutine_safe! {
    unsafe impl [] Send for Select<'_>;
    unsafe impl [] Sync for Select<'_>;
}

impl<'a> Select<'a> {
    /// No operations, of which any that is ready may be selected.
    #[must_use]
    pub fn new() -> Self {
        Select { handles: Vec::new(), next: 0, biased: false }
    }

    /// No operations, of which the first that is ready is selected.
    #[must_use]
    pub fn new_biased() -> Self {
        Select { biased: true, ..Select::new() }
    }

    /// Adds a send operation. Returns its index.
    pub fn send<T>(&mut self, s: &'a Sender<T>) -> usize {
        self.add(s, std::ptr::from_ref(s).addr())
    }

    /// Adds a receive operation. Returns its index.
    pub fn recv<T>(&mut self, r: &'a Receiver<T>) -> usize {
        self.add(r, std::ptr::from_ref(r).addr())
    }

    fn add(&mut self, operation: &'a dyn Operation, address: usize) -> usize {
        let index = self.next;
        self.handles.push(Handle { operation, index, address });
        self.next += 1;
        index
    }

    /// Takes an operation out.
    ///
    /// # Panics
    ///
    /// If there is none with this index.
    pub fn remove(&mut self, index: usize) {
        assert!(index < self.next, "index out of bounds; {index} >= {}", self.next);
        let place = self.handles.iter().position(|handle| handle.index == index);
        self.handles.swap_remove(place.expect("no operation with this index"));
    }

    fn run(&self, patience: Patience, only_ready: bool, at: Place) -> Option<(&Handle<'a>, Selected)> {
        let operations: Vec<&dyn Operation> = self.handles.iter().map(|handle| handle.operation).collect();
        let wanted = Wanted { patience, biased: self.biased, only_ready, at };
        let selected = selection::select(&operations, wanted)?;
        Some((&self.handles[selected.0], selected))
    }

    fn run_select(&self, patience: Patience, at: Place) -> Option<SelectedOperation<'a>> {
        let (handle, (_, ticket)) = self.run(patience, false, at)?;
        Some(SelectedOperation { index: handle.index, ticket, address: handle.address, _borrow: PhantomData })
    }

    fn run_ready(&self, patience: Patience, at: Place) -> Option<usize> {
        self.run(patience, true, at).map(|(handle, _)| handle.index)
    }

    /// Selects an operation if one is ready.
    ///
    /// # Errors
    ///
    /// If none is.
    #[track_caller]
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        self.run_select(Patience::None, Location::caller()).ok_or(TrySelectError)
    }

    /// Waits until an operation is ready, and selects it.
    ///
    /// # Panics
    ///
    /// If there are no operations.
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        assert!(!self.handles.is_empty(), "no operations have been added to `Select`");
        self.run_select(Patience::Until(None), Location::caller()).expect("it has waited to the end")
    }

    /// Waits at most `timeout`.
    ///
    /// # Errors
    ///
    /// If the time has passed.
    #[track_caller]
    pub fn select_timeout(&mut self, timeout: Duration) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.run_select(Patience::Until(until(timeout)), Location::caller()).ok_or(SelectTimeoutError)
    }

    /// Waits until `deadline` at most.
    ///
    /// # Errors
    ///
    /// If the time has passed.
    #[track_caller]
    pub fn select_deadline(&mut self, deadline: Instant) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        let patience = Patience::Until(Some(deadline.deadline()));
        self.run_select(patience, Location::caller()).ok_or(SelectTimeoutError)
    }

    /// The index of an operation that is ready, if one is.
    ///
    /// # Errors
    ///
    /// If none is.
    #[track_caller]
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        self.run_ready(Patience::None, Location::caller()).ok_or(TryReadyError)
    }

    /// Waits until an operation is ready, and returns its index.
    ///
    /// # Panics
    ///
    /// If there are no operations.
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        assert!(!self.handles.is_empty(), "no operations have been added to `Select`");
        self.run_ready(Patience::Until(None), Location::caller()).expect("it has waited to the end")
    }

    /// Waits at most `timeout`.
    ///
    /// # Errors
    ///
    /// If the time has passed.
    #[track_caller]
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        self.run_ready(Patience::Until(until(timeout)), Location::caller()).ok_or(ReadyTimeoutError)
    }

    /// Waits until `deadline` at most.
    ///
    /// # Errors
    ///
    /// If the time has passed.
    #[track_caller]
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.run_ready(Patience::Until(Some(deadline.deadline())), Location::caller()).ok_or(ReadyTimeoutError)
    }

    /// What the macros call: as many of the above as there are ways to wait. `None`: as long as it takes.
    #[doc(hidden)]
    #[track_caller]
    pub fn within(&mut self, limit: Limit) -> Option<SelectedOperation<'a>> {
        let patience = match limit {
            Limit::Now => Patience::None,
            Limit::Timeout(timeout) => Patience::Until(until(timeout)),
            Limit::Selected => Patience::Until(None),
        };
        self.run_select(patience, Location::caller())
    }
}

/// How long a selection of the macros waits.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// Not at all.
    Now,
    /// So long.
    Timeout(Duration),
    /// Until something is selected.
    Selected,
}

impl Default for Select<'_> {
    fn default() -> Self {
        Select::new()
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Select { .. }")
    }
}

/// `crossbeam::channel::SelectedOperation` in this world.
#[must_use]
pub struct SelectedOperation<'a> {
    index: usize,
    ticket: u64,
    address: usize,
    _borrow: PhantomData<(&'a (), *const u8)>,
}

impl SelectedOperation<'_> {
    /// Its index.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Completes a send operation.
    ///
    /// # Errors
    ///
    /// The message, if every receiver is gone.
    ///
    /// # Panics
    ///
    /// If another sender was selected.
    #[track_caller]
    pub fn send<T>(self, s: &Sender<T>, msg: T) -> Result<(), SendError<T>> {
        assert!(std::ptr::from_ref(s).addr() == self.address, "passed a sender that wasn't selected");
        let ticket = self.ticket;
        std::mem::forget(self);
        s.0.send(ticket, msg, Op::Send, Location::caller()).map_err(SendError)
    }

    /// Completes a receive operation.
    ///
    /// # Errors
    ///
    /// If there is no message and every sender is gone.
    ///
    /// # Panics
    ///
    /// If another receiver was selected.
    #[track_caller]
    pub fn recv<T>(self, r: &Receiver<T>) -> Result<T, RecvError> {
        assert!(std::ptr::from_ref(r).addr() == self.address, "passed a receiver that wasn't selected");
        let ticket = self.ticket;
        std::mem::forget(self);
        r.0.receive(ticket, Op::Recv, Location::caller()).ok_or(RecvError)
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SelectedOperation { .. }")
    }
}

impl Drop for SelectedOperation<'_> {
    fn drop(&mut self) {
        panic!("dropped `SelectedOperation` without completing the operation");
    }
}
