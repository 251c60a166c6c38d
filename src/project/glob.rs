//! Globs of files, kept within limits before they are compiled: the crate behind them panics on some that it cannot compile.
//!
//! Knows no files, and not who has written a glob where.

use globset::{GlobBuilder, GlobMatcher};

/// Bytes of one glob.
const MAX_GLOB_BYTES: usize = 500;
/// `{…}` within each other in one glob.
const MAX_GLOB_DEPTH: usize = 8;

/// What matches the paths that a glob names; or why that is not a glob, to be read behind its text.
pub(crate) fn compile(glob: &str) -> Result<GlobMatcher, String> {
    if glob.len() > MAX_GLOB_BYTES {
        return Err(format!("it is longer than {MAX_GLOB_BYTES} bytes"));
    }
    if depth(glob) > MAX_GLOB_DEPTH {
        return Err(format!("more than {MAX_GLOB_DEPTH} `{{` are nested"));
    }
    let built = GlobBuilder::new(glob).literal_separator(true).build();
    built.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

/// How many braces are open at most; one that is escaped counts as well.
fn depth(glob: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for c in glob.chars() {
        match c {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::{MAX_GLOB_BYTES, MAX_GLOB_DEPTH, compile};

    fn nested(depth: usize) -> String {
        format!("{}a{}", "{".repeat(depth), "}".repeat(depth))
    }

    #[test]
    fn a_glob_within_the_limits_matches() {
        let glob = compile("{a,{b,c}}/**/*.{yml,yaml}").unwrap();
        assert!(glob.is_match("c/d/e.yml") && glob.is_match("a/x.yaml") && !glob.is_match("d/x.yaml"));
        assert!(compile(&nested(MAX_GLOB_DEPTH)).unwrap().is_match("a"));
        assert!(compile(&"?".repeat(MAX_GLOB_BYTES)).is_ok());
        // Many beside each other are as good as any.
        assert!(
            compile(&"{a,b}".repeat(MAX_GLOB_BYTES / 5)).unwrap().is_match("ab".repeat(MAX_GLOB_BYTES / 10))
        );
    }

    #[test]
    fn a_glob_beyond_a_limit_is_an_error_and_no_panic() {
        assert!(compile(&nested(MAX_GLOB_DEPTH + 1)).is_err());
        assert!(compile(&nested(100)).is_err());
        assert!(compile(&"?".repeat(MAX_GLOB_BYTES + 1)).is_err());
        assert!(compile("{a").is_err() && compile("[b-a]").is_err());
    }

    #[test]
    fn whatever_is_within_the_limits_is_compiled() {
        let parts =
            ["{", "}", ",", "[", "]", "!", "^", "-", "*", "?", "/", "\\", "a", "ä", "\u{10ffff}", "\u{1b}"];
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut glob = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                glob.push_str(parts[usize::try_from(state >> 60).unwrap()]);
            }
            let _ = compile(&glob);
        }
    }
}
