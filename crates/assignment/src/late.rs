//! What being late costs. It is taken when marks are exported; records keep the raw ones.

use anyhow::Context as _;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

/// The policy for late submissions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Late {
    /// Percent of the marks that are taken for each day that has begun.
    #[serde(default)]
    pub per_day: f64,
    /// So late is not late: `15m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<String>,
    /// No more percent than this are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<f64>,
    /// Later than this, everything is taken: `7d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<String>,
}

/// How late somebody was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lateness {
    /// Nobody asks, or nobody knows.
    #[default]
    Unknown,
    /// Not at all.
    InTime,
    /// By so many seconds.
    By(i64),
    /// Marked so, without saying how late: counts as the first day.
    Marked,
}

impl Late {
    /// Whether it takes anything from anybody.
    pub fn costs(&self) -> bool {
        self.per_day > 0.0 || self.cut_off.is_some()
    }

    /// Looks whether it can be what was meant.
    ///
    /// # Errors
    /// It cannot.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let percent = |name: &str, value: f64| {
            anyhow::ensure!((0.0..=100.0).contains(&value), "`late.{name}` is a number of percent, from 0 to 100");
            Ok(())
        };
        percent("per-day", self.per_day)?;
        percent("cap", self.cap.unwrap_or(100.0))?;
        duration(self.grace.as_deref()).context("`late.grace` is a time like `15m`")?;
        duration(self.cut_off.as_deref()).context("`late.cut-off` is a time like `7d`")?;
        Ok(())
    }

    /// The percent of the marks that are taken.
    pub fn percent(&self, lateness: Lateness) -> f64 {
        const DAY: i64 = 24 * 60 * 60;
        let seconds = |text: Option<&str>| duration(text).ok().flatten().map(|span| span.as_secs());
        let by = match lateness {
            Lateness::Unknown | Lateness::InTime => return 0.0,
            Lateness::Marked => 1,
            Lateness::By(by) => by,
        };
        let grace = if lateness == Lateness::Marked { 0 } else { seconds(self.grace.as_deref()).unwrap_or(0) };
        if by <= grace {
            return 0.0;
        }
        if lateness != Lateness::Marked && seconds(self.cut_off.as_deref()).is_some_and(|cut_off| by > cut_off) {
            return 100.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "nobody is that late")]
        let days = ((by + DAY - 1) / DAY) as f64;
        (days * self.per_day).min(self.cap.unwrap_or(100.0)).min(100.0)
    }
}

/// A time as people write it. A day has 24 hours.
fn duration(text: Option<&str>) -> anyhow::Result<Option<SignedDuration>> {
    let Some(text) = text else { return Ok(None) };
    let span: Span = text.parse()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours())?;
    anyhow::ensure!(!duration.is_negative(), "`{text}` is negative");
    Ok(Some(duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_that_has_begun_costs_up_to_the_cap_and_after_the_cut_off_all_is_lost() {
        let late =
            Late { per_day: 20.0, grace: Some("15m".to_owned()), cap: Some(50.0), cut_off: Some("7 days".to_owned()) };
        late.check().unwrap();
        let hours = |hours: i64| Lateness::By(hours * 60 * 60);
        let expected = [
            (Lateness::Unknown, 0.0),
            (Lateness::InTime, 0.0),
            (Lateness::By(15 * 60), 0.0),
            (Lateness::By(15 * 60 + 1), 20.0),
            (hours(24), 20.0),
            (hours(25), 40.0),
            (hours(49), 50.0),
            (hours(7 * 24), 50.0),
            (hours(7 * 24 + 1), 100.0),
            (Lateness::Marked, 20.0),
        ];
        for (lateness, percent) in expected {
            assert!((late.percent(lateness) - percent).abs() < f64::EPSILON, "{lateness:?}");
        }
    }

    #[test]
    fn a_policy_that_cannot_be_is_refused() {
        for late in [
            Late { per_day: -1.0, ..Late::default() },
            Late { cap: Some(101.0), ..Late::default() },
            Late { grace: Some("soon".to_owned()), ..Late::default() },
            Late { cut_off: Some("-1d".to_owned()), ..Late::default() },
        ] {
            assert!(late.check().is_err(), "{late:?}");
        }
    }
}
