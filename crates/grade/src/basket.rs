//! What is taken out of one submission: a few files, within limits, and a remark on everything else.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;
use std::time::SystemTime;

use walkdir::{DirEntry, WalkDir};
use zip::ZipArchive;

use crate::name::{parts, shown, shown_bytes, shown_path};
use crate::note::{Notes, What};
use crate::place::{Place, Places};

/// Bytes of a file that is taken.
pub(crate) const LARGEST_FILE: u64 = 1 << 20;

/// Bytes of all files that are taken, or unpacked to be looked at.
const LARGEST_SUBMISSION: u64 = 32 << 20;

/// Bytes of an archive.
const LARGEST_ARCHIVE: u64 = 32 << 20;

/// Files, folders and members of archives that are looked at.
const MOST_ENTRIES: usize = 20_000;

/// Folders within folders.
const DEEPEST: usize = 32;

/// Archives within archives.
const MOST_NESTED: u8 = 2;

/// Folders that hold nothing of a learner's, or that a tool keeps for itself. Nothing in them is read.
const OF_TOOLS: [&str; 8] = [".git", ".hg", ".svn", ".idea", ".vscode", "target", "node_modules", "__macosx"];

/// A file that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) place: Place,
    /// As it is shown.
    pub(crate) path: String,
    pub(crate) text: Vec<u8>,
}

/// What was taken out of one submission so far.
#[derive(Debug)]
pub(crate) struct Basket<'a> {
    places: &'a Places,
    pub(crate) taken: Vec<Taken>,
    /// The learner's `progress.toml`.
    pub(crate) progress: Option<Vec<u8>>,
    pub(crate) notes: Notes,
    /// When the files that were taken were changed last, as far as this machine's file system knows.
    pub(crate) modified: Option<SystemTime>,
    read: u64,
    entries: usize,
}

impl<'a> Basket<'a> {
    pub(crate) fn new(places: &'a Places) -> Self {
        Basket {
            places,
            taken: Vec::new(),
            progress: None,
            notes: Notes::default(),
            modified: None,
            read: 0,
            entries: 0,
        }
    }

    /// Takes what is wanted out of a folder. Nothing is followed out of it, and nothing in it is run.
    pub(crate) fn folder(&mut self, folder: &Path) {
        if is_bare_repository(folder) {
            let reason = "it is a bare git repository, which has no files: hand in a checkout";
            self.notes.add(What::Refused, "", reason);
            return;
        }
        let mut walk = WalkDir::new(folder).min_depth(1).max_depth(DEEPEST).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().and_then(|path| path.strip_prefix(folder).ok());
                    let path = path.map(shown_path).unwrap_or_default();
                    self.notes.add(What::Refused, path, "it cannot be read");
                    continue;
                }
            };
            if self.is_too_much() {
                return;
            }
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let path: Vec<String> = path.components().map(|part| shown(part.as_os_str())).collect();
            if entry.file_type().is_dir() {
                if is_of_a_tool(&path) {
                    self.notes.add(What::Ignored, path.join("/") + "/", "the folder of a tool");
                    walk.skip_current_dir();
                } else if entry.depth() == DEEPEST {
                    self.notes.add(What::Refused, path.join("/") + "/", "it lies too deep");
                }
                continue;
            }
            self.entry(&entry, &path);
        }
    }

    fn entry(&mut self, entry: &DirEntry, path: &[String]) {
        let shown = path.join("/");
        if entry.file_type().is_symlink() {
            self.notes.add(What::Refused, shown, "it is a symbolic link, and none is followed");
        } else if entry.file_type().is_file() {
            self.file(entry.path(), path, MOST_NESTED);
        } else {
            self.notes.add(What::Refused, shown, "it is not a file but a device, a pipe or a socket");
        }
    }

    /// Takes a file, or what is wanted out of an archive. `path` is what decides where it belongs.
    pub(crate) fn file(&mut self, file: &Path, path: &[String], nested: u8) {
        let Some(wanted) = self.wanted(path) else { return };
        let shown = path.join("/");
        let opened = match open(file) {
            Ok(opened) => opened,
            Err(reason) => return self.notes.add(What::Refused, shown, reason),
        };
        let modified = opened.metadata().and_then(|meta| meta.modified()).ok();
        let before = self.taken.len();
        match wanted {
            Wanted::Archive => {
                if opened.metadata().map_or(0, |meta| meta.len()) > LARGEST_ARCHIVE {
                    return self.notes.add(What::Refused, shown, "the archive is larger than 32 MiB");
                }
                self.archive(opened, &shown, path, nested);
            }
            other => self.read(opened, other, shown),
        }
        if self.taken.len() > before {
            self.modified = self.modified.max(modified);
        }
    }

    /// What a path is good for. If for nothing, that is noted.
    fn wanted(&mut self, path: &[String]) -> Option<Wanted> {
        if is_litter(path) {
            return None;
        }
        let name = path.last().map(|name| name.to_lowercase()).unwrap_or_default();
        if let Some(place) = self.places.place(path) {
            return Some(Wanted::Source(place));
        }
        if name == "progress.toml" {
            return Some(Wanted::Progress);
        }
        if name.ends_with(".zip") {
            return Some(Wanted::Archive);
        }
        let packed = [".tar", ".gz", ".tgz", ".xz", ".bz2", ".7z", ".rar"].iter().any(|end| name.ends_with(end));
        let reason = if packed { "of archives only zip is unpacked" } else { "not a file that is asked for" };
        self.notes.add(What::Ignored, path.join("/"), reason);
        None
    }

    /// Reads a file to its end, or up to the limit, whatever it says how long it is.
    fn read(&mut self, from: impl Read, wanted: Wanted, shown: String) {
        let mut text = Vec::new();
        let result = from.take(LARGEST_FILE + 1).read_to_end(&mut text);
        self.read += text.len() as u64;
        match result {
            Err(error) => self.notes.add(What::Refused, shown, format!("it cannot be read: {error}")),
            Ok(_) if text.len() as u64 > LARGEST_FILE => {
                self.notes.add(What::Refused, shown, "it is larger than 1 MiB");
            }
            Ok(_) => match wanted {
                Wanted::Source(place) => self.taken.push(Taken { place, path: shown, text }),
                Wanted::Progress if self.progress.is_none() => self.progress = Some(text),
                Wanted::Progress | Wanted::Archive => {
                    self.notes.add(What::Duplicate, shown, "another progress.toml was read");
                }
            },
        }
    }

    /// Takes what is wanted out of an archive. Only that is unpacked, and nothing is written.
    fn archive(&mut self, archive: impl Read + Seek, shown: &str, path: &[String], nested: u8) {
        if nested == 0 {
            return self.notes.add(What::Refused, shown, "an archive in an archive in an archive is not unpacked");
        }
        let mut archive = match ZipArchive::new(archive) {
            Ok(archive) => archive,
            Err(error) => {
                return self.notes.add(What::Refused, shown, format!("the archive cannot be unpacked: {error}"));
            }
        };
        // What an archive lies in says where its files belong; its own name does not.
        let folder = &path[..path.len().saturating_sub(1)];
        for index in 0..archive.len() {
            if self.is_too_much() {
                return;
            }
            let (member, kind) = match archive.by_index_raw(index) {
                Ok(member) => (member.name_raw().to_vec(), Kind::of(&member)),
                Err(error) => {
                    self.notes.add(What::Refused, format!("{shown}: member {index}"), error.to_string());
                    continue;
                }
            };
            let member_shown = format!("{shown}:{}", shown_bytes(&member));
            let below = match (parts(&member), kind) {
                (Err(reason), _) => {
                    self.notes.add(What::Refused, member_shown, reason);
                    continue;
                }
                (_, Kind::Folder) => continue,
                (_, Kind::Link) => {
                    self.notes.add(What::Refused, member_shown, "it is a symbolic link, and none is followed");
                    continue;
                }
                (_, Kind::Special) => {
                    let reason = "it is not a file but a device, a pipe or a socket";
                    self.notes.add(What::Refused, member_shown, reason);
                    continue;
                }
                (Ok(below), Kind::File) => below,
            };
            let path = [folder, &below].concat();
            if is_litter(&below) {
                continue;
            }
            if is_within_a_tool(&below) {
                self.notes.add(What::Ignored, member_shown, "in the folder of a tool");
                continue;
            }
            let Some(wanted) = self.wanted(&path) else { continue };
            let member = match archive.by_index(index) {
                Ok(member) => member,
                Err(error) => {
                    self.notes.add(What::Refused, member_shown, format!("it cannot be unpacked: {error}"));
                    continue;
                }
            };
            if matches!(wanted, Wanted::Archive) {
                let mut bytes = Vec::new();
                let rest = LARGEST_SUBMISSION.saturating_sub(self.read);
                let result = member.take(rest + 1).read_to_end(&mut bytes);
                self.read += bytes.len() as u64;
                match result {
                    Ok(_) if bytes.len() as u64 <= rest => {
                        self.archive(Cursor::new(bytes), &member_shown, &path, nested - 1);
                    }
                    _ => self.notes.add(What::Refused, member_shown, "the archive in it cannot be unpacked"),
                }
            } else {
                self.read(member, wanted, member_shown);
            }
        }
    }

    /// Counts an entry. Once there are too many, or they are too large, that is noted, and nothing more is looked at.
    fn is_too_much(&mut self) -> bool {
        self.entries += 1;
        if self.entries == MOST_ENTRIES + 1 {
            self.notes.add(What::Refused, "", format!("more than {MOST_ENTRIES} files: the rest was not looked at"));
        }
        let too_large = self.read > LARGEST_SUBMISSION;
        if too_large && self.entries <= MOST_ENTRIES {
            self.entries = MOST_ENTRIES + 1;
            self.notes.add(What::Refused, "", "more than 32 MiB in all: the rest was not looked at");
        }
        self.entries > MOST_ENTRIES
    }
}

/// What a file is good for.
#[derive(Clone, Debug)]
enum Wanted {
    Source(Place),
    Progress,
    Archive,
}

/// What a member of an archive is, as the archive says.
#[derive(Clone, Copy)]
enum Kind {
    File,
    Folder,
    Link,
    Special,
}

impl Kind {
    fn of<R: Read>(member: &zip::read::ZipFile<'_, R>) -> Self {
        const FORMAT: u32 = 0o170_000;
        match member.unix_mode().map_or(0, |mode| mode & FORMAT) {
            0o120_000 => Kind::Link,
            0o040_000 => Kind::Folder,
            0 | 0o100_000 if member.is_dir() => Kind::Folder,
            0 | 0o100_000 => Kind::File,
            _ => Kind::Special,
        }
    }
}

fn is_of_a_tool(path: &[String]) -> bool {
    path.last().is_some_and(|name| OF_TOOLS.contains(&name.to_lowercase().as_str()))
}

fn is_within_a_tool(path: &[String]) -> bool {
    path.split_last().is_some_and(|(_, folders)| (1..=folders.len()).any(|depth| is_of_a_tool(&folders[..depth])))
}

/// What desktops leave behind everywhere. It is not worth a remark.
fn is_litter(path: &[String]) -> bool {
    let within = path.iter().any(|part| part == "__MACOSX");
    within || path.last().is_some_and(|name| name.starts_with("._") || name == ".DS_Store" || name == "Thumbs.db")
}

fn is_bare_repository(folder: &Path) -> bool {
    let is = |name: &str| folder.join(name).symlink_metadata().ok();
    is("HEAD").is_some_and(|meta| meta.is_file())
        && is("objects").is_some_and(|meta| meta.is_dir())
        && is("refs").is_some_and(|meta| meta.is_dir())
}

/// Opens a file that is nothing else: what it was when the folder was listed may be replaced since.
fn open(path: &Path) -> Result<File, String> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Without the second, opening a pipe waits for whoever writes into it.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path).map_err(|error| format!("it cannot be opened: {error}"))?;
    let is_file = file.metadata().map_err(|error| format!("it cannot be looked at: {error}"))?.is_file();
    if is_file { Ok(file) } else { Err("it is not a file".to_owned()) }
}
