//! The command line of `cargo xtask grade`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use assignment::Assignment;
use clap::{Args, Parser, Subcommand};
use exercise::Catalogue;
use grade::class::Class;
use grade::export::{Format, export};
use grade::feedback::Feedbacks;
use grade::intake::take_in;
use grade::judging::Judging;
use grade::merge::Grading;
use grade::out::{Out, read, write};
use grade::page::write_pages;
use grade::plan::{Plan, Shard};
use grade::record::Status;
use grade::roster::Roster;
use grade::run::{Ran, run};
use grade::slurm::{self, Told};
use grade::worth::check;
use judge::{Bench, Step, Workspace};
use sandbox::{Sandbox, Tier};

/// Grade a class: judge what everybody handed in, and write marks and pages.
///
/// SUBMISSIONS is a folder with a folder or a zip archive for each student, or what Canvas or Moodle lets you download,
/// unpacked. The status is 0 if everything was judged, 2 if the command line asks for something that does not exist,
/// and 3 if something could not be judged: that has no mark then, and never a zero.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask grade", bin_name = "cargo xtask grade", version)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// The folder of the submissions.
    #[arg(required = true)]
    submissions: Option<PathBuf>,
    /// Where everything is written. A second run takes from there what has not changed.
    #[arg(long, value_name = "DIR", required = true)]
    out: Option<PathBuf>,
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    confinement: Confinement,
    #[command(flatten)]
    work: Work,
    /// Have the nodes of a cluster judge. They must see this repository and DIR under the same names.
    #[arg(long, value_name = "CLUSTER")]
    on: Option<Cluster>,
    /// Into how many tasks the work is cut on a cluster.
    #[arg(long, value_name = "N", default_value_t = 8, requires = "on")]
    shards: u32,
    /// Write these only: gradescope, classroom, exercism, junit, canvas, nbgrader, jplag.
    #[arg(long, value_delimiter = ',', value_name = "FORMAT")]
    format: Vec<Format>,
}

/// What manages a cluster.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Cluster {
    /// Slurm: a job array.
    Slurm,
}

/// What is graded.
#[derive(Debug, Args)]
struct Intake {
    /// The folder of the submissions.
    submissions: PathBuf,
    /// Where everything is written. A second run takes from there what has not changed.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    about: About,
}

/// What is known about the submissions.
#[derive(Debug, Args)]
struct About {
    /// The assignment: a TOML file. Without one, all exercises that somebody handed in, 10 points each.
    #[arg(long, value_name = "FILE")]
    assignment: Option<PathBuf>,
    /// The class: a CSV file with a column `id`, and `name`, `email`, … where there are.
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
}

/// What strangers' programs are confined in.
#[derive(Clone, Copy, Debug, Args)]
struct Confinement {
    /// The sandbox: bubblewrap or landlock. The strongest that works here, if this is not given.
    #[arg(long, value_name = "NAME", conflicts_with = "insecure_no_sandbox")]
    sandbox: Option<Tier>,
    /// Confine nothing: what students wrote can read and do whatever you can.
    #[arg(long)]
    insecure_no_sandbox: bool,
}

/// How it is judged.
#[derive(Debug, Args)]
struct Work {
    /// Judge so many texts at a time; as many as there are processors and memory for, if this is not given.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take the submissions in, and say what is to be judged, in so many parts.
    Plan {
        #[command(flatten)]
        intake: Intake,
        /// Into how many parts the work is cut, for as many machines.
        #[arg(long, value_name = "N", default_value_t = 1)]
        shards: u32,
        #[command(flatten)]
        confinement: Confinement,
    },
    /// Judge a part of a plan. What is judged already is not judged again.
    Run {
        /// The folder of the plan.
        dir: PathBuf,
        /// Which part: 2/8. All of it, if this is not given.
        #[arg(long, value_name = "I/N")]
        shard: Option<Shard>,
        #[command(flatten)]
        confinement: Confinement,
        #[command(flatten)]
        work: Work,
    },
    /// Put the results of all parts together: records, marks and pages.
    Merge {
        /// The folder of the plan.
        dir: PathBuf,
        /// Write these only.
        #[arg(long, value_delimiter = ',', value_name = "FORMAT")]
        format: Vec<Format>,
    },
    /// Write the marks for another program.
    Export {
        /// gradescope, classroom, exercism, junit, canvas, nbgrader or jplag; several with commas between them.
        #[arg(value_delimiter = ',', num_args = 1, required = true)]
        format: Vec<Format>,
        /// The folder of a grading.
        dir: PathBuf,
    },
}

impl Cli {
    /// Does what is asked for.
    pub(crate) fn run(self, root: Option<PathBuf>) -> anyhow::Result<ExitCode> {
        let site = Site::find(root)?;
        let Cli { command, submissions, out, about, confinement, work, on, shards, format } = self;
        let Some(command) = command else {
            let (submissions, out) = submissions.zip(out).context("the command line asks for both")?;
            let intake = Intake { submissions, out, about };
            return match on {
                None => site.grade(&intake, confinement, &work, &format),
                Some(Cluster::Slurm) => site.grade_on_slurm(&intake, confinement, &work, shards, &format),
            };
        };
        match command {
            Command::Plan { intake, shards, confinement } => {
                let Some(judging) = site.judging(confinement)? else { return Ok(ExitCode::from(2)) };
                let planned = site.plan(&intake, &judging, shards)?;
                let Some((class, plan)) = planned else { return Ok(ExitCode::from(2)) };
                said(&class, &plan);
                Ok(ExitCode::SUCCESS)
            }
            Command::Run { dir, shard, confinement, work } => {
                let started = Instant::now();
                let Some(out) = planned(dir) else { return Ok(ExitCode::from(2)) };
                let plan: Plan = read(&out.plan())?;
                let shard = shard.unwrap_or(Shard::WHOLE);
                if shard != Shard::WHOLE && shard.of != plan.shards {
                    anstream::eprintln!("error: the plan has {} parts, and {shard} is none of them", plan.shards);
                    return Ok(ExitCode::from(2));
                }
                // What the plan was made for, unless something else is asked for: that is refused below.
                let planned = plan.sandbox.parse().ok();
                let sandbox = confinement.sandbox.or(planned.filter(|_| !confinement.insecure_no_sandbox));
                let judging = site.judging(Confinement { sandbox, ..confinement })?;
                let Some(judging) = judging else { return Ok(ExitCode::from(2)) };
                let ran = site.run(&out, &plan, shard, judging, &work)?;
                anstream::eprintln!("{}", told(ran, started));
                Ok(ExitCode::from(if ran.errors > 0 { 3 } else { 0 }))
            }
            Command::Merge { dir, format } => {
                let Some(out) = planned(dir) else { return Ok(ExitCode::from(2)) };
                site.merge(&out, &format, "run its shards again, and then `merge`")
            }
            Command::Export { format, dir } => {
                let Some(out) = planned(dir) else { return Ok(ExitCode::from(2)) };
                let grading = Grading::read(&out, &site.root, &site.catalogue)?;
                let feedbacks = Feedbacks::new(&grading, &out, false)?;
                for format in format {
                    anstream::println!("{}", export(&grading, &feedbacks, &out, &site.root, format)?.display());
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// The repository.
struct Site {
    root: PathBuf,
    catalogue: Catalogue,
}

impl Site {
    fn find(root: Option<PathBuf>) -> anyhow::Result<Self> {
        let root = root.map_or_else(std::env::current_dir, Ok).context("cannot tell the working directory")?;
        Ok(Site { catalogue: Catalogue::read(&root)?, root })
    }

    /// Nothing if there is no sandbox: it says so on the standard error.
    fn judging(&self, confinement: Confinement) -> anyhow::Result<Option<Judging>> {
        let bench = Bench::new(Workspace::new(&self.root))?;
        if confinement.insecure_no_sandbox {
            anstream::eprintln!("warning: nothing is confined: what students wrote can do whatever you can");
            return Judging::new(bench).map(Some);
        }
        let launcher = bench.ready_tool("sandbox", &mut say)?;
        let (working, refusals) = match confinement.sandbox {
            None => Sandbox::available(&launcher),
            Some(tier) => match Sandbox::probe(tier, &launcher) {
                Ok(sandbox) => (vec![sandbox], Vec::new()),
                Err(reason) => (Vec::new(), vec![(tier, reason)]),
            },
        };
        if let Some(sandbox) = working.into_iter().next() {
            return Judging::new(bench.with_sandbox(Some(sandbox))).map(Some);
        }
        anstream::eprintln!("error: no sandbox works here, and what students wrote is not run without one");
        for (tier, reason) in refusals {
            anstream::eprintln!("  {tier}: {reason}");
        }
        anstream::eprintln!("`--insecure-no-sandbox` runs it all the same");
        Ok(None)
    }

    /// Everything at once.
    fn grade(
        &self,
        intake: &Intake,
        confinement: Confinement,
        work: &Work,
        formats: &[Format],
    ) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        let Some(judging) = self.judging(confinement)? else { return Ok(ExitCode::from(2)) };
        let Some((class, plan)) = self.plan(intake, &judging, 1)? else { return Ok(ExitCode::from(2)) };
        said(&class, &plan);
        let out = Out::new(&intake.out);
        let ran = self.run(&out, &plan, Shard::WHOLE, judging, work)?;
        anstream::eprintln!("{}", told(ran, started));
        self.merge(&out, formats, "run the same command again")
    }

    /// Everything at once, on a cluster.
    fn grade_on_slurm(
        &self,
        intake: &Intake,
        confinement: Confinement,
        work: &Work,
        shards: u32,
        formats: &[Format],
    ) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        let Some(judging) = self.judging(confinement)? else { return Ok(ExitCode::from(2)) };
        let Some((class, plan)) = self.plan(intake, &judging, shards)? else { return Ok(ExitCode::from(2)) };
        said(&class, &plan);
        // One machine builds what all of them need.
        judging.ready(&class.assignment.exercises(&self.catalogue)?, &mut say)?;
        let absolute = |path: &Path| std::path::absolute(path).context("cannot tell the working directory");
        let mut arguments = Vec::new();
        if confinement.insecure_no_sandbox {
            arguments.push("--insecure-no-sandbox".to_owned());
        }
        if let Some(jobs) = work.jobs {
            arguments.extend(["--jobs".to_owned(), jobs.to_string()]);
        }
        let task = slurm::Task {
            program: std::env::current_exe().context("cannot tell the path of this program")?,
            root: absolute(&self.root)?,
            folder: absolute(&intake.out)?,
            arguments,
        };
        let out = Out::new(&intake.out);
        let mut last = None;
        slurm::run(&out, &plan, &task, &mut |told| {
            if last.as_ref() != Some(&told) {
                match &told {
                    Told::Submitted(job, tasks) => anstream::eprintln!("job {job}: {tasks} tasks"),
                    Told::Judged(judged, all) => anstream::eprintln!("{judged} of {all} judged"),
                }
                last = Some(told);
            }
        })?;
        anstream::eprintln!("done in {:.1} s", started.elapsed().as_secs_f64());
        self.merge(&out, formats, "run the same command again")
    }

    /// Nothing if something that was asked for does not exist: it says so on the standard error.
    fn plan(&self, intake: &Intake, judging: &Judging, shards: u32) -> anyhow::Result<Option<(Class, Plan)>> {
        let Intake { submissions, out, about: About { assignment, roster } } = intake;
        for file in [Some(submissions), assignment.as_ref(), roster.as_ref()].into_iter().flatten() {
            if !file.exists() {
                anstream::eprintln!("error: there is no {}", file.display());
                return Ok(None);
            }
        }
        if !submissions.is_dir() {
            anstream::eprintln!("error: {} is not a folder: unpack it first", submissions.display());
            return Ok(None);
        }
        if is_inside(out, submissions) {
            let out = out.display();
            anstream::eprintln!(
                "error: {out} lies among the submissions, and would be taken for one: name another DIR"
            );
            return Ok(None);
        }
        let title = submissions.file_name().map_or_else(|| "katas".to_owned(), |n| n.to_string_lossy().into_owned());
        let read_one = |file: &PathBuf| Assignment::read(file, &self.catalogue);
        let assignment = assignment.as_ref().map_or_else(|| Ok(Assignment::unsaid(title)), read_one);
        let roster = roster.as_deref().map(Roster::read).transpose();
        let (assignment, roster) = match (assignment, roster) {
            (Ok(assignment), Ok(roster)) => (assignment, roster),
            (Err(error), _) | (_, Err(error)) => {
                anstream::eprintln!("error: {error:#}");
                return Ok(None);
            }
        };
        if let Err(error) = check(&self.root, &self.catalogue, &assignment) {
            anstream::eprintln!("error: {error:#}");
            return Ok(None);
        }
        if let Err(error) = std::fs::create_dir_all(out) {
            anstream::eprintln!("error: cannot create the folder {}: {error}", out.display());
            return Ok(None);
        }
        let out = Out::new(out);
        let overlay = assignment.overlay.clone();
        let class = take_in(submissions, roster.as_ref(), assignment, &self.catalogue, &out.texts())?;
        // Whoever names the wrong folder gets no class of zeros.
        if class.students.iter().all(|student| !student.handed_in) {
            anstream::eprintln!("error: {} holds no submission", submissions.display());
            anstream::eprintln!(
                "a submission is a folder or a zip archive of a student, or a file with the name that Canvas or Moodle gives it"
            );
            return Ok(None);
        }
        if out.overlay().exists() {
            std::fs::remove_dir_all(out.overlay()).context("cannot replace the private scenarios")?;
        }
        if let Some(overlay) = &overlay {
            keep_overlay(overlay, &out.overlay())?;
        }
        let overlay = overlay.map(|_| out.overlay());
        let plan = Plan::new(&class, &self.root, &self.catalogue, judging, overlay.as_deref(), shards)?;
        write(&out.class(), &class)?;
        write(&out.plan(), &plan)?;
        Ok(Some((class, plan)))
    }

    fn run(&self, out: &Out, plan: &Plan, shard: Shard, judging: Judging, work: &Work) -> anyhow::Result<Ran> {
        let overlay = plan.overlay.then(|| std::path::absolute(out.overlay())).transpose();
        let judging = judging.with_overlay(overlay.context("cannot tell the working directory")?);
        run(out, plan, shard, &self.catalogue, &judging, work.jobs, &mut say)
    }

    fn merge(&self, out: &Out, formats: &[Format], again: &str) -> anyhow::Result<ExitCode> {
        let grading = Grading::read(out, &self.root, &self.catalogue)?;
        grading.write(out)?;
        let feedbacks = Feedbacks::new(&grading, out, true)?;
        let formats = if formats.is_empty() { &Format::USUAL } else { formats };
        for &format in formats {
            export(&grading, &feedbacks, out, &self.root, format)?;
        }
        write_pages(&grading, &feedbacks, out)?;
        let count = |status: Status| grading.records.iter().filter(|record| record.status == status).count();
        let (graded, missing, errors) = (count(Status::Graded), count(Status::Missing), count(Status::InternalError));
        anstream::println!("{graded} graded, {missing} missing, {errors} that could not be judged");
        anstream::println!("records  {}", out.results().display());
        anstream::println!("report   {}", out.report().display());
        anstream::println!("pages    {}", out.pages().display());
        anstream::println!("marks    {}", out.export().display());
        if errors > 0 {
            let failed = grading.records.iter().filter(|record| record.status == Status::InternalError);
            for record in failed.take(10) {
                anstream::eprintln!("error: {} of {}: {}", record.exercise, record.student, record.message);
            }
            anstream::eprintln!("error: what could not be judged has no mark: {again}");
            return Ok(ExitCode::from(3));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Copies the private scenarios, so that the folder of the grading is all that another machine needs.
fn keep_overlay(from: &Path, to: &Path) -> anyhow::Result<()> {
    for exercise in std::fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let exercise = exercise?;
        let hidden = exercise.path().join("hidden");
        if !hidden.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&hidden).with_context(|| format!("cannot list {}", hidden.display()))? {
            let file = file?;
            let text = std::fs::read(file.path()).with_context(|| format!("cannot read {}", file.path().display()))?;
            judge::replace_file(&to.join(exercise.file_name()).join("hidden").join(file.file_name()), &text)?;
        }
    }
    Ok(())
}

/// The folder of a grading. Nothing where nobody has begun one: it says so on the standard error.
fn planned(dir: PathBuf) -> Option<Out> {
    let out = Out::new(dir);
    let is_planned = out.plan().is_file() && out.class().is_file();
    if !is_planned {
        let folder = out.folder().display();
        anstream::eprintln!("error: there is no grading in {folder}: `cargo xtask grade plan` begins one");
    }
    is_planned.then_some(out)
}

/// Whether a folder, which need not exist yet, is or will be inside another one.
fn is_inside(folder: &Path, other: &Path) -> bool {
    let (Ok(folder), Ok(other)) = (std::path::absolute(folder), other.canonicalize()) else { return false };
    let existing = folder.ancestors().find_map(|ancestor| ancestor.canonicalize().ok());
    existing.is_some_and(|existing| existing.starts_with(other))
}

/// What was taken in.
fn said(class: &Class, plan: &Plan) {
    let handed: usize = class.students.iter().map(|student| student.files.len()).sum();
    let count =
        |what| class.students.iter().flat_map(|student| &student.notes).filter(|note| note.what == what).count();
    let strangers = class.students.iter().filter(|student| !student.on_roster).count();
    let of = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (students, files) = (of(class.students.len(), "student"), of(handed, "file"));
    let mut text = format!("{students}, {files}, {} of them different", plan.units.len());
    let refused = count(grade::note::What::Refused);
    if refused > 0 {
        text += &format!("; {} refused", of(refused, "thing"));
    }
    if strangers > 0 {
        text += &format!("; {strangers} not on the roster");
    }
    anstream::eprintln!("{text}");
    if handed == 0 {
        anstream::eprintln!(
            "warning: no submission holds a file of an exercise that is asked for; the report says why"
        );
    }
}

fn told(ran: Ran, started: Instant) -> String {
    let Ran { judged, known, errors } = ran;
    let errors = if errors > 0 { format!(", {errors} failed to be") } else { String::new() };
    format!("{judged} judged, {known} judged before{errors}, in {:.1} s", started.elapsed().as_secs_f64())
}

/// Says on the standard error what takes its time.
fn say(step: Step) {
    match step {
        Step::BuildingWorld(engine) => anstream::eprintln!("building the {engine} world (once; it is kept)"),
        Step::BuildingTool(name) => anstream::eprintln!("building the {name} (once; it is kept)"),
    }
}
