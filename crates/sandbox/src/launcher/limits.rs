//! Limits on what a process uses.

use anyhow::Context as _;
use rlimit::Resource;

use crate::Limits;

/// Sets them on this process, and so on everything that it starts.
pub(super) fn set(limits: &Limits) -> anyhow::Result<()> {
    let Limits { cpu_seconds, memory_mib, file_mib, open_files, processes } = *limits;
    // The signal of the soft limit tells why it ended; that of the hard limit would not.
    let all = [
        (Resource::CPU, cpu_seconds, cpu_seconds + 1),
        (Resource::AS, memory_mib << 20, memory_mib << 20),
        (Resource::FSIZE, file_mib << 20, file_mib << 20),
        (Resource::NOFILE, open_files, open_files),
        (Resource::NPROC, processes, processes),
        (Resource::CORE, 0, 0),
    ];
    for (resource, soft, hard) in all {
        // What is stricter already stays.
        let (_, highest) = resource.get().with_context(|| format!("cannot read {}", resource.as_name()))?;
        resource
            .set(soft.min(highest), hard.min(highest))
            .with_context(|| format!("cannot limit {}", resource.as_name()))?;
    }
    Ok(())
}
