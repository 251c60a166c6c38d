//! Where a value was collected from.

use crate::snapshot::outline::differs;
use crate::source::SourceMap;
use crate::text::quote;
use crate::value::CollectedField;

/// Digits of a query's digest that are shown: enough to find it in the snapshot.
const DIGITS: usize = 8;

/// Whether the value is another one than was collected.
pub fn is_edited(of: &CollectedField, sources: &SourceMap) -> bool {
    let text = sources.get(of.key.file).map(|source| &*source.text);
    let known = of.value_sha256.as_deref().zip(text);
    known.is_some_and(|(digest, text)| differs(text, of.key.range().start, &of.field, digest))
}

/// «`evals` from evals/results.json by promptfoo 0.121.20 (evals)», «`p95` from prometheus 2.42.0, query 3f9a0c21… (prom)»
pub(super) fn source(of: &CollectedField) -> String {
    let tool = of.tool.as_deref().map(quote);
    let file = of.file.as_deref().map(quote);
    let from = quote(&of.from);
    let query = of.query_sha256.as_deref().and_then(|digest| digest.get(..DIGITS));
    let query = query.map(|digits| format!("query {digits}…"));
    let what = match (file, tool) {
        (Some(file), Some(tool)) => Some(format!("{file} by {tool}")),
        (one, other) => one.or(other),
    };
    let parts: Vec<String> = what.into_iter().chain(query).collect();
    let field = quote(&of.field);
    match parts.is_empty() {
        true => format!("`{field}` from {from}"),
        false => format!("`{field}` from {} ({from})", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_names_what_is_known_of_it() {
        let text = |text: &str| Some(text.into());
        let evals =
            CollectedField { field: "evals".into(), from: "evals".into(), ..CollectedField::default() };
        assert_eq!(source(&evals), "`evals` from evals");
        let evals = CollectedField { file: text("evals/results.json"), ..evals };
        assert_eq!(source(&evals), "`evals` from evals/results.json (evals)");
        let evals = CollectedField { tool: text("promptfoo 0.121.20"), ..evals };
        assert_eq!(source(&evals), "`evals` from evals/results.json by promptfoo 0.121.20 (evals)");
        let prom = CollectedField {
            field: "p95".into(),
            from: "prom".into(),
            tool: text("prometheus 2.42.0"),
            query_sha256: text("3f9a0c21b7"),
            ..CollectedField::default()
        };
        assert_eq!(source(&prom), "`p95` from prometheus 2.42.0, query 3f9a0c21… (prom)");
    }
}
