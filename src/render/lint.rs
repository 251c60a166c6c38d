//! What `lint` found, for people.

use super::{Style, human};
use crate::engine::Answer;
use crate::report::LintReport;

/// Everything that is wrong, everything that was found, and how much that is.
pub fn render(linted: &Answer<LintReport>, style: Style) -> String {
    let mut out: String =
        linted.diagnostics.iter().map(|one| human::draw(one, &linted.sources, style) + "\n").collect();
    out.push_str(match linted.report.findings {
        0 if linted.exit == 0 => "Nothing was found.",
        0 => "Nothing was found in what could be read.",
        1 => "1 finding: fix it, or switch it off under `lints:` in `tollgate.yaml`.",
        _ => "",
    });
    if linted.report.findings > 1 {
        let count = linted.report.findings;
        out.push_str(&format!(
            "{count} findings: fix them, or switch lints off under `lints:` in `tollgate.yaml`."
        ));
    }
    out.push('\n');
    out
}
