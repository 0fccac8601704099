//! The name of an exercise's folder.

use std::fmt;
use std::str::FromStr;

/// The name of an exercise's folder: a number, which is the learning order and never changes, and a slug.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    number: u32,
    name: String,
}

impl Id {
    /// The learning order.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The whole name: `03-deadlock`.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The part after the number, which is also the name of the package: `deadlock`.
    pub fn slug(&self) -> &str {
        self.name.split_once('-').map_or("", |(_, slug)| slug)
    }

    /// The slug as the name of a crate: `lost_update`.
    pub fn crate_name(&self) -> String {
        self.slug().replace('-', "_")
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The text is not of the form `03-deadlock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(name: &str) -> Result<Self, NotAnId> {
        let (digits, slug) = name.split_once('-').ok_or(NotAnId)?;
        let two_digits_at_least = digits.len() >= 2 && digits.bytes().all(|b| b.is_ascii_digit());
        let kebab_case = slug
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if !two_digits_at_least || !kebab_case {
            return Err(NotAnId);
        }
        Ok(Id { number: digits.parse().map_err(|_| NotAnId)?, name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_a_number_a_slug_and_a_crate_name() {
        let id: Id = "01-lost-update".parse().unwrap();
        assert_eq!((id.number(), id.slug(), id.crate_name().as_str()), (1, "lost-update", "lost_update"));
    }

    #[test]
    fn names_of_other_folders_are_not_ids() {
        for name in ["target", "3-deadlock", "03", "03-", "03-Deadlock", "03--x", "x3-deadlock"] {
            assert_eq!(name.parse::<Id>(), Err(NotAnId), "{name}");
        }
    }
}
