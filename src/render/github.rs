//! Workflow commands of GitHub Actions: an annotation for each finding, at the snapshot's line.

use super::finding::{Finding, findings};
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::{Region, Report};
use crate::source::on_disk;

/// One line for each finding.
pub fn render(judgement: &Answer<Report>, folder: &str) -> String {
    findings(judgement, folder).iter().map(command).collect()
}

fn command(finding: &Finding) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let title = match &finding.workflow {
        Some(workflow) => {
            let kind = match finding.excused {
                Some(why) => format!("{}, {why}", finding.kind.as_str()),
                None => finding.kind.as_str().to_owned(),
            };
            format!("{workflow}: {} ({kind})", finding.rule)
        }
        None => format!("{}: {}", finding.rule, finding.title),
    };
    let place = finding.places.first().map(|place| {
        let (file, has_lines) = on_disk(&place.region.file);
        let file = property(file);
        if !has_lines {
            return format!("file={file},");
        }
        let Region { line, column, end_line, end_column, .. } = &place.region;
        format!("file={file},line={line},endLine={end_line},col={column},endColumn={end_column},")
    });
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let message = data(&format!("{}{help}", finding.message));
    format!("::{name} {}title={}::{message}\n", place.unwrap_or_default(), property(&title))
}

/// The text of a command, which ends at the line's end.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
