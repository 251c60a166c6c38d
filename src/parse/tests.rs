//! What the parser makes of sound, broken and hostile policies.

use super::*;

/// Parses, and gives the diagnostics as `CODE start message` lines.
fn problems(text: &str) -> Vec<String> {
    let (_, diagnostics) = parse(FileId(0), text, &mut ExprIds::default());
    diagnostics
        .iter()
        .map(|d| {
            let span = d.labels[0].span;
            let help = d.help.as_ref().map_or(String::new(), |help| format!(" [{help}]"));
            format!("{} {:?}: {}{help}", d.code, &text[span.range()], d.message)
        })
        .collect()
}

#[test]
fn a_sound_policy_has_no_problems() {
    assert_eq!(problems("policy p { rule r { require a > 3 else hold } }"), Vec::<String>::new());
}
