//! `crossbeam::channel`.

mod clock;
mod ends;
mod iter;
mod macros;
mod party;
mod select;
mod selection;
mod state;

pub use crossbeam_channel::{
    ReadyTimeoutError, RecvError, RecvTimeoutError, SelectTimeoutError, SendError, SendTimeoutError, TryReadyError,
    TryRecvError, TrySelectError, TrySendError,
};

pub use crate::{__select_biased as select_biased, select};
pub use clock::{after, at, never, tick};
pub use ends::{Receiver, Sender, bounded, unbounded};
pub use iter::{IntoIter, Iter, TryIter};
#[doc(hidden)]
pub use select::Limit;
pub use select::{Select, SelectedOperation};

/// A place in the program.
type Place = &'static std::panic::Location<'static>;
