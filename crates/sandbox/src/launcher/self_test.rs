//! What must fail in a sandbox, tried.

use std::ffi::CString;
use std::net::UdpSocket;
use std::process::ExitCode;

/// Tries what strangers must not do. It ends with success if nothing of it works.
pub(super) fn main() -> ExitCode {
    match escape() {
        None => ExitCode::SUCCESS,
        Some(way) => {
            eprintln!("a confined program {way}");
            ExitCode::FAILURE
        }
    }
}

/// What worked.
fn escape() -> Option<&'static str> {
    for file in ["/etc/passwd", "/proc/self/environ", "/proc/self/mem"] {
        if std::fs::File::open(file).is_ok() {
            return Some("can read files of the system");
        }
    }
    if std::fs::read_dir("/home").is_ok() || std::fs::read_dir("/root").is_ok() {
        return Some("can list the folders of users");
    }
    if ["/tmp", "/var/tmp", "/dev/shm", "/"].iter().any(|folder| {
        let file = format!("{folder}/sandbox-self-test");
        let written = std::fs::write(&file, "").is_ok();
        // If it could be written, it can be removed.
        written.then(|| std::fs::remove_file(&file)).is_some()
    }) {
        return Some("can write files");
    }
    if UdpSocket::bind("127.0.0.1:0").is_ok() {
        return Some("can use the network");
    }
    // SAFETY: the child does nothing but end.
    #[allow(unsafe_code, reason = "no safe function starts a process and nothing else")]
    match unsafe { libc::fork() } {
        -1 => {}
        // SAFETY: it ends this process, of which nothing is used any more.
        #[allow(unsafe_code, reason = "a child of a fork may not run what std does at its end")]
        0 => unsafe { libc::_exit(0) },
        _ => return Some("can start processes"),
    }
    let name = CString::new("self-test").expect("there is no zero in it");
    if rustix::fs::memfd_create(name, rustix::fs::MemfdFlags::empty()).is_ok() {
        return Some("can make files without a name");
    }
    None
}
