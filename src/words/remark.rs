//! What is to be said of a workflow beside its rules, as diagnostics.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::eval::{MAX_BITS, MAX_SERIES, MAX_STEPS};
use crate::report::why::Remark;
use crate::text::quote;

/// A remark about a workflow.
pub fn remark(remark: &Remark, workflow: &str) -> Diagnostic {
    match remark {
        Remark::TooManySnapshots { newest } => {
            let message = format!("`{workflow}` has more than {MAX_SERIES} snapshots");
            let error = too_much(message);
            newest.iter().fold(error, |error, span| error.label(*span, "the newest of them"))
        }
        Remark::TooMuchToJudge { newest } => {
            let error = too_much(format!("`{workflow}` takes too long to judge"));
            let label = format!(
                "after {MAX_STEPS} steps, or with a number of {MAX_BITS} bits, judging it was stopped"
            );
            newest.iter().fold(error, |error, span| error.label(*span, label.as_str()))
        }
        Remark::NobodyLeft { name, span } => {
            let message = format!("`{}` cannot be in `left`: no `kept` list ever had it", quote(name));
            Diagnostic::warning(Code::NobodyLeft, message)
                .label(*span, "never recorded")
                .help("write the key as the snapshots before have it, or remove it")
        }
        Remark::NothingAsked { wanted, stage, span } => {
            let message = if wanted == stage {
                format!("the workflow already is in stage `{stage}`")
            } else {
                format!("`{wanted}` is an earlier stage than `{stage}`")
            };
            Diagnostic::warning(Code::NothingAsked, message)
                .label(*span, "asks for nothing")
                .help("`advance_to` names a later stage; to go back, just set `stage`")
        }
    }
}

fn too_much(message: String) -> Diagnostic {
    Diagnostic::error(Code::TooMuchToJudge, message)
        .help("shorten its lists, its series or the windows of the policies; half a series gives no verdict")
}
