//! The lanes, drawn.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::paint::{Paint, Tone};
use crate::words::TIE;

/// Stands before a step that the explanation is about.
pub(super) const MATTERS: &str = "•";

/// Columns before the first lane: the mark of what matters, a step's number, the mark of a switch.
const GUTTER: usize = 7;

/// Columns that a lane takes besides its text: a frame and a space on each side.
const FRAME: usize = 3;

/// No lane is narrower.
const NARROWEST: usize = 8;

/// With more lanes than this, all but the last are narrow.
const MANY: usize = 4;

/// Texts of up to so many columns should not be broken.
const SHORT: usize = 16;

/// A row of several texts that would take more lines is broken up into a row for each text.
const TALLEST: usize = 2;

/// One line of the table, before it is wrapped.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// Texts in lanes.
    Lanes {
        /// The number of the step, or a sign.
        step: String,
        /// The explanation is about it.
        matters: bool,
        /// The mark of a switch.
        mark: (&'static str, Tone),
        /// Lane, text, tone.
        cells: Vec<(usize, String, Tone)>,
    },
    /// A text across all lanes.
    Across(&'static str, String),
}

impl Line {
    /// Whether the explanation is about it.
    pub(super) fn matters(&self) -> bool {
        matches!(self, Line::Lanes { matters: true, .. })
    }

    /// Keeps the mark of what matters, or drops it.
    pub(super) fn keep_mark(&mut self, keep: bool) {
        if let Line::Lanes { matters, .. } = self {
            *matters &= keep;
        }
    }
}

/// The widths that the texts of each lane ask for: those of all lines, or only of those with a single text, which
/// cannot be broken up further.
fn wanted(heads: &[String], lines: &[Line], single: bool) -> Vec<usize> {
    let mut wanted: Vec<usize> = heads.iter().map(|head| head.width()).collect();
    for line in lines {
        if let Line::Lanes { cells, .. } = line {
            for (lane, text, _) in cells {
                if cells.len() == 1 || !single {
                    wanted[*lane] = wanted[*lane].max(text.width());
                } else if *lane + 1 == heads.len() {
                    // The last lane's texts cannot reach over into the next one.
                    wanted[*lane] = wanted[*lane].max(text.width().min(SHORT));
                }
            }
        }
    }
    wanted
}

/// The room for text in all lanes together.
fn room(lanes: usize, width: usize) -> usize {
    width.saturating_sub(GUTTER + FRAME * lanes).max(NARROWEST * lanes)
}

/// Whether every text that is alone in its line fits on one.
pub(super) fn fits(heads: &[String], lines: &[Line], width: usize) -> bool {
    wanted(heads, lines, true).iter().sum::<usize>() <= room(heads.len(), width)
}

fn widths(heads: &[String], lines: &[Line], width: usize) -> Vec<usize> {
    let room = room(heads.len(), width);
    let single = wanted(heads, lines, true);
    if let Some(left) = room.checked_sub(single.iter().sum()) {
        // What is left goes to the lines with several texts.
        let all = wanted(heads, lines, false);
        let more: Vec<usize> = all.iter().zip(&single).map(|(all, single)| all - single).collect();
        return single.iter().zip(share(&more, left)).map(|(single, more)| single + more).collect();
    }
    let mut widths = single;
    let (Some(last), Some((_, others))) = (widths.pop(), heads.split_last()) else { return widths };
    // The texts of the last lane cannot reach over into the next one.
    let least: usize = others.iter().map(|head| head.width().clamp(NARROWEST, SHORT)).sum();
    let most = if heads.len() > MANY { room.saturating_sub(least) } else { room / heads.len() * 4 / 3 };
    // A single lane has no more than all of it.
    let last = last.min(most.max(NARROWEST)).min(room);
    let mut widths = share(&widths, room - last);
    widths.push(last);
    widths
}

/// Shares columns out: who wants little gets it, the others get the same each.
fn share(wanted: &[usize], mut columns: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&lane| wanted[lane]);
    let mut widths = wanted.to_vec();
    for (done, &lane) in order.iter().enumerate() {
        widths[lane] = wanted[lane].min(columns / (order.len() - done));
        columns -= widths[lane];
    }
    widths
}

/// Draws the table within `width` columns: `heads` over the lanes, then the lines.
pub(super) fn draw(heads: &[String], lines: &[Line], width: usize, paint: Paint) -> String {
    let widths = widths(heads, lines, width);
    let mut out = String::new();
    let frame = paint.paint(Tone::Faint, "│");
    let heads: Vec<String> = (heads.iter().zip(&widths))
        .map(|(name, &width)| {
            let name = if name.width() <= width { name.clone() } else { clip(name, width) };
            let padding = " ".repeat(width.saturating_sub(name.width()));
            format!("{}{padding}", paint.paint(Tone::Heading, &name))
        })
        .collect();
    push(&mut out, &format!("  step {frame} {}", heads.join(&format!(" {frame} "))));
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
    push(&mut out, &paint.paint(Tone::Faint, &format!("{}┼{}", "─".repeat(GUTTER), rule.join("┼"))));
    for line in lines {
        match line {
            Line::Across(sign, text) => {
                let text = format!("{} {frame} {}", pad_left(sign, GUTTER - 1), paint.paint(Tone::Faint, text));
                push(&mut out, &text);
            }
            Line::Lanes { step, matters, mark, cells } => {
                let matters = if *matters { MATTERS } else { " " };
                let step = paint.paint(Tone::Faint, &pad_left(step, GUTTER - 3));
                let mut gutter = format!("{matters}{step}{} ", paint.paint(mark.1, &pad(mark.0, 1)));
                for cells in rows(cells, &widths) {
                    let height = cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(1);
                    for row in 0..height {
                        let parts = parts(&cells, row, &widths, paint);
                        push(&mut out, &format!("{gutter}{frame} {}", parts.join(&format!(" {frame} "))));
                        gutter = " ".repeat(GUTTER);
                    }
                }
            }
        }
    }
    out
}

/// The cells of a line side by side, or, where they would grow tall, one below the other.
fn rows(cells: &[(usize, String, Tone)], widths: &[usize]) -> Vec<Vec<Cell>> {
    let cell = |(lane, text, tone): &(usize, String, Tone), alone| Cell::new(*lane, text, *tone, widths, alone);
    let together: Vec<Cell> = cells.iter().map(|text| cell(text, cells.len() == 1)).collect();
    if cells.len() > 1 && together.iter().any(|cell| cell.lines.len() > TALLEST) {
        return cells.iter().map(|text| vec![cell(text, true)]).collect();
    }
    vec![together]
}

/// A text in a lane, broken into lines.
struct Cell {
    lane: usize,
    /// How many lanes it takes up.
    span: usize,
    lines: Vec<String>,
    tone: Tone,
}

impl Cell {
    /// A text that is alone in its row may reach over the empty lanes to its right rather than be broken.
    fn new(lane: usize, text: &str, tone: Tone, widths: &[usize], alone: bool) -> Self {
        let broken = wrap(text, widths[lane]);
        let whole = wrap(text, span_width(&widths[lane..]));
        if !alone || whole.len() >= broken.len() {
            return Cell { lane, span: 1, lines: broken, tone };
        }
        let longest = whole.iter().map(|line| line.width()).max().unwrap_or(0);
        let lanes = 1..=widths.len() - lane;
        let span = lanes.clone().find(|span| span_width(&widths[lane..lane + span]) >= longest).unwrap_or(1);
        Cell { lane, span, lines: whole, tone }
    }
}

/// The columns between the first and the last frame of neighbouring lanes.
fn span_width(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + FRAME * (widths.len() - 1)
}

/// One line of a row: a padded text for each lane, or for several that a text reaches over.
fn parts(cells: &[Cell], row: usize, widths: &[usize], paint: Paint) -> Vec<String> {
    let mut parts = Vec::new();
    let mut lane = 0;
    while lane < widths.len() {
        let cell = cells.iter().find(|cell| cell.lane == lane);
        let (text, tone, span) = match cell {
            Some(cell) => (cell.lines.get(row).map_or("", String::as_str), cell.tone, cell.span),
            None => ("", Tone::Plain, 1),
        };
        let padding = span_width(&widths[lane..lane + span]).saturating_sub(text.width());
        parts.push(format!("{}{}", paint.paint(tone, text), " ".repeat(padding)));
        lane += span;
    }
    parts
}

/// The beginning of a name that is too long for its lane.
fn clip(name: &str, width: usize) -> String {
    let mut kept = String::new();
    for c in name.chars() {
        if kept.width() + c.width().unwrap_or(0) + 1 > width {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

/// Breaks a lane's text, further lines indented.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width).subsequent_indent(" ").break_words(true);
    textwrap::wrap(text, options).into_iter().map(|line| line.replace(TIE, " ")).collect()
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}
