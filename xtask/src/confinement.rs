//! What confines the programs of a check.

use judge::Bench;
use sandbox::{Sandbox, Tier};

use crate::repository::say;

/// What was asked for.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Wanted {
    /// Nothing: the program runs as any other.
    None,
    /// The kernel's own access rules.
    Landlock,
    /// Namespaces.
    Bubblewrap,
}

/// The sandbox that costs a check least, if it is there without building or installing anything.
pub(crate) fn at_hand(bench: &Bench) -> Option<Sandbox> {
    Sandbox::probe(Tier::Landlock, &bench.tool(LAUNCHER)?).ok()
}

/// The one that was asked for. Its launcher is built if need be.
pub(crate) fn wanted(bench: &Bench, wanted: Wanted) -> anyhow::Result<Option<Sandbox>> {
    let tier = match wanted {
        Wanted::None => return Ok(None),
        Wanted::Landlock => Tier::Landlock,
        Wanted::Bubblewrap => Tier::Bubblewrap,
    };
    let launcher = bench.ready_tool(LAUNCHER, &mut say)?;
    let found = Sandbox::probe(tier, &launcher);
    found.map(Some).map_err(|reason| anyhow::anyhow!("there is no sandbox `{tier}` on this machine: {reason}"))
}

/// What can be said of each sandbox here; nothing as long as the launcher was never needed.
pub(crate) fn known(bench: &Bench) -> Option<Vec<String>> {
    let (working, refusals) = Sandbox::available(&bench.tool(LAUNCHER)?);
    let refusals = refusals.iter().map(|(tier, reason)| format!("no {tier}: {reason}"));
    Some(working.iter().map(|sandbox| format!("{} works", sandbox.tier())).chain(refusals).collect())
}

/// The package of the program that confines itself and becomes another one.
const LAUNCHER: &str = "sandbox";
