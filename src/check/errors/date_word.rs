//! `entered` and `first_seen` where they mean nothing.

use crate::ast::Name;
use crate::code::Code;
use crate::diagnostic::Diagnostic;

pub(in crate::check) fn no_stage_to_enter(word: &Name) -> Diagnostic {
    Diagnostic::error(Code::NotAValue, "`entered` has no meaning here")
        .label(word.span, "there are no stages")
        .help("`entered` is the day on which a workflow entered its stage; declare the stages: `stages testing -> pilot`")
}

pub(in crate::check) fn no_key_to_see(word: &Name) -> Diagnostic {
    Diagnostic::error(Code::NotAValue, "`first_seen` has no meaning here")
        .label(word.span, "no element with a `key` around it")
        .help(
            "`first_seen` is the day on which the key of an element was first recorded; write it in the `where`, `among` or \
             `by` of a list whose elements have a field marked `key`",
        )
}
