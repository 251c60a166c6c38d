//! The workflow of a snapshot, guessed from its first lines.
//!
//! Knows nothing of the rest; whoever trusts a guess must find out whether it was right.

use crate::value::{parse_date, parse_time};

/// Lines that are looked at.
const LINES: usize = 20;

/// The workflow that a text seems to name, if it has a date too, and names no second workflow further down.
pub(super) fn guess(text: &str) -> Option<&str> {
    let (mut workflow, mut dated) = (None, false);
    let mut rest = text;
    for _ in 0..LINES {
        let Some((line, below)) = rest.split_once('\n') else { break };
        if let Some(value) = line.strip_prefix("workflow:") {
            if workflow.is_some() {
                return None;
            }
            workflow = Some(value.trim_ascii());
        } else if let Some(value) = line.strip_prefix("date:") {
            let date = value.trim_ascii();
            dated = parse_date(date).is_some() || parse_time(date).is_ok();
        }
        rest = below;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let workflow = workflow.filter(|name| !name.is_empty() && name.chars().all(is_word))?;
    let again = rest.starts_with("workflow:") || rest.contains("\nworkflow:");
    (dated && !again).then_some(workflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_names_one_workflow_and_a_date() {
        assert_eq!(guess("# x\nworkflow: a-b\ndate: 2026-11-02\nn: 1\n"), Some("a-b"));
        assert_eq!(guess("date: 2026-11-02\r\nworkflow:  a\r\n"), Some("a"));
        assert_eq!(guess("workflow: a\ndate: 2026-11-02T14:05Z\n"), Some("a"));
        for text in [
            "",
            "workflow: a\n",
            "date: 2026-11-02\n",
            " workflow: a\ndate: 2026-11-02\n",
            "workflow: 'a'\ndate: 2026-11-02\n",
            "workflow: a # b\ndate: 2026-11-02\n",
            "workflow: a\ndate: 2026-13-02\n",
            "workflow: a\ndate: 2026-11-02\n---\nworkflow: b\ndate: 2026-11-02\n",
        ] {
            assert_eq!(guess(text), None, "{text}");
        }
    }
}
