//! The hidden tests of 45-oversubscribed-pool. See the README of the exercise for the contract that they check.

use std::collections::HashMap;
use std::panic::Location;
use std::thread;

use kata::Verdict;
use kata_world::{Gate, Unseen, gauge, settle};
use oversubscribed_pool::{Digest, File, Hasher, Manifest, backup};

/// Some multiple of the processors.
const FILES: usize = 16;

/// The processors of every machine in the checker.
const PROCESSORS: usize = 4;

/// A hash function that can be held up, and knows what it was asked for.
struct Probe {
    asked: Unseen<HashMap<Vec<u8>, usize>>,
    /// How many chunks are equal, each time.
    copies: usize,
    /// Holds up all chunks, or those that begin with this.
    held: Gate,
    only: Option<&'static str>,
}

impl Probe {
    fn holding(only: Option<&'static str>) -> Self {
        // Where the machine has fewer threads than work, somebody has always something to do.
        rayon::enter();
        let held = Gate::new(
            "digests in several files",
            Verdict::NotConcurrent,
            "nothing goes on while one digest takes its time",
        );
        Probe { asked: Unseen::default(), copies: 1, held, only }
    }

    fn free() -> Self {
        let probe = Probe::holding(None);
        probe.held.open();
        probe
    }
}

impl Hasher for Probe {
    #[track_caller]
    fn digest(&self, chunk: &[u8]) -> Digest {
        let at = Location::caller();
        let times = self.asked.with(|asked| {
            let times = asked.entry(chunk.to_vec()).or_default();
            *times += 1;
            *times
        });
        if times > self.copies {
            let name = String::from_utf8_lossy(chunk);
            let message = match self.copies {
                1 => format!("the digest of `{name}` is asked for twice"),
                copies => format!("there are {copies} chunks `{name}`, and a digest is asked for once more"),
            };
            kata_world::fail_at(Verdict::AssertionFailed, message, at);
        }
        if self.only.is_none_or(|only| chunk.starts_with(only.as_bytes())) {
            self.held.pass("Hasher::digest", at);
        }
        digest(chunk)
    }
}

fn digest(chunk: &[u8]) -> Digest {
    Digest(chunk.iter().fold(7, |digest: u64, byte| digest.wrapping_mul(31).wrapping_add(u64::from(*byte))))
}

fn file(path: &str, chunks: usize) -> File {
    File { path: path.to_owned(), chunks: (0..chunks).map(|chunk| format!("{path}/{chunk}").into_bytes()).collect() }
}

fn volume(name: &str, files: usize, chunks: usize) -> Vec<File> {
    (0..files).map(|number| file(&format!("{name}{number}"), chunks)).collect()
}

fn saved(files: &[File]) -> Vec<Manifest> {
    let digests = |file: &File| file.chunks.iter().map(|chunk| digest(chunk)).collect();
    files.iter().map(|file| Manifest { path: file.path.clone(), digests: digests(file) }).collect()
}

/// Backs up, and looks at what comes out.
fn check(files: &[File], probe: &Probe) {
    // Without the values: what is out of order may be in another order each time.
    assert!(
        made(files, probe) == saved(files),
        "a backup has all manifests, in order, each with all digests, in order"
    );
}

/// Backs up; the manifests come in any order.
fn check_unordered(files: &[File], probe: &Probe) {
    let (mut manifests, mut wanted) = (made(files, probe), saved(files));
    manifests.sort_by(|a, b| a.path.cmp(&b.path));
    wanted.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(manifests == wanted, "a backup has a manifest of each file, with all of its digests in order");
}

fn made(files: &[File], probe: &Probe) -> Vec<Manifest> {
    let manifests = backup(files, probe);
    // How many of several equal ones were left out may be another number each time.
    let asked = probe.asked.with(|asked| asked.clone());
    for chunk in files.iter().flat_map(|file| &file.chunks) {
        let name = String::from_utf8_lossy(chunk);
        match probe.copies {
            1 => assert!(asked.contains_key(chunk), "the digest of `{name}` is never asked for"),
            copies => assert!(
                asked.get(chunk) == Some(&copies),
                "there are {copies} chunks `{name}`, and the digest of each is asked for"
            ),
        }
    }
    manifests
}

/// Runs these backups at the same time, with digests that do not come to an end until everybody has gone as far as
/// possible. At least so many digests are under way then, and not more of anything than there are processors.
fn at_once(volumes: &[Vec<File>], at_least: usize) {
    let probe = Probe::holding(None);
    let callers = Callers::default();
    thread::scope(|scope| {
        for files in volumes {
            let (probe, callers) = (&probe, &callers);
            let name = format!("backup of {}", files[0].path.trim_end_matches(char::is_numeric));
            let caller = thread::Builder::new().name(name);
            caller
                .spawn_scoped(scope, move || callers.count(|| check_unordered(files, probe)))
                .expect("a thread can be started");
        }
        measure(&[&probe], &callers, at_least);
        probe.held.open();
    });
}

/// Threads that call `backup`. When one of them returns depends on more than its own files: whoever waits in rayon works
/// on somebody else's meanwhile.
#[derive(Default)]
struct Callers(Unseen<usize>);

impl Callers {
    fn count(&self, call: impl FnOnce()) {
        self.0.with(|alive| *alive += 1);
        call();
        self.0.with(|alive| *alive -= 1);
    }
}

/// Waits until everybody has gone as far as possible, and looks at who is at work: at least so many digests are under
/// way, and not more of anything than there are processors.
fn measure(probes: &[&Probe], callers: &Callers, at_least: usize) {
    let rest = settle();
    let digests: usize = probes.iter().map(|probe| probe.held.waiting()).sum();
    let threads = gauge::live_threads() - callers.0.with(|alive| *alive);
    if digests > PROCESSORS || threads > PROCESSORS {
        let digests = if digests == 1 { "1 digest is".to_owned() } else { format!("{digests} digests are") };
        let message = format!(
            "{digests} under way at the same time, and {threads} threads are alive for that, on {PROCESSORS} \
             processors"
        );
        rest.fail(Verdict::Oversubscribed, message);
    }
    if digests < at_least {
        // How many there are depends on the system's scheduler in some programs.
        let message = format!(
            "digests in {at_least} files must be able to overlap, and fewer are under way when everybody else waits"
        );
        rest.fail(Verdict::NotConcurrent, message);
    }
}

/// Two files that are saved at the same time take no more than the processors of the machine.
pub fn two_files() {
    at_once(&[volume("/mail/", 2, 3)], 2);
}

/// One large file takes no more than the processors of the machine.
pub fn one_large_file() {
    at_once(&[volume("/films/", 1, 9)], 1);
}

/// With many files every processor has one to work on, and there are no more threads than processors.
pub fn many_files() {
    at_once(&[volume("/mail/", 12, 1)], PROCESSORS);
}

/// With many files of many chunks every processor has one to work on, and there are no more threads than processors.
pub fn many_files_of_many_chunks() {
    at_once(&[volume("/mail/", 9, 5)], PROCESSORS);
}

/// Two backups at the same time share the processors of the machine.
pub fn two_backups() {
    at_once(&[volume("/mail/", 1, 1), volume("/home/", 1, 1)], 2);
}

/// Three backups with many files, at the same time, share the processors of the machine, and use all of them.
pub fn three_backups() {
    at_once(&[volume("/mail/", 7, 1), volume("/home/", 7, 2), volume("/srv/", 7, 1)], PROCESSORS);
}

/// A backup does not wait for another one that has a slow file.
pub fn a_slow_file_holds_up_no_other_backup() {
    let probe = Probe::holding(Some("/tapes/"));
    thread::scope(|scope| {
        let probe = &probe;
        scope.spawn(move || check_unordered(&[file("/tapes/0", 1)], probe));
        settle();
        check_unordered(&volume("/mail/", 6, 2), probe);
        check_unordered(&volume("/home/", 1, 6), probe);
        probe.held.open();
    });
}

/// A backup that begins while others use all processors takes none, and uses all of them when the others have ended.
pub fn processors_become_free() {
    let [first, second, late] = [Probe::holding(None), Probe::holding(None), Probe::holding(None)];
    let callers = Callers::default();
    thread::scope(|scope| {
        scope.spawn(|| callers.count(|| check_unordered(&volume("/tapes/", 2, 1), &first)));
        scope.spawn(|| callers.count(|| check_unordered(&volume("/films/", 2, 1), &second)));
        measure(&[&first, &second], &callers, PROCESSORS);
        scope.spawn(|| callers.count(|| check_unordered(&volume("/mail/", 8, 1), &late)));
        measure(&[&first, &second, &late], &callers, PROCESSORS);
        // One after the other, so that nobody finds all of them at once.
        first.held.open();
        measure(&[&second, &late], &callers, PROCESSORS);
        second.held.open();
        measure(&[&late], &callers, PROCESSORS);
        late.held.open();
    });
}

/// A slow file keeps its processor, and not the other ones: most of the other files do not wait for it.
pub fn a_slow_file_holds_up_few_others() {
    let probe = Probe::holding(Some("/mail/0/"));
    thread::scope(|scope| {
        let probe = &probe;
        scope.spawn(move || check_unordered(&volume("/mail/", FILES, 1), probe));
        let rest = settle();
        let begun = probe.asked.with(|asked| asked.len());
        if begun < FILES / 2 {
            let message = format!(
                "while one digest takes its time, most of the others must go on: of {FILES} files, {begun} were begun, \
                 and everybody waits"
            );
            rest.fail(Verdict::NotConcurrent, message);
        }
        probe.held.open();
    });
}

/// Equal chunks are chunks like others, and so are files of the same name.
pub fn equal_chunks() {
    // More of them than can be computed before one of them is known.
    let one = File { path: "/a".to_owned(), chunks: vec![b"/equal".to_vec(); 3] };
    check(&vec![one; 3], &Probe { copies: 9, ..Probe::free() });
}

/// A file that takes longer than all others is where it belongs all the same.
pub fn a_slow_first_file_is_still_the_first() {
    let probe = Probe::holding(Some("/home/0/"));
    thread::scope(|scope| {
        let probe = &probe;
        scope.spawn(move || check(&volume("/home/", 6, 2), probe));
        settle();
        probe.held.open();
    });
    two_waves_of_files();
}

/// Holds up the files of two waves, one after the other.
struct Waves {
    first: Gate,
    second: Gate,
}

impl Hasher for Waves {
    #[track_caller]
    fn digest(&self, chunk: &[u8]) -> Digest {
        let gate = if chunk.starts_with(b"/first/") { &self.first } else { &self.second };
        gate.pass("Hasher::digest", Location::caller());
        digest(chunk)
    }
}

/// Who is at work on several files at once, and goes on to the next ones, leaves each in its place.
fn two_waves_of_files() {
    rayon::enter();
    let gate = || {
        Gate::new("digests in several files", Verdict::NotConcurrent, "nothing goes on while digests take their time")
    };
    let waves = Waves { first: gate(), second: gate() };
    // Everybody has one of the first files, and then one of the second: whoever puts together what each has done is wrong.
    let files = [volume("/first/", PROCESSORS, 1), volume("/second/", PROCESSORS, 1)].concat();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(
                backup(&files, &waves) == saved(&files),
                "a backup has all manifests, in order, each with all digests, in order"
            );
        });
        settle();
        waves.first.open();
        settle();
        waves.second.open();
    });
}

/// Everything is in its order, and empty files and volumes are nothing special.
pub fn everything_in_its_place() {
    let probe = Probe::free();
    check(&[], &probe);
    check(&[file("/empty", 0)], &probe);
    let mixed = [file("/a", 3), file("/b", 0), file("/c", 17), file("/d", 1), file("/e", 0), file("/f", 2)];
    check(&mixed, &probe);
    check(&volume("/many/", 40, 3), &probe);
}

/// Night after night the number of threads stays the same.
pub fn night_after_night() {
    let probe = Probe::free();
    for night in ["/mon/", "/tue/", "/wed/"] {
        check_unordered(&volume(night, 3, 2), &probe);
    }
    at_once(&[volume("/thu/", 6, 1)], PROCESSORS);
}
