//! `std::fs`, which is refused.

use std::io;
use std::path::{Path, PathBuf};

refused! {
    "kata: a model runs the program thousands of times and has no files; keep the state in memory instead";
    types { DirBuilder, DirEntry, File, FileTimes, FileType, Metadata, OpenOptions, Permissions, ReadDir } from fs;
    fn canonicalize<P: AsRef<Path>>(path: P) -> io::Result<PathBuf>;
    fn copy<P: AsRef<Path>, Q: AsRef<Path>>(from: P, to: Q) -> io::Result<u64>;
    fn create_dir<P: AsRef<Path>>(path: P) -> io::Result<()>;
    fn create_dir_all<P: AsRef<Path>>(path: P) -> io::Result<()>;
    fn exists<P: AsRef<Path>>(path: P) -> io::Result<bool>;
    fn hard_link<P: AsRef<Path>, Q: AsRef<Path>>(original: P, link: Q) -> io::Result<()>;
    fn metadata<P: AsRef<Path>>(path: P) -> io::Result<std::fs::Metadata>;
    fn read<P: AsRef<Path>>(path: P) -> io::Result<Vec<u8>>;
    fn read_dir<P: AsRef<Path>>(path: P) -> io::Result<std::fs::ReadDir>;
    fn read_link<P: AsRef<Path>>(path: P) -> io::Result<PathBuf>;
    fn read_to_string<P: AsRef<Path>>(path: P) -> io::Result<String>;
    fn remove_dir<P: AsRef<Path>>(path: P) -> io::Result<()>;
    fn remove_dir_all<P: AsRef<Path>>(path: P) -> io::Result<()>;
    fn remove_file<P: AsRef<Path>>(path: P) -> io::Result<()>;
    fn rename<P: AsRef<Path>, Q: AsRef<Path>>(from: P, to: Q) -> io::Result<()>;
    fn set_permissions<P: AsRef<Path>>(path: P, permissions: std::fs::Permissions) -> io::Result<()>;
    fn symlink_metadata<P: AsRef<Path>>(path: P) -> io::Result<std::fs::Metadata>;
    fn write<P: AsRef<Path>, C: AsRef<[u8]>>(path: P, contents: C) -> io::Result<()>;
}
