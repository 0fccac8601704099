//! What all programs of a world share, linked once.
//!
//! Of a short compilation, linking the same fifty libraries again takes the largest part. A program that finds them in
//! one shared library is linked in a fraction of that.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::compile::{externs, option};
use crate::fingerprint::sorted_entries;
use crate::{Error, Toolchain};

/// The name that a program knows it by.
pub(crate) const NAME: &str = "kata_linked";

/// Where a toolchain keeps its libraries, by what they are for.
const TARGETS: &str = "lib/rustlib";

/// A shared library of a world's crates and of all that they need, the standard library included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Linked {
    /// The library.
    pub(crate) library: PathBuf,
    /// The toolchain's own libraries without its shared ones: rustc would take the standard library from there a second
    /// time.
    pub(crate) sysroot: PathBuf,
    /// The folder of the toolchain's own linker, by the name that the C compiler looks for, if it has one.
    linker: Option<PathBuf>,
}

impl Linked {
    /// Whether it is still there.
    pub(crate) fn is_intact(&self) -> bool {
        self.library.is_file() && self.sysroot.is_dir()
    }

    /// The options with which rustc makes a program, or the objects of one.
    pub(crate) fn options(&self, command: &mut Command) {
        let crate_option = option(&format!("--extern={NAME}="), &self.library);
        let path_option = option("-Clink-arg=", Path::new(&self.run_path()));
        command.arg("--sysroot").arg(&self.sysroot).arg(crate_option).arg(path_option).arg(BIND_LATER);
    }

    /// The options with which the C compiler makes a program of object files.
    pub(crate) fn linker_options(&self) -> Vec<OsString> {
        let mut options = vec![self.library.clone().into_os_string(), self.run_path()];
        // The linker of the toolchain, as rustc would.
        if let Some(linker) = &self.linker {
            options.extend([option("-B", linker), OsString::from("-fuse-ld=lld")]);
        }
        options.extend(["-Wl,--gc-sections,--strip-debug,-O0", "-lgcc_s"].map(OsString::from));
        options
    }

    fn run_path(&self) -> OsString {
        option("-Wl,-rpath,", self.library.parent().unwrap_or(&self.library))
    }
}

/// Most of what could be called never is: it is looked up when it is called.
const BIND_LATER: &str = "-Crelro-level=partial";

/// Links the crates of a world into `folder`, where everything that they need lies. `None` where the system has no such
/// libraries, or the linker does not make one: programs are then linked as usual.
pub(super) fn link<'a>(
    toolchain: &Toolchain,
    folder: &Path,
    crates: impl Iterator<Item = (&'a String, &'a PathBuf)>,
) -> Result<Option<Linked>, Error> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let crates: BTreeMap<String, PathBuf> = crates.map(|(name, path)| (name.clone(), path.clone())).collect();
    let sysroot = folder.join("sysroot");
    mirror(toolchain, &sysroot)?;
    let targets = sorted_entries(&sysroot.join(TARGETS)).unwrap_or_default();
    let linker = targets.iter().map(|target| target.join("bin/gcc-ld")).find(|linker| linker.is_dir());
    let linked = Linked { library: folder.join(format!("lib{NAME}.so")), sysroot, linker };
    let mut text = String::new();
    for (number, name) in crates.keys().enumerate() {
        let _ = writeln!(text, "pub extern crate {name} as crate_{number};");
    }
    let source = folder.join(NAME).with_extension("rs");
    std::fs::write(&source, text).map_err(|error| Error::io("write", &source, error))?;
    let mut command = Command::new(&toolchain.rustc);
    command.args(["--edition=2024", "--crate-type=dylib", "--crate-name", NAME, "-Cdebuginfo=0", "-Cstrip=debuginfo"]);
    // Its own calls of its own functions need no looking up at all.
    command.args([BIND_LATER, "-Clink-arg=-Wl,-Bsymbolic", "--cap-lints=allow"]).arg(&source);
    command.arg("--sysroot").arg(&linked.sysroot).arg("-o").arg(&linked.library);
    command.arg(option("-Ldependency=", folder));
    externs(&mut command, &crates);
    let output = command.output().map_err(|error| Error::io("run", &toolchain.rustc, error))?;
    Ok(output.status.success().then_some(linked))
}

/// A folder like the toolchain's own, without shared libraries.
fn mirror(toolchain: &Toolchain, sysroot: &Path) -> Result<(), Error> {
    let own = toolchain.rustc.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    for target in sorted_entries(&own.join(TARGETS)).unwrap_or_default() {
        let (Some(name), true) = (target.file_name(), target.join("lib").is_dir()) else { continue };
        let copy = sysroot.join(TARGETS).join(name);
        std::fs::create_dir_all(copy.join("lib")).map_err(|error| Error::io("create", &copy, error))?;
        link_into(&copy, &target.join("bin"))?;
        for library in sorted_entries(&target.join("lib")).unwrap_or_default() {
            if library.extension().is_none_or(|extension| extension != std::env::consts::DLL_EXTENSION) {
                link_into(&copy.join("lib"), &library)?;
            }
        }
    }
    Ok(())
}

/// Puts a link to `original`, if there is one, into `folder`.
#[cfg(unix)]
fn link_into(folder: &Path, original: &Path) -> Result<(), Error> {
    let Some(name) = original.file_name().filter(|_| original.exists()) else { return Ok(()) };
    let link = folder.join(name);
    match std::os::unix::fs::symlink(original, &link) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(|error| Error::io("link", &link, error)),
    }
}

#[cfg(not(unix))]
fn link_into(_folder: &Path, _original: &Path) -> Result<(), Error> {
    Ok(())
}
