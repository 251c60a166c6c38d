//! Archives of Inspect (`.eval`): a zip, of which the log as JSON is made.
//!
//! Nothing is unpacked to a disk, and no path in the archive is followed: members are known by their names alone. Knows nothing
//! of what a log says. The texts are joined as they are, so that no digit changes.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::collect::json::{Json, parse};
use crate::collect::table::SourceFailure;
use crate::text::quote;

/// Members that an archive may have.
const MAX_MEMBERS: usize = 100_000;

/// Bytes that the members which are read may have, all together.
const MAX_BYTES: u64 = 512 << 20;

/// The member that says everything but the samples, once a run has ended.
const HEADER: &str = "header.json";

/// The member that a run begins with.
const START: &str = "_journal/start.json";

/// The log as JSON. Of a run that was killed its status is `started`, and the samples are those that were written until then.
///
/// # Errors
/// If it is not such an archive, or has too much in it.
pub fn decode(bytes: &[u8]) -> Result<Vec<u8>, SourceFailure> {
    decode_within(bytes, MAX_BYTES)
}

fn decode_within(bytes: &[u8], limit: u64) -> Result<Vec<u8>, SourceFailure> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| broken(&format!("this is not an archive that can be read: {error}")))?;
    if archive.len() > MAX_MEMBERS {
        return Err(SourceFailure::broken(0, format!("the archive has more than {MAX_MEMBERS} members")));
    }
    let mut left = limit;
    let (head, is_finished) = match archive.index_for_name(HEADER) {
        Some(index) => (member(&mut archive, index, &mut left)?, true),
        None => match archive.index_for_name(START) {
            Some(index) => (member(&mut archive, index, &mut left)?, false),
            None => return Err(foreign()),
        },
    };
    let mut log = opened(&head, is_finished)?;
    log.extend_from_slice(b", \"samples\": [");
    let mut is_first = true;
    for index in 0..archive.len() {
        let is_sample = is_sample(&name(&archive, index));
        if !is_sample {
            continue;
        }
        if !is_first {
            log.extend_from_slice(b",\n");
        }
        is_first = false;
        log.append(&mut member(&mut archive, index, &mut left)?);
    }
    log.extend_from_slice(b"]}\n");
    Ok(log)
}

fn is_sample(name: &str) -> bool {
    name.starts_with("samples/") && name.ends_with(".json")
}

/// The name of a member; nothing for one that is no text.
fn name(archive: &ZipArchive<Cursor<&[u8]>>, index: usize) -> String {
    archive.name_for_index(index).and_then(Result::ok).map(Cow::into_owned).unwrap_or_default()
}

/// The text of a member, less than what is left of the limit.
fn member(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    left: &mut u64,
) -> Result<Vec<u8>, SourceFailure> {
    let name = quote(&name(archive, index));
    let wrong = |why: String| broken(&format!("`{name}` in the archive cannot be read: {why}"));
    let member = archive.by_index(index).map_err(|error| wrong(error.to_string()))?;
    let mut text = Vec::new();
    let read = member.take(left.saturating_add(1)).read_to_end(&mut text);
    read.map_err(|error| wrong(error.to_string()))?;
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let Some(rest) = left.checked_sub(length) else {
        return Err(SourceFailure::refused(
            "the archive has more in it than can be read",
            "write the log as JSON without its events, by `read_eval_log` and `write_eval_log` of Inspect",
        ));
    };
    *left = rest;
    Ok(text)
}

/// The text of a map without its closing brace, with the status of a run that was killed where it is missing.
fn opened(head: &[u8], is_finished: bool) -> Result<Vec<u8>, SourceFailure> {
    let map = parse(head).map_err(|_| broken("the archive's header is not JSON"))?;
    let is_map = matches!(&map.value, Json::Map(entries) if !entries.is_empty());
    let body = head.trim_ascii().strip_suffix(b"}").and_then(|text| text.strip_prefix(b"{"));
    let Some(body) = body.filter(|_| is_map) else { return Err(foreign()) };
    let mut text = b"{".to_vec();
    if !is_finished && map.get("status").is_none() {
        text.extend_from_slice(b"\"status\": \"started\", ");
    }
    text.extend_from_slice(body);
    Ok(text)
}

fn broken(message: &str) -> SourceFailure {
    SourceFailure::Broken {
        at: 0,
        message: message.to_owned(),
        help: Some("it may have been cut off while it was written or copied: get it again".to_owned()),
    }
}

fn foreign() -> SourceFailure {
    SourceFailure::refused(
        "this archive is not a log of Inspect",
        "give the `.eval` file that `inspect eval` writes",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::{SimpleFileOptions, ZipWriter};
    use zip::{CompressionMethod, write::FileOptions};

    use super::*;
    use crate::collect::inspect;
    use crate::collect::source::InspectRules;
    use crate::collect::table::SourceCell;

    const ERRORS: &[u8] = include_bytes!("../../tests/sources/inspect/errors.eval");

    fn archive(members: &[(&str, &str)], method: CompressionMethod) -> Vec<u8> {
        let options: FileOptions<'_, '_, ()> = SimpleFileOptions::default().compression_method(method);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in members {
            writer.start_file(*name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_real_archive_says_what_its_json_says() {
        let table = inspect::read(&decode(ERRORS).unwrap(), &InspectRules::default()).unwrap();
        let counted =
            ["planned", "passed", "failed", "errors", "not_run"].map(|name| match &table.totals[name] {
                SourceCell::Number(digits) => digits.clone(),
                other => panic!("{other:?}"),
            });
        assert_eq!(counted, ["8", "3", "3", "2", "0"]);
        assert_eq!(table.tool.as_deref(), Some("Inspect 0.3.285"));
        assert_eq!(table.rows[0].cells["scores.edit_time"], SourceCell::Number("0.04".to_owned()));
    }

    #[test]
    fn a_killed_run_has_the_samples_of_its_journal() {
        let start =
            r#"{"version": 2, "eval": {"task": "t", "dataset": {"samples": 2, "sample_ids": ["a", "b"]}}}"#;
        let sample = r#"{"id": "a", "epoch": 1, "scores": {"s": {"value": "C"}, "n": {"value": 0.10}}}"#;
        for method in [CompressionMethod::Deflated, CompressionMethod::Zstd, CompressionMethod::Stored] {
            let log = archive(&[(START, start), ("samples/a_epoch_1.json", sample)], method);
            let table = inspect::read(&decode(&log).unwrap(), &InspectRules::default()).unwrap();
            assert_eq!(table.rows.len(), 2);
            assert_eq!(table.rows[0].cells["scores.n"], SourceCell::Number("0.10".to_owned()));
            assert_eq!(table.totals["not_run"], SourceCell::Number("1".to_owned()));
            assert!(table.remarks[0].contains("`started`"), "{:?}", table.remarks);
        }
        let none = archive(&[(START, start)], CompressionMethod::Stored);
        let table = inspect::read(&decode(&none).unwrap(), &InspectRules::default()).unwrap();
        assert_eq!(table.totals["not_run"], SourceCell::Number("2".to_owned()));
    }

    /// A real archive without what is written at the end of a run.
    #[test]
    fn a_real_journal_is_read() {
        let mut whole = ZipArchive::new(Cursor::new(ERRORS)).unwrap();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..whole.len() {
            let member = whole.by_index_raw(index).unwrap();
            let name = member.name().unwrap().into_owned();
            if name.starts_with("_journal/") || name.contains("r01") || name.contains("r07") {
                writer.raw_copy_file(member).unwrap();
            }
        }
        let killed = writer.finish().unwrap().into_inner();
        let table = inspect::read(&decode(&killed).unwrap(), &InspectRules::default()).unwrap();
        let counted =
            ["planned", "passed", "failed", "errors", "not_run"].map(|name| table.totals[name].clone());
        assert_eq!(counted, ["8", "1", "0", "1", "6"].map(|digits| SourceCell::Number(digits.to_owned())));
        assert_eq!(table.remarks, ["the run did not finish, its status is `started`"]);
    }

    #[test]
    fn what_is_no_log_is_refused() {
        for bytes in [&b""[..], b"PK", b"nothing", &ERRORS[..ERRORS.len() - 30], &ERRORS[30..]] {
            assert!(matches!(decode(bytes), Err(SourceFailure::Broken { .. })), "{} bytes", bytes.len());
        }
        for members in [
            &[][..],
            &[("a.json", "{}")],
            &[(HEADER, "{}")],
            &[(HEADER, "[1]")],
            &[("../header.json", "{\"a\": 1}")],
        ] {
            let answer = decode(&archive(members, CompressionMethod::Stored));
            assert!(matches!(answer, Err(SourceFailure::Refused { .. })), "{members:?}: {answer:?}");
        }
        let mangled = archive(&[(HEADER, "{\"a\": ")], CompressionMethod::Stored);
        assert!(matches!(decode(&mangled), Err(SourceFailure::Broken { .. })));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = "0".repeat(5_000_000);
        let members = [(HEADER, "{\"a\": 1}"), ("samples/a.json", &*bomb), ("samples/b.json", &*bomb)];
        let bytes = archive(&members, CompressionMethod::Zstd);
        assert!(bytes.len() < 10_000);
        for limit in [7, 1000, 9_999_000] {
            assert!(matches!(decode_within(&bytes, limit), Err(SourceFailure::Refused { .. })), "{limit}");
        }
        assert!(decode_within(&bytes, 10_000_008).is_ok());
    }

    #[test]
    fn every_damaged_byte_is_an_answer() {
        for at in (0..ERRORS.len()).step_by(61) {
            let mut bytes = ERRORS.to_vec();
            bytes[at] ^= 0x55;
            if let Ok(log) = decode(&bytes) {
                drop(inspect::read(&log, &InspectRules::default()));
            }
        }
    }
}
