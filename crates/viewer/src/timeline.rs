//! The timeline in a terminal.

mod table;

use kata_trace::diagnosis::holding::{Stuck, stuck};
use kata_trace::diagnosis::{Diagnosis, Pattern, diagnose};
use kata_trace::{Names, Op, ThreadId, Trace, Verdict};

use crate::excerpt::excerpts;
use crate::paint::{Paint, Tone, clean};
use crate::rows::{Row, Switch, fold_text, rows, switch};
use crate::words::{TIE, Words};
use crate::{Story, Style, evidence};

/// Nothing is drawn wider.
const WIDEST: usize = 100;

/// Nothing is squeezed further.
const NARROWEST: usize = 40;

/// How long object names may be, tried in turn until all lanes fit.
const NAME_LENGTHS: [usize; 3] = [usize::MAX, 20, 14];

/// The whole account of a failing scenario: what failed, the timeline, why, the lines that matter, the evidence.
pub fn render(story: &Story<'_>, style: &Style) -> String {
    let style = Style { width: style.width.clamp(NARROWEST, WIDEST), ..*style };
    let paint = Paint { color: style.color };
    let diagnosis = story.trace.and_then(|trace| diagnose(trace, story.verdict, story.kind));
    let mut parts = vec![heading(story, diagnosis.as_ref(), &style)];
    if let Some(trace) = story.trace.filter(|trace| !trace.events.is_empty()) {
        parts.push(picture(story, trace, diagnosis.as_ref(), &style));
    }
    if let Some(diagnosis) = &diagnosis {
        parts.push(why(diagnosis, &style));
        parts.push(excerpts(&diagnosis.marks, story.sources, &style));
    }
    let evidence = evidence::sentence(story.verdict, story.evidence, story.trace);
    if !evidence.is_empty() {
        parts.push(format!("{}\n", paint.paint(Tone::Faint, &evidence)));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// What failed, and the message where it says more than the explanation will.
fn heading(story: &Story<'_>, diagnosis: Option<&Diagnosis>, style: &Style) -> String {
    let paint = Paint { color: style.color };
    let kind = story.kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    let verdict = paint.paint(Tone::Bad, &format!("✗ {}{kind}", story.verdict));
    let mut out = format!("{verdict} in {}\n", paint.paint(Tone::Heading, story.scenario));
    if !story.scenario_about.is_empty() {
        out += &indented(&format!("should hold: {}", clean(story.scenario_about)), style.width);
    }
    let explained =
        matches!(story.verdict, Verdict::Deadlock | Verdict::NotConcurrent | Verdict::DataRace) && diagnosis.is_some();
    if !story.message.is_empty() && !explained {
        let names = story.trace.map(Names::new);
        let at = match (story.at, &names) {
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

fn picture(story: &Story<'_>, trace: &Trace, diagnosis: Option<&Diagnosis>, style: &Style) -> String {
    let names = Names::new(trace);
    let rows = rows(trace, story.verdict, diagnosis);
    let stuck = if ends_stuck(story.verdict) { stuck(trace) } else { Vec::new() };
    let lanes = lanes(trace, &rows, &stuck);
    let orderings = orderings_matter(story.verdict, diagnosis);
    let mut heads = Vec::new();
    let mut lines = Vec::new();
    for longest in NAME_LENGTHS {
        let words = Words::new(trace, &names, orderings, longest).of(story.verdict);
        heads = lanes.iter().map(|&thread| words.thread(thread)).collect();
        lines = rows.iter().map(|row| line(trace, row, &lanes, diagnosis, &stuck, &words)).collect::<Vec<_>>();
        lines.extend(last_line(trace, &stuck, &lanes, &words));
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

/// Whether blocked threads at the end of the log will never go on.
fn ends_stuck(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Deadlock | Verdict::NotConcurrent | Verdict::Livelock)
}

fn orderings_matter(verdict: Verdict, diagnosis: Option<&Diagnosis>) -> bool {
    verdict == Verdict::DataRace || diagnosis.is_some_and(|it| it.pattern == Pattern::StaleRead)
}

/// The threads that get a lane: those that a row is about.
fn lanes(trace: &Trace, rows: &[Row], stuck: &[Stuck]) -> Vec<ThreadId> {
    let shown = rows.iter().filter_map(|row| match row {
        Row::Event(index, _) => Some(trace.events[*index].thread),
        _ => None,
    });
    let mut lanes: Vec<ThreadId> = shown.chain(stuck.iter().map(|stuck| stuck.thread)).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

fn line(
    trace: &Trace,
    row: &Row,
    lanes: &[ThreadId],
    diagnosis: Option<&Diagnosis>,
    stuck: &[Stuck],
    words: &Words<'_>,
) -> table::Line {
    match row {
        Row::Fold(fold) => table::Line::Across("…", fold_text(trace, fold, |thread| words.thread(thread))),
        Row::Again(again) => {
            table::Line::Across("↻", format!("{} again and again, without end", steps_above(again.period)))
        }
        Row::Loop(period, times) => table::Line::Across("↻", format!("{} {times} times more", steps_above(*period))),
        Row::After(rest) => {
            let steps = if rest.len() == 1 { "1 step".to_owned() } else { format!("{} steps", rest.len()) };
            table::Line::Across("…", format!("{steps} after the failure"))
        }
        Row::Event(index, times) => {
            let event = &trace.events[*index];
            let is_stuck = stuck.iter().any(|stuck| stuck.event == *index);
            let matters = diagnosis.is_some_and(|diagnosis| diagnosis.events.contains(index));
            let tone = if event.op == Op::Panic || is_stuck {
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

/// `these 4 steps`
fn steps_above(period: usize) -> String {
    if period == 1 { "this step".to_owned() } else { format!("these {period} steps") }
}

/// Where everybody is stuck when the log ends.
fn last_line(trace: &Trace, stuck: &[Stuck], lanes: &[ThreadId], words: &Words<'_>) -> Option<table::Line> {
    let cells: Vec<(usize, String, Tone)> = (stuck.iter())
        .filter_map(|stuck| {
            let lane = lanes.iter().position(|&thread| thread == stuck.thread)?;
            Some((lane, stuck_text(trace, stuck, words), Tone::Bad))
        })
        .collect();
    (!cells.is_empty()).then(|| table::Line::Lanes {
        step: "✗".to_owned(),
        matters: false,
        mark: ("", Tone::Plain),
        cells,
    })
}

fn stuck_text(trace: &Trace, stuck: &Stuck, words: &Words<'_>) -> String {
    let event = &trace.events[stuck.event];
    let what = event.object.map(|object| words.object(object)).unwrap_or_default();
    if let Some(hold) = stuck.hold {
        let holder = if hold.thread == stuck.thread { "itself".to_owned() } else { words.thread(hold.thread) };
        let since = words.place(&trace.events[hold.since]);
        let since = if since.is_empty() { since } else { format!(" since{TIE}{}", since.trim_start()) };
        return format!("waits for {what}, held by {holder}{since}");
    }
    match (event.op, event.peer) {
        (Op::Join, Some(peer)) => format!("waits for {}", words.thread(peer)),
        (Op::Park, _) => "parked for ever".to_owned(),
        (Op::Arrive, _) => "waits for the others".to_owned(),
        _ => format!("waits for {what} for ever"),
    }
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
        notes.push(format!("not shown: {}, which do nothing that matters here", idle.join(", ")));
    }
    notes
}
