//! Vector clocks: what had happened before what.

/// How much of every lane a lane, or an object, knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock(Vec<u32>);

impl Clock {
    pub(crate) const fn new() -> Self {
        Clock(Vec::new())
    }

    /// Counts one event of `lane` and returns its number, from 1.
    pub(crate) fn tick(&mut self, lane: usize) -> u32 {
        if self.0.len() <= lane {
            self.0.resize(lane + 1, 0);
        }
        self.0[lane] += 1;
        self.0[lane]
    }

    /// Learns all that `other` knows.
    pub(crate) fn join(&mut self, other: &Clock) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// The last event of `lane` that is known.
    pub(crate) fn of(&self, lane: usize) -> u32 {
        self.0.get(lane).copied().unwrap_or(0)
    }

    /// The number of events that are known. It grows along every chain of causes, so that sorting by it never puts
    /// an effect before its cause.
    pub(crate) fn weight(&self) -> u64 {
        self.0.iter().copied().map(u64::from).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_weighs_more_than_its_cause() {
        let (mut sender, mut receiver) = (Clock::new(), Clock::new());
        sender.tick(0);
        sender.tick(0);
        let sent = sender.clone();
        receiver.tick(1);
        receiver.join(&sent);
        receiver.tick(1);
        assert!(receiver.weight() > sent.weight());
        assert_eq!((receiver.of(0), receiver.of(1), receiver.of(7)), (2, 2, 0));
    }
}
