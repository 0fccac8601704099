//! `std::env`, which is refused.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

refused! {
    "kata: a model runs the program thousands of times and has no environment; pass the value as an argument instead";
    types { Args, ArgsOs, JoinPathsError, SplitPaths<'a>, VarError, Vars, VarsOs } from env;
    fn args() -> std::env::Args;
    fn args_os() -> std::env::ArgsOs;
    fn current_dir() -> io::Result<PathBuf>;
    fn current_exe() -> io::Result<PathBuf>;
    fn set_current_dir<P: AsRef<Path>>(path: P) -> io::Result<()>;
    fn temp_dir() -> PathBuf;
    fn var<K: AsRef<OsStr>>(key: K) -> Result<String, std::env::VarError>;
    fn var_os<K: AsRef<OsStr>>(key: K) -> Option<std::ffi::OsString>;
    fn vars() -> std::env::Vars;
    fn vars_os() -> std::env::VarsOs;
}
