//! `distinct default confidence`: what fits no other family. They are evaluated where lists, fields and bounds are.

use super::{Builtin, Doc};

/// What the manual says of this family.
pub(super) const SINGLE: &[Doc] = &[
    Doc {
        builtin: Builtin::Distinct,
        usage: "distinct(L.f where P)",
        gives: "the list without repeats",
        example: "count(distinct(outputs.kind))",
        value: "2",
    },
    Doc {
        builtin: Builtin::Default,
        usage: "default(path, y)",
        gives: "what the path leads to, or y where that is missing",
        example: "default(incidents, 7)",
        value: "7",
    },
    Doc {
        builtin: Builtin::Confidence,
        usage: "confidence(A >= B)",
        gives: "the highest one-sided confidence at which the comparison would be yes",
        example: "confidence(share(outputs where edit_time < 15%) >= 50%)",
        value: "81.3%",
    },
];
