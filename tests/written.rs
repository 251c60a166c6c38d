//! What is written is what is judged: a random program that loses any clause is another program, places aside. The tree is part of
//! a program; what `eval` makes of it is the oracle's business.
//!
//! Which clauses there are is read from the grammar: whatever it says may be left out is left out somewhere. `TOLLGATE_WRITTEN=500`
//! tries so many programs.

mod grammar;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use tollgate::ast::{ExprId, ExprIds, File};
use tollgate::check::check;
use tollgate::diagnostic::{Diagnostic, Severity};
use tollgate::parse::parse;
use tollgate::program::Program;
use tollgate::source::FileId;

use crate::fuzzed::generate::generate;
use crate::fuzzed::mutate::Random;
use crate::support::root;
use grammar::{Grammar, Stretch};

/// Programs of which clauses are taken, unless more are asked for.
const PROGRAMS: u64 = 70;
/// Clauses that are taken from each of them, of the kinds that were taken least often.
const CLAUSES: usize = 10;
/// Other stretches that are taken from each: most often nothing is left that compiles.
const STRETCHES: usize = 3;

static GRAMMAR: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::read(&fs::read_to_string(root().join("grammar/tollgate.pest")).unwrap()));

/// Clauses that state what holds without them, each with the reason.
const DEFAULTS: [(&str, &str); 2] = [
    ("language 0.2", "no other version can be stated, and a file that states none is of it"),
    ("grace 0 days", "a cadence without grace has none"),
];

/// Kinds of clauses that no program can lose, each with the reason.
const NEEDED: [(&str, &str); 8] = [
    ("arg: of_clause", "a count is no list, so that a share of it needs its whole"),
    ("call: arg ~ (comma ~ arg)* ~ comma?", "every function takes something"),
    ("file: snapshot_decl", "a rule that looks at nothing is refused"),
    ("file: stages_decl", "the generator's gates need it"),
    ("in_tail: kw_to ~ sum", "a range has two ends"),
    ("param_list: list_member ~ (comma ~ list_member)* ~ comma?", "a list that is empty is refused"),
    ("param_table: table_entry ~ (comma ~ table_entry)* ~ comma?", "a table that is empty is refused"),
    ("comparison: matches_tail", "a text alone is no condition"),
];

/// Clauses that the grammar does not call optional, as it says with and without them in two ways.
const ALTERNATIVES: [&str; 2] = ["at_most: kw_at ~ kw_most", "rule_body: when_clause"];

/// Whether a text is white space, commas that end something, or states a default.
fn says_nothing(text: &str) -> bool {
    let text = text.trim_matches([' ', '\n', ',']);
    text.is_empty() || DEFAULTS.iter().any(|(default, _)| *default == text)
}

/// Every kind of clause that a program can lose.
fn kinds() -> BTreeSet<String> {
    let recovers = |kind: &str| kind.contains("bad_") || kind.contains("stray_items");
    let divides = |kind: &str| kind.ends_with(": comma") || kind.ends_with(": blank");
    let states_default = |kind: &str| kind == "file: language_decl";
    let is_needed = |kind: &str| NEEDED.iter().any(|(needed, _)| *needed == kind);
    let mut kinds = GRAMMAR.optional();
    kinds.extend(ALTERNATIVES.map(str::to_owned));
    kinds.retain(|kind| !recovers(kind) && !divides(kind) && !states_default(kind) && !is_needed(kind));
    kinds
}

/// What comes of a text that has no errors.
struct Compiled {
    file: File,
    program: Program,
}

impl Compiled {
    fn of(text: &str) -> Option<Self> {
        let is_clean = |found: &[Diagnostic]| found.iter().all(|found| found.severity != Severity::Error);
        let mut ids = ExprIds::default();
        let (file, found) = parse(FileId(0), text, &mut ids);
        if !is_clean(&found) {
            return None;
        }
        let (program, found) = check(std::slice::from_ref(&file), ids.count());
        is_clean(&found).then_some(Self { file, program })
    }

    /// All of it as a text, without places, and with what is known of an expression in the place of its number.
    fn plain(&self) -> String {
        // Each field has its name here, so that a new one is not forgotten.
        let Program {
            incomplete,
            unsure,
            vocabulary,
            policies,
            params,
            tables,
            lets,
            gates,
            rules,
            exprs: _,
            named_workflows,
            // Editors alone ask for these.
            mentions: _,
        } = &self.program;
        let tests: Vec<_> = self.file.tests().collect();
        let facts = (incomplete, unsure, vocabulary, named_workflows, tests);
        let said = format!("{facts:?} {policies:?} {params:?} {tables:?} {lets:?} {gates:?} {rules:?}");
        let mut parts = said.split("ExprId(");
        let mut known = parts.next().unwrap().to_owned();
        for part in parts {
            let (id, after) = part.split_once(')').unwrap();
            let info = self.program.expr(ExprId(id.parse().unwrap()));
            let of = |info: &tollgate::program::ExprInfo| {
                format!("{} {:?} {:?}", info.ty, info.target, info.group)
            };
            known.push_str(&info.map(of).unwrap_or_default());
            known.push_str(after);
        }
        without_places(&known)
    }
}

fn without_places(text: &str) -> String {
    let mut parts = text.split("Span {");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |mut plain, part| {
        plain.push_str(part.split_once('}').unwrap().1);
        plain
    })
}

/// The policy and the snapshots of a number.
fn generated(seed: u64) -> (String, String) {
    let mut random = Random(seed);
    let choices: Vec<u8> = (0..2000).map(|_| random.byte()).collect();
    generate(&choices)
}

fn without(text: &str, stretch: &Stretch) -> String {
    format!("{}{}", &text[..stretch.range.start], &text[stretch.range.end..])
}

/// Some clauses of a text, first those of the kinds that were taken least often, and some other stretches.
fn picked(text: &str, taken: &BTreeMap<String, usize>, random: &mut Random) -> Vec<Stretch> {
    let mut stretches = GRAMMAR.stretches(text).unwrap();
    stretches.retain(|stretch| !says_nothing(&text[stretch.range.clone()]));
    let (mut clauses, other): (Vec<Stretch>, Vec<Stretch>) =
        stretches.into_iter().partition(|stretch| taken.contains_key(&stretch.clause));
    clauses.sort_by_cached_key(|clause| (taken[&clause.clause], random.byte()));
    let mut seen = BTreeSet::new();
    clauses.retain(|clause| seen.insert(clause.clause.clone()));
    clauses.truncate(CLAUSES);
    clauses.extend((0..STRETCHES).map(|_| other[random.below(other.len())].clone()));
    clauses
}

/// How often a clause of each of these kinds was taken from a program that compiled without it, too; or what was the same program.
fn take_clauses(
    programs: u64,
    kinds: &BTreeSet<String>,
    compile: impl Fn(&str) -> Option<Compiled> + Sync,
) -> Result<BTreeMap<String, usize>, (Stretch, String)> {
    let mut taken: BTreeMap<String, usize> = kinds.iter().map(|kind| (kind.clone(), 0)).collect();
    for seed in 0..programs {
        let (text, _) = generated(seed);
        let Some(whole) = compile(&text).map(|compiled| compiled.plain()) else { continue };
        let clauses = picked(&text, &taken, &mut Random(seed));
        let shorter: Vec<(&Stretch, Option<String>)> = clauses
            .par_iter()
            .map(|clause| (clause, compile(&without(&text, clause)).map(|compiled| compiled.plain())))
            .collect();
        for (clause, shorter) in shorter {
            let Some(shorter) = shorter else { continue };
            if shorter == whole {
                return Err((clause.clone(), text));
            }
            taken.entry(clause.clause.clone()).and_modify(|times| *times += 1);
        }
    }
    Ok(taken)
}

#[test]
fn a_program_that_loses_a_clause_is_another() {
    let programs = std::env::var("TOLLGATE_WRITTEN").map_or(PROGRAMS, |programs| programs.parse().unwrap());
    let taken = match take_clauses(programs, &kinds(), Compiled::of) {
        Ok(taken) => taken,
        Err((clause, text)) => {
            panic!("`{}` ({}) says nothing in\n{text}", &text[clause.range.clone()], clause.clause)
        }
    };
    println!("{taken:#?}");
    let never: Vec<&String> = taken.iter().filter(|(_, times)| **times == 0).map(|(kind, _)| kind).collect();
    assert!(never.is_empty(), "never taken from a program that compiles without: {never:#?}");
}

/// A compiler that overlooks all clauses of a kind.
fn overlooking(kind: &str) -> impl Fn(&str) -> Option<Compiled> + Sync {
    move |text| {
        let mut clauses = GRAMMAR.stretches(text)?;
        clauses.retain(|clause| clause.clause == kind);
        clauses.sort_by_key(|clause| clause.range.start);
        let mut rest = String::new();
        let mut end = 0;
        for clause in clauses.iter().filter(|clause| clause.clause == kind) {
            if clause.range.start >= end {
                rest.push_str(&text[end..clause.range.start]);
                end = clause.range.end;
            }
        }
        Compiled::of(&(rest + &text[end..]))
    }
}

#[test]
fn a_compiler_that_overlooks_a_kind_of_clause_is_noticed() {
    let kinds = [
        "arg: among_clause",
        "else_clause: message",
        "cadence: kw_grace ~ signed_literal",
        "field_value: kw_changing",
        "field_value: kw_kept",
        "gate_steps: comma ~ gate_step",
        "param_decl: within",
        "rule_decl: undecided_clause",
        "test_decl: as_of",
    ];
    for kind in kinds {
        let only = BTreeSet::from([kind.to_owned()]);
        let found = take_clauses(30, &only, overlooking(kind));
        assert!(found.is_err_and(|(clause, _)| clause.clause == kind), "overlooking `{kind}` is not noticed");
    }
}
