//! Repositories to measure with: any number of snapshots of about 1.6 KB, always the same ones for the same numbers.
//!
//! Weekly snapshots in block style, twenty a workflow if nothing else is asked for. One workflow of ten fails a rule; none
//! moves or asks to, so that the ten rules alone decide. It needs the standard library alone: `benches/compare` builds it
//! without Tollgate.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Weekly snapshots of one workflow, if nothing else is asked for.
pub(crate) const WEEKS: usize = 20;
/// The day after the newest snapshot.
pub(crate) const AS_OF: &str = "2026-05-19";
/// What is judged: by ten rules that any checker can say.
pub(crate) const TEN_RULES: &str = include_str!("ten_rules.gate");

/// The configuration of a repository: by the ten rules, or by the shipped pack.
pub(crate) fn config(pack: bool) -> &'static str {
    if pack { "policies: [builtin]\n" } else { "policies: [policies/]\n" }
}

/// Writes a repository of `count` snapshots into a folder, so many weeks a workflow.
///
/// # Errors
/// If something cannot be written.
pub(crate) fn write(folder: &Path, count: usize, weeks: usize, pack: bool) -> io::Result<()> {
    fs::create_dir_all(folder.join("policies"))?;
    fs::write(folder.join("tollgate.yaml"), config(pack))?;
    fs::write(folder.join("policies/ten_rules.gate"), TEN_RULES)?;
    for index in 0..count {
        let (name, text) = snapshot(index, count, weeks);
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// The name and text of one of `count` snapshots, so many weeks a workflow. The last of a whole series is of the day before
/// `AS_OF`, however long the series is.
pub(crate) fn snapshot(index: usize, count: usize, weeks: usize) -> (String, String) {
    let (workflow, week) = (index / weeks, index % weeks);
    let last = week + 1 == weeks.min(count - workflow * weeks);
    let mut random = Random(index as u64 + 1);
    let date = date(7 * (weeks - 1 - week));
    let bad = workflow % 10 == 3 && last;
    let mut text = format!("workflow: workflow-{workflow:05}\ndate: {date}\nstage: pilot\n");
    let adoption = if bad { 31 } else { 60 + random.below(30) };
    let _ = write!(
        text,
        "adoption: {adoption}%\nsatisfaction: 4.{}\nusers:\n  active: {}\n  target: 40\n",
        random.below(9),
        3 + random.below(2)
    );
    let _ = write!(
        text,
        "uptime: 99.{}%\nerror_rate: 0.{}%\nfeedback:\n  channel: true\n  reports: {}\n  acted_on: 1\n",
        random.below(9),
        random.below(9),
        random.below(5)
    );
    text.push_str("issues:\n  open: 3\n  big: 0\nincidents: []\noutputs:\n");
    for output in 0..28 {
        let time = if output % 8 == 5 { 16 + random.below(20) } else { random.below(15) };
        let kind = ["ordinary", "ordinary", "atypical"].get(random.below(3)).copied().unwrap_or("ordinary");
        let _ = write!(text, "  - id: r{output:02}\n    edit_time: {time}%\n    kind: {kind}\n");
    }
    (format!("rollouts/workflow-{workflow:05}/{date}.yaml"), text)
}

/// The date so many days before 18 May 2026, which is the day before `AS_OF`.
fn date(mut before: usize) -> String {
    let is_leap =
        |year: usize| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut month, mut day) = (2026, 1, 138);
    while before >= day {
        before -= day;
        year -= 1;
        day = 365 + usize::from(is_leap(year));
    }
    day -= before;
    for length in [31, 28 + usize::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day <= length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{day:02}")
}

/// A linear congruential generator (Knuth's MMIX constants): the same everywhere, which is all that is asked of it.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}
