//! Belts, as in a dojo: one for each track.

use std::fmt;

/// How far a learner has come in a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Belt {
    /// Nothing yet.
    White,
    /// The first points.
    Yellow,
    /// A quarter of the track's points.
    Orange,
    /// Half of them.
    Green,
    /// Three quarters.
    Blue,
    /// Nine tenths.
    Brown,
    /// All of them.
    Black,
}

impl Belt {
    /// The belt for `points` of `all` that there are in a track.
    pub fn new(points: u32, all: u32) -> Self {
        match (points, all) {
            (0, _) => Belt::White,
            _ if points >= all => Belt::Black,
            _ if points * 10 >= all * 9 => Belt::Brown,
            _ if points * 4 >= all * 3 => Belt::Blue,
            _ if points * 2 >= all => Belt::Green,
            _ if points * 4 >= all => Belt::Orange,
            _ => Belt::Yellow,
        }
    }
}

impl fmt::Display for Belt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Belt::White => "white",
            Belt::Yellow => "yellow",
            Belt::Orange => "orange",
            Belt::Green => "green",
            Belt::Blue => "blue",
            Belt::Brown => "brown",
            Belt::Black => "black",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_belt_grows_darker_with_the_points_and_only_all_of_them_are_black() {
        let belts = [0, 1, 24, 25, 49, 50, 74, 75, 89, 90, 99, 100].map(|points| Belt::new(points, 100).to_string());
        insta::assert_snapshot!(belts.join(" "), @"white yellow yellow orange orange green green blue blue brown brown black");
        assert_eq!(Belt::new(0, 0), Belt::White);
    }
}
