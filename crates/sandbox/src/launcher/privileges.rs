//! The privileges that a process has beyond its user's.

use anyhow::Context as _;
use rustix::thread::{CapabilitySet, CapabilitySets};

/// Gives all of them up, for good: what this process becomes cannot get any, not even as root.
pub(super) fn drop_all() -> anyhow::Result<()> {
    rustix::thread::set_no_new_privs(true).context("cannot renounce new privileges")?;
    let mine = rustix::thread::capabilities(None).context("cannot read its capabilities")?;
    if mine.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().iter() {
            // A kernel need not know all of them.
            let _ = rustix::thread::remove_capability_from_bounding_set(capability);
        }
    }
    let none = CapabilitySet::empty();
    let nothing = CapabilitySets { effective: none, permitted: none, inheritable: none };
    rustix::thread::set_capabilities(None, nothing).context("cannot drop its capabilities")
}
