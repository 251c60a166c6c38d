//! What `lint` found, for people.

use super::{Style, human};
use crate::engine::Linted;

/// Everything that is wrong, everything that was found, and how much that is.
pub fn render(linted: &Linted, style: Style) -> String {
    let all = linted.problems.iter().chain(&linted.findings);
    let mut out: String = all.map(|one| human::draw(one, &linted.sources, style) + "\n").collect();
    out.push_str(match linted.findings.len() {
        0 if linted.exit == 0 => "Nothing was found.",
        0 => "Nothing was found in what could be read.",
        1 => "1 finding: mend it, or switch it off under `lints:` in `tollgate.yaml`.",
        _ => "",
    });
    if linted.findings.len() > 1 {
        let count = linted.findings.len();
        out.push_str(&format!(
            "{count} findings: mend them, or switch lints off under `lints:` in `tollgate.yaml`."
        ));
    }
    out.push('\n');
    out
}
