//! Tollgate decides, from metric snapshots committed in a repository, whether a staged rollout may advance, must hold,
//! or must roll back, and shows the line of the input and the rule that say so.
//!
//! Modules in reading order; `ARCHITECTURE.md` draws the floors.

#![cfg_attr(test, expect(clippy::string_slice, reason = "tests may panic, and know where they cut"))]

pub mod source;
pub mod text;

pub mod code;
pub mod diagnostic;
pub mod excerpt;

pub mod ast;
pub mod evidence;
pub mod interval;
pub mod report;
pub mod types;
pub mod value;
pub mod vocabulary;

pub mod builtins;
pub mod program;
pub mod settings;
pub mod stats;

pub mod check;
pub mod config;
pub mod eval;
pub mod parse;
pub mod snapshot;

pub mod builtin;
pub mod project;
pub mod words;

pub mod direction;
pub mod engine;
pub mod explain;
pub mod format;
pub mod history;
pub mod layers;
pub mod lint;
pub mod mutate;
pub mod suite;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "render")]
pub mod render;
