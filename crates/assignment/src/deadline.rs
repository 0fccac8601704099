//! Points in time, with the offset that people meant.

use std::fmt;
use std::str::FromStr;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml_edit::Datetime;

/// A point in time, and the offset from universal time that it was told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub offset: Offset,
}

impl FromStr for Deadline {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let no_offset = || "it needs an offset from universal time, as in 2026-01-31T23:59:00+01:00";
        let at: Timestamp = text.parse().with_context(no_offset)?;
        let offset = Pieces::parse(text)?.to_numeric_offset().unwrap_or(Offset::UTC);
        Ok(Deadline { at, offset })
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at.display_with_offset(self.offset))
    }
}

impl Serialize for Deadline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Deadline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Told {
            Text(String),
            Date(Datetime),
        }
        let text = match Told::deserialize(deserializer)? {
            Told::Text(text) => text,
            Told::Date(date) => date.to_string(),
        };
        text.parse().map_err(|error: anyhow::Error| serde::de::Error::custom(format!("`{text}`: {error}")))
    }
}

/// When somebody handed in, as a table says it: with an offset, or in that of the deadline.
///
/// # Errors
/// It is no point in time.
pub fn told(text: &str, offset: Offset) -> anyhow::Result<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    // `2026-01-31 23:59:00 +0100` and `… UTC` are what Canvas and nbgrader write.
    if let Some((date, zone)) = text.rsplit_once(' ')
        && let Ok(date) = date.trim().parse::<DateTime>()
    {
        let zone = if zone == "UTC" { "+00:00".to_owned() } else { zone.to_owned() };
        if let Ok(at) = format!("{date}{zone}").parse() {
            return Ok(at);
        }
    }
    let date: DateTime = text.parse().with_context(|| format!("`{text}` is no point in time"))?;
    Ok(offset.to_timestamp(date)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_with_an_offset_or_in_that_of_the_deadline() {
        let deadline: Deadline = "2026-01-31T23:59:00+01:00".parse().unwrap();
        assert_eq!(deadline.to_string(), "2026-01-31T23:59:00+01:00");
        for text in [
            "2026-01-31T22:59:00Z",
            "2026-01-31T23:59:00+01:00",
            "2026-01-31 23:59:00",
            "2026-01-31 22:59:00 UTC",
            "2026-01-31 23:59:00 +0100",
            " 2026-01-31T23:59 ",
        ] {
            assert_eq!(told(text, deadline.offset).unwrap(), deadline.at, "{text}");
        }
        assert!(told("yesterday", deadline.offset).is_err());
        assert!("2026-01-31T23:59:00".parse::<Deadline>().is_err());
    }
}
