//! What a unit of work came to.

use judge::Judgement;
use serde::{Deserialize, Serialize};

use crate::out::Out;
use crate::plan::Unit;

/// A unit that was judged, or that could not be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settled {
    /// The version of this form.
    pub schema: u32,
    /// The unit.
    #[serde(flatten)]
    pub unit: Unit,
    /// How often it was tried.
    pub attempts: u32,
    /// Milliseconds on the wall clock.
    pub ms: u64,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
    /// What kept it from being judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Settled {
    /// What is known of a unit. A file that cannot be used counts as none: it is judged again.
    pub fn read(out: &Out, unit: &Unit) -> Option<Self> {
        let settled: Settled = serde_json::from_slice(&std::fs::read(out.unit(&unit.key)).ok()?).ok()?;
        (settled.unit == *unit).then_some(settled)
    }

    /// There is a verdict.
    pub fn is_judged(&self) -> bool {
        self.judgement.is_some()
    }
}
