use repo_tests::{exercises, root};

/// What would tell a reader what is wrong, before they have looked.
const WORDS: [&str; 18] = [
    "deadlock",
    "livelock",
    "data race",
    "race condition",
    "lost update",
    "lost wake",
    "check-then-act",
    "stale read",
    "torn",
    "use-after",
    "toctou",
    "todo",
    "fixme",
    "bug",
    "happens-before",
    "memory order",
    "starv",
    "not thread-safe",
];

#[test]
fn neither_the_readme_nor_the_starter_says_what_is_wrong() {
    for exercise in exercises() {
        let readme = root().join(exercise.directory()).join("README.md");
        for file in [readme, root().join(exercise.starter())] {
            let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
            // The name of the exercise is no secret.
            let text = text.replace(exercise.id.as_str(), "").replace(&format!("-p {}", exercise.id.slug()), "");
            for word in WORDS {
                let begins =
                    |line: &&str| line.match_indices(word).any(|(at, _)| !line[..at].ends_with(char::is_alphanumeric));
                assert_eq!(text.lines().find(begins), None, "{} says `{word}`", file.display());
            }
        }
    }
}
