//! The timeline in a terminal.

mod table;

use kata_trace::diagnosis::{Diagnosis, Mark, Pattern, diagnose};
use kata_trace::{Names, Op, ThreadId, Trace, Verdict};

use crate::end::{End, ends};
use crate::excerpt::excerpts;
use crate::paint::{Paint, Tone, clean};
use crate::rows::{Row, Switch, fold_text, rows, switch};
use crate::words::{TIE, Words, some_of};
use crate::{Story, Style, evidence, outcomes};

/// Nothing is drawn wider.
const WIDEST: usize = 100;

/// Nothing is squeezed further.
const NARROWEST: usize = 40;

/// How long object names may be, tried in turn until all lanes fit.
const NAME_LENGTHS: [usize; 3] = [usize::MAX, 20, 14];

/// The whole account of a scenario: what failed, the timeline, why, the lines that matter, the evidence.
pub fn render(story: &Story<'_>, style: &Style) -> String {
    let style = Style { width: style.width.clamp(NARROWEST, WIDEST), ..*style };
    let paint = Paint { color: style.color };
    let diagnosis = story.trace.and_then(|trace| diagnose(trace, story.verdict, story.kind));
    let mut parts = vec![heading(story, diagnosis.as_ref(), &style)];
    if let Some(trace) = story.trace.filter(|trace| !trace.events.is_empty()) {
        parts.push(picture(story.verdict, trace, diagnosis.as_ref(), &style));
    }
    match &diagnosis {
        Some(diagnosis) => {
            parts.push(why(diagnosis, &style));
            parts.push(excerpts(&diagnosis.marks, story.sources, &style));
        }
        None => {
            let here = story.at.map(|at| Mark { location: at.clone(), label: String::new(), primary: true });
            parts.push(excerpts(here.as_slice(), story.sources, &style));
        }
    }
    if !story.outcomes.is_empty() {
        let so_far = if story.verdict == Verdict::Passed { "outcomes" } else { "outcomes so far" };
        let heading = paint.paint(Tone::Heading, so_far);
        parts.push(format!("{heading}\n{}", outcomes::table(story.outcomes, style.color)));
    }
    let evidence = evidence::sentence(story.verdict, story.evidence, story.simplification, story.trace);
    if !evidence.is_empty() {
        let options = textwrap::Options::new(style.width).subsequent_indent("  ");
        parts.push(format!("{}\n", paint.paint(Tone::Faint, &textwrap::fill(&evidence, options))));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// The timeline alone, of an execution of which nothing more is known than its log.
pub fn lanes(trace: &Trace, style: &Style) -> String {
    let style = Style { width: style.width.clamp(NARROWEST, WIDEST), ..*style };
    picture(Verdict::Passed, trace, None, &style)
}

/// One step in words, `t1: lock a = 10 :25`.
///
/// # Panics
/// There is no such event.
pub fn step(trace: &Trace, index: usize) -> String {
    let names = Names::new(trace);
    let words = Words::new(trace, &names, false, usize::MAX);
    format!("{}: {}", words.thread(trace.events[index].thread), words.event(index).replace(TIE, " "))
}

/// What failed, and the message where it says more than the explanation will.
fn heading(story: &Story<'_>, diagnosis: Option<&Diagnosis>, style: &Style) -> String {
    let paint = Paint { color: style.color };
    let kind = story.kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    let passed = story.verdict == Verdict::Passed;
    let (tone, sign) = if passed { (Tone::Good, "✓") } else { (Tone::Bad, "✗") };
    let verdict = paint.paint(tone, &format!("{sign} {}{kind}", story.verdict));
    let mut out = format!("{verdict} in {}\n", paint.paint(Tone::Heading, story.scenario));
    if !story.scenario_about.is_empty() {
        let holds = if passed { "holds" } else { "should hold" };
        out += &indented(&format!("{holds}: {}", clean(story.scenario_about)), style.width);
    }
    // The explanation of a data race begins with the same sentence.
    let explained = story.verdict == Verdict::DataRace && diagnosis.is_some();
    if !story.message.is_empty() && !explained {
        let names = story.trace.map(Names::new);
        let at = match (story.at, &names) {
            // Where the last of several threads waits tells little.
            _ if story.verdict == Verdict::Deadlock => String::new(),
            (Some(at), Some(names)) => format!(" ({})", names.place(at)),
            (Some(at), None) => format!(" ({}:{})", at.file, at.line),
            _ => String::new(),
        };
        out += &indented(&format!("but: {}{at}", clean(story.message)), style.width);
    }
    out
}

/// Paragraphs, indented and wrapped.
fn indented(text: &str, width: usize) -> String {
    let options = textwrap::Options::new(width).initial_indent("  ").subsequent_indent("    ");
    format!("{}\n", textwrap::fill(text, options))
}

fn why(diagnosis: &Diagnosis, style: &Style) -> String {
    let paint = Paint { color: style.color };
    let sentences: Vec<String> =
        diagnosis.sentences.iter().map(|sentence| indented(&clean(sentence), style.width)).collect();
    format!("{}\n{}", paint.paint(Tone::Heading, "why"), sentences.concat())
}

fn picture(verdict: Verdict, trace: &Trace, diagnosis: Option<&Diagnosis>, style: &Style) -> String {
    let names = Names::new(trace);
    let rows = rows(trace, verdict, diagnosis);
    let ends = ends(trace, verdict);
    let lanes = busy(trace, &rows, &ends);
    let orderings = orderings_matter(verdict, diagnosis);
    let mut heads = Vec::new();
    let mut lines = Vec::new();
    for longest in NAME_LENGTHS {
        let words = Words::new(trace, &names, orderings, longest).of(verdict);
        heads = lanes.iter().map(|&thread| words.thread(thread)).collect();
        lines = rows.iter().map(|row| line(trace, row, &lanes, diagnosis, &ends, &words)).collect::<Vec<_>>();
        lines.extend(last_line(trace, &ends, &lanes, &words));
        if table::fits(&heads, &lines, style.width) {
            break;
        }
    }
    // Where nearly everything matters, marks would only be noise.
    let matter = lines.iter().filter(|line| line.matters()).count();
    let mark = matter * 2 <= lines.len();
    lines.iter_mut().for_each(|line| line.keep_mark(mark));
    let paint = Paint { color: style.color };
    let mut out = table::draw(&heads, &lines, style.width, paint);
    let options = textwrap::Options::new(style.width).initial_indent("       ").subsequent_indent("         ");
    for note in legend(trace, &rows, &lanes, &names, mark && matter > 0) {
        out += &format!("{}\n", paint.paint(Tone::Faint, &textwrap::fill(&note, &options).replace(TIE, " ")));
    }
    out
}

/// Whether memory orderings are worth their room.
pub(crate) fn orderings_matter(verdict: Verdict, diagnosis: Option<&Diagnosis>) -> bool {
    verdict == Verdict::DataRace || diagnosis.is_some_and(|it| it.pattern == Pattern::StaleRead)
}

/// The threads that get a lane: those that a row is about.
fn busy(trace: &Trace, rows: &[Row], ends: &[End]) -> Vec<ThreadId> {
    let shown = rows.iter().filter_map(|row| match row {
        Row::Event(index, _) => Some(trace.events[*index].thread),
        _ => None,
    });
    let mut lanes: Vec<ThreadId> = shown.chain(ends.iter().map(|end| end.thread)).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

fn line(
    trace: &Trace,
    row: &Row,
    lanes: &[ThreadId],
    diagnosis: Option<&Diagnosis>,
    ends: &[End],
    words: &Words<'_>,
) -> table::Line {
    match row {
        Row::Fold(fold) => table::Line::Across("…", fold_text(trace, fold, |thread| words.thread(thread))),
        Row::Again(_) | Row::Loop(..) => table::Line::Across("↻", row.summary().unwrap_or_default()),
        Row::After(_) => table::Line::Across("…", row.summary().unwrap_or_default()),
        Row::Event(index, times) => {
            let event = &trace.events[*index];
            let is_end = ends.iter().any(|end| end.event == Some(*index));
            let matters = diagnosis.is_some_and(|diagnosis| diagnosis.events.contains(index));
            let tone = if event.op == Op::Panic || is_end {
                Tone::Bad
            } else if matters {
                Tone::Matters
            } else {
                Tone::Plain
            };
            let lane = lanes.iter().position(|&thread| thread == event.thread).unwrap_or(0);
            let times = if *times > 1 { format!(" ×{times}") } else { String::new() };
            let text = format!("{}{times}", words.event(*index));
            let mark = match switch(trace, *index) {
                Some(Switch::Preemption) => ("⇄", Tone::Switch),
                Some(Switch::Handover) => ("→", Tone::Faint),
                None => ("", Tone::Plain),
            };
            table::Line::Lanes { step: (index + 1).to_string(), matters, mark, cells: vec![(lane, text, tone)] }
        }
    }
}

/// How everybody ends up.
fn last_line(trace: &Trace, ends: &[End], lanes: &[ThreadId], words: &Words<'_>) -> Option<table::Line> {
    let mut cells: Vec<(usize, String, Tone)> = (ends.iter())
        .filter_map(|end| {
            let lane = lanes.iter().position(|&thread| thread == end.thread)?;
            Some((lane, end.text(trace, words), Tone::Bad))
        })
        .collect();
    cells.sort_by_key(|(lane, _, _)| *lane);
    (!cells.is_empty()).then(|| table::Line::Lanes {
        step: "✗".to_owned(),
        matters: false,
        mark: ("", Tone::Plain),
        cells,
    })
}

/// What the signs in the gutter mean, and who is not shown.
fn legend(trace: &Trace, rows: &[Row], lanes: &[ThreadId], names: &Names<'_>, marked: bool) -> Vec<String> {
    let switches: Vec<Switch> = (rows.iter())
        .filter_map(|row| match row {
            Row::Event(index, _) => switch(trace, *index),
            _ => None,
        })
        .collect();
    let mut notes = Vec::new();
    if switches.contains(&Switch::Handover) {
        notes.push("→ the one before waits, yielded or ended");
    }
    if switches.contains(&Switch::Preemption) {
        notes.push(match notes.is_empty() {
            true => "⇄ preemption: the one before could go on",
            false => "⇄ preemption: it could go on",
        });
    }
    if marked {
        notes.push("• explained below");
    }
    let mut notes = if notes.is_empty() {
        Vec::new()
    } else {
        vec![notes.iter().map(|note| note.replace(' ', TIE.to_string().as_str())).collect::<Vec<_>>().join("   ")]
    };
    let all = 0..ThreadId::try_from(trace.threads.len()).unwrap_or(ThreadId::MAX);
    let idle: Vec<String> =
        all.filter(|thread| !lanes.contains(thread)).map(|thread| clean(names.thread(thread))).collect();
    if !idle.is_empty() {
        notes.push(format!("not shown: {} (nothing that matters here)", some_of(&idle)));
    }
    notes
}
