//! The film: one HTML file that draws an execution as a space-time diagram and steps through it.
//!
//! It needs no network. What is shown lies in it as JSON (see [`data`]); a small script draws and steps. Without the
//! script, on paper and in a screen reader the same story is there as a list.

mod data;
mod links;

use kata_trace::Verdict;
use kata_trace::diagnosis::{Diagnosis, diagnose};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::film::data::Data;
use crate::outcomes::cells;
use crate::paint::clean;
use crate::{Story, evidence};

const STYLE: &str = include_str!("film/film.css");
const SCRIPT: &str = include_str!("film/film.js");

/// Forbids everything that does not come from the file itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// The film of an execution, as the text of an HTML file. `title` names the program. Without a trace there is nothing
/// to step through, and the film only tells what is known.
pub fn render(story: &Story<'_>, title: &str) -> String {
    let diagnosis = story.trace.and_then(|trace| diagnose(trace, story.verdict, story.kind));
    let data = story.trace.map(|trace| Data::new(story, trace, diagnosis.as_ref()));
    let page_title = format!("{title}: {} in {}", story.verdict, story.scenario);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (page_title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(story, diagnosis.as_ref(), title))
                @if let Some(data) = &data {
                    (controls())
                    (stage(&why(diagnosis.as_ref(), story)))
                    (outcomes(story))
                    (told(data))
                    script type="application/json" id="film" { (PreEscaped(embedded(data))) }
                    script { (PreEscaped(SCRIPT)) }
                } @else {
                    (why(diagnosis.as_ref(), story))
                }
            }
        }
    }
    .into_string()
}

/// JSON that may stand in a `script` element: nothing in it ends that element.
fn embedded(data: &Data) -> String {
    let json = serde_json::to_string(data).expect("it has only string keys");
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn head(story: &Story<'_>, diagnosis: Option<&Diagnosis>, title: &str) -> Markup {
    // The explanation of a data race begins with the same sentence.
    let explained = story.verdict == Verdict::DataRace && diagnosis.is_some();
    let passed = story.verdict == Verdict::Passed;
    let kind = story.kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    html! {
        header {
            h1 { (title) }
            p.verdict.passed[passed] {
                span.sign aria-hidden="true" { @if passed { "✓" } @else { "✗" } }
                " " strong { (story.verdict) (kind) } " in " code { (story.scenario) }
            }
            @if !story.scenario_about.is_empty() {
                p.about { @if passed { "holds: " } @else { "should hold: " } (clean(story.scenario_about)) }
            }
            @if !story.message.is_empty() && !explained {
                p.about { "but: " (with_code(story.message)) }
            }
        }
    }
}

/// A button: its id, its sign (a path in a square of 16), its name, its key.
fn button(id: &str, sign: &str, name: &str, key: &str, shortcut: &str) -> Markup {
    html! {
        button id=(id) type="button" aria-label=(name) aria-keyshortcuts=(shortcut) title={ (name) " (" (key) ")" } {
            (icon(sign))
            @if id == "play" { " " span { "play" } }
            @if id == "switch" { " next switch" }
        }
    }
}

fn icon(path: &str) -> Markup {
    html! { svg.icon viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" { path d=(path) {} } }
}

/// Text in which names stand between backticks.
fn with_code(text: &str) -> Markup {
    let text = clean(text);
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn controls() -> Markup {
    html! {
        section.controls aria-label="Step through the execution" {
            div.bar {
                div.buttons {
                    (button("first", "M3 3h2v10H3zM13 3v10L6 8z", "To the beginning", "Home", "Home"))
                    (button("back", "M12 2.5v11L4 8z", "One step back", "←", "ArrowLeft"))
                    (button("play", "M4 2.5v11L13 8z", "Play", "space", "Space"))
                    (button("forward", "M4 2.5v11L12 8z", "One step forward", "→", "ArrowRight"))
                    (button("last", "M11 3h2v10h-2zM3 3v10l7-5z", "To the end", "End", "End"))
                    (button("switch", "M10 1l5 3.5L10 8V5.5H1v-2h9zM6 8v2.5h9v2H6V15l-5-3.5z", "To the next context switch", "n", "n"))
                }
                input #scrub type="range" min="0" value="0" step="1" aria-label="Position";
                output #count for="scrub" {}
                label.speed { "speed " select #speed {
                    option value="2000" { "½×" }
                    option value="1000" selected { "1×" }
                    option value="500" { "2×" }
                    option value="200" { "5×" }
                } }
                label #unfold-label hidden { input #unfold type="checkbox"; " all steps" }
            }
            p #now aria-live="polite" {}
        }
    }
}

fn stage(why: &Markup) -> Markup {
    html! {
        main.stage {
            div.side {
                section.diagram aria-label="Space-time diagram; the list below tells the same" {
                    div #diagram tabindex="0" role="group" aria-label="Lanes of threads, time runs downwards" {}
                    (legend())
                }
                (why)
            }
            div.side {
                section.source aria-label="Source" {
                    h2 #source-name { "source" }
                    div #source tabindex="0" role="group" aria-label="Source, with the line of each thread" {}
                    p #elsewhere {}
                }
                section.state aria-label="State after this step" {
                    h2 { "state " span #state-when {} }
                    table {
                        thead { tr { th scope="col" { "object" } th scope="col" { "value" } th scope="col" { "held by" } th scope="col" { "waiting" } } }
                        tbody #state {}
                    }
                }
            }
        }
    }
}

fn legend() -> Markup {
    html! {
        ul.legend aria-label="Legend" {
            li { span.key.hold {} "holds a lock" }
            li { span.key.wait {} "waits" }
            li { span.key.hand {} "hand-over" }
            li { span.key.cycle {} "waits for ever" }
            li { b.preempted { "⇄" } " preemption" }
            li { b { "→" } " the one before waits or ended" }
            li { b { ":12" } " a line of the source, " b { "test:12" } " of the hidden test" }
        }
    }
}

fn why(diagnosis: Option<&Diagnosis>, story: &Story<'_>) -> Markup {
    let evidence = evidence::sentence(story.verdict, story.evidence, story.simplification, story.trace);
    html! {
        section.why aria-label="Why" {
            @if let Some(diagnosis) = diagnosis {
                h2 { "why" }
                @for sentence in &diagnosis.sentences { p { (with_code(sentence)) } }
            }
            @if !evidence.is_empty() { p.evidence { (evidence) } }
        }
    }
}

/// What the executions came to.
fn outcomes(story: &Story<'_>) -> Markup {
    html! {
        @if !story.outcomes.is_empty() {
            section.outcomes aria-label="Outcomes" {
                h2 { @if story.verdict == Verdict::Passed { "outcomes" } @else { "outcomes so far" } }
                table {
                    thead { tr { th scope="col" { "grade" } th scope="col" { "outcome" } th scope="col" { "reached in" } th scope="col" { "one of them" } } }
                    tbody {
                        @for outcome in story.outcomes {
                            @let [grade, text, executions, schedule] = cells(outcome);
                            tr { td { (grade) } td { code { (text) } } td { (executions) } td { code { (schedule) } } }
                        }
                    }
                }
            }
        }
    }
}

/// The story as a list.
fn told(data: &Data) -> Markup {
    html! {
        section.told aria-label="The story in words" {
            h2 { "the story, step by step" }
            ol {
                @for row in data.rows() {
                    li value=(row.last) { a href={ "#step=" (row.last) } { (row.text) } }
                }
                @for end in data.ends() { li.end { (end) } }
            }
        }
    }
}
