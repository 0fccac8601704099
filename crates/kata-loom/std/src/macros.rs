//! std's macros that print: a program runs thousands of times, so that what it prints goes into the timeline.

/// `std::print!`.
#[macro_export]
macro_rules! print {
    ($($argument:tt)*) => {
        $crate::kata_print::print($crate::format_args!($($argument)*))
    };
}

/// `std::println!`.
#[macro_export]
macro_rules! println {
    () => {
        $crate::kata_print::print($crate::format_args!("\n"))
    };
    ($($argument:tt)*) => {
        $crate::kata_print::print($crate::format_args!($($argument)*))
    };
}

/// `std::eprint!`.
#[macro_export]
macro_rules! eprint {
    ($($argument:tt)*) => {
        $crate::kata_print::print($crate::format_args!($($argument)*))
    };
}

/// `std::eprintln!`.
#[macro_export]
macro_rules! eprintln {
    () => {
        $crate::kata_print::print($crate::format_args!("\n"))
    };
    ($($argument:tt)*) => {
        $crate::kata_print::print($crate::format_args!($($argument)*))
    };
}

/// `std::dbg!`.
#[macro_export]
macro_rules! dbg {
    () => {
        $crate::eprintln!("[{}:{}]", $crate::file!(), $crate::line!())
    };
    ($value:expr $(,)?) => {
        match $value {
            value => {
                $crate::eprintln!("[{}:{}] {} = {:#?}", $crate::file!(), $crate::line!(), $crate::stringify!($value), &value);
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => {
        ($($crate::dbg!($value)),+,)
    };
}
