//! The fuzz targets, for everybody who runs the tests: on what was once found, on the repository's own files, and on
//! some mutations of these, the same in every run. `fuzz/` runs the same functions for longer.

pub(crate) mod generate;
pub(crate) mod mutate;
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use tollgate::diagnostic::Severity;
use tollgate::engine::Workspace;
use tollgate::project::TextFile;

use crate::support::{files_under, relative, root};
use mutate::{Random, entries, mutate};
use targets::{DIVIDER, Seeds, TARGETS};

/// An input with the name of the file that it is from.
type Seed = (String, Vec<u8>);

fn read(path: &Path) -> Seed {
    (relative(path), fs::read(path).unwrap())
}

/// The repository's files that a target begins with.
fn seeds(of: Seeds) -> Vec<Seed> {
    let folders = ["policies", "examples", "tests/ui", "tests/trials"];
    let under =
        |extension| folders.iter().flat_map(move |folder| files_under(&root().join(folder), &[extension]));
    let is_config =
        |path: &Path| path.ends_with("tollgate.yaml") || path.to_string_lossy().ends_with(".config.yaml");
    match of {
        Seeds::Policies => under("gate").map(|path| read(&path)).collect(),
        Seeds::Snapshots => under("yaml").filter(|path| !is_config(path)).map(|path| read(&path)).collect(),
        Seeds::Configs => under("yaml").filter(|path| is_config(path)).map(|path| read(&path)).collect(),
        Seeds::Bytes => (0..100).map(bytes).collect(),
        Seeds::Cases => under("snap").map(|path| case(&path)).collect(),
    }
}

/// Bytes that look random.
pub(crate) fn bytes(seed: u64) -> Seed {
    let mut random = Random(seed);
    (format!("bytes-{seed}"), (0..400).map(|_| random.byte()).collect())
}

/// The files of one case: its policies and tests, its snapshots, its standing facts and its configuration.
fn case(snap: &Path) -> Seed {
    let join = |endings: &[&str], between: &[u8]| {
        let files = endings.iter().map(|ending| snap.with_extension(ending)).filter(|path| path.exists());
        files.map(|path| fs::read(path).unwrap()).collect::<Vec<_>>().join(between)
    };
    let parts = [
        join(&["gate", "2.gate", "test.gate"], b"\n"),
        join(&["yaml", "2.yaml"], b"\n---\n"),
        join(&["rollout.yaml"], b""),
        join(&["config.yaml"], b""),
    ];
    (relative(snap), parts.join(DIVIDER.as_bytes()))
}

fn words(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz");
    let tied = fs::read_to_string(folder.join(format!("fuzz_targets/{target}.rs"))).unwrap();
    let (_, name) = tied.split_once(", \"").unwrap();
    let (name, _) = name.split_once('"').unwrap();
    entries(&fs::read_to_string(folder.join("dictionaries").join(name)).unwrap())
}

/// Fails with the input, in a form that can be kept as a file.
fn run(name: &str, from: &str, input: &[u8]) {
    if catch_unwind(|| targets::run(name, input)).is_err() {
        if name == "generated" {
            let (policy, snapshots) = generate::generate(input);
            println!("{policy}{DIVIDER}{snapshots}");
        }
        panic!("{name}, from {from}:\n{}", input.escape_ascii());
    }
}

#[test]
fn what_was_once_found_is_found_no_more() {
    let mut known = BTreeSet::new();
    for (name, ..) in TARGETS {
        known.insert((*name).to_owned());
        let folder = root().join("fuzz/regressions").join(name);
        for file in fs::read_dir(folder).into_iter().flatten() {
            let (from, input) = read(&file.unwrap().path());
            run(name, &from, &input);
        }
    }
    for folder in fs::read_dir(root().join("fuzz/regressions")).into_iter().flatten() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "there is no target `{name}`");
    }
}

#[test]
fn no_mutation_of_a_file_of_the_repository_breaks_a_promise() {
    for (name, _, of) in TARGETS {
        let (seeds, words) = (seeds(*of), words(name));
        assert!(seeds.len() >= 10, "{name} has few seeds");
        seeds.par_iter().enumerate().for_each(|(at, (from, seed))| {
            let mut random = Random(at as u64);
            run(name, from, &mutate(seed, &words, &mut random));
        });
    }
}

#[test]
fn the_dictionary_has_every_word_of_the_grammar() {
    let words: BTreeSet<Vec<u8>> = words("policy").into_iter().collect();
    let grammar = fs::read_to_string(root().join("grammar/tollgate.pest")).unwrap();
    let keywords = grammar.lines().filter_map(|line| line.strip_prefix("kw_")?.split('"').nth(1));
    let missing: Vec<&str> = keywords.filter(|word| !words.contains(word.as_bytes())).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn most_generated_programs_check_clean() {
    let is_clean = |seed: &u64| {
        let (policy, _) = generate::generate(&bytes(*seed).1);
        let file = TextFile { name: "p.gate".to_owned(), content: Ok(policy.into()) };
        let diagnostics = Workspace::new().compile(vec![file]).diagnostics;
        diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
    };
    let clean = (0..100).filter(is_clean).count();
    assert!(clean >= 50, "{clean} of 100");
}

/// Writes the seeds where libFuzzer looks for them; `fuzz/seed` calls this.
#[test]
#[ignore = "writes into fuzz/corpus"]
fn write_corpus() {
    for (name, _, of) in TARGETS {
        let folder = root().join("fuzz/corpus").join(name);
        fs::create_dir_all(&folder).unwrap();
        for (from, seed) in seeds(*of) {
            fs::write(folder.join(from.replace('/', "-")), seed).unwrap();
        }
    }
}
