//! The files of a kit.

use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The files of a kit, by their paths in it.
#[derive(Clone, Debug, Default)]
pub struct Kit {
    files: BTreeMap<PathBuf, File>,
}

#[derive(Clone, Debug)]
struct File {
    bytes: Vec<u8>,
    executable: bool,
}

impl Kit {
    /// Puts a file in, in place of one that has the same path.
    pub fn put(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), File { bytes: bytes.into(), executable: false });
    }

    /// Puts a program in.
    pub fn put_program(&mut self, path: impl Into<PathBuf>, text: &str) {
        self.files.insert(path.into(), File { bytes: text.as_bytes().to_vec(), executable: true });
    }

    /// Puts all files of another kit into a folder of this one.
    pub fn put_kit(&mut self, folder: &Path, other: Kit) {
        self.files.extend(other.files.into_iter().map(|(path, file)| (folder.join(path), file)));
    }

    /// The paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// What a file says.
    pub fn text(&self, path: impl AsRef<Path>) -> Option<&str> {
        std::str::from_utf8(&self.files.get(path.as_ref())?.bytes).ok()
    }

    /// Writes it as a zip archive, in one step: whoever reads `path` sees the old one or all of the new one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_archive(&self, path: &Path) -> anyhow::Result<()> {
        let write = || {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            self.archive(file.as_file_mut())?;
            share(file.as_file())?;
            file.persist(path)?;
            anyhow::Ok(())
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    fn archive(&self, out: impl Write + Seek) -> anyhow::Result<()> {
        let mut archive = ZipWriter::new(out);
        for (path, file) in &self.files {
            let permissions = if file.executable { 0o755 } else { 0o644 };
            // No time: the same files are the same archive.
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .unix_permissions(permissions);
            let name: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            archive.start_file(name.join("/"), options)?;
            archive.write_all(&file.bytes)?;
        }
        archive.finish()?;
        Ok(())
    }
}

/// Lets others read a file that was made as a temporary one: kits are for them.
#[cfg(unix)]
fn share(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
