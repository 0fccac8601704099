//! CSV files.

use std::path::Path;

/// Writes a table.
pub(super) fn write(path: &Path, rows: impl IntoIterator<Item = Vec<String>>) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    let text = writer.into_inner().map_err(|error| anyhow::anyhow!("cannot write a table: {error}"))?;
    Ok(judge::replace_file(path, &text)?)
}

/// A text that a stranger may have chosen: no spreadsheet takes it for a formula.
pub(super) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Marks, or nothing.
pub(super) fn marks(marks: Option<f64>) -> String {
    marks.map_or_else(String::new, |marks| marks.to_string())
}
