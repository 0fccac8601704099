use std::path::Path;

use repo_tests::{exercises, root};

/// The targets of a Markdown file's links.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

#[test]
fn links_lead_to_files_that_exist() {
    let mut pages = ["README.md", "AUTHORING.md", "GRADING.md", "TOPICS.md"].map(|page| root().join(page)).to_vec();
    for exercise in exercises() {
        pages.push(root().join(exercise.directory()).join("README.md"));
        pages.push(root().join(exercise.solutions()).join("README.md"));
    }
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in links(&text).filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let file = page.parent().unwrap().join(link.split('#').next().unwrap());
            assert!(file.exists(), "{} links to {link}, which is not there", page.display());
        }
    }
}

#[test]
fn every_fix_of_the_corpus_is_spoken_of_in_the_solution() {
    for exercise in exercises() {
        let readme = std::fs::read_to_string(root().join(exercise.solutions()).join("README.md")).unwrap();
        for fix in exercise::fixes(root(), &exercise).unwrap() {
            let link = fix.path.strip_prefix(exercise.solutions()).unwrap_or(Path::new("?"));
            assert!(
                links(&readme).any(|other| Path::new(other) == link),
                "{}: nothing about {}",
                exercise.id,
                link.display()
            );
        }
    }
}
