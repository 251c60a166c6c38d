//! Whether collected values still match the files that they were made from.
//!
//! Which files these are, the snapshots say that were judged again, and not the record.

use std::collections::BTreeMap;
use std::path::Path;

use crate::digest::sha256;
use crate::disk::Disk;
use crate::report::record::{RecordedSource, VerdictRecord};
use crate::text::{quote, visible};

/// What no longer matches, a line for each value.
pub(super) fn compare(known: &VerdictRecord, found: &VerdictRecord, path: &Path) -> Vec<String> {
    let mut lines = unmatched(&found.sources, path);
    // Where a snapshot differs, so does what it says, and that was said.
    if lines.is_empty() && known.files == found.files && known.sources != found.sources {
        lines.push("collected: the record names other sources than the snapshots do".to_owned());
    }
    lines
}

fn unmatched(sources: &[RecordedSource], path: &Path) -> Vec<String> {
    let disk = Disk::of(path);
    let Ok(site) = disk.start(false).site() else { return Vec::new() };
    let mut digests: BTreeMap<&str, Result<String, String>> = BTreeMap::new();
    let mut lines = Vec::new();
    for of in sources {
        if of.edited {
            let RecordedSource { field, snapshot, line, workflow, .. } = of;
            lines.push(format!(
                "collected: `{}` of `{}` ({}:{line}) was edited by hand since it was collected",
                quote(field),
                quote(workflow),
                visible(snapshot)
            ));
        }
        let (Some(file), Some(was)) = (of.file.as_deref(), of.sha256.as_deref()) else { continue };
        let now = digests.entry(file).or_insert_with(|| match site.read(file) {
            Ok(bytes) => Ok(sha256(&bytes)),
            Err(why) => Err(why.to_string()),
        });
        let problem = match now {
            Ok(now) if now == was => continue,
            Ok(_) => "the file has changed since".to_owned(),
            Err(why) => format!("the file cannot be read: {}", visible(why)),
        };
        let RecordedSource { field, snapshot, line, workflow, .. } = of;
        lines.push(format!(
            "collected: `{}` of `{}` ({}:{line}) does not match {}: {problem}",
            quote(field),
            quote(workflow),
            visible(snapshot),
            visible(file)
        ));
    }
    lines
}
