//! Names of workflows with `*` and `?`.

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
        let (pattern, name): (Vec<char>, Vec<char>) = (self.0.chars().collect(), name.chars().collect());
        let (mut at, mut seen) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while let Some(c) = name.get(seen) {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(p) if *p == '?' || p == c => {
                    at += 1;
                    seen += 1;
                }
                _ => {
                    let Some((before, taken)) = star else { return false };
                    star = Some((before, taken + 1));
                    at = before + 1;
                    seen = taken + 1;
                }
            }
        }
        pattern.iter().skip(at).all(|p| *p == '*')
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
