//! `distinct default`: what fits no other family. They are evaluated where lists and fields are.

use super::{Builtin, Shape};

pub(super) static SINGLE: &[Builtin] = &[
    Builtin {
        name: "distinct",
        synonyms: &["dedup", "uniq", "unique"],
        usage: "distinct(L.f where P)",
        gives: "the list without repeats",
        example: "count(distinct(outputs.kind))",
        value: "2",
        shape: Shape::Distinct,
    },
    Builtin {
        name: "default",
        synonyms: &["coalesce", "ifnull"],
        usage: "default(path, y)",
        gives: "what the path leads to, or y where that is missing",
        example: "default(incidents, 7)",
        value: "7",
        shape: Shape::Default,
    },
];
