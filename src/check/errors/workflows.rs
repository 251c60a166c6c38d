//! What can be wrong with `workflows`.

use crate::ast::{Name, Over};
use crate::check::words::join;
use crate::code::Code;
use crate::diagnostic::Diagnostic;

pub(in crate::check) fn no_list_of_workflows(path: &[Name]) -> Diagnostic {
    let (first, last) = (path.first().map(|name| name.span), path.last().map(|name| name.span));
    let place = first.zip(last).map(|(first, last)| first.to(last)).unwrap_or_default();
    let name = join(path);
    let message = format!("`{name}` is a list, but only single values of other workflows are available");
    let help = match path.first() {
        Some(first) if &*first.text != "workflows" && &*first.text != "it" => {
            format!("`snapshot.{name}` belongs to the workflow that is judged")
        }
        Some(_) | None => {
            "record what you need from other workflows as a field with a single value".to_owned()
        }
    };
    Diagnostic::error(Code::NotAField, message).label(place, "a list").help(help)
}

pub(in crate::check) fn no_window_of_workflows(over: &Over) -> Diagnostic {
    Diagnostic::error(
        Code::WrongArguments,
        "`workflows` takes no `over`: it lists the workflows on the day of judgement",
    )
    .label(over.span(), "not taken")
    .help("remove it, or look back with `held(…)` or `previous(…)` on a condition about `workflows`")
}
