//! Runs a `jq` filter over a file. It may never end and take all memory: only a process of its own may call this.
//!
//! The file is read by our own strict reader first. What gives another answer at another time or place is not there:
//! `env`, `now`, `input`, and what prints.

use jaq_all::jaq_core::data::JustLut;
use jaq_all::jaq_core::{Ctx, Vars};
use jaq_all::json::Val;
use jaq_all::json::read::parse_single;
use jaq_all::load::FileReportsDisp;
use jaq_all::{compile_with, defs, jaq_core, jaq_std, json as jaq_json};

use crate::collect::jq::texts;
use crate::collect::table::SourceFailure;

/// How many bytes a filter may give.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// What a file cannot say, and so no filter may ask.
const NOT_THERE: [&str; 16] = [
    "debug",
    "debug_empty",
    "env",
    "halt",
    "halt_error",
    "input",
    "input_filename",
    "inputs",
    "localtime",
    "mktime_local",
    "now",
    "stderr",
    "stderr_empty",
    "strflocaltime",
    "input_line_number",
    "get_search_list",
];

/// The JSON texts that a filter gives for a file of JSON or JSON Lines, one a line. Numbers that the filter only hands on
/// keep their digits; what it calculates is a float.
///
/// # Errors
/// If the file is not JSON, the filter cannot be read or fails, or it gives too much.
pub fn run(bytes: &[u8], filter: &str) -> Result<String, SourceFailure> {
    let texts = texts(bytes)?;
    let is_there = |name: &str| !NOT_THERE.contains(&name);
    let defs = defs().filter(|def| is_there(def.name));
    let funs = jaq_core::funs::<JustLut<Val>>().chain(jaq_std::funs()).chain(jaq_json::funs());
    let funs = funs.filter(|fun| is_there(fun.0));
    let compiled = compile_with(filter, defs, funs, &[]).map_err(|reports| {
        let reports: String = reports.iter().map(|report| FileReportsDisp::new(report).to_string()).collect();
        let first = reports.lines().next().unwrap_or("").trim_start_matches("Error: ").to_owned();
        SourceFailure::refused(
            format!("the filter cannot be read: {first}"),
            format!("try it with `jq`; these are not there: {}", NOT_THERE.join(", ")),
        )
    })?;
    let mut out = String::new();
    for text in texts {
        let value = parse_single(text)
            .map_err(|error| SourceFailure::broken(0, format!("jq cannot read this: {error}")))?;
        let context = Ctx::<JustLut<Val>>::new(&compiled.lut, Vars::new([]));
        for output in compiled.id.run((context, value)) {
            let value = output.map_err(|error| {
                let why = error.get_err().map_or_else(|_| "it stopped".to_owned(), |error| error.to_string());
                // What `error("…")` says comes as JSON.
                let why = serde_json::from_str(&why).unwrap_or(why);
                SourceFailure::unknown(format!("the filter fails: {why}"))
            })?;
            out.push_str(&value.to_string());
            out.push('\n');
            if out.len() > MAX_OUTPUT {
                return Err(SourceFailure::unknown(format!(
                    "the filter gives more than {} MB",
                    MAX_OUTPUT / 1024 / 1024
                )));
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLIES: &[u8] = include_bytes!("../../../tests/sources/tables/replies.jsonl");

    fn of(text: &str, filter: &str) -> String {
        run(text.as_bytes(), filter).unwrap()
    }

    #[test]
    fn numbers_that_are_handed_on_keep_their_digits() {
        let text = "[0.30000000000000004, 1.0, 1e400, 12345678901234567890123, 0.2100]";
        assert_eq!(of(text, ".[]"), "0.30000000000000004\n1.0\n1e400\n12345678901234567890123\n0.2100\n");
        assert_eq!(of("[0.1, 0.2]", "add"), "0.30000000000000004\n");
        assert_eq!(of("0", "{a: (. / .), b: (1 / .)}"), "{\"a\":NaN,\"b\":Infinity}\n");
    }

    #[test]
    fn each_line_is_a_value_of_its_own() {
        let end = REPLIES.iter().rposition(|byte| *byte == b'\n').unwrap();
        let found = run(&REPLIES[..end], "select(.edit_time > 0.1) | {id, edit_time}").unwrap();
        assert_eq!(found, "{\"id\":\"r04\",\"edit_time\":0.125}\n{\"id\":\"r05\",\"edit_time\":0.6}\n");
        assert!(matches!(run(REPLIES, "."), Err(SourceFailure::Broken { at, .. }) if at == REPLIES.len()));
    }

    #[test]
    fn the_file_is_read_strictly_first() {
        for text in ["", "{", "{\"a\": 1, \"a\": 2}", "[01]"] {
            assert!(matches!(run(text.as_bytes(), "."), Err(SourceFailure::Broken { .. })), "{text}");
        }
        assert!(matches!(run("[".repeat(300_000).as_bytes(), "."), Err(SourceFailure::Broken { .. })));
    }

    #[test]
    fn what_no_file_says_is_not_there() {
        for filter in NOT_THERE.iter().copied().chain([
            "$ENV",
            "env.PATH",
            "input",
            "debug(1)",
            "import \"a\" as a; .",
            "nothing",
            ".",
        ]) {
            let found = run(b"1", filter);
            assert_eq!(
                matches!(found, Err(SourceFailure::Refused { .. })),
                filter != ".",
                "{filter}: {found:?}"
            );
        }
    }

    #[test]
    fn a_filter_that_fails_says_why() {
        assert_eq!(run(b"1", "error(\"no data\")"), Err(SourceFailure::unknown("the filter fails: no data")));
        assert!(matches!(run(b"1", ".a"), Err(SourceFailure::Unknown(_))));
        assert!(matches!(run(b"1", "limit(1; repeat(\"x\"))"), Ok(text) if text == "\"x\"\n"));
    }
}
