//! A class graded by a cluster of one node, which is started here on this machine's own loopback device.
//!
//! Without Slurm's programs nothing is tested, unless `KATA_REQUIRE_SLURM` says that they must be there.
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use repo_tests::{root, send, xtask};
use tempfile::TempDir;

/// Daemons get so long to begin and to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster, which ends with this.
struct Cluster {
    folder: TempDir,
    daemons: Vec<Child>,
}

impl Cluster {
    /// Nothing if Slurm is not installed, and need not be.
    fn start() -> Option<Self> {
        let required = std::env::var_os("KATA_REQUIRE_SLURM").is_some();
        let installed = ["munged", "slurmctld", "slurmd"].iter().all(|name| program(name).is_some());
        if !installed {
            assert!(!required, "Slurm is not installed: it needs munged, slurmctld and slurmd");
            return None;
        }
        let mut cluster = Cluster { folder: tempfile::tempdir().unwrap(), daemons: Vec::new() };
        cluster.configure();
        let munge = cluster.path("munge");
        let option = |name: &str, file: &str| format!("--{name}={}", munge.join(file).display());
        let files = [
            ("key-file", "key"),
            ("socket", "socket"),
            ("pid-file", "pid"),
            ("log-file", "log"),
            ("seed-file", "seed"),
        ];
        let mut munged = vec!["--foreground".to_owned(), "--force".to_owned()];
        munged.extend(files.map(|(name, file)| option(name, file)));
        cluster.daemon("munged", &munged);
        until("munged listens", || munge.join("socket").exists());
        cluster.daemon("slurmctld", &["-D".to_owned()]);
        cluster.daemon("slurmd", &["-D".to_owned()]);
        until("the node is ready", || {
            let output = cluster.command("sinfo").args(["--noheader", "--format=%T"]).output().unwrap();
            String::from_utf8_lossy(&output.stdout).trim() == "idle"
        });
        Some(cluster)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configure(&self) {
        for folder in ["munge", "state", "spool"] {
            std::fs::create_dir(self.path(folder)).unwrap();
        }
        let mut key = std::fs::File::create(self.path("munge/key")).unwrap();
        // Nobody else can reach what it protects.
        key.write_all(&[7; 1024]).unwrap();
        let private = |path: &Path, mode| {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        private(&self.path("munge/key"), 0o600);
        private(&self.path("munge"), 0o755);
        private(self.folder.path(), 0o755);
        let host = Command::new("hostname").arg("-s").output().unwrap().stdout;
        let host = String::from_utf8(host).unwrap().trim().to_owned();
        let [controller, node] = free_ports();
        let at = |name: &str| self.path(name).display().to_string();
        let lines = [
            "ClusterName=katas".to_owned(),
            format!("SlurmctldHost={host}(127.0.0.1)"),
            "SlurmUser=root\nSlurmdUser=root".to_owned(),
            format!("AuthType=auth/munge\nAuthInfo=socket={}", at("munge/socket")),
            format!("SlurmctldPort={controller}\nSlurmdPort={node}"),
            format!("SlurmctldPidFile={}\nSlurmdPidFile={}", at("slurmctld.pid"), at("slurmd.pid")),
            format!("StateSaveLocation={}\nSlurmdSpoolDir={}", at("state"), at("spool")),
            format!("SlurmctldLogFile={}\nSlurmdLogFile={}", at("slurmctld.log"), at("slurmd.log")),
            "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nMpiDefault=none".to_owned(),
            "SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU".to_owned(),
            "AccountingStorageType=accounting_storage/none\nJobAcctGatherType=jobacct_gather/none".to_owned(),
            "ReturnToService=2\nSchedulerParameters=batch_sched_delay=0,sched_interval=1".to_owned(),
            format!("NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN"),
            format!("PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP\n"),
        ];
        std::fs::write(self.path("slurm.conf"), lines.join("\n")).unwrap();
    }

    fn daemon(&mut self, name: &str, arguments: &[String]) {
        let mut command = Command::new(program(name).unwrap());
        command.args(arguments).env("SLURM_CONF", self.path("slurm.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.daemons.push(command.spawn().unwrap());
    }

    /// A command that knows the cluster.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("SLURM_CONF", self.path("slurm.conf"));
        command
    }

    /// `grade` on it.
    fn grade(&self, submissions: &Path, out: &Path) -> Command {
        let mut command = grade(submissions, out);
        command.env("SLURM_CONF", self.path("slurm.conf")).args(["--on", "slurm", "--shards", "3"]);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for daemon in self.daemons.iter_mut().rev() {
            send("-TERM", daemon.id());
            let _ = daemon.wait();
        }
    }
}

/// A daemon is not always in a user's search path.
fn program(name: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file())
}

/// Two ports that nobody listens at.
fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let given_up = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < given_up, "{what}: not within {} s", PATIENCE.as_secs());
        std::thread::yield_now();
    }
}

/// A class of nine that has handed in five different texts.
fn class(folder: &Path) {
    let texts = [
        "lib.rs",
        "starter.rs",
        "wrong/order_by_balance.rs",
        "right/address_order.rs",
        "wrong/one_lock_for_the_bank.rs",
    ];
    let solutions = root().join("solutions/03-deadlock");
    for student in 1..=9 {
        let text = solutions.join(texts[student % texts.len()]);
        let file = folder.join(format!("student-{student:02}/03-deadlock/src/lib.rs"));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::copy(&text, &file).unwrap_or_else(|error| panic!("{}: {error}", text.display()));
    }
}

fn grade(submissions: &Path, out: &Path) -> Command {
    let mut command = xtask();
    command.arg("grade").arg(submissions).arg("--out").arg(out).args(["--format", "junit"]);
    command
}

fn records(out: &Path) -> String {
    std::fs::read_to_string(out.join("results.jsonl")).unwrap()
}

/// The processes of tasks that judge a shard.
fn tasks(out: &Path) -> Vec<u32> {
    let folder = out.display().to_string();
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|process| process.ok()?.file_name().to_str()?.parse().ok());
    let judges = |id: &u32| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let words: Vec<_> = line.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
        words.iter().any(|word| word == "--shard") && words.iter().any(|word| *word == folder)
    };
    processes.filter(judges).collect()
}

#[test]
fn a_cluster_comes_to_the_same_records_although_one_of_its_tasks_is_killed() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let submissions = folder.path().join("class");
    class(&submissions);
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    let local = grade(&submissions, &here).output().unwrap();
    assert!(local.status.success(), "{}", String::from_utf8_lossy(&local.stderr));

    let mut remote = cluster.grade(&submissions, &there);
    let remote = remote.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until("a task runs", || !tasks(&there).is_empty());
    for task in tasks(&there).into_iter().take(1) {
        // It may have ended by itself meanwhile.
        let _ = Command::new("kill").args(["-KILL", &task.to_string()]).status();
    }
    let remote = remote.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&remote.stderr);
    assert!(remote.status.success(), "{said}");
    assert_eq!(records(&here), records(&there));
    assert_eq!(tasks(&there), [0; 0]);
}
