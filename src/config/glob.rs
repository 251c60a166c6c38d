//! Names of workflows with `*` and `?`.

use std::str::Chars;

/// Bytes of a pattern, as of a workflow's name.
pub(super) const MAX_PATTERN_BYTES: usize = 200;

/// A pattern: `*` stands for any characters, also none, `?` for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    pub(super) fn new(pattern: String) -> Self {
        Self(pattern)
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a name and nothing else.
    pub fn is_name(&self) -> bool {
        !self.0.contains(['*', '?'])
    }

    /// Whether it fits a name. Goes back to the last `*` alone, so that its cost is a product of the lengths.
    pub fn matches(&self, name: &str) -> bool {
        let (mut pattern, mut rest) = (self.0.chars(), name.chars());
        // What stands behind the last `*`, and the rest of the name from where that is looked for.
        let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
        while let Some(c) = rest.clone().next() {
            match pattern.clone().next() {
                Some('*') => {
                    pattern.next();
                    star = Some((pattern.clone(), rest.clone()));
                }
                Some(p) if p == '?' || p == c => {
                    pattern.next();
                    rest.next();
                }
                _ => {
                    let Some((behind, from)) = &mut star else { return false };
                    from.next();
                    (pattern, rest) = (behind.clone(), from.clone());
                }
            }
        }
        pattern.all(|p| p == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, fits) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("pay-*", "pay-out", true),
            ("pay-*", "repay-out", false),
            ("*-*-x", "a-b-c-x", true),
            ("?b*", "äbc", true),
            ("?", "", false),
            ("a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(Glob::new(pattern.into()).matches(name), fits, "{pattern} {name}");
        }
    }
}
