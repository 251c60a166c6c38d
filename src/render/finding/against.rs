//! What a pull request changes of the policies that it is judged by, as entries of a list for machines.

use super::{Finding, FindingKind, at, named_below, nowhere, shown};
use crate::builtin;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::against::{AgainstReport, Direction, FileChange, Retirement, SettingChange};
use crate::report::{LabelReport, Place, Report};

/// What stops the pull request first; none where there is no base.
pub(super) fn found(judgement: &Answer<Report>, folder: &str) -> Vec<Finding> {
    let Some(against) = &judgement.report.against else { return Vec::new() };
    let approved = against.self_approved.iter().map(|name| self_approval(name, against));
    let vanished = against.vanished.iter().map(|name| vanished(name));
    let restored = against.restored.iter().map(|name| restored(name, &against.reference));
    let looser = against.settings.iter().filter(|change| change.direction.may_loosen());
    let looser = looser.map(|change| loosened(change, against));
    let retiring = against.retiring.iter().map(|one| retires(one, against));
    let rewritten = against.rewritten.iter().map(|change| {
        let message = shown(&named_below(folder, change, judgement));
        rewritten(change, message, against)
    });
    approved.chain(vanished).chain(restored).chain(looser).chain(retiring).chain(rewritten).collect()
}

fn self_approval(name: &str, against: &AgainstReport) -> Finding {
    let is_looser = |change: &SettingChange| change.direction.may_loosen();
    let any_looser = against.settings.iter().any(is_looser);
    // What is called other may have turned it, where nothing is looser.
    let turning = against.settings.iter().filter(|change| !any_looser || is_looser(change));
    let mut places: Vec<LabelReport> =
        turning.flat_map(|change| places(change, &against.reference)).collect();
    if places.is_empty() {
        places.push(nowhere(""));
    }
    Finding {
        help: Some(
            "change the rules in one pull request and pass them in another, or accept it with `--allow-self-approval`"
                .to_owned(),
        ),
        places,
        workflow: Some(shown(name)),
        excused: against.self_approval_accepted.then_some("self-approval accepted"),
        ..finding(
            "tollgate.self_approval",
            "A pull request does not loosen what it is judged by",
            if against.self_approval_accepted { Severity::Warning } else { Severity::Error },
            "passes only under the rules that this pull request loosens".to_owned(),
        )
    }
}

fn vanished(name: &str) -> Finding {
    Finding {
        workflow: Some(shown(name)),
        help: Some("keep its snapshots; a rollout that ended has a last one".to_owned()),
        places: vec![nowhere("")],
        ..finding(
            "tollgate.vanished",
            "No workflow vanishes",
            Severity::Error,
            "none of its snapshots is left, or read".to_owned(),
        )
    }
}

fn restored(name: &str, base: &str) -> Finding {
    Finding {
        workflow: Some(shown(name)),
        help: Some("leave what was measured as it is, and add a newer snapshot".to_owned()),
        places: vec![nowhere("")],
        ..finding(
            "tollgate.restored",
            "The newest snapshot is not rewritten to pass",
            Severity::Warning,
            format!("judged with the newest snapshot of `{}`, which this pull request rewrites", shown(base)),
        )
    }
}

/// How grave a change is that stops no workflow.
fn severity(denied: bool) -> Severity {
    if denied { Severity::Error } else { Severity::Warning }
}

fn loosened(change: &SettingChange, against: &AgainstReport) -> Finding {
    let side = |side: &Option<String>| side.as_deref().map_or_else(|| "nothing".to_owned(), shown);
    let whom = change.workflows.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    let whom = if whom.is_empty() { whom } else { format!(" for {whom}") };
    let unsure = if change.direction == Direction::Unknown { " (may be looser)" } else { "" };
    let sides = format!("{} -> {}", side(&change.from), side(&change.to));
    Finding {
        places: places(change, &against.reference),
        ..finding(
            "tollgate.loosened",
            "A setting becomes looser, or may",
            severity(against.denied.looser),
            format!("{}{whom}: {sides}{unsure}", shown(&change.what)),
        )
    }
}

fn retires(one: &Retirement, against: &AgainstReport) -> Finding {
    let Place { file, line, column, .. } = &one.place;
    Finding {
        workflow: Some(shown(&one.workflow)),
        places: vec![at(shown(file), *line, *column, "the last day of the workflow".to_owned())],
        ..finding(
            "tollgate.retires",
            "A workflow that retires is no longer judged",
            severity(against.denied.looser),
            format!("retires: {}", shown(&one.to_string())),
        )
    }
}

fn rewritten(change: &FileChange, message: String, against: &AgainstReport) -> Finding {
    // A file that is gone is shown where it was.
    let file = change.new.as_ref().or(change.old.as_ref());
    let said = format!("not as in `{}`", shown(&against.reference));
    Finding {
        places: file.map(|file| at(shown(file), 1, 1, said)).into_iter().collect(),
        ..finding(
            "tollgate.rewritten",
            "Snapshots of the base stay as they are",
            severity(against.denied.rewritten),
            message,
        )
    }
}

fn finding(rule: &str, title: &str, severity: Severity, message: String) -> Finding {
    Finding {
        rule: rule.to_owned(),
        title: title.to_owned(),
        severity,
        kind: FindingKind::PullRequest,
        step: None,
        is_of_several: false,
        workflow: None,
        message,
        help: None,
        fix: None,
        places: Vec::new(),
        sources: Vec::new(),
        waivers: Vec::new(),
        excused: None,
    }
}

/// The pull request's place first, then the base's. What is gone from a file, or left to the shipped policies, is shown at the
/// beginning of the file that set it: no line of it is left.
fn places(change: &SettingChange, base: &str) -> Vec<LabelReport> {
    let at_place = |place: &Place, said: &str| at(shown(&place.file), place.line, 1, said.to_owned());
    let own = change.now.as_ref().filter(|place| !place.file.starts_with(builtin::FOLDER));
    let now = own.map(|place| at_place(place, "in this pull request"));
    let prefix = format!("{base}:");
    let gone = change.was.as_ref().map(|was| was.file.strip_prefix(&prefix).unwrap_or(&was.file));
    let now = now.or_else(|| gone.map(|file| at(shown(file), 1, 1, "is no longer set here".to_owned())));
    let was = change.was.as_ref().map(|place| at_place(place, "in the base"));
    let found: Vec<LabelReport> = now.into_iter().chain(was).collect();
    if found.is_empty() { vec![nowhere("")] } else { found }
}
