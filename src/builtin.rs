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

/// The tests of each, likewise.
const TESTS: &[(&str, &str)] = &[
    ("adoption_support", include_str!("../policies/adoption_support.test.gate")),
    ("before_deployment", include_str!("../policies/before_deployment.test.gate")),
    ("foundation_upkeep", include_str!("../policies/foundation_upkeep.test.gate")),
    ("monitoring", include_str!("../policies/monitoring.test.gate")),
    ("rollback", include_str!("../policies/rollback.test.gate")),
    ("staged_rollout", include_str!("../policies/staged_rollout.test.gate")),
];

/// Every shipped file with its text, tests among them, under the names that they are shown with.
pub fn all() -> impl Iterator<Item = (String, &'static str)> {
    let policies = FILES.iter().map(|(name, text)| (file_name(name), *text));
    policies.chain(TESTS.iter().map(|(name, text)| (format!("{FOLDER}{name}.test.gate"), *text)))
}

/// The text of the tests that are shipped beside a policy file, by the name under which that is shown.
pub fn tests_beside(file: &str) -> Option<(String, &'static str)> {
    let name = file.strip_prefix(FOLDER)?.strip_suffix(".gate")?;
    let (_, text) = TESTS.iter().find(|(known, _)| *known == name)?;
    Some((format!("{FOLDER}{name}.test.gate"), text))
}

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
