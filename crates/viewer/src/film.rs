//! The film: one HTML file that draws an execution as a space-time diagram and steps through it.
//!
//! It needs no network. What is shown lies in it as JSON (see [`data`]); a small script draws and steps. Without the
//! script, on paper and in a screen reader the same story is there as a list.

mod data;
mod links;
mod spans;

use kata_trace::Verdict;
use kata_trace::diagnosis::{Diagnosis, diagnose};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::film::data::Data;
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
                (head(story, title))
                @if let Some(data) = &data {
                    (controls())
                    (stage())
                    (why(diagnosis.as_ref(), story))
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

fn head(story: &Story<'_>, title: &str) -> Markup {
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
            @if !story.message.is_empty() {
                p.about { "but: " (clean(story.message)) }
            }
        }
    }
}

/// A button: its id, its sign, its name, its key.
fn button(id: &str, sign: &str, name: &str, key: &str, shortcut: &str) -> Markup {
    html! {
        button id=(id) type="button" aria-label=(name) aria-keyshortcuts=(shortcut) title={ (name) " (" (key) ")" } { (sign) }
    }
}

fn controls() -> Markup {
    html! {
        section.controls aria-label="Step through the execution" {
            div.bar {
                div.buttons {
                    (button("first", "⏮", "To the beginning", "Home", "Home"))
                    (button("back", "◀", "One step back", "←", "ArrowLeft"))
                    (button("play", "▶ play", "Play", "space", "Space"))
                    (button("forward", "▶", "One step forward", "→", "ArrowRight"))
                    (button("last", "⏭", "To the end", "End", "End"))
                    (button("switch", "⇄ next switch", "To the next context switch", "n", "n"))
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

fn stage() -> Markup {
    html! {
        main.stage {
            section.diagram aria-label="Space-time diagram; the list below tells the same" {
                div #diagram tabindex="0" role="group" aria-label="Lanes of threads, time runs downwards" {}
                (legend())
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
        }
    }
}

fn why(diagnosis: Option<&Diagnosis>, story: &Story<'_>) -> Markup {
    let evidence = evidence::sentence(story.verdict, story.evidence, story.trace);
    html! {
        section.why aria-label="Why" {
            @if let Some(diagnosis) = diagnosis {
                h2 { "why" }
                @for sentence in &diagnosis.sentences { p { (clean(sentence)) } }
            }
            @if !evidence.is_empty() { p.evidence { (evidence) } }
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
