//! What this world has nothing for: it is marked, with a note that starts with `kata:` and says what to use instead,
//! and the checker refuses it.

/// Types that are refused, with the functions that make one.
macro_rules! refused {
    ($what:literal; $($type:ident $(<$($parameter:ident),*>)? { $($function:ident($($argument:ident: $kind:ty),*))* })*) => {$(
        #[doc(hidden)]
        #[deprecated(note = $what)]
        #[derive(Debug)]
        pub struct $type $(<$($parameter),*>)? (std::convert::Infallible, $($(std::marker::PhantomData<$parameter>),*)?);

        #[doc(hidden)]
        #[allow(clippy::must_use_candidate, clippy::new_without_default, reason = "nobody gets to call it")]
        impl $(<$($parameter),*>)? $type $(<$($parameter),*>)? {
            $(
                #[deprecated(note = $what)]
                pub fn $function($($argument: $kind),*) -> Self {
                    $(let _ = $argument;)*
                    unreachable!($what)
                }
            )*
        }
    )*};
}

pub mod atomic {
    //! `crossbeam::atomic`, which is refused.
    refused! {
        "kata: an AtomicCell is not modelled; use an atomic of `std::sync::atomic`, or a Mutex, instead";
        AtomicCell<T> { new(value: T) }
    }
}

pub mod sync {
    //! `crossbeam::sync`, which is refused.
    refused! {
        "kata: a WaitGroup is not modelled; use `std::thread::scope`, a Barrier or a channel instead";
        WaitGroup { new() }
    }
    refused! {
        "kata: a Parker is not modelled; use `std::thread::park` instead";
        Parker { new() }
        Unparker {}
    }
    refused! {
        "kata: a ShardedLock is not modelled; use `std::sync::RwLock` instead";
        ShardedLock<T> { new(value: T) }
    }
}

pub mod queue {
    //! `crossbeam::queue`, which is refused.
    refused! {
        "kata: lock-free queues are not modelled; use a channel, or a `Mutex<VecDeque<_>>`, instead";
        ArrayQueue<T> { new(capacity: usize) }
        SegQueue<T> { new() }
    }
}

pub mod deque {
    //! `crossbeam::deque`, which is refused.
    refused! {
        "kata: work-stealing deques are not modelled; use a channel, or a `Mutex<VecDeque<_>>`, instead";
        Injector<T> { new() }
        Worker<T> { new_fifo() new_lifo() }
        Stealer<T> {}
        Steal<T> {}
    }
}

pub mod epoch {
    //! `crossbeam::epoch`, which is refused.
    refused! {
        "kata: epoch-based reclamation is not modelled; use an `Arc` behind a lock instead";
        Guard {}
        Collector { new() }
        Atomic<T> { new(value: T) null() }
        Owned<T> { new(value: T) }
        Shared<T> { null() }
    }

    #[doc(hidden)]
    #[deprecated(note = "kata: epoch-based reclamation is not modelled; use an `Arc` behind a lock instead")]
    #[must_use]
    pub fn pin() -> Guard {
        unreachable!("it is refused")
    }
}
