//! Repositories to measure with: any number of snapshots of about 1.6 KB, always the same ones for the same number.
//!
//! Twenty weekly snapshots a workflow, in block style. One workflow of ten fails a rule; none moves or asks to, so that the
//! ten rules alone decide.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use jiff::ToSpan;
use tollgate::value::Date;

/// Snapshots of one workflow.
pub(crate) const SERIES: usize = 20;
/// The day after the newest snapshot.
pub(crate) const AS_OF: &str = "2026-05-19";
/// What is judged: by ten rules that any checker can say.
pub(crate) const TEN_RULES: &str = include_str!("ten_rules.gate");

/// The configuration of a repository: by the ten rules, or by the shipped pack.
pub(crate) fn config(pack: bool) -> &'static str {
    if pack { "policies: [builtin]\n" } else { "policies: [policies/]\n" }
}

/// Writes a repository of `count` snapshots into a folder.
///
/// # Errors
/// If something cannot be written.
pub(crate) fn write(folder: &Path, count: usize, pack: bool) -> io::Result<()> {
    fs::create_dir_all(folder.join("policies"))?;
    fs::write(folder.join("tollgate.yaml"), config(pack))?;
    fs::write(folder.join("policies/ten_rules.gate"), TEN_RULES)?;
    for index in 0..count {
        let (name, text) = snapshot(index, count);
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// The name and text of one of `count` snapshots.
pub(crate) fn snapshot(index: usize, count: usize) -> (String, String) {
    let (workflow, week) = (index / SERIES, index % SERIES);
    let last = week + 1 == SERIES.min(count - workflow * SERIES);
    let mut random = Random(index as u64 + 1);
    let day = 5 + 7 * week;
    let month = [(31, 1), (59, 2), (90, 3), (120, 4), (151, 5)].into_iter().find(|(end, _)| day <= *end);
    let (end, month) = month.unwrap_or((151, 5));
    let length = [31, 28, 31, 30, 31].get(month - 1).copied().unwrap_or(31);
    let date = format!("2026-{month:02}-{:02}", day - (end - length));
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

/// The name and text of one week of a workflow that goes on for a century.
pub(crate) fn week(week: usize) -> (String, String) {
    let (_, text) = snapshot(week % SERIES, SERIES);
    let date = date_of_week(week);
    let text = text.lines().map(|line| match line.split_once(':') {
        Some(("date", _)) => format!("date: {date}\n"),
        Some(("workflow", _)) => "workflow: long\n".to_owned(),
        _ => format!("{line}\n"),
    });
    (format!("rollouts/long/{date}.yaml"), text.collect())
}

/// Weeks are counted from the first Monday of 1920.
pub(crate) fn date_of_week(week: usize) -> String {
    let first = Date::constant(1920, 1, 5);
    let date = i32::try_from(week).ok().and_then(|week| first.checked_add(week.weeks()).ok());
    date.unwrap_or(first).to_string()
}

/// A linear congruential generator (Knuth's MMIX constants): the same everywhere, which is all that is asked of it.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}
