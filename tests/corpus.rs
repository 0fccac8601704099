//! The corpus: every program gets the verdict that it is declared with, and whoever hands in a wrong one is told why.

#[path = "corpus/stories.rs"]
mod stories;
#[path = "corpus/verdicts.rs"]
mod verdicts;
