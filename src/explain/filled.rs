//! Texts of policies with the values in force in the places of their params.
//!
//! What only a snapshot can say stays a name: nothing is judged here.

use crate::ast::{Template, TemplatePart};
use crate::program::{Param, Program, Target};
use crate::settings::{ParamSetting, Settings, Timeline, show_value};
use crate::source::SourceMap;
use crate::value::Date;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilledPiece {
    /// Words of the text, or a value in force.
    Text(String),
    /// An expression that a snapshot gives its value, as it is written.
    Expression(String),
}

/// The pieces of a text. `value` says what is in force of a param.
pub fn filled(
    template: &Template,
    program: &Program,
    settings: &Settings,
    sources: &SourceMap,
    value: impl Fn(&Param, &Timeline<ParamSetting>) -> String,
) -> Vec<FilledPiece> {
    let piece = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => FilledPiece::Text(text.to_string()),
        TemplatePart::Expr(expr) => {
            let target = program.expr(expr.id).and_then(|info| info.target.as_ref());
            let index = if let Some(Target::Param(index)) = target { Some(*index) } else { None };
            let param = index.and_then(|at| Some((program.params.get(at)?, settings.params.get(at)?)));
            let source = || sources.one_line(expr.span);
            param.map_or_else(
                || FilledPiece::Expression(source()),
                |(param, steps)| FilledPiece::Text(value(param, steps)),
            )
        }
    };
    template.parts.iter().map(piece).collect()
}

/// The same as one text, with expressions in backticks.
pub fn filled_text(pieces: &[FilledPiece]) -> String {
    let shown = |piece: &FilledPiece| match piece {
        FilledPiece::Text(text) => text.clone(),
        FilledPiece::Expression(expression) => format!("`{expression}`"),
    };
    pieces.iter().map(shown).collect()
}

/// What is in force of a param whatever day it is: `20 (25 from 2026-12-01)`.
pub fn on_every_day(param: &Param, steps: &Timeline<ParamSetting>) -> String {
    let mut shown: Vec<(Option<Date>, String)> = Vec::new();
    for (from, setting) in steps.steps() {
        let value = shown_within(&show_value(&param.ty, &setting.value));
        if shown.last().is_none_or(|(_, last)| *last != value) {
            shown.push((from, value));
        }
    }
    let later = |(from, value): &(Option<Date>, String)| match from {
        Some(from) => format!(" ({value} from {from})"),
        None => value.clone(),
    };
    shown.iter().map(later).collect()
}

/// A value within a text, which needs no quotes of its own there.
pub fn shown_within(value: &str) -> String {
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    bare.unwrap_or(value).to_owned()
}
