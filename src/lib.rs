//! Tollgate decides, from metric snapshots committed in a repository, whether a staged rollout may advance, must hold,
//! or must roll back, and shows the line of the input and the rule that say so.
//!
//! Files in, answers out: [`project`] finds what there is among any [`Files`](project::Files), and a
//! [`Workspace`](engine::Workspace) answers.
//!
//! ```
//! use tollgate::engine::{CheckOptions, DayOptions, Workspace};
//! use tollgate::project::{Memory, Start, TableNode, inputs};
//! use tollgate::report::Decision;
//! use tollgate::value::Date;
//!
//! let policy = r#"
//! snapshot every 1 week grace 3 days { adoption: share }
//! policy house "Ours" {
//!   rule used "Half of the users use it" { require adoption >= 50% else hold }
//! }"#;
//! let mut files = Memory::default();
//! for (name, text) in [
//!     ("tollgate.yaml", "policies: [house.gate]"),
//!     ("house.gate", policy),
//!     ("rollouts/replies.yaml", "{ workflow: replies, date: 2026-11-16, adoption: 40% }"),
//! ] {
//!     files.insert(name, TableNode::File(text.into()));
//! }
//! let options = CheckOptions::from(DayOptions::on(Date::constant(2026, 11, 18)));
//! let answer = Workspace::new().check(inputs(&Start::new(&files, "")), &options);
//! assert_eq!(answer.report.workflows[0].decision, Decision::Hold);
//! assert_eq!(answer.report.workflows[0].rules[0].evidence[0].value, "40%");
//! assert_eq!(answer.exit, 1);
//! ```
//!
//! Modules in reading order; `ARCHITECTURE.md` draws the floors. What the documentation leaves out is the inside: it is
//! public for this package's own tests, fuzz targets and benches alone, and may change with any version.

#![warn(missing_docs)]
#![cfg_attr(test, expect(clippy::string_slice, reason = "tests may panic, and know where they cut"))]

pub mod source;
#[doc(hidden)]
pub mod text;

pub mod code;
pub mod diagnostic;
#[doc(hidden)]
pub mod digest;
#[doc(hidden)]
pub mod excerpt;

#[doc(hidden)]
pub mod ast;
#[doc(hidden)]
pub mod evidence;
#[doc(hidden)]
pub mod interval;
#[doc(hidden)]
pub mod point;
pub mod report;
#[doc(hidden)]
pub mod types;
pub mod value;
#[doc(hidden)]
pub mod vocabulary;

#[doc(hidden)]
pub mod builtins;
#[doc(hidden)]
pub mod program;
#[doc(hidden)]
pub mod settings;
#[doc(hidden)]
pub mod stats;

#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod eval;
#[doc(hidden)]
pub mod parse;
#[doc(hidden)]
pub mod snapshot;

pub mod builtin;
pub mod project;
#[doc(hidden)]
pub mod words;

#[doc(hidden)]
pub mod direction;
pub mod engine;
#[doc(hidden)]
pub mod explain;
#[doc(hidden)]
pub mod format;
#[doc(hidden)]
pub mod history;
#[doc(hidden)]
pub mod layers;
#[doc(hidden)]
pub mod lint;
#[doc(hidden)]
pub mod mutate;
#[doc(hidden)]
pub mod suite;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod collect;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod ide;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "disk")]
pub mod disk;
#[cfg(feature = "render")]
pub mod render;
