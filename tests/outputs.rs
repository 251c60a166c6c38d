//! Files that the program writes: each whole and of this run, and none through a link that a repository has brought.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::Repo;

const POLICY: &str = "policy p { rule r { require adoption >= 50% else hold } }\n";

/// A workflow that may go on, in a repository with links to where it must not write.
fn linked() -> Repo {
    let repository = Repo::new()
        .file("tollgate.yaml", "policies: [p.gate]\n")
        .file("p.gate", format!("snapshot every 1 week grace 3 days {{ adoption: share }}\n{POLICY}"))
        .file(
            "p.test.gate",
            "test \"t\" { given every 1 week from 2026-01-05 { adoption = 60% } expect p.r passes }\n",
        )
        .file("rollouts/w/2026-01-05.yaml", "workflow: w\ndate: 2026-01-05\nadoption: 60%\n");
    fs::create_dir(repository.outside("away")).unwrap();
    fs::write(repository.outside("away/profile"), MINE).unwrap();
    let link = |target: &str, name: &str| symlink(target, repository.path(name)).unwrap();
    link("../away/profile", "out");
    link("out", "chain");
    link("../away", "folder");
    link("../away/not-yet", "dangling");
    link("no/such/folder", "nowhere");
    link(".git/config", "git");
    link("inside.txt", "inside");
    fs::write(repository.path(".git/config"), MINE).unwrap();
    fs::write(repository.path("inside.txt"), MINE).unwrap();
    repository
}

const MINE: &str = "my profile\n";

/// What a link may not have brought about.
fn untouched(repository: &Repo) {
    let away: Vec<_> = fs::read_dir(repository.outside("away")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(away, [repository.outside("away/profile")]);
    assert_eq!(fs::read_to_string(&away[0]).unwrap(), MINE);
    assert_eq!(repository.read(".git/config"), MINE);
}

fn check(repository: &Repo, more: &[&str]) -> (i32, String) {
    repository.run(&[&["check", "--as-of", "2026-01-05"], more].concat()).said()
}

#[test]
fn no_output_leaves_the_repository_through_a_link() {
    let repository = linked();
    for (name, why) in [
        ("out", "it is a link that leads out of the repository"),
        ("chain", "it is a link that leads out of the repository"),
        ("folder/profile", "it is reached through a link that leads out of the repository"),
        ("folder/new/er.json", "it is reached through a link that leads out of the repository"),
        ("dangling", "it is a link that leads out of the repository"),
        ("nowhere", "it is a link that leads nowhere"),
        ("git", "it is a link that leads into `.git`"),
    ] {
        let file = format!("junit={name}");
        let (code, said) = check(&repository, &["--format", &file, "--format", "human"]);
        assert!(code == 2 && said.contains(&format!("`{name}` cannot be written: {why}")), "{name}: {said}");
        assert!(said.contains("may go on"), "the others are written all the same: {said}");
        let (code, said) = check(&repository, &["--record", name]);
        assert!(code == 2 && said.contains(why), "{name}: {said}");
        let (code, said) = repository.run(&["test", "--format", &file]).said();
        assert!(code == 2 && said.contains(why), "{name}: {said}");
        untouched(&repository);
    }
    // A path that somebody has written may lead anywhere, and a link to where it could lie itself.
    let outside = format!("json={}", repository.outside("plain.json").display());
    let up = "json=../up.json";
    for format in ["json=plain.json", "json=inside", "json=rollouts/../dots.json", &outside, up] {
        let (code, said) = check(&repository, &["--format", format]);
        assert_eq!(code, 0, "{format}: {said}");
    }
    assert!(repository.read("inside.txt").starts_with('{') && repository.read("dots.json").starts_with('{'));
    assert!(fs::symlink_metadata(repository.path("inside")).unwrap().is_symlink());
    assert!(repository.outside("plain.json").exists() && repository.outside("up.json").exists());
    untouched(&repository);
}

#[test]
fn outside_of_every_repository_no_link_leaves_the_folder_of_the_run() {
    let repository = linked();
    repository.remove(".git");
    for name in ["out", "folder/profile"] {
        let (code, said) = check(&repository, &["--format", &format!("json={name}")]);
        assert!(code == 2 && said.contains("out of the folder where the command was started"), "{said}");
    }
    assert_eq!(fs::read_to_string(repository.outside("away/profile")).unwrap(), MINE);
    assert_eq!(check(&repository, &["--format", "json=inside"]).0, 0);
    // Elsewhere the links are those of whoever runs it.
    let here = repository.below("rollouts");
    let (code, said) = here.run(&["check", "..", "--as-of", "2026-01-05", "--format", "json=../out"]).said();
    assert_eq!(code, 0, "{said}");
}

#[test]
fn new_files_and_formatted_ones_stay_in_the_repository() {
    let repository = linked();
    let init = repository.run(&["init", "folder"]);
    assert!(init.code == 2 && init.err.contains("leads out of the repository"), "{init:?}");
    let man = repository.run(&["man", "folder/man"]);
    assert!(man.code == 2 && man.err.contains("leads out of the repository"), "{man:?}");
    fs::write(repository.outside("away/profile"), POLICY.replace(' ', "  ")).unwrap();
    for name in ["out", "folder", "folder/profile"] {
        let run = repository.run(&["fmt", name]);
        assert!(run.code == 2 && run.err.contains("leads out of"), "{run:?}");
    }
    assert_eq!(fs::read_to_string(repository.outside("away/profile")).unwrap(), POLICY.replace(' ', "  "));
    fs::write(repository.outside("away/profile"), MINE).unwrap();
    untouched(&repository);
    assert_eq!(repository.run(&["init", "new/folder"]).code, 0);
    assert_eq!(repository.run(&["fmt", "."]).code, 0);
}

#[test]
fn no_report_of_an_earlier_run_is_left() {
    let repository = linked();
    let old = |name: &str| repository.write(name, "old");
    let there = |name: &str| repository.path(name).exists();
    old("r.json");
    old("v.json");
    let (code, said) =
        check(&repository, &["--base", "nowhere", "--format", "json=r.json", "--record", "v.json"]);
    assert!(code == 2 && !there("r.json") && !there("v.json"), "{said}");
    // One that cannot be written keeps no other from being written.
    old("r.json");
    let (code, said) = check(&repository, &["--record", "no/v.json", "--format", "json=r.json"]);
    assert!(code == 2 && said.contains("`no/v.json` cannot be written: it does not exist"), "{said}");
    assert!(repository.read("r.json").starts_with('{'));
    // Nor is anything else left in the folder.
    assert!(!repository.names().iter().any(|name| name.contains(".tollgate-")), "{:?}", repository.names());
    let file = repository.path("r.json");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let (code, said) = check(&repository, &["--format", "json=r.json"]);
    assert!(code == 2 && said.contains("`r.json` cannot be written: it is read-only"), "{said}");

    // What two are to be written to is left as it is.
    old("x");
    let (code, said) = check(&repository, &["--format", "json=x", "--record", "./rollouts/../x"]);
    assert!(code == 2 && said.contains("a format and the record cannot be written to"), "{said}");
    symlink("x", repository.path("y")).unwrap();
    let (code, said) = check(&repository, &["--format", "json=x", "--format", "tap=y"]);
    assert!(code == 2 && said.contains("two formats cannot be written to `y`"), "{said}");
    assert_eq!(repository.read("x"), "old");
}

#[test]
fn a_report_takes_the_place_of_a_name_and_not_of_other_names_of_the_file() {
    let repository = linked();
    repository.write("kept", MINE);
    fs::hard_link(repository.path("kept"), repository.path("r.json")).unwrap();
    assert_eq!(check(&repository, &["--format", "json=r.json"]).0, 0);
    assert_eq!(repository.read("kept"), MINE);
}

#[test]
fn what_is_no_file_is_written_into() {
    let repository = linked();
    assert_eq!(check(&repository, &["--format", "human", "--format", "json=/dev/null"]).0, 0);
    assert!(!Path::new("/dev/null").symlink_metadata().unwrap().is_file());
    let (code, said) = check(&repository, &["--format", "json=/dev/stdout"]);
    assert!(code == 0 && said.starts_with('{'), "{said}");
    if Path::new("/dev/full").exists() {
        let (code, said) = check(&repository, &["--format", "json=/dev/full"]);
        assert!(code == 2 && said.contains("cannot be written"), "{said}");
        assert!(Path::new("/dev/full").exists());
    }
    // Standard output may be a file, which goes on to be the one that it was.
    let file = fs::File::create(repository.path("out.txt")).unwrap();
    let status = repository
        .command(&["check", "--as-of", "2026-01-05", "--format", "json=/dev/stdout"])
        .stdout(file)
        .status()
        .unwrap();
    assert!(status.success() && repository.read("out.txt").starts_with('{'));
}
