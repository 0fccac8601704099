//! The files that a process can open.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, PathFd, PathFdError, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
};

/// What kernels before this version do not know is asked for, and done without.
const KNOWN: ABI = ABI::V6;

/// Lets this process open nothing else, for good.
pub(super) fn restrict(read: &[PathBuf], write: &[PathBuf]) -> anyhow::Result<()> {
    // Without these there is no sandbox worth its name.
    let wanted = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V3))
        .context("this kernel has no Landlock, or one before 6.2")?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?;
    let mut rules = wanted.create().context("cannot make rules about files")?;
    let readable = AccessFs::from_read(KNOWN);
    for path in read {
        let access = if path.is_dir() { readable } else { AccessFs::ReadFile | AccessFs::Execute };
        rules = rules.add_rule(PathBeneath::new(open(path)?, access))?;
    }
    for path in write {
        rules = rules.add_rule(PathBeneath::new(
            open(path)?,
            AccessFs::from_all(KNOWN) & !AccessFs::MakeChar & !AccessFs::MakeBlock,
        ))?;
    }
    for (path, access) in
        [("/dev/null", AccessFs::ReadFile | AccessFs::WriteFile), ("/dev/urandom", AccessFs::ReadFile.into())]
    {
        if let Ok(file) = PathFd::new(path) {
            rules = rules.add_rule(PathBeneath::new(file, access))?;
        }
    }
    let status = rules.restrict_self().context("cannot restrict itself")?;
    if status.ruleset == RulesetStatus::NotEnforced {
        bail!("this kernel does not enforce Landlock");
    }
    Ok(())
}

fn open(path: &PathBuf) -> Result<PathFd, anyhow::Error> {
    PathFd::new(path)
        .map_err(|error: PathFdError| anyhow::Error::new(error))
        .with_context(|| format!("cannot open {}", path.display()))
}
