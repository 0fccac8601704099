//! std's macros that print: a program runs thousands of times, so that what it prints goes into the timeline.

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
