//! What is said of values that are not written as snapshots write them, though what they mean is clear.
//!
//! Knows what people are told, and nothing of how a slip is found.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::snapshot::path::Subject;
use crate::snapshot::scalar::Scalar;
use crate::snapshot::slip::{Emptiness, Meant, Slip};
use crate::source::Span;
use crate::text::quote;
use crate::types::Type;

/// An error about a value, with what to write instead.
pub(in crate::snapshot) fn with_slip(mut error: Diagnostic, scalar: &Scalar<'_>, slip: Slip) -> Diagnostic {
    let span = scalar.subject.span;
    let mut label =
        |text: &str| error.labels.iter_mut().take(1).for_each(|label| label.text = text.to_owned());
    match (slip, scalar.emptiness) {
        // It needs a value, and the error says how that is written.
        (Slip::Unknown, Emptiness::Refused) => error,
        (Slip::Unknown, Emptiness::OfElement) => {
            label("not recorded");
            error.help("remove unknown elements from the list")
        }
        (Slip::Unknown, Emptiness::Allowed) => {
            label("not recorded");
            // With the blank that stands before a value without quotes.
            let start = span.range().start.saturating_sub(usize::from(scalar.plain));
            let value = Span::new(span.file, start..span.range().end);
            error.help("leave an unknown value empty:").choice(value, "")
        }
        (Slip::Bound(value), _) => {
            label("not a measurement");
            let help =
                format!("write the value that was measured, such as `{}`, or leave it empty", quote(&value));
            error.help(help)
        }
        (Slip::Meant(Meant { text, why }), _) => error.help(why).choice(span, text),
    }
}

/// A scalar or a record where a list is due. `found` is in backticks or has its article.
pub(in crate::snapshot) fn no_list(
    subject: Subject<'_>,
    found: &str,
    element: &Type,
    slip: Option<Slip>,
) -> Diagnostic {
    let error =
        Diagnostic::error(Code::WrongType, format!("`{}` is a list, but here is {found}", subject.path));
    let error = error.label(subject.span, "not a list");
    let error = match slip {
        Some(Slip::Meant(Meant { text, why })) => error.help(why).choice(subject.span, text),
        Some(Slip::Unknown) => {
            error.help("leave it empty if it is not known, and write `[]` if there were none")
        }
        Some(Slip::Bound(_)) | None => error.help(match element.record() {
            Some(_) => "start each element on its own line with `- `, and write `[]` if there were none",
            None => "write the elements in brackets, as in `[…]`, and `[]` if there were none",
        }),
    };
    super::with_declaration(error, subject)
}

/// A scalar where a record is due: fields without a blank after their colon, or something else.
pub(in crate::snapshot) fn scalar_for_record(
    subject: Subject<'_>,
    ty: &Type,
    text: &str,
    element: bool,
) -> Diagnostic {
    let error = super::wrong_type(subject, ty, &format!("`{}`", quote(text)));
    let fields = ty.record().map_or(&[][..], |record| &record.fields);
    let glued = fields.iter().map(|field| field.yaml_key()).find(|key| {
        text.strip_prefix(&***key).is_some_and(|rest| rest.starts_with(':') && !rest.starts_with(": "))
    });
    let key =
        fields.iter().find(|field| field.key && element && !text.contains([',', '{', '}', '[', ']', '\n']));
    match (glued, key, fields) {
        (Some(key), _, _) => error.help(format!("a space is missing after `{key}:`")),
        (None, Some(key), _) => error
            .help("name the element by its key:")
            .choice(subject.span, format!("{{ {}: {text} }}", key.yaml_key())),
        (None, None, [first, ..]) if !element => {
            let (name, key) = (subject.path.name, first.yaml_key());
            error.help(format!("write each field on its own line under `{name}:`, as in `  {key}: …`"))
        }
        (None, None, _) => error,
    }
}
