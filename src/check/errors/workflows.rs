//! What can be wrong with `workflows`.

use crate::ast::{Name, Over};
use crate::check::words::join;
use crate::code::Code;
use crate::diagnostic::Diagnostic;

pub(in crate::check) fn no_list_of_workflows(path: &[Name]) -> Diagnostic {
    let (first, last) = (path.first().map(|name| name.span), path.last().map(|name| name.span));
    let place = first.zip(last).map(|(first, last)| first.to(last)).unwrap_or_default();
    let name = join(path);
    let message = format!("`{name}` is a list, and of other workflows only single values are seen");
    let help = match path.first() {
        Some(first) if &*first.text != "workflows" && &*first.text != "it" => {
            format!("`snapshot.{name}` is that of the workflow that is judged")
        }
        Some(_) | None => "record what other workflows are asked about as a field of its own".to_owned(),
    };
    Diagnostic::error(Code::NotAField, message).label(place, "a list").help(help)
}

pub(in crate::check) fn no_window_of_workflows(over: &Over) -> Diagnostic {
    Diagnostic::error(Code::WrongArguments, "`workflows` takes no `over`: it is what there is on the day")
        .label(over.span(), "not taken")
        .help("leave it out, or look back with `held(…)` or `previous(…)` of a condition on `workflows`")
}
