//! What holds for every exercise. Each rule is a file.

#[path = "rules/hints.rs"]
mod hints;
#[path = "rules/links.rs"]
mod links;
#[path = "rules/numbers.rs"]
mod numbers;
#[path = "rules/parts.rs"]
mod parts;
#[path = "rules/spoilers.rs"]
mod spoilers;
#[path = "rules/starters.rs"]
mod starters;
#[path = "rules/topics.rs"]
mod topics;
