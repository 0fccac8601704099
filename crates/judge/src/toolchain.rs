//! The compiler that everything is built with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use crate::Error;

/// A toolchain's own programs. rustup's stand-ins of the same names cost a multiple of what a short compilation may.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// `cargo`.
    pub cargo: PathBuf,
    /// `rustc`.
    pub rustc: PathBuf,
}

impl Toolchain {
    /// The toolchain of the cargo that started this process; without one, that of the `rustc` in the search path.
    ///
    /// # Errors
    /// There is none.
    pub fn find() -> Result<Self, Error> {
        if let Some(cargo) = std::env::var_os("CARGO").map(PathBuf::from)
            && let Some(bin) = cargo.parent()
            && let Some(rustc) = program(bin, "rustc")
        {
            return Ok(Toolchain { cargo, rustc });
        }
        let output = Command::new("rustc").args(["--print", "sysroot"]).output();
        let output = output.map_err(|error| Error::io("run", Path::new("rustc"), error))?;
        let sysroot = String::from_utf8_lossy(&output.stdout);
        let bin = Path::new(sysroot.trim()).join("bin");
        match (program(&bin, "cargo"), program(&bin, "rustc")) {
            (Some(cargo), Some(rustc)) => Ok(Toolchain { cargo, rustc }),
            _ => Err(Error::new(format!("there is no cargo and rustc in {}", bin.display()))),
        }
    }

    /// What rustc calls itself: `rustc 1.95.0 (…)`.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn version(&self) -> Result<String, Error> {
        let output = Command::new(&self.rustc).arg("--version").output();
        let output = output.map_err(|error| Error::io("run", &self.rustc, error))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Changes when the compiler is replaced. Cheaper than asking it for its version.
    pub(crate) fn identity(&self) -> String {
        let stamp = std::fs::metadata(&self.rustc).and_then(|meta| Ok((meta.len(), meta.modified()?)));
        let (size, modified) = stamp.unwrap_or((0, UNIX_EPOCH));
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        format!("{} {size} {modified}", self.rustc.display())
    }
}

fn program(bin: &Path, name: &str) -> Option<PathBuf> {
    let path = bin.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    path.is_file().then_some(path)
}
