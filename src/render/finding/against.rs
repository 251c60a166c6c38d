//! What a proposal changes of the policies that it is judged by, as entries of a list for machines.

use super::{Finding, FindingKind, at, named_below, nowhere, shown};
use crate::builtin;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::against::{AgainstReport, Direction, FileChange, SettingChange};
use crate::report::{LabelReport, Place, Report};

/// What stops the proposal first; none where there is no base.
pub(super) fn found(judgement: &Answer<Report>, folder: &str) -> Vec<Finding> {
    let Some(against) = &judgement.report.against else { return Vec::new() };
    let approved = against.self_approved.iter().map(|name| self_approval(name, against));
    let vanished = against.vanished.iter().map(|name| vanished(name));
    let looser = against.settings.iter().filter(|change| change.direction == Direction::Looser);
    let looser = looser.map(|change| loosened(change, &against.reference));
    let rewritten = against.rewritten.iter().map(|change| {
        let message = shown(&named_below(folder, change, judgement));
        rewritten(change, message, &against.reference)
    });
    approved.chain(vanished).chain(looser).chain(rewritten).collect()
}

fn self_approval(name: &str, against: &AgainstReport) -> Finding {
    let is_looser = |change: &SettingChange| change.direction == Direction::Looser;
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
            "propose the policies and what they let pass apart, or accept it with `--allow-self-approval`"
                .to_owned(),
        ),
        places,
        workflow: Some(shown(name)),
        excused: against.self_approval_accepted.then_some("self-approval accepted"),
        ..finding(
            "tollgate.self_approval",
            "A proposal does not loosen what it is judged by",
            if against.self_approval_accepted { Severity::Warning } else { Severity::Error },
            "it does not go on by the base; it would only by what is proposed, which changes what it is judged by".to_owned(),
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
            "none of its snapshots is left, or looked at".to_owned(),
        )
    }
}

fn loosened(change: &SettingChange, base: &str) -> Finding {
    let side = |side: &Option<String>| side.as_deref().map_or_else(|| "nothing".to_owned(), shown);
    let whom = change.workflows.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    let whom = if whom.is_empty() { whom } else { format!(" for {whom}") };
    Finding {
        places: places(change, base),
        ..finding(
            "tollgate.loosened",
            "A setting becomes looser",
            Severity::Warning,
            format!("{}{whom}: {} -> {}", shown(&change.what), side(&change.from), side(&change.to)),
        )
    }
}

fn rewritten(change: &FileChange, message: String, base: &str) -> Finding {
    // A file that is gone is shown where it was.
    let file = change.new.as_ref().or(change.old.as_ref());
    Finding {
        places: file
            .map(|file| at(shown(file), 1, 1, format!("as in `{}` no longer", shown(base))))
            .into_iter()
            .collect(),
        ..finding("tollgate.rewritten", "Snapshots of the base stay as they are", Severity::Warning, message)
    }
}

fn finding(rule: &str, title: &str, severity: Severity, message: String) -> Finding {
    Finding {
        rule: rule.to_owned(),
        title: title.to_owned(),
        severity,
        kind: FindingKind::Proposal,
        workflow: None,
        message,
        help: None,
        fix: None,
        places: Vec::new(),
        waivers: Vec::new(),
        excused: None,
    }
}

/// What is proposed first, then what stands. What is gone from a file, or left to the shipped policies, is shown at the
/// beginning of the file that set it: no line of it is left.
fn places(change: &SettingChange, base: &str) -> Vec<LabelReport> {
    let at_place = |place: &Place, said: &str| at(shown(&place.file), place.line, 1, said.to_owned());
    let own = change.now.as_ref().filter(|place| !place.file.starts_with(builtin::FOLDER));
    let now = own.map(|place| at_place(place, "is proposed"));
    let prefix = format!("{base}:");
    let gone = change.was.as_ref().map(|was| was.file.strip_prefix(&prefix).unwrap_or(&was.file));
    let now = now.or_else(|| gone.map(|file| at(shown(file), 1, 1, "is no longer set here".to_owned())));
    let was = change.was.as_ref().map(|place| at_place(place, "stands"));
    now.into_iter().chain(was).collect()
}
