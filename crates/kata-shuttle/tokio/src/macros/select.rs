//! `select!`.

use std::cell::Cell;

use kata_shuttle::task;

/// In which order the branches are polled once.
#[derive(Debug)]
pub struct Order {
    start: usize,
    branches: usize,
    changes: u64,
}

impl Order {
    /// From the first branch on.
    #[must_use]
    pub fn biased(branches: usize, _disabled: u64) -> Self {
        Order { start: 0, branches, changes: 0 }
    }

    /// From any branch on. All are explored; to begin with another than the first that is enabled costs a preemption.
    #[must_use]
    pub fn random(branches: usize, disabled: u64) -> Self {
        let enabled = || (0..branches).filter(|branch| disabled & 1 << branch == 0);
        let start = enabled().nth(task::pick(enabled().count())).unwrap_or(0);
        let first = enabled().next() == Some(start);
        // Nobody asks for what the default order does not change.
        let changes = if first { u64::MAX } else { task::own_changes() };
        Order { start, branches, changes }
    }

    /// The branch that is polled in this turn.
    #[must_use]
    pub fn branch(&self, turn: usize) -> usize {
        (self.start + turn) % self.branches
    }

    /// This branch was not ready. To begin with one that is not, and that changes nothing, leads where beginning with
    /// the one after it does.
    pub fn pending(&self, branch: usize) {
        if branch == self.start && task::own_changes() == self.changes {
            task::abandon();
        }
    }
}

/// A branch that has no output.
#[must_use]
pub fn nothing<T>(_branch: usize) -> Option<T> {
    None
}

/// Notes that a pattern matched, in a guard that then refuses: nothing is moved.
#[must_use]
pub fn saw(matched: &Cell<bool>) -> bool {
    matched.set(true);
    false
}

/// `tokio::select!` in this world.
#[macro_export]
macro_rules! select {
    // All branches have been read.
    (@read $order:ident ($($index:tt)*) ($(($i:tt, $p:pat, $f:expr, $c:expr, $h:expr))+) else => $else:expr $(,)?) => {{
        let mut disabled: u64 = 0;
        $(
            if !$c {
                disabled |= 1 << $i;
            }
        )+
        let (chosen, mut outputs) = {
            let futures = ($($f,)+);
            let mut futures = ($($crate::macros::support::IntoFuture::into_future(futures.$i),)+);
            let mut futures = &mut futures;
            $crate::macros::support::poll_fn(|cx| {
                const BRANCHES: usize = [$($i),+].len();
                let mut outputs = ($($crate::macros::support::nothing($i),)+);
                if disabled.count_ones() as usize == BRANCHES {
                    return $crate::macros::support::Poll::Ready((::core::option::Option::None, outputs));
                }
                let order = $crate::macros::support::Order::$order(BRANCHES, disabled);
                let mut is_pending = false;
                for turn in 0..BRANCHES {
                    match order.branch(turn) {
                        $(
                            #[allow(unreachable_code)]
                            $i => {
                                if disabled & (1 << $i) != 0 {
                                    continue;
                                }
                                // SAFETY: the tuple is a local variable of the caller, and nothing is moved out of it.
                                let future = unsafe { $crate::macros::support::Pin::new_unchecked(&mut futures.$i) };
                                let output = match $crate::macros::support::Future::poll(future, cx) {
                                    $crate::macros::support::Poll::Ready(output) => output,
                                    $crate::macros::support::Poll::Pending => {
                                        is_pending = true;
                                        order.pending($i);
                                        continue;
                                    }
                                };
                                disabled |= 1 << $i;
                                let matched = ::core::cell::Cell::new(false);
                                #[allow(unused_mut, unused_variables, unreachable_patterns)]
                                let mut output = output;
                                #[allow(unused_mut, unused_variables, unreachable_patterns)]
                                match output {
                                    $p if $crate::macros::support::saw(&matched) => ::core::unreachable!(),
                                    _ => {}
                                }
                                if matched.get() {
                                    outputs.$i = ::core::option::Option::Some(output);
                                    return $crate::macros::support::Poll::Ready((
                                        ::core::option::Option::Some($i),
                                        outputs,
                                    ));
                                }
                            }
                        )+
                        _ => ::core::unreachable!(),
                    }
                }
                if is_pending {
                    $crate::macros::support::Poll::Pending
                } else {
                    $crate::macros::support::Poll::Ready((::core::option::Option::None, outputs))
                }
            })
            .await
        };
        let chosen: ::core::option::Option<usize> = chosen;
        match chosen {
            $(::core::option::Option::Some($i) => {
                #[allow(unreachable_patterns)]
                match outputs.$i.take() {
                    ::core::option::Option::Some($p) => $h,
                    _ => ::core::unreachable!("the pattern matched"),
                }
            })+
            ::core::option::Option::None => $else,
            _ => ::core::unreachable!(),
        }
    }};
    (@read $order:ident ($($index:tt)*) ($($done:tt)+)) => {
        $crate::select!(@read $order ($($index)*) ($($done)+)
            else => ::core::panic!("all branches are disabled and there is no else branch"))
    };

    // One branch.
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr, if $c:expr => $h:block, $($rest:tt)*) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, $c, $h)) $($rest)*)
    };
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr => $h:block, $($rest:tt)*) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, true, $h)) $($rest)*)
    };
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr, if $c:expr => $h:block $($rest:tt)*) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, $c, $h)) $($rest)*)
    };
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr => $h:block $($rest:tt)*) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, true, $h)) $($rest)*)
    };
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr, if $c:expr => $h:expr) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, $c, $h)))
    };
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr => $h:expr) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, true, $h)))
    };
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr, if $c:expr => $h:expr, $($rest:tt)*) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, $c, $h)) $($rest)*)
    };
    (@read $order:ident ($i:tt $($index:tt)*) ($($done:tt)*) $p:pat = $f:expr => $h:expr, $($rest:tt)*) => {
        $crate::select!(@read $order ($($index)*) ($($done)* ($i, $p, $f, true, $h)) $($rest)*)
    };
    (@begin $order:ident $($rest:tt)+) => {
        $crate::select!(@read $order
            (0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38
             39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
            () $($rest)+)
    };

    // Nothing above: without this arm the last one would take it for the beginning.
    (@$($rest:tt)*) => {
        ::core::compile_error!(
            "select! expects branches like `pattern = future => handler,` or `pattern = future, if condition => handler,`"
        )
    };

    (biased; else => $else:expr $(,)?) => { $else };
    (else => $else:expr $(,)?) => { $else };
    (biased; $($rest:tt)+) => { $crate::select!(@begin biased $($rest)+) };
    () => { ::core::compile_error!("select! requires at least one branch.") };
    (biased;) => { ::core::compile_error!("select! requires at least one branch.") };
    ($($rest:tt)+) => { $crate::select!(@begin random $($rest)+) };
}
