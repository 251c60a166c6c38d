//! The rules of `benches/ten_rules.gate`, as one would write them by hand for one organisation.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde::Deserialize;
use tollgate_compare::{Failure, Judged, check};

#[derive(Deserialize)]
struct Snapshot {
    workflow: String,
    date: String,
    adoption: Percent,
    satisfaction: f64,
    users: Users,
    uptime: Percent,
    error_rate: Percent,
    feedback: Feedback,
    issues: Issues,
    incidents: Vec<Incident>,
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Users {
    active: u32,
}

#[derive(Deserialize)]
struct Feedback {
    channel: bool,
    reports: u32,
}

#[derive(Deserialize)]
struct Issues {
    big: u32,
}

#[derive(Deserialize)]
struct Incident {}

#[derive(Deserialize)]
struct Output {
    edit_time: Percent,
}

/// `80%` is 80.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Percent(f64);

impl TryFrom<String> for Percent {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.strip_suffix('%').and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| format!("`{text}` is no percentage"))
    }
}

impl Snapshot {
    fn failed_rules(&self) -> Vec<String> {
        let light = self.outputs.iter().filter(|output| output.edit_time.0 < 15.0).count();
        let rules = [
            ("adopted", self.adoption.0 >= 40.0),
            ("satisfied", self.satisfaction >= 3.5),
            ("pilot_size", (2..=5).contains(&self.users.active)),
            ("reachable", self.uptime.0 >= 99.0),
            ("reliable", self.error_rate.0 <= 2.0),
            ("heard", self.feedback.channel && self.feedback.reports <= 10),
            ("no_big_issue", self.issues.big == 0),
            ("no_incident", self.incidents.is_empty()),
            ("enough_outputs", self.outputs.len() >= 20),
            ("light", light as f64 / self.outputs.len() as f64 >= 0.8),
        ];
        rules.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name.to_owned()).collect()
    }
}

fn judge(file: &Path) -> Result<Judged, Failure> {
    let snapshot: Snapshot = serde_yaml::from_str(&fs::read_to_string(file)?)?;
    let failed_rules = snapshot.failed_rules();
    Ok(Judged { workflow: snapshot.workflow, date: snapshot.date, failed_rules })
}

fn main() -> ExitCode {
    check(|| judge)
}
