//! Configurations that nobody reads: called nearly as one is, or in a folder above. Whoever wrote one would think that it
//! judges.
//!
//! Knows nothing of what configurations say.

use super::CONFIG;
use super::files::{FileKind, Files, is_there};
use super::path::{join, name, parent};
use super::site::Site;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::text::{appearances, quote};

/// What many take for the name of the configuration.
const OTHER_ENDING: &str = "tollgate.yml";

/// How near a name comes to that of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    /// Nobody could tell the two apart, or which of them counts.
    Twin,
    /// A slip of the pen, or a copy that was put aside.
    Near,
}

fn likeness(name: &str) -> Option<Likeness> {
    let bare = name.trim().trim_start_matches('.');
    let lower = bare.to_lowercase();
    // Most names of a repository are neither, and this is soon said.
    if name == CONFIG || name.is_ascii() && !lower.contains("gate") && !lower.contains("tol") {
        return None;
    }
    let looks = appearances(bare);
    if [CONFIG, OTHER_ENDING].iter().any(|right| !looks.is_disjoint(&appearances(right))) {
        return Some(Likeness::Twin);
    }
    let is_copy = lower.starts_with(CONFIG) || lower.starts_with(OTHER_ENDING);
    let is_slip = lower.rsplit_once('.').is_some_and(|(stem, ending)| {
        matches!(ending, "yaml" | "yml") && did_you_mean(stem, ["tollgate"]).is_some()
    });
    (is_copy || is_slip).then_some(Likeness::Near)
}

/// Whether a file would be taken for the configuration of its folder, and is not it. A near miss counts only if the
/// folder has no `tollgate.yaml`.
pub(super) fn is_misnamed(files: &dyn Files, path: &str) -> bool {
    match likeness(name(path)) {
        Some(Likeness::Twin) => true,
        Some(Likeness::Near) => !is_there(files, &join(parent(path), CONFIG)),
        None => false,
    }
}

/// The files in a folder that were meant to be its configuration and are not.
pub(super) fn misnamed_in(files: &dyn Files, folder: &str) -> Vec<String> {
    let listed = files.list(folder).unwrap_or_default().into_iter();
    let paths = listed.filter(|child| child.kind != FileKind::Folder).map(|child| join(folder, &child.name));
    paths.filter(|path| is_misnamed(files, path)).collect()
}

/// What is said of a file that was meant to be a configuration.
pub(super) fn misnamed(site: &Site<'_>, path: &str) -> Diagnostic {
    let shown = quote(&site.name(path));
    let (why, help) = if is_there(site.files, &join(parent(path), CONFIG)) {
        (format!("the `{CONFIG}` next to it is read"), "keep one of the two".to_owned())
    } else {
        let rename = format!("rename `{}` to `{CONFIG}`", quote(name(path)));
        (format!("a configuration is called `{CONFIG}`"), rename)
    };
    Diagnostic::error(Code::UnreadConfiguration, format!("`{shown}` is not read: {why}")).help(help)
}

/// What is said where the folder that is checked has no configuration, and one lies above it in its repository.
pub(super) fn configured_above(site: &Site<'_>) -> Option<Diagnostic> {
    let above = site.above().into_iter().find_map(|folder| {
        let right = Some(join(folder, CONFIG)).filter(|path| is_there(site.files, path));
        right.or_else(|| misnamed_in(site.files, folder).into_iter().next())
    })?;
    let shown = quote(&site.name(&above));
    let message = format!("the folder that is checked has no `{CONFIG}`, and `{shown}` above it is not read");
    let help =
        format!("check the folder of `{shown}`; or give this one a `{CONFIG}`, which may extend that one");
    Some(Diagnostic::error(Code::UnreadConfiguration, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_has_one_name() {
        let same = [
            "tollgate.yml",
            "Tollgate.yaml",
            "tollgate.YAML",
            ".tollgate.yaml",
            "tollgate.yaml ",
            "t\u{43e}llgate.yaml",
        ];
        let near = ["tollgate.yaml.txt", "Tollgate.yml.bak", "tolgate.yaml", "tollgates.yml"];
        let other = [CONFIG, "tollgate.json", "tollgate.schema.json", "gate.yaml", "tollgate-base.yaml", "é"];
        for (names, like) in
            [(&same[..], Some(Likeness::Twin)), (&near[..], Some(Likeness::Near)), (&other[..], None)]
        {
            for name in names {
                assert_eq!(likeness(name), like, "{name}");
            }
        }
    }
}
