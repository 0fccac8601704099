//! `tokio::sync::mpsc`.

mod bounded;
mod channel;
mod unbounded;

pub use bounded::{OwnedPermit, Permit, PermitIterator, Receiver, Sender, WeakSender, channel};
pub use unbounded::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};

pub mod error {
    //! `tokio::sync::mpsc::error` in this world.
    pub use super::bounded::SendTimeoutError;
    pub use tokio::sync::mpsc::error::{SendError, TryRecvError, TrySendError};
}
