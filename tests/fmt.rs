//! `tollgate fmt` as people run it: which files it finds, what it writes, and what it leaves alone.

use std::fs;

use tollgate::format::format;
use tollgate::source::FileId;

use crate::support::{Repo, Run, files_under, relative, root, run_in};

const ODD: &str = "stages a->b # c\n";
const CANONICAL: &str = "stages a -> b  # c\n";
const BROKEN: &str = "policy p {\n";

impl Repo {
    /// Exit code, standard output and standard error.
    fn fmt(&self, arguments: &[&str]) -> (i32, String, String) {
        self.fmt_with_input(arguments, "")
    }

    fn fmt_with_input(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let Run { code, out, err } = self.run_with_input(&[&["fmt"], arguments].concat(), input);
        (code, out, err)
    }
}

#[test]
fn writes_what_is_not_canonical_and_touches_nothing_else() {
    let folder =
        Repo::new().files(&[("a.gate", ODD), ("b/c.test.gate", ODD), ("d.gate", CANONICAL), ("e.yaml", ODD)]);
    let modified = |name: &str| fs::metadata(folder.path(name)).unwrap().modified().unwrap();
    let before = modified("d.gate");
    let run = folder.fmt(&[]);
    assert_eq!(run, (0, "formatted a.gate\nformatted b/c.test.gate\n".to_owned(), String::new()));
    assert_eq!(folder.read("a.gate"), CANONICAL);
    assert_eq!(folder.read("b/c.test.gate"), CANONICAL);
    assert_eq!(folder.read("e.yaml"), ODD);
    assert_eq!(modified("d.gate"), before);
    assert_eq!(folder.names(), ["a.gate", "b/c.test.gate", "d.gate", "e.yaml"]);
    assert_eq!(folder.fmt(&[]), (0, String::new(), String::new()));
}

#[test]
fn check_lists_what_would_change_and_writes_nothing() {
    let folder =
        Repo::new().files(&[("a.gate", ODD), ("b.gate", CANONICAL), ("c.gate", "# First.\n\nstages a->b")]);
    let run = folder.fmt(&["--check", "."]);
    assert_eq!(run, (1, "would change a.gate:1\nwould change c.gate:3\n".to_owned(), String::new()));
    assert_eq!(folder.read("a.gate"), ODD);
    // That nothing was said is no sign that anything was looked at.
    let clean = |all: &str| (0, format!("{all} formatted\n"), String::new());
    assert_eq!(folder.fmt(&["--check", "b.gate"]), clean("1 file is"));
    folder.fmt(&[]);
    assert_eq!(folder.fmt(&["--check"]), clean("3 files are"));
}

#[test]
fn a_file_that_is_not_understood_is_reported_and_left_and_the_others_are_done() {
    let folder = Repo::new().files(&[("a.gate", BROKEN), ("b.gate", ODD)]);
    folder.write("c.gate", b"stages \xff");
    let (code, out, errors) = folder.fmt(&[]);
    assert_eq!((code, &*out), (2, "formatted b.gate\n"));
    assert!(errors.contains("error[T107]") && errors.contains("a.gate:1:"), "{errors}");
    assert!(errors.contains("`c.gate` cannot be read: it is not UTF-8 text"), "{errors}");
    assert_eq!(folder.read("a.gate"), BROKEN);
    assert_eq!(folder.read("b.gate"), CANONICAL);
    let (code, _, _) = folder.fmt(&["--check"]);
    assert_eq!(code, 2);
}

#[test]
fn a_file_that_is_read_only_is_left_and_the_others_are_done() {
    let folder = Repo::new().files(&[("a.gate", ODD), ("b.gate", CANONICAL), ("c.gate", ODD)]);
    for name in ["a.gate", "b.gate"] {
        let mut permissions = fs::metadata(folder.path(name)).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(folder.path(name), permissions).unwrap();
    }
    // One that is in the style need not be written.
    let (code, out, errors) = folder.fmt(&[]);
    assert_eq!((code, &*out), (2, "formatted c.gate\n"));
    assert!(errors.contains("error[T505]: `a.gate` cannot be written: it is read-only"), "{errors}");
    assert!(!errors.contains("b.gate"), "{errors}");
    assert_eq!((folder.read("a.gate"), folder.read("c.gate")), (ODD.to_owned(), CANONICAL.to_owned()));
    assert_eq!(folder.names(), ["a.gate", "b.gate", "c.gate"]);
    // To look at it is no reason to write it.
    assert_eq!(folder.fmt(&["--check"]).0, 1);
}

#[test]
fn what_is_not_there_is_an_error_and_nothing_to_format_is_said() {
    let folder = Repo::new().files(&[("a.yaml", ODD)]);
    let (code, out, errors) = folder.fmt(&["nowhere"]);
    assert_eq!((code, &*out), (2, ""));
    assert!(errors.contains("`nowhere` cannot be read: it does not exist"), "{errors}");
    let (code, out, _) = folder.fmt(&["."]);
    assert_eq!((code, &*out), (0, "no `.gate` file was found\n"));
}

#[test]
fn hidden_and_made_folders_and_what_is_listed_are_passed_over() {
    let folder = Repo::new().files(&[
        (".hidden/a.gate", ODD),
        (".b.gate", ODD),
        ("made/CACHEDIR.TAG", ""),
        ("made/c.gate", ODD),
        (".tollgateignore", "# Comment.\n\nlisted/\n**/odd_*.gate\n"),
        ("listed/d.gate", ODD),
        ("e/odd_e.gate", ODD),
        ("e/listed/f.gate", ODD),
        ("g/.tollgateignore", "*.test.gate\n"),
        ("g/h.test.gate", ODD),
        ("g/i/j.test.gate", ODD),
    ]);
    let shown = "would change e/listed/f.gate:1\nwould change g/i/j.test.gate:1\n";
    assert_eq!(folder.fmt(&["--check"]), (1, shown.to_owned(), String::new()));
    // A list holds for the folders below it, wherever one begins.
    assert_eq!(
        folder.fmt(&["--check", "e"]),
        (1, "would change e/listed/f.gate:1\n".to_owned(), String::new())
    );
    // What is named is meant.
    assert_eq!(folder.fmt(&["--check", "e/odd_e.gate"]).0, 1);
    assert_eq!(folder.fmt(&["--check", "listed", "listed/d.gate"]).1, "would change listed/d.gate:1\n");
    folder.write(".tollgateignore", "[\n");
    let (code, _, errors) = folder.fmt(&["--check", "g"]);
    assert!(code == 2 && errors.contains("`[` is not a glob"), "{errors}");
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let folder = Repo::new().files(&[("a.gate", ODD)]);
    assert_eq!(folder.fmt_with_input(&["-"], ODD), (0, CANONICAL.to_owned(), String::new()));
    assert_eq!(folder.fmt_with_input(&["-"], CANONICAL), (0, CANONICAL.to_owned(), String::new()));
    assert_eq!(folder.fmt_with_input(&["--check", "-"], ODD).0, 1);
    assert_eq!(folder.fmt_with_input(&["--check", "-"], CANONICAL), (0, String::new(), String::new()));
    let (code, out, errors) = folder.fmt_with_input(&["-"], BROKEN);
    assert_eq!((code, &*out), (2, ""));
    assert!(errors.contains("<stdin>:1:"), "{errors}");
    assert_eq!(folder.fmt(&["-", "a.gate"]).0, 2);
    assert_eq!(folder.read("a.gate"), ODD);
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Repo::new().files(&[("a.gate", ODD), ("b/c.gate", ODD)]);
    let path = folder.path("a.gate");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("b/c.gate", folder.path("d.gate")).unwrap();
    assert_eq!(folder.fmt(&["a.gate", "d.gate"]).0, 0);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(folder.path("d.gate")).unwrap().is_symlink());
    assert_eq!(folder.read("b/c.gate"), CANONICAL);
}

/// As `.ci/run` has it.
#[test]
fn the_repository_is_formatted() {
    let run = run_in(&root(), &["fmt", "--check", "."]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

/// Blocks that are marked as policies are examples of the style, too.
#[test]
fn policies_in_the_documents_are_formatted() {
    let mut documents = files_under(&root().join("docs"), &["md"]);
    documents.push(root().join("README.md"));
    let mut count = 0;
    for path in documents {
        let text = fs::read_to_string(&path).unwrap();
        let blocks = text.split("\n```gate\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
        for (block, _) in blocks {
            let block = format!("{block}\n");
            if let Ok(formatted) = format(FileId(0), &block) {
                assert_eq!(block, formatted, "in {}", relative(&path));
                count += 1;
            }
        }
    }
    assert!(count > 1, "{count} blocks");
}

const VOCABULARY: &str = "snapshot { adoption: share, acc: number, outputs: list of { light: bool } }\n";
const OLD: &str = "policy p { # kept\n  param least=0.6\n  rule a { require count(outputs where light)>=least and adoption>=least else hold }\n}\n";
const NEW: &str = "policy p {  # kept\n  param least = 60%\n  rule a {\n    require share(outputs where light) >= least and adoption >= least\n    else hold\n  }\n}\n";

#[test]
fn fix_writes_what_the_errors_say_by_what_other_files_declare() {
    let by_hand =
        "policy q {\n  rule b {\n    require acc >= 60% and adoptoin >= 60%\n    else hold\n  }\n}\n";
    let files = [
        ("tollgate.yaml", "policies: [policies/]\n"),
        ("policies/v.gate", VOCABULARY),
        ("policies/p.gate", OLD),
        ("policies/q.gate", by_hand),
    ];
    let folder = Repo::new().files(&files);
    let checked = folder.fmt(&["--fix", "--check"]);
    let left = "2 errors to fix by hand: `tollgate check`\n";
    assert_eq!(checked, (1, format!("would fix 2 places in policies/p.gate:1\n{left}"), String::new()));
    assert_eq!(folder.read("policies/p.gate"), OLD);
    let fixed = folder.fmt(&["--fix"]);
    assert_eq!(fixed, (0, format!("fixed 2 places in policies/p.gate\n{left}"), String::new()));
    assert_eq!(folder.read("policies/p.gate"), NEW);
    // A misspelt name, and what a field was meant to be, are for a person to say.
    assert_eq!(folder.read("policies/q.gate"), by_hand);
    assert_eq!(folder.fmt(&["--fix"]), (0, left.to_owned(), String::new()));
}

#[test]
fn fix_writes_the_language_and_goes_on() {
    let folder = Repo::new().files(&[("v.gate", VOCABULARY), ("p.gate", &format!("language 0.1\n\n{OLD}"))]);
    assert_eq!(folder.fmt(&["--fix"]), (0, "fixed 3 places in p.gate\n".to_owned(), String::new()));
    assert_eq!(folder.read("p.gate"), format!("language 0.2\n\n{NEW}"));
    // What another language would have meant, nobody knows here.
    let later = format!("language 0.3\n\n{OLD}");
    folder.write("p.gate", &later);
    let (code, _, errors) = folder.fmt(&["--fix"]);
    assert!(code == 2 && errors.contains("language 0.3 is not supported"), "{errors}");
    assert_eq!(folder.read("p.gate"), later);
}

#[test]
fn fix_changes_no_file_but_those_that_are_named() {
    let param = "policy p {\n  param least = 0.6\n}\n";
    let rule = "policy q {\n  rule a {\n    require adoption >= p.least\n    else hold\n  }\n}\n";
    let files = [("tollgate.yaml", ""), ("v.gate", VOCABULARY), ("p.gate", param), ("q.gate", rule)];
    let folder = Repo::new().files(&files[1..]).files(&[("tollgate.yaml", "policies: [.]\n")]);
    let (code, out, _) = folder.fmt(&["--fix", "q.gate"]);
    assert_eq!((code, &*out), (0, ""));
    assert_eq!(folder.read("p.gate"), param);
    let (_, out, _) = folder.fmt(&["--fix", "p.gate"]);
    assert_eq!(out, "fixed 1 place in p.gate\n");
    assert_eq!(folder.read("p.gate"), param.replace("0.6", "60%"));
}

#[test]
fn fix_makes_nothing_worse() {
    let vocabulary = "snapshot { adoption: share, users: count, outputs: list of { light: bool, heavy: bool, tag: one of [a, b] } }\n";
    let fixed = |policy: &str| {
        let folder = Repo::new().files(&[("v.gate", vocabulary), ("p.gate", policy)]);
        folder.fmt(&["--fix"]);
        folder.read("p.gate")
    };
    let policy = |param: &str, rule: &str| {
        format!(
            "policy p {{\n  param least = {param}\n  rule a {{\n    require {rule}\n    else hold\n  }}\n}}\n"
        )
    };
    let one = "adoption >= least";
    // The bounds of a param change with it, where it is sure what they say.
    assert_eq!(fixed(&policy("60 within 10 to 90", one)), policy("60% within 10% to 90%", one));
    assert_eq!(fixed(&policy("0.6 within 0.1 to 0.9", one)), policy("60% within 10% to 90%", one));
    for (param, rule) in [
        ("0.6 within 0 to 100", one),
        // Another rule reads it as a number.
        ("3", "adoption >= least and users >= least"),
        ("3 within 2 to 20", "adoption >= least and users >= least"),
        // Which of the two was meant, nobody knows.
        ("50%", "share(outputs.light where tag == a among heavy) >= least"),
    ] {
        assert_eq!(fixed(&policy(param, rule)), policy(param, rule));
    }
}

#[test]
fn fix_leaves_what_is_not_understood_and_takes_no_standard_input() {
    let folder = Repo::new().files(&[("a.gate", BROKEN), ("b.gate", OLD), ("v.gate", VOCABULARY)]);
    let (code, out, errors) = folder.fmt(&["--fix"]);
    assert_eq!(code, 2, "{out}{errors}");
    assert_eq!(folder.read("a.gate"), BROKEN);
    let (code, _, errors) = folder.fmt_with_input(&["--fix", "-"], OLD);
    assert_eq!(code, 2);
    assert!(errors.contains("`--fix` takes files"), "{errors}");
    let (_, again, _) = folder.fmt(&["--fix", "b.gate"]);
    assert_eq!(folder.read("b.gate"), NEW, "{again}");
}
