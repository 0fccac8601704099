//! std's macros that print or declare thread-locals.

/// `std::print!`, into the timeline.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => { $crate::__world::print::print($crate::format_args!($($arg)*)) };
}

/// `std::println!`, into the timeline.
#[macro_export]
macro_rules! println {
    () => { $crate::__world::print::print($crate::format_args!("\n")) };
    ($($arg:tt)*) => {
        $crate::__world::print::print($crate::format_args!("{}\n", $crate::format_args!($($arg)*)))
    };
}

/// `std::eprint!`, into the timeline.
#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => { $crate::__world::print::print($crate::format_args!($($arg)*)) };
}

/// `std::eprintln!`, into the timeline.
#[macro_export]
macro_rules! eprintln {
    () => { $crate::__world::print::print($crate::format_args!("\n")) };
    ($($arg:tt)*) => {
        $crate::__world::print::print($crate::format_args!("{}\n", $crate::format_args!($($arg)*)))
    };
}

/// `std::dbg!`, into the timeline.
#[macro_export]
macro_rules! dbg {
    () => { $crate::__world::print::print($crate::format_args!("[{}:{}]\n", $crate::file!(), $crate::line!())) };
    ($value:expr $(,)?) => {
        match $value {
            value => {
                $crate::__world::print::print($crate::format_args!(
                    "[{}:{}] {} = {:#?}\n",
                    $crate::file!(),
                    $crate::line!(),
                    $crate::stringify!($value),
                    &value
                ));
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => { ($($crate::dbg!($value)),+,) };
}

/// `std::thread_local!`, one value a thread of the model.
#[macro_export]
macro_rules! thread_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty = const $init:block; $($rest:tt)*) => {
        $crate::thread_local!($(#[$attr])* $vis static $name: $t = const $init);
        $crate::thread_local!($($rest)*);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty = const $init:block) => {
        $(#[$attr])* $vis static $name: $crate::thread::LocalKey<$t> = $crate::thread::LocalKey::new(|| $init);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty = $init:expr; $($rest:tt)*) => {
        $crate::thread_local!($(#[$attr])* $vis static $name: $t = $init);
        $crate::thread_local!($($rest)*);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty = $init:expr) => {
        $(#[$attr])* $vis static $name: $crate::thread::LocalKey<$t> = $crate::thread::LocalKey::new(|| $init);
    };
}
