//! `join!` and `try_join!`.

/// Which branch is polled first: as in tokio, another one each time, unless it is `biased`.
#[derive(Debug)]
pub struct Rotation {
    next: usize,
    biased: bool,
}

impl Rotation {
    /// Begins with the first branch.
    #[must_use]
    pub fn new(biased: bool) -> Self {
        Rotation { next: 0, biased }
    }

    /// The branch with this number, counted round.
    #[must_use]
    pub fn branch(number: usize, branches: usize) -> usize {
        number % branches
    }

    /// The branch that is polled first.
    pub fn start(&mut self, branches: usize) -> usize {
        let start = self.next;
        if !self.biased {
            self.next = (start + 1) % branches;
        }
        start
    }
}

/// Numbers branches, and passes them on to another macro.
#[doc(hidden)]
#[macro_export]
macro_rules! __number {
    ($then:ident ($($head:tt)*) ($($index:tt)*) ($($done:tt)*)) => {
        $crate::$then! { @run ($($head)*) $($done)* }
    };
    ($then:ident ($($head:tt)*) ($first:tt $($index:tt)*) ($($done:tt)*) $e:expr, $($rest:tt)*) => {
        $crate::__number! { $then ($($head)*) ($($index)*) ($($done)* ($first $e)) $($rest)* }
    };
    ($then:ident ($($head:tt)*) () ($($done:tt)*) $($rest:tt)+) => {
        ::core::compile_error!("kata: more than 64 branches")
    };
}

/// `tokio::join!` in this world.
#[macro_export]
macro_rules! join {
    (@run ($biased:expr) $(($i:tt $e:expr))+) => {{
        let mut futures = ($($crate::macros::support::maybe_done($e),)+);
        let mut futures = &mut futures;
        let mut rotation = $crate::macros::support::Rotation::new($biased);
        $crate::macros::support::poll_fn(move |cx| {
            const BRANCHES: usize = [$($i),+].len();
            let start = rotation.start(BRANCHES);
            let mut over = true;
            for turn in 0..BRANCHES {
                match $crate::macros::support::Rotation::branch(start + turn, BRANCHES) {
                    // SAFETY: the tuple is a local variable of the caller, and nothing is moved out of it.
                    $($i => over &= unsafe { $crate::macros::support::Pin::new_unchecked(&mut futures.$i) }.poll_done(cx),)+
                    _ => ::core::unreachable!(),
                }
            }
            if !over {
                return $crate::macros::support::Poll::Pending;
            }
            $crate::macros::support::Poll::Ready(($(
                // SAFETY: as above.
                unsafe { $crate::macros::support::Pin::new_unchecked(&mut futures.$i) }
                    .output().take().expect("expected completed future"),
            )+))
        })
        .await
    }};
    (biased; $($e:expr),+ $(,)?) => { $crate::__indexed! { join (true) $($e,)+ } };
    ($($e:expr),+ $(,)?) => { $crate::__indexed! { join (false) $($e,)+ } };
    (biased;) => { async {}.await };
    () => { async {}.await };
}

/// `tokio::try_join!` in this world.
#[macro_export]
macro_rules! try_join {
    (@run ($biased:expr) $(($i:tt $e:expr))+) => {{
        let mut futures = ($($crate::macros::support::maybe_done($e),)+);
        let mut futures = &mut futures;
        let mut rotation = $crate::macros::support::Rotation::new($biased);
        $crate::macros::support::poll_fn(move |cx| {
            const BRANCHES: usize = [$($i),+].len();
            let start = rotation.start(BRANCHES);
            let mut over = true;
            for turn in 0..BRANCHES {
                match $crate::macros::support::Rotation::branch(start + turn, BRANCHES) {
                    $($i => {
                        // SAFETY: the tuple is a local variable of the caller, and nothing is moved out of it.
                        let mut future = unsafe { $crate::macros::support::Pin::new_unchecked(&mut futures.$i) };
                        if !future.as_mut().poll_done(cx) {
                            over = false;
                        } else if future.as_mut().output().as_ref().is_some_and(::core::result::Result::is_err) {
                            let output = future.output().take().expect("expected completed future");
                            return $crate::macros::support::Poll::Ready(::core::result::Result::Err(
                                output.err().expect("it is one"),
                            ));
                        }
                    })+
                    _ => ::core::unreachable!(),
                }
            }
            if !over {
                return $crate::macros::support::Poll::Pending;
            }
            $crate::macros::support::Poll::Ready(::core::result::Result::Ok(($(
                // SAFETY: as above.
                unsafe { $crate::macros::support::Pin::new_unchecked(&mut futures.$i) }
                    .output().take().expect("expected completed future").ok().expect("expected Ok(_)"),
            )+)))
        })
        .await
    }};
    (biased; $($e:expr),+ $(,)?) => { $crate::__indexed! { try_join (true) $($e,)+ } };
    ($($e:expr),+ $(,)?) => { $crate::__indexed! { try_join (false) $($e,)+ } };
    (biased;) => { async { Ok(()) }.await };
    () => { async { Ok(()) }.await };
}

/// Supplies the numbers.
#[doc(hidden)]
#[macro_export]
macro_rules! __indexed {
    ($then:ident ($($head:tt)*) $($rest:tt)*) => {
        $crate::__number! {
            $then ($($head)*)
            (0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38
             39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
            () $($rest)*
        }
    };
}
