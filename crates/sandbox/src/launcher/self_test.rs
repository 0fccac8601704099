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
    CALLS.iter().find(|(call, _)| answers(*call)).map(|(_, way)| *way)
}

/// Calls that must not be answered, and what could be done with them.
const CALLS: [(i64, &str); 9] = [
    (libc::SYS_clone3, "can start processes with `clone3`"),
    (libc::SYS_ptrace, "can trace others"),
    (libc::SYS_process_vm_readv, "can read the memory of others"),
    (libc::SYS_pidfd_open, "can take hold of other processes"),
    (libc::SYS_io_uring_setup, "can make system calls past the filter"),
    (libc::SYS_unshare, "can make namespaces"),
    (libc::SYS_mount, "can mount file systems"),
    (libc::SYS_setsid, "can leave its session"),
    (libc::SYS_bpf, "can load programs into the kernel"),
];

/// Whether the kernel knows a call, and this process may make it. Its arguments are wrong: nothing comes of it.
fn answers(call: i64) -> bool {
    // SAFETY: no call takes six arguments of -1 for something that it could do.
    #[allow(unsafe_code, reason = "these calls have no safe functions")]
    let result = unsafe { libc::syscall(call, -1_i64, -1_i64, -1_i64, -1_i64, -1_i64, -1_i64) };
    let refused = [libc::ENOSYS, libc::EPERM].map(Some);
    result != -1 || !refused.contains(&std::io::Error::last_os_error().raw_os_error())
}
