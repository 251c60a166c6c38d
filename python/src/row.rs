//! Rows of tables as texts of snapshots: each column on a line of its own, so that a line is a column.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDate, PyDateTime, PyDelta, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
};
use tollgate::diagnostic::misleads;
use tollgate::snapshot::limits::MAX_WORKFLOW_BYTES;
use tollgate::source::FileId;

/// The column that says whose row it is.
const WORKFLOW: &str = "workflow";
/// How deep a value may be.
const MAX_DEPTH: usize = 32;

/// The text of a row. What is null is missing.
pub(crate) fn text_of(row: &Bound<'_, PyDict>) -> PyResult<String> {
    let mut text = String::new();
    // Whose row it is comes first: whatever else is wrong with it, that is known.
    let name = row.get_item(WORKFLOW)?.map(|name| (PyString::new(row.py(), WORKFLOW).into_any(), name));
    for (column, value) in name.into_iter().chain(row.iter().filter(|(column, _)| !is_workflow(column))) {
        if is_null(&value)? {
            continue;
        }
        let column: String = column.str()?.extract()?;
        write_key(&column, &mut text);
        text.push_str(": ");
        // A series whose name stands plainly is judged as its rows are read.
        let name = value.cast::<PyString>().ok().filter(|_| column == WORKFLOW);
        if let Some(name) = name.map(|name| name.to_str()).transpose()?.filter(|name| is_plain(name)) {
            text.push_str(name);
            text.push('\n');
            continue;
        }
        write(&value, 0, &mut text)
            .map_err(|error| PyTypeError::new_err(format!("column `{column}`: {error}")))?;
        text.push('\n');
    }
    Ok(if text.is_empty() { "{}\n".to_owned() } else { text })
}

fn is_workflow(column: &Bound<'_, PyAny>) -> bool {
    column.cast::<PyString>().is_ok_and(|column| column.to_str().is_ok_and(|column| column == WORKFLOW))
}

/// Whether a text can name a workflow: it is not blank, not too long, and has no character that is refused.
#[pyfunction]
pub(crate) fn is_name(text: &str) -> bool {
    let mut written = String::new();
    quote(text, &mut written);
    let refused =
        |c: char| matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}');
    !text.trim().is_empty()
        && text.len() <= MAX_WORKFLOW_BYTES
        && !written.contains(refused)
        && misleads(FileId::default(), &written).is_none()
}

/// Null, not a number, or not a time.
fn is_null(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if value.is_none() {
        return Ok(true);
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return Ok(number.value().is_nan());
    }
    if is_common(value) {
        return Ok(false);
    }
    // What is not even equal to itself stands for nothing: NaN, NaT.
    let is_scalar = value.is_instance_of::<PyDate>() || is_foreign(value);
    if is_scalar && let Ok(equal) = value.eq(value) {
        return Ok(!equal);
    }
    Ok(value.get_type().name()?.to_str()? == "NAType")
}

/// Whether it is of a type that nearly all values are of, and that has no null. This is asked of every value.
fn is_common(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyInt>()
        || value.is_instance_of::<PyDict>()
        || value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>()
}

/// Whether it is none of the types that every Python has, and no array.
fn is_foreign(value: &Bound<'_, PyAny>) -> bool {
    !(is_common(value)
        || value.hasattr("tolist").unwrap_or(false) && value.hasattr("__len__").unwrap_or(false))
}

/// Whether YAML reads it as a text without quotes, whatever its version: letters, digits, `_` and `-`, and no word of its own.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '-')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// A key without quotes where it can be: such a text is read several times as fast.
fn write_key(key: &str, out: &mut String) {
    if is_plain(key) {
        out.push_str(key);
    } else {
        quote(key, out);
    }
}

fn quote(text: &str, out: &mut String) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        // A text is always JSON.
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

fn write(value: &Bound<'_, PyAny>, depth: usize, out: &mut String) -> PyResult<()> {
    if depth > MAX_DEPTH {
        return Err(PyTypeError::new_err(format!("it is more than {MAX_DEPTH} deep")));
    }
    if is_null(value)? {
        out.push_str("null");
    } else if let Ok(truth) = value.cast::<PyBool>() {
        out.push_str(if truth.is_true() { "true" } else { "false" });
    } else if let Ok(text) = value.cast::<PyString>() {
        quote(text.to_str()?, out);
    } else if value.is_instance_of::<PyInt>() {
        match value.extract::<i64>() {
            Ok(number) => out.push_str(&number.to_string()),
            Err(_) => out.push_str(value.str()?.to_str()?),
        }
    } else if let Ok(number) = value.cast::<PyFloat>() {
        write_float(number.value(), out)?;
    } else if let Ok(record) = value.cast::<PyDict>() {
        write_record(record.iter().map(Ok), depth, out)?;
    } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        write_list(value, depth, out)?;
    } else if let Ok(time) = value.cast::<PyDateTime>() {
        write_time(time, out)?;
    } else if let Ok(date) = value.cast::<PyDate>() {
        out.push_str(date.call_method0("isoformat")?.str()?.to_str()?);
    } else if let Ok(length) = value.cast::<PyDelta>() {
        write_float(length.call_method0("total_seconds")?.extract()?, out)?;
        out.push_str(" s");
    } else if let Ok(record) = value.cast::<PyMapping>() {
        let items = record.items()?;
        write_record(items.iter().map(|item| item.extract()), depth, out)?;
    } else if value.hasattr("as_tuple")? {
        // A decimal, with all of its digits and no exponent.
        out.push_str(value.call_method1("__format__", ("f",))?.extract::<String>()?.as_str());
    } else if value.hasattr("tolist")? {
        // Arrays and numbers of numpy, and what is like them.
        write(&value.call_method0("tolist")?, depth + 1, out)?;
    } else {
        let name = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!("a `{name}` is no value of a snapshot")));
    }
    Ok(())
}

fn write_float(number: f64, out: &mut String) -> PyResult<()> {
    if !number.is_finite() {
        return Err(PyTypeError::new_err("an infinite number is no value of a snapshot"));
    }
    // The shortest text that is this number, without an exponent.
    out.push_str(&number.to_string());
    Ok(())
}

/// A day where it is midnight and no zone is known; a time in UTC otherwise.
fn write_time(time: &Bound<'_, PyDateTime>, out: &mut String) -> PyResult<()> {
    let has_zone = !time.getattr("tzinfo")?.is_none();
    let text: String = if has_zone {
        let utc = pyo3::types::PyTzInfo::utc(time.py())?.to_owned();
        time.call_method1("astimezone", (utc,))?.call_method0("isoformat")?.extract()?
    } else {
        time.call_method0("isoformat")?.extract()?
    };
    match text.strip_suffix("T00:00:00") {
        Some(day) => out.push_str(day),
        None => {
            out.push_str(text.strip_suffix("+00:00").unwrap_or(&text));
            out.push('Z');
        }
    }
    Ok(())
}

fn write_list(list: &Bound<'_, PyAny>, depth: usize, out: &mut String) -> PyResult<()> {
    out.push('[');
    for (at, element) in list.try_iter()?.enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        write(&element?, depth + 1, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_record<'py>(
    entries: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    depth: usize,
    out: &mut String,
) -> PyResult<()> {
    out.push('{');
    let mut is_first = true;
    for entry in entries {
        let (key, value) = entry?;
        if is_null(&value)? {
            continue;
        }
        out.push_str(if is_first { "" } else { ", " });
        is_first = false;
        match key.cast::<PyString>() {
            Ok(key) => write_key(key.to_str()?, out),
            Err(_) => write_key(key.str()?.to_str()?, out),
        }
        out.push_str(": ");
        write(&value, depth + 1, out)?;
    }
    out.push('}');
    Ok(())
}
