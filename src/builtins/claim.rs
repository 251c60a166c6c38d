//! `confidence`: how surely a sample bears a comparison out. It is evaluated where the bounds of claims are.

use super::{Builtin, Shape};

pub(super) static CLAIM: &[Builtin] = &[Builtin {
    name: "confidence",
    synonyms: &[],
    usage: "confidence(A >= B)",
    gives: "the highest one-sided confidence at which the comparison would be yes",
    example: "confidence(share(outputs where edit_time < 15%) >= 50%)",
    value: "81.3%",
    shape: Shape::Confidence,
}];
