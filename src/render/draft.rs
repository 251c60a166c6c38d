//! The next snapshot of a series as YAML: the last one's fields with what each of them means, and no value.
//!
//! Values are left empty, and never carried over: an empty one is unknown, so that no rule passes on last week's figures.

use std::fmt::Write;

use crate::point::Point;
use crate::settings::field_type;
use crate::source::FileId;
use crate::text::{wrap, yaml_text};
use crate::types::Type;
use crate::value::{Located, Record, Snapshot, Value};
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// Columns of a line, as far as comments can be broken.
const WIDTH: usize = 100;

/// The snapshot that follows `last`, of another day. The stage is the same; it asks for nothing. All other fields are offered.
pub fn draft(vocabulary: &Vocabulary, last: &Snapshot, date: Point) -> String {
    let mut draft = begun(vocabulary, last, date);
    draft.offered(vocabulary, &last.record, vocabulary.built_in_fields());
    draft.finish()
}

/// The same with those fields alone that were recorded the last time.
pub fn draft_of_recorded(vocabulary: &Vocabulary, last: &Snapshot, date: Point) -> String {
    begun(vocabulary, last, date).finish()
}

fn begun(vocabulary: &Vocabulary, last: &Snapshot, date: Point) -> SnapshotDraft {
    let mut draft = SnapshotDraft { file: last.file, retired: vocabulary.retired(), out: String::new() };
    let until = match date {
        Point::Day(_) => "day",
        Point::Time(_) => "time",
    };
    let about = format!(
        "What was measured up to this {until}. What stays empty is unknown, and no rule takes it for a yes; an empty list \
         is written `[]`.",
    );
    draft.comment(0, &about);
    draft.out.push('\n');
    if draft.is_own(last.record.fields.get(Vocabulary::WORKFLOW)) {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(draft.out, "workflow: {}", yaml_text(&last.workflow));
    }
    let _ = writeln!(draft.out, "date: {date}");
    if let Some(rung) = vocabulary.rung_in(&last.record) {
        let stage = |rung: usize| vocabulary.stages.get(rung).map(|name| &**name);
        let _ = writeln!(draft.out, "stage: {}", stage(rung).unwrap_or_default());
        if let Some(next) = stage(rung + 1) {
            let _ = writeln!(draft.out, "# advance_to: {next}  # asks for the next stage");
        }
    }
    let retired = vocabulary.retired();
    if let Some(at) = retired
        && draft.is_own(last.record.fields.get(at))
        && let Some((last_day, _)) = last.record.date_in(at)
    {
        // It is no measurement: without it the workflow would be judged again.
        let field = vocabulary.snapshot.fields.get(at).map_or(Vocabulary::RETIRED, |field| field.yaml_key());
        let _ = writeln!(draft.out, "{}: {last_day}", yaml_text(field));
    }
    draft.out.push('\n');
    draft.fields(&vocabulary.snapshot, &[&last.record], vocabulary.built_in_fields(), 0);
    draft
}

struct SnapshotDraft {
    /// The last snapshot: what lies in another file is a standing fact, and not to be said again.
    file: FileId,
    /// Index of the field for the last day of the workflow, which is carried over.
    retired: Option<usize>,
    out: String,
}

impl SnapshotDraft {
    fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
        self.out
    }

    fn is_own(&self, value: Option<&Option<Located>>) -> bool {
        value.and_then(Option::as_ref).is_some_and(|value| value.key.file == self.file)
    }

    fn comment(&mut self, indent: usize, text: &str) {
        for line in wrap(text, WIDTH - indent.min(WIDTH / 2) - 2) {
            let _ = writeln!(self.out, "{:indent$}# {line}", "");
        }
    }

    /// The fields that one of the records has, and those that are required, from the `first` on.
    fn fields(&mut self, ty: &RecordType, records: &[&Record], first: usize, indent: usize) {
        for (at, field) in ty.fields.iter().enumerate().skip(first) {
            let values = self.values(records, at);
            let is_carried_over = indent == 0 && Some(at) == self.retired;
            if values.is_empty() && !field.required || is_carried_over {
                // At the top they are offered behind all others.
                if indent > 0 {
                    let known = records.iter().find_map(|record| record.fields.get(at)?.as_ref());
                    self.offer(field, known, indent);
                }
                continue;
            }
            self.comment(indent, &about(field));
            let _ = writeln!(self.out, "{:indent$}{}:", "", yaml_text(field.yaml_key()));
            match &field.ty {
                Type::Record(inner) => self.fields(inner, &records_of(&values), 0, indent + 2),
                Type::List(element) => self.list(element, indent + 2),
                Type::Bool
                | Type::Text
                | Type::Date
                | Type::Time
                | Type::Stage
                | Type::Choice(_)
                | Type::Amount(_)
                | Type::Elapsed
                | Type::Calendar
                | Type::Error => {}
            }
            if indent == 0 {
                self.out.push('\n');
            }
        }
    }

    /// The other fields, each as a comment to fill in: nobody recorded them the last time, in whatever file.
    fn offered(&mut self, vocabulary: &Vocabulary, last: &Record, first: usize) {
        let mut others = SnapshotDraft { file: self.file, retired: self.retired, out: String::new() };
        for (at, (field, value)) in
            vocabulary.snapshot.fields.iter().zip(&last.fields).enumerate().skip(first)
        {
            if !self.is_own(Some(value)) && !field.required && Some(at) != self.retired {
                let before = others.out.len();
                others.offer(field, value.as_ref(), 0);
                if others.out.len() > before {
                    others.out.push_str("#\n");
                }
            }
        }
        if !others.out.is_empty() {
            self.comment(0, "Not recorded the last time. Take away the `# ` before what was measured now:");
            self.out.push_str("#\n");
            self.out.push_str(others.out.trim_end_matches("#\n"));
        }
    }

    /// A field as a comment, as far as nobody recorded it the last time.
    fn offer(&mut self, field: &Field, known: Option<&Located>, indent: usize) {
        if lacks(field, known) {
            let mut blank = SnapshotDraft { file: self.file, retired: None, out: String::new() };
            blank.blank_field(field, known, 0);
            for line in blank.out.lines() {
                let _ = writeln!(self.out, "{:indent$}# {line}", "");
            }
        }
    }

    /// A field with all that it can hold, but for what is known of it.
    fn blank_field(&mut self, field: &Field, known: Option<&Located>, indent: usize) {
        let key = yaml_text(field.yaml_key());
        let about = wrap(&about(field), usize::MAX).concat();
        let _ = writeln!(self.out, "{:indent$}{key}:  # {about}", "");
        match &field.ty {
            Type::Record(inner) => {
                let record = known.and_then(|known| records_of(&[known]).first().copied());
                for (at, field) in inner.fields.iter().enumerate() {
                    let known = record.and_then(|record| record.fields.get(at)?.as_ref());
                    if lacks(field, known) {
                        self.blank_field(field, known, indent + 2);
                    }
                }
            }
            Type::List(element) => {
                let mut lines = Vec::new();
                if let Type::Record(inner) = &**element {
                    element_lines(inner, 0, &mut lines);
                }
                for (at, line) in lines.iter().enumerate() {
                    let mark = if at == 0 { "-" } else { " " };
                    let _ = writeln!(self.out, "{:indent$}  {mark} {line}", "");
                }
            }
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Choice(_)
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::Error => {}
        }
    }

    /// How an element is written, as a comment: an empty list would say that there was nothing.
    fn list(&mut self, element: &Type, indent: usize) {
        let mut lines = Vec::new();
        if let Type::Record(inner) = element {
            element_lines(inner, 0, &mut lines);
        }
        if lines.is_empty() {
            lines.push(String::new());
        }
        for (at, line) in lines.iter().enumerate() {
            let mark = if at == 0 { "-" } else { " " };
            let _ = writeln!(self.out, "{:indent$}{}", "", format!("# {mark} {line}").trim_end());
        }
    }

    fn values<'a>(&self, records: &[&'a Record], at: usize) -> Vec<&'a Located> {
        let values = records.iter().filter_map(|record| record.fields.get(at));
        values.filter(|value| self.is_own(Some(value))).flatten().collect()
    }
}

/// Whether a field, or a part of it, was not recorded. Who is gone from a list, and what ends a workflow, is written when it
/// is so.
fn lacks(field: &Field, known: Option<&Located>) -> bool {
    match (known.map(|known| &known.value), &field.ty) {
        (None, _) => !field.gives_way(),
        (Some(Value::Record(record)), Type::Record(inner)) => {
            let mut parts = inner.fields.iter().enumerate();
            parts.any(|(at, field)| lacks(field, record.fields.get(at).and_then(Option::as_ref)))
        }
        (Some(_), _) => false,
    }
}

/// The lines of an element with all of its fields.
fn element_lines(ty: &RecordType, indent: usize, lines: &mut Vec<String>) {
    for field in &ty.fields {
        let about = wrap(&about(field), usize::MAX).concat();
        lines.push(format!("{:indent$}{}:  # {about}", "", yaml_text(field.yaml_key())));
        if let Type::Record(inner) = &field.ty {
            element_lines(inner, indent + 2, lines);
        }
    }
}

/// What a field means, and how it is written.
fn about(field: &Field) -> String {
    let ty = match &field.ty {
        Type::Record(_) => None,
        _ if field.required => Some(format!("{}, required", field_type(field))),
        _ if field.key => Some(format!("{}, names the element", field_type(field))),
        _ => Some(field_type(field)),
    };
    match (&field.doc, ty) {
        (Some(doc), Some(ty)) => format!("{doc} ({ty})"),
        (Some(doc), None) => doc.to_string(),
        (None, ty) => ty.unwrap_or_else(|| "A record".to_owned()),
    }
}

fn records_of<'a>(values: &[&'a Located]) -> Vec<&'a Record> {
    let record = |value: &&'a Located| match &value.value {
        Value::Record(record) => Some(record),
        Value::Bool(_)
        | Value::Text(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_)
        | Value::List(_) => None,
    };
    values.iter().filter_map(record).collect()
}
