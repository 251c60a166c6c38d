//! Little repositories in the system's folder for temporary files.

use super::*;

/// A folder that is removed in the end.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("tollgate-find-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(root)
    }

    fn inputs(&self) -> Inputs {
        inputs(&self.0, false)
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
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
    let repository = Repository::new(
        "default",
        &[
            ("rollouts/b/2.yaml", ""),
            ("rollouts/b/rollout.yaml", ""),
            ("rollouts/a.yml", ""),
            ("rollouts/.hidden/3.yaml", ""),
            ("rollouts/notes.md", ""),
            ("policies/mine.gate", ""),
        ],
    );
    let inputs = repository.inputs();
    assert_eq!(names(&inputs.projects[0].snapshots), ["rollouts/a.yml", "rollouts/b/2.yaml"]);
    assert_eq!(names(&inputs.projects[0].standing), ["rollouts/b/rollout.yaml"]);
    assert_eq!(inputs.projects[0].policies.len(), builtin::FILES.len());
    assert_eq!(codes(&inputs), []);
}

#[test]
fn the_configuration_names_folders_files_and_globs() {
    let repository = Repository::new(
        "config",
        &[
            ("tollgate.yaml", "policies: [policies/, ./policies/deep/b.gate]\nsnapshots: data/*/m-*.yaml\n"),
            ("policies/a.gate", ""),
            ("policies/a.test.gate", ""),
            ("policies/deep/b.gate", ""),
            ("data/x/m-1.yaml", ""),
            ("data/x/other.yaml", ""),
            ("data/x/rollout.yaml", ""),
            ("data/x/y/m-2.yaml", ""),
        ],
    );
    let inputs = repository.inputs();
    assert_eq!(names(&inputs.projects[0].policies), ["policies/a.gate", "policies/deep/b.gate"]);
    assert_eq!(names(&inputs.projects[0].snapshots), ["data/x/m-1.yaml"]);
    assert_eq!(names(&inputs.projects[0].standing), ["data/x/rollout.yaml"]);
    assert_eq!(codes(&inputs), []);
}

#[test]
fn one_shipped_policy_brings_the_vocabulary() {
    let text = "policies: [builtin:before_deployment]\nsnapshots: [s.yaml]\n";
    let repository = Repository::new("one", &[("tollgate.yaml", text), ("s.yaml", "")]);
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
    let repository = Repository::new("wrong", &[("tollgate.yaml", text)]);
    let inputs = repository.inputs();
    assert_eq!(
        codes(&inputs),
        [Code::UnknownShippedPolicy, Code::NothingFound, Code::NothingFound, Code::NoSnapshot]
    );
    assert_eq!(
        inputs.projects[0].problems[0].help.as_deref(),
        Some("did you mean `builtin:before_deployment`?")
    );
    let places: Vec<_> =
        inputs.projects[0].problems.iter().map(|p| inputs.sources.text(p.labels[0].span)).collect();
    assert_eq!(places, ["builtin:before_deploymnt", "no.gate", "../up/", "none/*.yaml"]);
}

#[test]
fn nothing_at_all_is_an_error_and_no_crash() {
    let repository = Repository::new("empty", &[("file", "")]);
    assert_eq!(codes(&repository.inputs()), [Code::NoSnapshot]);
    assert_eq!(codes(&inputs(&repository.0.join("missing"), false)), [Code::NothingFound]);
    assert_eq!(codes(&inputs(&repository.0.join("file"), false)), [Code::NothingFound]);
}

#[cfg(unix)]
#[test]
fn links_stay_inside_and_only_regular_files_are_opened() {
    use std::os::unix::{fs::symlink, net::UnixListener};

    let outside = Repository::new("outside", &[("secret.yaml", "secret: 1\n")]);
    let repository = Repository::new("links", &[("rollouts/a/1.yaml", "")]);
    let folder = repository.0.join("rollouts/a");
    symlink(outside.0.join("secret.yaml"), folder.join("out.yaml")).unwrap();
    symlink(&outside.0, folder.join("out")).unwrap();
    symlink("nowhere", folder.join("broken.yaml")).unwrap();
    symlink("1.yaml", folder.join("0-again.yaml")).unwrap();
    symlink("../a", folder.join("loop")).unwrap();
    let socket = UnixListener::bind(folder.join("socket.yaml")).unwrap();
    let inputs = repository.inputs();
    drop(socket);
    let found: Vec<_> =
        inputs.projects[0].snapshots.iter().map(|f| (f.name.as_str(), f.content.clone().err())).collect();
    let refused = |why: &str| Some(why.to_owned());
    assert_eq!(
        found,
        [
            ("rollouts/a/1.yaml", None),
            ("rollouts/a/broken.yaml", refused("it is a link that leads nowhere")),
            ("rollouts/a/out.yaml", refused(LEADS_OUT)),
            ("rollouts/a/socket.yaml", refused("it is no regular file")),
        ]
    );
    assert_eq!(codes(&inputs), [Code::UnreadableFile]);
}
