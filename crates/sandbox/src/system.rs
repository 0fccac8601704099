//! What programs need of a system.

use std::path::PathBuf;

/// The libraries that a dynamically linked program is loaded with, and where the loader looks them up.
pub fn system_files() -> Vec<PathBuf> {
    let folders = ["/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store"];
    let files = ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"];
    folders.into_iter().chain(files).map(PathBuf::from).collect()
}
