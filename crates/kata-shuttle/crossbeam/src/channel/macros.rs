//! `select!` and `select_biased!`.

/// `crossbeam::channel::select!` in this world.
#[macro_export]
macro_rules! select {
    ($($arms:tt)*) => {
        $crate::__select!(@arms [new] [] [] $($arms)*)
    };
}

/// `crossbeam::channel::select_biased!` in this world.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_biased {
    ($($arms:tt)*) => {
        $crate::__select!(@arms [new_biased] [] [] $($arms)*)
    };
}

/// What `select!` is made of. First the arms are sorted into operations and the default (`@arms`), then the senders
/// and receivers are borrowed one after the other (`@borrow`), and then what was selected is completed (`@complete`).
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    (@arms $new:tt [$($operation:tt)*] [$($default:tt)*]) => {
        $crate::__select!(@borrow $new [$($default)*] [0] [] $($operation)*)
    };

    // An arm ends with its block, with a comma, or with the macro.
    (@arms $new:tt $operations:tt $default:tt default => $($rest:tt)*) => {
        $crate::__select!(@arms $new $operations $default default() => $($rest)*)
    };
    (@arms $new:tt $operations:tt [$($default:tt)+] default $($rest:tt)*) => {
        ::std::compile_error!("there can be only one `default` case in a `select!` block")
    };
    (@arms $new:tt $operations:tt [] default() => $body:block, $($rest:tt)*) => {
        $crate::__select!(@arms $new $operations [() ($body)] $($rest)*)
    };
    (@arms $new:tt $operations:tt [] default() => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $new $operations [() ($body)] $($rest)*)
    };
    (@arms $new:tt $operations:tt [] default() => $body:expr, $($rest:tt)*) => {
        $crate::__select!(@arms $new $operations [() ($body)] $($rest)*)
    };
    (@arms $new:tt $operations:tt [] default() => $body:expr) => {
        $crate::__select!(@arms $new $operations [() ($body)])
    };
    (@arms $new:tt $operations:tt [] default($limit:expr $(,)?) => $body:block, $($rest:tt)*) => {
        $crate::__select!(@arms $new $operations [($limit) ($body)] $($rest)*)
    };
    (@arms $new:tt $operations:tt [] default($limit:expr $(,)?) => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $new $operations [($limit) ($body)] $($rest)*)
    };
    (@arms $new:tt $operations:tt [] default($limit:expr $(,)?) => $body:expr, $($rest:tt)*) => {
        $crate::__select!(@arms $new $operations [($limit) ($body)] $($rest)*)
    };
    (@arms $new:tt $operations:tt [] default($limit:expr $(,)?) => $body:expr) => {
        $crate::__select!(@arms $new $operations [($limit) ($body)])
    };
    (@arms $new:tt [$($operation:tt)*] $default:tt $name:ident $arguments:tt -> $result:pat => $body:block, $($rest:tt)*) => {
        $crate::__select!(@arms $new [$($operation)* ($name $arguments ($result) ($body))] $default $($rest)*)
    };
    (@arms $new:tt [$($operation:tt)*] $default:tt $name:ident $arguments:tt -> $result:pat => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $new [$($operation)* ($name $arguments ($result) ($body))] $default $($rest)*)
    };
    (@arms $new:tt [$($operation:tt)*] $default:tt $name:ident $arguments:tt -> $result:pat => $body:expr, $($rest:tt)*) => {
        $crate::__select!(@arms $new [$($operation)* ($name $arguments ($result) ($body))] $default $($rest)*)
    };
    (@arms $new:tt [$($operation:tt)*] $default:tt $name:ident $arguments:tt -> $result:pat => $body:expr) => {
        $crate::__select!(@arms $new [$($operation)* ($name $arguments ($result) ($body))] $default)
    };
    (@arms $new:tt $operations:tt $default:tt $($rest:tt)+) => {
        ::std::compile_error!(::std::concat!(
            "expected `recv(receiver) -> result => ...`, `send(sender, message) -> result => ...`, `default => ...` or \
             `default(timeout) => ...`, found `",
            ::std::stringify!($($rest)+),
            "`"
        ))
    };

    // Every name that a step introduces is another one, although they look alike.
    (@borrow $new:tt $default:tt [$index:expr] [$($added:tt)*]
        (recv ($end:expr $(,)?) $result:tt $body:tt) $($rest:tt)*) => {
        match $end {
            ref end => {
                let end: &$crate::channel::Receiver<_> = end;
                $crate::__select!(
                    @borrow $new $default [$index + 1] [$($added)* (recv end [$index] [] $result $body)] $($rest)*
                )
            }
        }
    };
    (@borrow $new:tt $default:tt [$index:expr] [$($added:tt)*]
        (send ($end:expr, $message:expr $(,)?) $result:tt $body:tt) $($rest:tt)*) => {
        match $end {
            ref end => {
                let end: &$crate::channel::Sender<_> = end;
                $crate::__select!(
                    @borrow $new $default [$index + 1] [$($added)* (send end [$index] [$message] $result $body)] $($rest)*
                )
            }
        }
    };
    (@borrow $new:tt $default:tt $index:tt $added:tt ($name:ident $arguments:tt $($arm:tt)*) $($rest:tt)*) => {
        ::std::compile_error!(::std::concat!(
            "expected `recv(receiver)` or `send(sender, message)`, found `",
            ::std::stringify!($name $arguments),
            "`"
        ))
    };
    (@borrow [$new:ident] [] $index:tt [$(($name:ident $end:ident $($arm:tt)*))*]) => {{
        let selected = {
            let mut operations = $crate::channel::Select::$new();
            $(let _ = operations.$name($end);)*
            operations.within($crate::channel::Limit::Selected)
        };
        let selected = selected.expect("it has waited to the end");
        let index = selected.index();
        $crate::__select!(@complete selected index $(($name $end $($arm)*))*)
    }};
    (@borrow [$new:ident] [$limit:tt ($otherwise:expr)] $index:tt [$(($name:ident $end:ident $($arm:tt)*))*]) => {{
        let selected = {
            let limit = $crate::__select!(@limit $limit);
            #[allow(unused_mut, reason = "there may be no operations")]
            let mut operations = $crate::channel::Select::$new();
            $(let _ = operations.$name($end);)*
            operations.within(limit)
        };
        match selected.as_ref().map(|selected| selected.index()) {
            ::std::option::Option::None => {
                // What was selected from is borrowed no more.
                ::std::mem::drop(selected);
                $otherwise
            }
            ::std::option::Option::Some(index) => {
                let selected = selected.expect("it has an index");
                $crate::__select!(@complete selected index $(($name $end $($arm)*))*)
            }
        }
    }};

    (@limit ()) => { $crate::channel::Limit::Now };
    (@limit ($limit:expr)) => { $crate::channel::Limit::Timeout($limit) };

    (@complete $selected:ident $index:ident) => {{
        ::std::mem::forget($selected);
        ::std::unreachable!("operation {} was selected", $index)
    }};
    (@complete $selected:ident $index:ident
        ($name:ident $end:ident [$this:expr] [$($message:expr)?] ($result:pat) ($body:expr)) $($rest:tt)*) => {
        if $index == $this {
            let result = $selected.$name($end $(, $message)?);
            let $result = result;
            $body
        } else {
            $crate::__select!(@complete $selected $index $($rest)*)
        }
    };
}
