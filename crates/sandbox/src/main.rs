//! The launcher: confines itself and becomes another program.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    sandbox::launcher::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("there is no sandbox for this system");
    std::process::ExitCode::from(3)
}
