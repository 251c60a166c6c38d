//! Which files are found: what was meant to judge, or to be judged, is never passed over without a word. Beside each case
//! stand its innocent twin, which goes on, and its plain one, which holds.

use std::fs;

use serde_json::json;

use crate::support::{Repo, Run};

const VOCABULARY: &str = "stages testing -> pilot\nsnapshot { adoption: share standing }\n";
const RULES: &str = "policy own { rule used { require adoption >= 50% else hold } }\n";
const OTHER: &str = "policy other { rule there { require has adoption else hold } }\n";
const CONFIG: &str = "policies: [policies/]\n";
/// What does not satisfy the rule, and what does.
const BAD: &str = "20%";
const GOOD: &str = "80%";

/// Every command that reads a project, and stops where nobody can tell what was meant.
const COMMANDS: &[&[&str]] = &[
    &["check", "--as-of", "2026-11-22"],
    &["check", "--as-of", "2026-11-22", "--quiet"],
    &["history"],
    &["lint"],
    &["rules"],
    &["params"],
    &["docs"],
    &["test"],
];

fn snapshot(workflow: &str, date: &str, adoption: &str) -> String {
    format!("workflow: {workflow}\ndate: {date}\nstage: testing\nadoption: {adoption}\n")
}

/// Adds a project in a folder of the repository: one rule, and one workflow.
fn with_project(repo: &Repo, folder: &str, adoption: &str) {
    let write = |name: &str, text: &str| repo.write(&format!("{folder}{name}"), text);
    write("tollgate.yaml", CONFIG);
    write("policies/vocabulary.gate", VOCABULARY);
    write("policies/own.gate", RULES);
    write("rollouts/w/2026-11-20.yaml", &snapshot("w", "2026-11-20", adoption));
}

fn project(adoption: &str) -> Repo {
    let repo = Repo::new();
    with_project(&repo, "", adoption);
    repo
}

fn check(repo: &Repo) -> Run {
    repo.run(COMMANDS[0])
}

/// Standard output and error in one line, without frames.
fn words(run: Run) -> (i32, String) {
    let (code, said) = run.said();
    (code, said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" "))
}

/// The check ends with the code, and names what it is about.
fn says(repo: &Repo, code: i32, named: &[&str]) {
    let (ended, said) = words(check(repo));
    assert_eq!(ended, code, "{said}");
    for name in named {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn a_configuration_of_nearly_the_right_name_is_not_passed_over() {
    for name in [
        "tollgate.yml",
        "Tollgate.yaml",
        "tollgate.YAML",
        ".tollgate.yaml",
        "tollgate.yaml.txt",
        "tolgate.yaml",
    ] {
        for part in ["", "teams/a/"] {
            let repo = Repo::new();
            with_project(&repo, part, BAD);
            says(&repo, 1, &[]);
            repo.rename(&format!("{part}tollgate.yaml"), &format!("{part}{name}"));
            for command in COMMANDS {
                let (code, said) = words(repo.run(command));
                assert!(
                    code == 2 && said.contains(&format!("`{part}{name}` is not read")),
                    "{command:?} {name}: {said}"
                );
            }
        }
    }
    // Two of them: one is read, and nobody can tell which was meant.
    let repo = project(GOOD).file("tollgate.yml", CONFIG);
    assert_eq!(check_json(&repo)["diagnostics"][0]["code"], "T530");
    says(&repo, 2, &["`tollgate.yml` is not read: the `tollgate.yaml` next to it is read"]);
    // A copy that was put aside, reports, and a base that is named are what they are.
    let repo = project(GOOD)
        .file("tollgate.yaml.orig", CONFIG)
        .file("tollgate.json", "{}")
        .file("tollgate.sarif", "{}");
    says(&repo, 0, &[]);
    let repo = project(GOOD).file("platform/tollgate.yml", "policies: [../policies/]\n");
    repo.write("tollgate.yaml", "extends: platform/tollgate.yml\n");
    says(&repo, 0, &[]);
    // Without any, the shipped policies judge.
    repo.remove("tollgate.yaml");
    repo.remove("platform");
    says(&repo, 0, &[]);
}

#[test]
fn a_configuration_above_the_folder_that_is_checked_is_not_passed_over() {
    let repo = project(GOOD);
    repo.write("part/rollouts/v/2026-11-20.yaml", snapshot("v", "2026-11-20", BAD));
    for command in COMMANDS.iter().filter(|command| command[0] != "test") {
        let (code, said) = words(repo.run(&[command, &["part"][..]].concat()));
        assert!(code == 2 && said.contains("`../tollgate.yaml` above it is not read"), "{command:?}: {said}");
    }
    // A folder with a configuration of its own, or with projects, is a folder to check.
    repo.write("part/tollgate.yaml", "extends: ../tollgate.yaml\n");
    assert_eq!(repo.run(&[COMMANDS[0], &["part"]].concat()).code, 1);
    repo.write("part/rollouts/v/2026-11-20.yaml", snapshot("v", "2026-11-20", GOOD));
    assert_eq!(repo.run(&[COMMANDS[0], &["part"]].concat()).code, 0);
    let repo = project(GOOD);
    with_project(&repo, "teams/a/", GOOD);
    assert_eq!(repo.run(&[COMMANDS[0], &["teams"]].concat()).code, 0);
    // One that lies above the repository is none of it.
    fs::write(repo.outside("tollgate.yaml"), CONFIG).unwrap();
    repo.remove("tollgate.yaml");
    says(&repo, 0, &[]);
}

#[test]
fn a_project_below_a_project_is_judged_too() {
    let teams = |adoption: &str| {
        let repo = Repo::new();
        with_project(&repo, "teams/a/", adoption);
        with_project(&repo, "teams/b/", GOOD);
        repo
    };
    let example = |repo: &Repo| repo.write("rollouts/x/2026-11-20.yaml", snapshot("x", "2026-11-20", GOOD));
    says(&teams(BAD), 1, &["teams/a: w"]);
    for config in
        [None, Some("policies: [teams/a/policies/]\n"), Some("policies: [builtin]\nsnapshots: rollouts/\n")]
    {
        for (adoption, code) in [(BAD, 1), (GOOD, 0)] {
            let repo = teams(adoption);
            example(&repo);
            config.into_iter().for_each(|config| repo.write("tollgate.yaml", config));
            says(&repo, code, &["w"]);
            assert_eq!(check_json(&repo)["workflows"].as_array().unwrap().len(), 3, "{config:?}");
        }
    }
    // In a project, and in the folder of its snapshots.
    for inner in ["part/", "rollouts/part/"] {
        let repo = project(GOOD);
        repo.write("tollgate.yaml", "policies: [policies/]\nsnapshots: rollouts/w/\n");
        with_project(&repo, inner, BAD);
        says(&repo, 1, &["part: w"]);
    }
    // A base that nobody extends has nothing to be judged.
    says(&project(GOOD).file("platform/tollgate.yaml", "policies: [builtin]\n"), 0, &[]);
    // What is listed as no part of it is passed over, as by `fmt` and `test`.
    let repo = project(GOOD).file(".tollgateignore", "fixtures/\n");
    with_project(&repo, "fixtures/broken/", BAD);
    says(&repo, 0, &[]);
}

fn check_json(repo: &Repo) -> serde_json::Value {
    repo.run(&[COMMANDS[0], &["--format", "json"]].concat()).json()
}

#[test]
fn a_configuration_that_finds_nothing_names_the_projects_below() {
    let repo = Repo::new().file("tollgate.yaml", "policies: [builtin]\n");
    with_project(&repo, "teams/a/", GOOD);
    says(&repo, 2, &["no snapshot was found", "teams/a"]);
}

#[test]
fn an_entry_of_policies_that_gives_nothing_is_an_error() {
    let repo = |entry: &str| {
        let repo = project(GOOD).file("tollgate.yaml", format!("policies: [policies/, \"{entry}\"]\n"));
        fs::create_dir_all(repo.path("house/policies")).unwrap();
        repo
    };
    for entry in ["house/", "house/policies/*.gate", "hous*/**/*.gate", "nowhere/**/*.gate"] {
        says(&repo(entry), 2, &[entry]);
        let (code, said) = words(repo(entry).run(COMMANDS[1]));
        assert!(code == 2 && said.contains(entry), "{said}");
        let builtin = repo(entry);
        builtin.write("tollgate.yaml", format!("policies: [builtin, \"{entry}\"]\n"));
        says(&builtin, 2, &[entry]);
        let submodule = repo(entry).file(".gitmodules", "[submodule \"house\"]\n\tpath = house\n\turl = x\n");
        fs::remove_dir(submodule.path("house/policies")).unwrap();
        if !entry.starts_with("nowhere") {
            says(
                &submodule,
                2,
                &["`house` is a submodule that was not fetched", "git submodule update --init"],
            );
        }
    }
    for (rule, code) in [(OTHER, 0), ("policy strict { rule s { require adoption >= 90% else hold } }\n", 1)]
    {
        let repo = repo("house/");
        repo.write("house/policies/other.gate", rule);
        says(&repo, code, &[]);
    }
}

#[test]
fn an_entry_of_snapshots_that_gives_nothing_beside_others_is_a_warning() {
    let config = "policies: [policies/]\nsnapshots: [rollouts/, 'more/**/*.yaml']\n";
    let repo = project(GOOD).file("tollgate.yaml", config);
    says(&repo, 0, &["no file matches `more/**/*.yaml`"]);
    assert_eq!(repo.run(&[COMMANDS[0], &["--deny", "warnings"]].concat()).code, 1);
    repo.write("more/v/2026-11-20.yaml", snapshot("v", "2026-11-20", GOOD));
    assert_eq!(repo.run(&[COMMANDS[0], &["--deny", "warnings"]].concat()).code, 0);
}

#[test]
fn a_policy_file_that_was_emptied_is_an_error() {
    for text in ["", "# to be written\n", "\u{feff}", "policy own { }\n", "\n\n"] {
        let repo = project(BAD).file("policies/other.gate", OTHER);
        says(&repo, 1, &[]);
        repo.write("policies/own.gate", text);
        says(&repo, 2, &["`policies/own.gate` declares nothing"]);
        assert_eq!(repo.run(&["lint"]).code, 2, "{text:?}");
        // The formatter keeps what is yet to be written.
        assert_eq!(repo.run(&["fmt", "policies/own.gate"]).code, 0, "{text:?}");
    }
    // One that declares fields, or only a param for others, says something.
    let params = "policy figures { param floor = 50% }\n";
    says(&project(GOOD).file("policies/figures.gate", params), 0, &[]);
}

#[test]
fn a_configuration_that_was_emptied_is_an_error() {
    for text in ["", "# to be written\n", "---\n"] {
        let repo = project(BAD);
        says(&repo, 1, &[]);
        repo.write("tollgate.yaml", text);
        says(&repo, 2, &["the configuration sets nothing", "`policies: [builtin]`"]);
    }
    says(&project(GOOD).file("tollgate.yaml", "policies: [builtin]\n"), 0, &[]);
}

#[test]
fn a_submodule_that_was_not_fetched_is_named_where_it_would_be_read() {
    let modules = "[submodule \"x\"]\n\tpath = policies/shared\n\turl = x\n";
    for (part, code) in [("policies/shared", 2), ("rollouts/shared", 2), ("vendor/shared", 0)] {
        let repo = project(GOOD).file(".gitmodules", modules.replace("policies/shared", part));
        fs::create_dir_all(repo.path(part)).unwrap();
        says(&repo, code, &[part, "a submodule that was not fetched"]);
        repo.write(&format!("{part}/README.md"), "fetched");
        says(&repo, 0, &[]);
    }
}

#[test]
fn endings_in_another_case_are_what_they_are() {
    for config in [CONFIG, "policies: ['policies/*.gate']\nsnapshots: rollouts/**/*.yaml\n"] {
        for (adoption, code) in [(BAD, 1), (GOOD, 0)] {
            let repo = project(GOOD).file("tollgate.yaml", config);
            for ending in ["YAML", "Yaml"] {
                repo.write("rollouts/w/2026-11-13.yaml", snapshot("w", "2026-11-13", GOOD));
                repo.remove("rollouts/w");
                repo.write("rollouts/w/2026-11-13.yaml", snapshot("w", "2026-11-13", GOOD));
                repo.write(&format!("rollouts/w/2026-11-20.{ending}"), snapshot("w", "2026-11-20", adoption));
                says(&repo, code, &[]);
            }
            let repo = project(adoption).file("tollgate.yaml", config);
            repo.rename("policies/own.gate", "policies/own.GATE");
            repo.write("policies/own.TEST.gate", "test \"t\" { given every 1 week from 2026-01-05 { stage = testing adoption = 80% } expect own.used passes }\n");
            says(&repo, code, &[]);
            assert_eq!(repo.run(&["test"]).code, 0, "{:?}", repo.run(&["test"]));
        }
    }
    // Standing facts, also where the glob does not take them.
    let config = "policies: [policies/]\nsnapshots: rollouts/**/2*.yaml\n";
    for name in ["rollout.yaml", "ROLLOUT.YAML"] {
        let repo = project(GOOD).file("tollgate.yaml", config);
        repo.write("rollouts/w/2026-11-20.yaml", "workflow: w\ndate: 2026-11-20\nstage: testing\n");
        repo.write(&format!("rollouts/w/{name}"), format!("adoption: {GOOD}\n"));
        says(&repo, 0, &[]);
    }
}

#[test]
fn what_shows_readers_something_else_than_is_read_is_refused() {
    let plain = [
        ("tollgate.yaml", CONFIG),
        ("policies/own.gate", RULES),
        (
            "policies/own.test.gate",
            "test \"t\" { given every 1 week from 2026-01-05 { stage = testing adoption = 80% } expect own.used passes }\n",
        ),
        ("rollouts/w/rollout.yaml", "# facts\n"),
        ("rollouts/w/2026-11-20.yaml", &snapshot("w", "2026-11-20", GOOD)),
    ];
    let with = |file: &str, text: &str| {
        let repo = project(GOOD).files(&plain);
        repo.append(file, text);
        let command: &[&str] = if file.ends_with(".test.gate") { &["test"] } else { COMMANDS[0] };
        words(repo.run(command))
    };
    for (file, _) in plain {
        let lines = project(GOOD).files(&plain).read(file).lines().count();
        for hidden in ["\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{2066}"] {
            let (code, said) = with(file, &format!("# harm was done{hidden}# more\n"));
            // Some of them YAML does not let stand at all.
            assert!(
                code == 2 && said.contains(&format!("{file}:{}", lines + 1)),
                "{file} {hidden:?}: {said}"
            );
        }
        for innocent in ["# one\r\n# two\r\n", "# \u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200f}!\n", "#\tcaf\u{e9}\n"]
        {
            assert_eq!(with(file, innocent).0, 0, "{file} {innocent:?}: {:?}", with(file, innocent));
        }
    }
    // In a text, as an escape, it is what it is.
    let repo = project(GOOD).file("policies/vocabulary.gate", VOCABULARY.replace(" }", " owner: text }"));
    repo.append("rollouts/w/2026-11-20.yaml", "owner: \"mira \\u202e \\r jonas\"\n");
    says(&repo, 0, &[]);
}

#[test]
fn workflows_whose_names_look_alike_are_a_warning_with_both_lines() {
    let twins = ["W", "\"w \"", "w\u{200b}", "\u{ff57}", "\u{461}"];
    for twin in twins {
        let repo = project(GOOD).file("rollouts/t/a.yaml", snapshot(twin, "2026-11-20", GOOD));
        let found = check_json(&repo)["diagnostics"].as_array().unwrap().clone();
        let found: Vec<_> = found.iter().filter(|found| found["code"] == "T323").collect();
        assert_eq!(found.len(), 1, "{twin:?}");
        says(&repo, 0, &[]);
        for found in found {
            let files: Vec<_> =
                found["labels"].as_array().unwrap().iter().map(|label| &label["file"]).collect();
            assert!(files.len() == 2 && files.iter().any(|file| **file == "rollouts/t/a.yaml"), "{found}");
            assert_eq!(repo.run(&[COMMANDS[0], &["--deny", "warnings"]].concat()).code, 1);
        }
    }
    let repo = project(GOOD).file("rollouts/t/a.yaml", snapshot("v", "2026-11-20", GOOD));
    assert_eq!(repo.run(&[COMMANDS[0], &["--deny", "warnings"]].concat()).code, 0);
    let repo = project(GOOD).file("rollouts/t/a.yaml", snapshot("W", "2026-11-20", BAD));
    says(&repo, 1, &["the workflows `W` and `w` look alike"]);
}

#[test]
fn places_are_those_of_the_folder_that_the_command_runs_in() {
    let repo = Repo::new().file("teams/claims/tollgate.yaml", "extends: ../../platform\n");
    repo.write("platform/tollgate.yaml", "policies: [own.gate]\nparams: { own.floor: 60% }\n");
    let rules = "policy own { param floor = 50% within 10% to 90% rule used { require adoption >= floor else hold } }\n";
    repo.write("platform/own.gate", format!("{VOCABULARY}{rules}"));
    repo.write("teams/claims/rollouts/w/2026-11-20.yaml", snapshot("w", "2026-11-20", BAD));
    let whole = repo.path("teams/claims").to_str().unwrap().to_owned();
    let said = |from: &Repo, path: &str, format: &str| {
        from.run(&[COMMANDS[0], &["--format", format, path]].concat()).out
    };
    let paths = [
        "teams/claims",
        "./teams/claims",
        "teams/claims/",
        "teams/../teams/claims",
        "teams//claims/.",
        &whole,
    ];
    for format in ["sarif", "github", "gitlab", "markdown", "tap"] {
        for path in paths {
            let out = said(&repo, path, format).replace("&#58;", ":");
            assert!(!out.contains("../") && !out.contains(&whole), "{format} {path}: {out}");
            assert!(out.contains("teams/claims/rollouts/w/2026-11-20.yaml"), "{format} {path}: {out}");
            let has_threshold = ["platform/tollgate.yaml:2", "platform/tollgate.yaml%3A2"];
            let has_threshold = has_threshold.iter().any(|place| out.contains(place));
            assert!(format == "tap" || has_threshold, "{format} {path}: {out}");
            assert_eq!(out, said(&repo, paths[0], format).replace("&#58;", ":"), "{format} {path}");
        }
    }
    let teams = repo.below("teams");
    assert!(said(&teams, "../teams/claims", "github").contains("file=claims/rollouts/w/2026-11-20.yaml,"));
    assert!(said(&repo.below("teams/claims"), ".", "github").contains("file=rollouts/w/2026-11-20.yaml,"));
    // Outside of it there is no other name than the whole one.
    let elsewhere = said(&repo.below("platform"), "../teams/claims", "gitlab");
    let real = fs::canonicalize(&whole).unwrap();
    assert!(elsewhere.contains(&format!("{}/rollouts/w/2026-11-20.yaml", real.display())), "{elsewhere}");
}

#[test]
fn every_report_says_what_was_read_and_what_was_passed_over() {
    let plain = project(GOOD).file("rollouts/w/notes.md", "").file(".github/workflows/x.yaml", "");
    let read = check_json(&plain)["read"].clone();
    let counted = |read: &serde_json::Value| {
        let keys =
            ["policies", "policy_files", "shipped_policies", "snapshots", "workflows", "passed_over_more"];
        keys.map(|key| read[key].as_u64().unwrap())
    };
    assert_eq!((counted(&read), &read["configurations"]), ([1, 2, 0, 1, 1, 0], &json!(["tollgate.yaml"])));
    assert_eq!(read["passed_over"], json!([]));
    let repo = plain.files(&[
        ("rollouts/.old/v/2026-11-20.yaml", ""),
        ("rollouts/w/.2026-11-19.yaml", ""),
        ("rollouts/w/2026-11-27.json", ""),
        ("policies/own.gate.off", ""),
        ("part/rollouts/v/2026-11-20.yaml", ""),
        (".tollgateignore", "fixtures/\n"),
        ("fixtures/x", ""),
        ("made/CACHEDIR.TAG", ""),
        ("made/tollgate.yaml", ""),
        (".hidden/tollgate.yaml", ""),
        ("target/CACHEDIR.TAG", ""),
    ]);
    let read = check_json(&repo)["read"].clone();
    assert_eq!(counted(&read), [1, 2, 0, 1, 1, 0]);
    let missed: Vec<String> = read["passed_over"]
        .as_array()
        .unwrap()
        .iter()
        .map(|missed| format!("{} {}", missed["path"].as_str().unwrap(), missed["why"].as_str().unwrap()))
        .collect();
    assert_eq!(
        missed,
        [
            ".hidden hidden",
            "fixtures ignored",
            "made cache",
            "part/rollouts not_named",
            "policies/own.gate.off not_named",
            "rollouts/.old hidden",
            "rollouts/w/.2026-11-19.yaml hidden",
            "rollouts/w/2026-11-27.json not_named",
        ]
    );
    says(&repo, 0, &["Read: tollgate.yaml, 1 policy of 2 files, 1 snapshot of 1 workflow.", "and 5 more."]);
    for format in ["markdown", "tap", "junit", "sarif"] {
        let out = repo.run(&[COMMANDS[0], &["--format", format]].concat()).out.replace("&#58;", ":");
        assert!(out.contains("1 snapshot of 1 workflow") && out.contains(".hidden"), "{format}: {out}");
    }
    // Of what a glob leaves, what lies beside what it takes; and nothing that another entry takes.
    let repo = project(GOOD).file("data/x.yaml", "").file("rollouts/w/notes.yaml", "");
    repo.write("tollgate.yaml", "policies: [policies/]\nsnapshots: ['**/2*.yaml', 'rollouts/w/*-20.yaml']\n");
    let read = check_json(&repo)["read"].clone();
    assert_eq!(read["passed_over"], json!([{ "path": "rollouts/w/notes.yaml", "why": "not_named" }]));
    // Without a configuration.
    repo.remove("tollgate.yaml");
    repo.remove("rollouts/w/notes.yaml");
    says(&repo, 0, &["Read: no `tollgate.yaml`, 6 shipped policies, 1 snapshot of 1 workflow."]);
}

#[cfg(unix)]
mod links_and_bytes {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_folder_behind_a_link_that_leads_nowhere_is_named() {
        for (target, code) in [(BAD, 1), (GOOD, 0)] {
            let repo = project(GOOD);
            repo.write("data/v/2026-11-20.yaml", snapshot("v", "2026-11-20", target));
            symlink("../data/v", repo.path("rollouts/v")).unwrap();
            says(&repo, code, &["v"]);
            repo.remove("data");
            says(&repo, 2, &["`rollouts/v` cannot be read: it is a link that leads nowhere"]);
        }
        let repo = project(GOOD);
        repo.write("shared/strict.gate", "policy strict { rule s { require adoption >= 90% else hold } }\n");
        symlink("../shared", repo.path("policies/shared")).unwrap();
        says(&repo, 1, &["strict.s"]);
        repo.remove("shared");
        says(&repo, 2, &["`policies/shared` cannot be read: it is a link that leads nowhere"]);
        // The folder that an entry begins with, or a part of it.
        for entry in ["policies/shared/", "policies/shared/*.gate", "policies/shared/more/*.gate"] {
            repo.write("tollgate.yaml", format!("policies: [builtin, \"{entry}\"]\n"));
            says(&repo, 2, &["policies/shared"]);
        }
        let repo = project(GOOD);
        repo.rename("rollouts", "elsewhere");
        symlink("nowhere", repo.path("rollouts")).unwrap();
        says(&repo, 2, &["rollouts", "leads nowhere"]);
        let repo = project(GOOD)
            .file("tollgate.yaml", "policies: [policies/]\nsnapshots: [rollouts/, 'data/w/*.yaml']\n");
        symlink("nowhere", repo.path("data")).unwrap();
        says(&repo, 2, &["`data` cannot be read: it is a link that leads nowhere"]);
    }

    #[test]
    fn a_link_to_a_project_that_is_not_judged_from_here_is_named() {
        let repo = Repo::new();
        with_project(&repo, "shared/a/", BAD);
        let checked = repo.below("checked");
        with_project(&checked, "", GOOD);
        says(&checked, 0, &[]);
        symlink("../shared/a", checked.path("a")).unwrap();
        says(&checked, 2, &["`a` cannot be read: it is a link to a project"]);
        // One that is judged where it lies, and one to what is no project.
        checked.remove("a");
        symlink("../checked/rollouts", checked.path("more")).unwrap();
        says(&checked, 0, &[]);
    }

    #[test]
    fn a_folder_that_is_given_as_a_link_is_where_it_leads() {
        let repo = Repo::new();
        with_project(&repo, "teams/claims/", BAD);
        symlink("teams/claims", repo.path("current")).unwrap();
        let out = repo.run(&[COMMANDS[0], &["--format", "github", "current"]].concat()).out;
        assert!(out.contains("file=teams/claims/rollouts/w/2026-11-20.yaml,"), "{out}");
    }

    fn named(repo: &Repo, bytes: &[u8], text: &str) -> bool {
        let path = repo.folder().join(OsStr::from_bytes(bytes));
        // There are file systems that take no such names, and nothing to see there.
        fs::create_dir_all(path.parent().unwrap()).and_then(|()| fs::write(path, text)).is_ok()
    }

    #[test]
    fn names_that_are_no_text_stay_apart_and_are_shown() {
        for (adoption, code) in [(BAD, 1), (GOOD, 0)] {
            let repo = project(GOOD);
            if !named(&repo, b"rollouts/caf\xe8/s.yaml", &snapshot("one", "2026-11-20", adoption)) {
                return;
            }
            named(&repo, b"rollouts/caf\xe9/s.yaml", &snapshot("two", "2026-11-20", GOOD));
            says(&repo, code, &["one", "two"]);
            assert_eq!(check_json(&repo)["workflows"][0]["newest"]["file"], r"rollouts/caf\xe8/s.yaml");
            let repo = project(adoption).file("policies/other.gate", OTHER);
            repo.remove("policies/own.gate");
            named(&repo, b"policies/qualit\xe0.gate", RULES);
            named(
                &repo,
                b"policies/qualit\xe8.gate",
                "policy more { rule m { require has adoption else hold } }\n",
            );
            says(&repo, code, &[]);
            let rules = repo.run(&["rules"]).out;
            assert!(rules.contains("own.used") && rules.contains("more.m"), "{rules}");
        }
        // One whose name only looks like the other as it is shown.
        let repo = project(GOOD);
        named(&repo, b"rollouts/caf\xe8.yaml", &snapshot("one", "2026-11-20", BAD));
        named(&repo, br"rollouts/caf\xe8.yaml", &snapshot("two", "2026-11-20", GOOD));
        says(&repo, 2, &["rollouts"]);
    }
}
