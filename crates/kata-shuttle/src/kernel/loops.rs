//! Loops that wait by looking again and again.
//!
//! A thread that does the same thing at the same place for the second or the fourth time, while the shared state is
//! the same each time and nobody else has changed anything in between, will do it for ever, unless it counts. It is
//! *idle*: nothing but a change of the state can make a difference to it.

use kata::Scalar;
use kata_trace::Op;

use super::Step;

/// Visits to a place after which a thread is idle there. Loops that end earlier are explored like any other code.
const LOOKS: u32 = 4;

/// The same for a place where the thread offers its turn: it says itself that it waits.
const OFFERS: u32 = 2;

/// Places that are remembered. A loop with more steps is not recognised, which costs time, not soundness.
const PLACES: usize = 64;

/// Where a thread has been since anybody else changed anything.
#[derive(Debug, Default)]
pub(super) struct Loops {
    visits: Vec<(u64, u32)>,
    oldest: usize,
    /// Changes by others, when this list began.
    foreign_changes: u64,
}

impl Loops {
    pub(super) fn clear(&mut self) {
        self.visits.clear();
        self.oldest = 0;
    }

    /// The thread is about to take a step. Returns whether it is idle.
    pub(super) fn visit(&mut self, step: &Step<'_>, state: u64, foreign_changes: u64) -> bool {
        if self.foreign_changes != foreign_changes {
            self.foreign_changes = foreign_changes;
            self.clear();
        }
        let object = step.object.map_or(0, |object| u64::from(object) + 1) << 16 | op_code(step.op);
        let peer = step.peer.map_or(0, |peer| u64::from(peer) + 1);
        let place = step.at.map_or(0, |at| std::ptr::from_ref(at).addr() as u64);
        let key = digest(&[place, object, peer, state]);
        let limit = if step.offers { OFFERS } else { LOOKS };
        if let Some((_, visits)) = self.visits.iter_mut().rfind(|(visited, _)| *visited == key) {
            *visits += 1;
            return *visits >= limit;
        }
        if self.visits.len() < PLACES {
            self.visits.push((key, 1));
        } else {
            self.visits[self.oldest] = (key, 1);
            self.oldest = (self.oldest + 1) % PLACES;
        }
        false
    }
}

fn op_code(op: Op) -> u64 {
    op as u64
}

/// Mixes numbers (the finalizer of SplitMix64; Steele, Lea and Flood, OOPSLA 2014).
#[inline]
pub(super) fn digest(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0x9e37_79b9_7f4a_7c15, |digest, number| {
        let mut z = (digest ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// A scalar as a number. `None` where different values have the same form.
pub(super) fn bits(scalar: Scalar) -> Option<u64> {
    match scalar {
        Scalar::None | Scalar::Pointer(_) => None,
        Scalar::Bool(value) => Some(u64::from(value)),
        Scalar::Int(value) => Some(value.cast_unsigned()),
        Scalar::Uint(value) => Some(value),
    }
}
