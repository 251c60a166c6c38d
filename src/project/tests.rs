//! Little repositories in memory.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::builtin;

/// A repository of files by their paths.
struct Repository(Memory);

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        Self(Memory::new(files.iter().copied()))
    }

    fn with(mut self, path: &str, node: TableNode<Vec<u8>>) -> Self {
        self.0.insert(path, node);
        self
    }

    fn link(self, path: &str, target: &str) -> Self {
        self.with(path, TableNode::Link(target.to_owned()))
    }

    fn inputs(&self) -> Inputs {
        self.inputs_of("")
    }

    fn inputs_of(&self, folder: &str) -> Inputs {
        inputs(&Start::new(&self.0, folder))
    }
}

fn names(files: &[TextFile]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

fn codes(inputs: &Inputs) -> Vec<Code> {
    let own = inputs.projects.iter().flat_map(|project| &project.problems);
    own.chain(&inputs.problems).map(|problem| problem.code).collect()
}

#[test]
fn without_a_configuration_the_pack_judges_the_rollouts() {
    let repository = Repository::new(&[
        ("rollouts/b/2.yaml", ""),
        ("rollouts/b/rollout.yaml", ""),
        ("rollouts/a.yml", ""),
        ("rollouts/.hidden/3.yaml", ""),
        ("rollouts/notes.md", ""),
        ("policies/mine.gate", ""),
    ]);
    let inputs = repository.inputs();
    assert_eq!(names(&inputs.projects[0].snapshots), ["rollouts/a.yml", "rollouts/b/2.yaml"]);
    assert_eq!(names(&inputs.projects[0].standing), ["rollouts/b/rollout.yaml"]);
    assert_eq!(inputs.projects[0].policies.len(), builtin::FILES.len());
    assert_eq!(codes(&inputs), []);
}

#[test]
fn the_configuration_names_folders_files_and_globs() {
    let repository = Repository::new(&[
        ("tollgate.yaml", "policies: [policies/, ./policies/deep/b.gate]\nsnapshots: data/*/m-*.yaml\n"),
        ("policies/a.gate", ""),
        ("policies/a.test.gate", ""),
        ("policies/deep/b.gate", ""),
        ("data/x/m-1.yaml", ""),
        ("data/x/other.yaml", ""),
        ("data/x/rollout.yaml", ""),
        ("data/x/y/m-2.yaml", ""),
    ]);
    let inputs = repository.inputs();
    assert_eq!(names(&inputs.projects[0].policies), ["policies/a.gate", "policies/deep/b.gate"]);
    assert_eq!(names(&inputs.projects[0].snapshots), ["data/x/m-1.yaml"]);
    assert_eq!(names(&inputs.projects[0].standing), ["data/x/rollout.yaml"]);
    assert_eq!(codes(&inputs), []);
}

#[test]
fn one_shipped_policy_brings_the_vocabulary() {
    let text = "policies: [builtin/before_deployment]\nsnapshots: [s.yaml]\n";
    let repository = Repository::new(&[("tollgate.yaml", text), ("s.yaml", "")]);
    let inputs = repository.inputs();
    assert_eq!(
        names(&inputs.projects[0].policies),
        ["builtin/before_deployment.gate", "builtin/vocabulary.gate"]
    );
    assert_eq!(names(&inputs.projects[0].snapshots), ["s.yaml"]);
}

#[test]
fn what_is_not_there_is_reported_at_its_entry() {
    let text = "policies: [builtin:before_deploymnt, no.gate, ../up/]\nsnapshots: [none/*.yaml]\n";
    let repository = Repository::new(&[("tollgate.yaml", text)]);
    let inputs = repository.inputs();
    assert_eq!(
        codes(&inputs),
        [Code::UnknownShippedPolicy, Code::NothingFound, Code::NothingFound, Code::NoSnapshot]
    );
    assert_eq!(
        inputs.projects[0].problems[0].help.as_deref(),
        Some("did you mean `builtin/before_deployment`?")
    );
    let places: Vec<_> =
        inputs.projects[0].problems.iter().map(|p| inputs.sources.text(p.labels[0].span)).collect();
    assert_eq!(places, ["builtin:before_deploymnt", "no.gate", "../up/", "none/*.yaml"]);
}

#[test]
fn nothing_at_all_is_an_error_and_no_crash() {
    let repository = Repository::new(&[("file", "")]);
    assert_eq!(codes(&repository.inputs()), [Code::NoSnapshot]);
    for path in ["missing", "file", "file/below"] {
        assert_eq!(codes(&repository.inputs_of(path)), [Code::NothingFound], "{path}");
    }
}

#[test]
fn links_stay_inside_and_only_regular_files_are_opened() {
    let repository = Repository::new(&[("rollouts/a/1.yaml", ""), ("other/2.yaml", "")])
        .link("rollouts/a/out.yaml", "/secret.yaml")
        .link("rollouts/a/up.yaml", "../../../secret.yaml")
        .link("rollouts/a/out", "/etc")
        .link("rollouts/a/broken.yaml", "nowhere")
        .link("rollouts/a/0-again.yaml", "1.yaml")
        .link("rollouts/a/loop", "../a")
        .link("rollouts/a/self.yaml", "self.yaml")
        .link("rollouts/b", "../other")
        .with("rollouts/a/socket.yaml", TableNode::Unreadable(Obstacle::Irregular));
    let inputs = repository.inputs();
    let found: Vec<_> =
        inputs.projects[0].snapshots.iter().map(|f| (f.name.as_str(), f.content.clone().err())).collect();
    let refused = |why: &str| Some(why.to_owned());
    assert_eq!(
        found,
        [
            ("rollouts/a/1.yaml", None),
            ("rollouts/a/broken.yaml", refused("it is a link that leads nowhere")),
            ("rollouts/a/out.yaml", refused("it is a link that leads out of the repository")),
            ("rollouts/a/self.yaml", refused("it is a link that leads nowhere")),
            ("rollouts/a/socket.yaml", refused("it is not a regular file")),
            ("rollouts/a/up.yaml", refused("it is a link that leads out of the repository")),
            ("rollouts/b/2.yaml", None),
        ]
    );
    assert_eq!(codes(&inputs), [Code::UnreadableFile]);
}

#[test]
fn a_project_below_a_repository_extends_what_lies_beside_it() {
    let repository = Repository::new(&[
        ("teams/a/tollgate.yaml", "extends: ../../platform\n"),
        ("teams/a/rollouts/w/1.yaml", ""),
        ("platform/tollgate.yaml", "policies: [gates/]\n"),
        ("platform/gates/p.gate", ""),
    ]);
    let inputs = repository.inputs_of("teams/a");
    let project = &inputs.projects[0];
    assert_eq!(names(&project.policies), ["../../platform/gates/p.gate"]);
    assert_eq!(names(&project.snapshots), ["rollouts/w/1.yaml"]);
    let stack: Vec<_> = project.stack.iter().map(|own| inputs.sources.name(own.file)).collect();
    assert_eq!(stack, ["../../platform/tollgate.yaml", "tollgate.yaml"]);
    assert_eq!(codes(&inputs), []);
}

#[test]
fn an_open_buffer_is_read_in_the_place_of_what_lies_under_it() {
    let disk = Memory::new([("rollouts/w/1.yaml", "old"), ("rollouts/w/2.yaml", "old")]);
    let buffers = Memory::new([("rollouts/w/2.yaml", "new"), ("rollouts/w/3.yaml", "new")]);
    let files = Overlay { over: &buffers, under: &disk };
    let inputs = inputs(&Start::new(&files, ""));
    let found = inputs.projects[0].snapshots.iter();
    let found: Vec<_> = found.map(|file| (&*file.name, file.bytes().unwrap().into_owned())).collect();
    let text = |name, text: &str| (name, text.as_bytes().to_vec());
    assert_eq!(
        found,
        [
            text("rollouts/w/1.yaml", "old"),
            text("rollouts/w/2.yaml", "new"),
            text("rollouts/w/3.yaml", "new")
        ]
    );
}

#[test]
fn a_new_project_takes_its_own_settings_and_the_base_of_the_other_commit() {
    let old = Memory::new([
        ("platform/tollgate.yaml", "policies: [p.gate]\n"),
        ("platform/p.gate", "old"),
        ("teams/a/tollgate.yaml", "extends: ../../platform\n"),
        ("teams/a/rollouts/w/1.yaml", "old"),
    ]);
    let new = Repository::new(&[
        ("platform/tollgate.yaml", "policies: [p.gate]\n"),
        ("platform/p.gate", "new"),
        ("teams/a/tollgate.yaml", "extends: ../../platform\n"),
        ("teams/a/rollouts/w/1.yaml", "new"),
        ("teams/b/tollgate.yaml", "extends: ../../platform\npolicies: [own.gate]\n"),
        ("teams/b/own.gate", "new"),
        ("teams/b/rollouts/w/1.yaml", "new"),
    ]);
    let site = Start::new(&new.0, "").site().unwrap();
    let branch = Branch::default();
    let (files, since) = (&old, &old);
    let base =
        Base { files, since, branch: &branch, root: "", reference: "main", commit: "0", evidence: true };
    let sides = sides(&site, base);
    let side = |projects: &[Project]| {
        let texts = |files: &[TextFile]| {
            let text = |file: &TextFile| String::from_utf8(file.bytes().unwrap().into_owned()).unwrap();
            files.iter().map(|file| format!("{}={}", file.name, text(file))).collect::<Vec<_>>().join(" ")
        };
        let show = |project: &Project| {
            let name = project.name.as_deref().unwrap_or("");
            format!("{name}: {}, {}", texts(&project.policies), texts(&project.snapshots))
        };
        projects.iter().map(show).collect::<Vec<_>>()
    };
    assert_eq!(
        side(&sides.mixed),
        [
            "teams/a: main:platform/p.gate=old, teams/a/rollouts/w/1.yaml=new",
            "teams/b: main:platform/p.gate=old main:teams/b/own.gate=new, teams/b/rollouts/w/1.yaml=new",
        ]
    );
    assert_eq!(side(&sides.base)[0], "teams/a: main:platform/p.gate=old, main:teams/a/rollouts/w/1.yaml=old");
    assert_eq!(sides.problems.len(), 1);
    assert!(sides.problems[0].message.starts_with("`main` has no project `teams/b`"));
}

#[test]
fn tests_lie_beside_the_policies_that_are_named() {
    let repository = Repository::new(&[
        ("tollgate.yaml", "policies: [policies/]\n"),
        ("policies/p.gate", ""),
        ("policies/p.test.gate", "test \"t\" { given file \"../rollouts/w/\" expect decision hold }\n"),
        ("policies/cache/CACHEDIR.TAG", ""),
        ("policies/cache/q.test.gate", ""),
        ("elsewhere/r.test.gate", ""),
        ("ignored/s.test.gate", ""),
        (".tollgateignore", "ignored/\n"),
        ("rollouts/w/1.yaml", ""),
        ("rollouts/w/rollout.yaml", ""),
    ]);
    let found = suites(&Start::new(&repository.0, ""));
    let [suite] = found.suites.as_slice() else { panic!("{found:?}") };
    assert!(names(&suite.tests).contains(&"policies/p.test.gate"));
    let [(test, name, Ok(given))] = suite.given.as_slice() else { panic!("{suite:?}") };
    assert_eq!((&**test, &**name), ("policies/p.test.gate", "../rollouts/w/"));
    assert_eq!(names(&given.snapshots), ["rollouts/w/1.yaml"]);
    assert_eq!(names(&given.standing), ["rollouts/w/rollout.yaml"]);
    let said: Vec<_> = found.problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(
        said,
        ["`elsewhere/r.test.gate` is not run: it is not next to a policy that a `tollgate.yaml` names"]
    );
}

/// A repository whose snapshot says something else each time.
struct Restless(Memory, AtomicUsize);

impl Files for Restless {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        let bytes = self.0.read(path)?;
        let time = self.1.fetch_add(1, Ordering::Relaxed);
        Ok(if path.ends_with(".yaml") && bytes == b"new" { format!("{time}").into_bytes() } else { bytes })
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        self.0.list(folder)
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        self.0.resolve(path)
    }

    fn repository(&self, folder: &str) -> Option<String> {
        self.0.repository(folder)
    }
}

#[test]
fn both_sides_see_one_state_of_a_snapshot() {
    let config = ("tollgate.yaml", "policies: [p.gate]\n");
    let old = Memory::new([config, ("p.gate", "old"), ("rollouts/w/1.yaml", "old")]);
    let new = Memory::new([
        config,
        ("p.gate", "new"),
        ("rollouts/w/1.yaml", "new"),
        ("rollouts/w/rollout.yaml", "new"),
    ]);
    let new = Restless(new, AtomicUsize::new(0));
    let site = Start::new(&new, "").site().unwrap();
    let branch = Branch::default();
    let base = Base {
        files: &old,
        since: &old,
        branch: &branch,
        root: "",
        reference: "main",
        commit: "0",
        evidence: true,
    };
    let sides = sides(&site, base);
    let texts = |project: &Project| -> Vec<Vec<u8>> {
        let files = project.snapshots.iter().chain(&project.standing);
        files.map(|file| file.bytes().unwrap().into_owned()).collect()
    };
    assert_eq!(texts(&sides.mixed[0]), texts(&sides.head[0]));
    assert_ne!(texts(&sides.head[0]), texts(&sides.base[0]));
}
