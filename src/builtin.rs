//! The shipped pack: the files of `policies/`, embedded.
//!
//! Knows their names and text, and nothing of what they say.

/// The file that declares the fields and stages, which all others need.
pub const VOCABULARY: &str = "vocabulary";

/// Name and text of each shipped file, by name.
pub const FILES: &[(&str, &str)] = &[
    ("adoption_support", include_str!("../policies/adoption_support.gate")),
    ("before_deployment", include_str!("../policies/before_deployment.gate")),
    ("foundation_upkeep", include_str!("../policies/foundation_upkeep.gate")),
    ("monitoring", include_str!("../policies/monitoring.gate")),
    ("rollback", include_str!("../policies/rollback.gate")),
    ("staged_rollout", include_str!("../policies/staged_rollout.gate")),
    ("vocabulary", include_str!("../policies/vocabulary.gate")),
];

/// The names that `builtin:NAME` may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The text of a shipped file.
pub fn text(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Where shipped files are shown to lie: they are no files of the repository that is judged.
pub const FOLDER: &str = "builtin/";

/// The name under which a shipped file is shown.
pub fn file_name(name: &str) -> String {
    format!("{FOLDER}{name}.gate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_is_sorted_and_has_its_vocabulary() {
        assert!(names().is_sorted());
        assert!(text(VOCABULARY).is_some());
        assert_eq!(text("unknown"), None);
    }
}
