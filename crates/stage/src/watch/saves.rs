//! What is written to an exercise's files.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use anyhow::Context as _;
use exercise::Exercise;
use notify_debouncer_mini::notify::{PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use notify_debouncer_mini::{Config, DebounceEventResult, Debouncer, new_debouncer_opt};

use super::Event;

/// An editor's save is several events within a few milliseconds.
const SAVE: Duration = Duration::from_millis(15);

/// How often a folder is looked at that does not tell when something changes.
const POLL: Duration = Duration::from_millis(500);

/// Tells when an exercise's files are written, and whether they say something new.
pub(super) struct Saves {
    files: Vec<PathBuf>,
    last: Vec<Option<Vec<u8>>>,
    _watcher: AnyWatcher,
}

/// Either kind: it watches as long as it lives.
#[expect(dead_code, reason = "only their lives matter")]
enum AnyWatcher {
    Native(Debouncer<RecommendedWatcher>),
    Polling(Debouncer<PollWatcher>),
}

impl Saves {
    /// Watches the folders rather than the files: many editors write a new file and rename it.
    pub(super) fn of(root: &Path, exercise: &Exercise, poll: bool, sender: Sender<Event>) -> anyhow::Result<Self> {
        let folder = root.join(exercise.directory());
        let files: Vec<PathBuf> = exercise.manifest.editable.iter().map(|file| folder.join(file)).collect();
        let native = if poll || tells_nothing(&folder) { None } else { watcher(&folder, sender.clone()).ok() };
        let watcher = match native {
            Some(watcher) => AnyWatcher::Native(watcher),
            None => {
                let watcher = watcher(&folder, sender);
                AnyWatcher::Polling(watcher.with_context(|| format!("cannot watch {}", folder.display()))?)
            }
        };
        Ok(Saves { last: vec![None; files.len()], files, _watcher: watcher })
    }

    /// Takes what the files say now for known.
    pub(super) fn remember(&mut self) {
        self.last = self.now();
    }

    /// Whether the files say something else than what is known. A file that is away is about to come back.
    pub(super) fn is_new(&self) -> bool {
        let now = self.now();
        now.iter().all(Option::is_some) && now != self.last
    }

    fn now(&self) -> Vec<Option<Vec<u8>>> {
        self.files.iter().map(|file| std::fs::read(file).ok()).collect()
    }
}

fn watcher<W: Watcher>(folder: &Path, sender: Sender<Event>) -> notify_debouncer_mini::notify::Result<Debouncer<W>> {
    let polling = notify_debouncer_mini::notify::Config::default().with_poll_interval(POLL).with_compare_contents(true);
    let config = Config::default().with_timeout(SAVE).with_notify_config(polling);
    let tell = move |_: DebounceEventResult| {
        // Nobody listens any more when the learner has quit.
        let _ = sender.send(Event::Saved);
    };
    let mut debouncer = new_debouncer_opt::<_, W>(config, tell)?;
    debouncer.watcher().watch(folder, RecursiveMode::Recursive)?;
    Ok(debouncer)
}

/// Whether a folder lies on another machine, whose changes this one is not told of.
#[cfg(target_os = "linux")]
fn tells_nothing(folder: &Path) -> bool {
    // NFS, SMB, SMB2, CIFS, 9P, FUSE, from statfs(2).
    const REMOTE: [i64; 6] = [0x6969, 0x517b, 0xfe53_4d42, 0xff53_4d42, 0x0102_1997, 0x6573_5546];
    rustix::fs::statfs(folder).is_ok_and(|system| REMOTE.contains(&(system.f_type & 0xffff_ffff)))
}

#[cfg(not(target_os = "linux"))]
fn tells_nothing(_folder: &Path) -> bool {
    false
}
