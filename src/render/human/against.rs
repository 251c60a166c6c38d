//! What a pull request changes of the policies that it is judged by, for people.

use super::{Color, paint, summary};
use crate::render::Style;
use crate::report::against::{AgainstReport, Direction, SettingChange};
use crate::text::{pad, visible, width, wrap};

/// Changes that are listed unless all are asked for.
const LISTED: usize = 20;

/// The lines below the table.
pub(super) fn lines(against: &AgainstReport, style: Style, all: bool) -> Vec<String> {
    let base = visible(&against.reference);
    let commit = against.commit.get(..12).unwrap_or(&against.commit);
    let mut lines = vec![format!("Judged by the policies of `{base}` (commit {commit}).")];
    let limit = if all { usize::MAX } else { LISTED };
    let settings = table(&against.settings, style);
    listed(&mut lines, "This pull request changes:", settings, limit);
    let retiring = against.retiring.iter().map(|one| {
        let text = format!("{}: {one} ({})", one.workflow, one.place);
        visible(&text).into_owned()
    });
    listed(&mut lines, "Workflows that it retires:", retiring.collect(), limit);
    let rewritten =
        against.rewritten.iter().map(|change| visible(&change.to_string()).into_owned()).collect();
    listed(&mut lines, "Snapshots that it rewrites:", rewritten, limit);
    lines.extend(verdicts(against, style, limit));
    lines
}

/// The few that a page of one line each has room for.
pub(super) fn short(against: &AgainstReport, style: Style) -> Vec<String> {
    verdicts(against, style, LISTED)
}

/// What fails beside the workflows that hold, and which of those fail nothing.
fn verdicts(against: &AgainstReport, style: Style, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |color, names: &[String], one: &str, many: &str| {
        if names.is_empty() {
            return;
        }
        let what = if names.len() == 1 { one } else { many };
        let more = names.len().saturating_sub(limit);
        let mut names: Vec<String> =
            names.iter().take(limit).map(|name| format!("`{}`", visible(name))).collect();
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let text = wrap(&format!("{}: {what}", names.join(", ")), style.width);
        lines.extend(text.into_iter().map(|line| paint(&line, color, style)));
    };
    say(
        Color::Red,
        &against.self_approved,
        "self-approval: passes only under the rules that this pull request loosens",
        "self-approval: pass only under the rules that this pull request loosens",
    );
    say(
        Color::Red,
        &against.vanished,
        "gone: none of its snapshots is left, or read",
        "gone: none of their snapshots is left, or read",
    );
    let restored = format!(
        "judged with the newest snapshot of `{}`, which this pull request rewrites",
        visible(&against.reference)
    );
    say(Color::Red, &against.restored, &restored, &restored);
    let loosened = against.settings.iter().any(|change| change.direction.may_loosen());
    let names = |named: bool, name: &str| Vec::from_iter(named.then(|| name.to_owned()));
    let looser = names(against.denied.looser && loosened, "--deny looser");
    say(Color::Red, &looser, "settings are looser, or may be", "");
    let retiring = names(against.denied.looser && !against.retiring.is_empty(), "--deny looser");
    say(Color::Red, &retiring, "workflows retire", "");
    let rewritten = names(against.denied.rewritten && !against.rewritten.is_empty(), "--deny rewritten");
    say(Color::Red, &rewritten, "snapshots of the base are rewritten", "");
    say(
        Color::Dim,
        &against.standing,
        "does not go on either, but this pull request does not touch it (`--all` counts it)",
        "do not go on either, but this pull request does not touch them (`--all` counts them)",
    );
    lines
}

fn listed(lines: &mut Vec<String>, title: &str, entries: Vec<String>, limit: usize) {
    if entries.is_empty() {
        return;
    }
    lines.push(title.to_owned());
    let more = entries.len().saturating_sub(limit);
    lines.extend(entries.into_iter().take(limit).map(|entry| format!("  {entry}")));
    if more > 0 {
        lines.push(format!("  and {more} more: `--full` lists them"));
    }
}

fn table(changes: &[SettingChange], style: Style) -> Vec<String> {
    let arrow = summary::arrow("->", style);
    let side = |side: &Option<String>| {
        side.as_deref().map_or_else(|| "nothing".to_owned(), |s| visible(s).into_owned())
    };
    let what = |change: &SettingChange| {
        let whom = change.workflows.iter().map(|name| visible(name)).collect::<Vec<_>>().join(", ");
        let whom = if whom.is_empty() { whom } else { format!(" for {whom}") };
        format!("{}{whom}", visible(&change.what))
    };
    let wide = changes.iter().map(|change| width(&what(change))).max().unwrap_or(0).min(style.width / 2);
    let line = |change: &SettingChange| {
        let color = match change.direction {
            Direction::Looser | Direction::Unknown => Color::Red,
            Direction::Tighter => Color::Green,
            Direction::Other => Color::Dim,
        };
        let word = paint(&pad(change.direction.as_str(), "tighter".len()), color, style);
        let places: Vec<_> = change
            .was
            .iter()
            .chain(&change.now)
            .map(|place| visible(&place.to_string()).into_owned())
            .collect();
        let places = places.join(&format!(" {arrow} "));
        format!(
            "{word}  {}  {} {arrow} {}  ({places})",
            pad(&what(change), wide),
            side(&change.from),
            side(&change.to)
        )
    };
    changes.iter().map(line).collect()
}
