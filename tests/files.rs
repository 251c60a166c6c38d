//! Files that are none, or lie elsewhere: whatever stands where a file should be, the run ends and says of which name.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::Repo;

/// Longer than any of these runs takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

/// What stands where a file should be.
#[derive(Clone, Copy, Debug)]
enum Thing {
    Pipe,
    EndlessDevice,
    LinkLoop,
    LinkOut,
    LinkToNothing,
    Folder,
    Large,
}

const THINGS: &[(Thing, &str)] = &[
    (Thing::Pipe, "it is not a regular file"),
    (Thing::EndlessDevice, "it is a link that leads out of the repository"),
    (Thing::LinkLoop, ""),
    (Thing::LinkOut, "it is a link that leads out of the repository"),
    (Thing::LinkToNothing, ""),
    (Thing::Folder, ""),
    (Thing::Large, "it is larger than 64 MiB"),
];

const CHECK: &[&str] = &["check", "--as-of", "2026-01-05"];

/// The names of files that are read.
const PLACES: &[&str] = &[
    "tollgate.yaml",
    "base/tollgate.yaml",
    "policies/p.gate",
    "policies/p.test.gate",
    "rollouts/w/2026-01-05.yaml",
    "rollouts/w/rollout.yaml",
];

const FILES: &[(&str, &str)] = &[
    ("tollgate.yaml", "extends: base/tollgate.yaml\nsnapshots: rollouts/**/*.yaml\n"),
    ("base/tollgate.yaml", "policies: [../policies/]\n"),
    (
        "policies/p.gate",
        "snapshot { x: number standing }\npolicy p { rule r { require x >= 1 else hold } }\n",
    ),
    (
        "policies/p.test.gate",
        "test \"t\" { given file \"../rollouts/w/2026-01-05.yaml\" expect p.r passes }\n",
    ),
    ("rollouts/w/2026-01-05.yaml", "workflow: w\ndate: 2026-01-05\nx: 1\n"),
    ("rollouts/w/rollout.yaml", "x: 1\n"),
];

/// A repository in which all is well.
fn sound() -> Repo {
    Repo::new().files(FILES)
}

fn put(thing: Thing, place: &Path, secret: &Path) {
    fs::remove_file(place).unwrap();
    match thing {
        Thing::Pipe => assert!(Command::new("mkfifo").arg(place).status().unwrap().success()),
        Thing::EndlessDevice => symlink("/dev/zero", place).unwrap(),
        Thing::LinkLoop => {
            symlink(place, place.with_extension("loop")).unwrap();
            symlink(place.with_extension("loop"), place).unwrap();
        }
        Thing::LinkOut => {
            fs::write(secret, "x: 1 # hidden").unwrap();
            symlink(secret, place).unwrap();
        }
        Thing::LinkToNothing => symlink("nowhere", place).unwrap(),
        Thing::Folder => fs::create_dir(place).unwrap(),
        Thing::Large => fs::File::create(place).unwrap().set_len((64 << 20) + 1).unwrap(),
    }
}

/// Exit code and everything that was printed; a run that does not end is a failure.
fn run(repository: &Repo, arguments: &[&str]) -> (i32, String) {
    let mut command = repository.command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{arguments:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // As it was before it was broken into lines.
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "│").collect();
    (output.status.code().unwrap(), words.join(" "))
}

#[test]
fn whatever_stands_for_a_file_the_run_ends_and_names_it() {
    let repository = sound();
    assert_eq!(run(&repository, CHECK).0, 0);
    assert_eq!(run(&repository, &["test"]).0, 0);
    for place in PLACES {
        for (thing, why) in THINGS {
            let repository = sound();
            put(*thing, &repository.path(place), &repository.outside("secret"));
            let is_test = place.ends_with(".test.gate");
            let (code, said) = run(&repository, if is_test { &["test"] } else { CHECK });
            let case = format!("{place} {thing:?}: {said}");
            assert!(!said.contains("hidden") && !said.contains("panicked"), "{case}");
            match (thing, *place) {
                // A folder is looked into, and there is nothing in it: what is gone with it is said.
                (
                    Thing::Folder,
                    "policies/p.gate" | "policies/p.test.gate" | "rollouts/w/2026-01-05.yaml",
                ) => {
                    assert_ne!(code, 0, "{case}");
                }
                _ => {
                    assert_eq!(code, 2, "{case}");
                    let name = place.trim_end_matches("/tollgate.yaml");
                    assert!(said.contains(name) && said.contains(why), "{case}");
                }
            }
            // What a test takes from files is looked at by the same rules.
            if place.starts_with("rollouts/w/2026") {
                let (code, said) = run(&repository, &["test"]);
                assert_eq!(code, 1, "{place} {thing:?}: {said}");
                assert!(said.contains("2026-01-05.yaml"), "{said}");
            }
        }
    }
}

#[test]
fn a_folder_that_may_not_be_looked_into_is_an_error() {
    let repository = sound();
    let locked = repository.path("rollouts/w");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let readable = fs::read_dir(&locked).is_ok();
    let (code, said) = run(&repository, CHECK);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    // The superuser looks into everything, so there is nothing to see.
    if !readable {
        assert!(code == 2 && said.contains("rollouts/w") && said.contains("permission is denied"), "{said}");
    }
}

#[test]
fn nothing_outside_is_named_without_leave() {
    let repository = Repo::new();
    let outside = |name: &str, text: &str| {
        let path = repository.outside("outside").join(name);
        fs::create_dir_all(path.parent().unwrap()).and(fs::write(path, text)).unwrap();
    };
    outside(
        "policies/p.gate",
        "snapshot { x: number standing }\npolicy p { rule r { require x >= 1 else hold } }\n",
    );
    outside("tollgate.yaml", "policies: [policies/]\n");
    outside("data/w.yaml", "workflow: w\ndate: 2026-01-05\nx: 1\n");
    let cases = [
        "extends: ../outside/tollgate.yaml\n",
        "policies: [../outside/policies/]\n",
        "policies: [../outside/policies/p.gate]\n",
        "policies: [\"../outside/**/*.gate\"]\n",
        "policies: [../outside/policies/]\nsnapshots: [\"../outside/data/*.yaml\"]\n",
        "policies: [../outside/policies/]\nsnapshots: [../outside/data/w.yaml]\n",
    ];
    for config in cases {
        repository.clear();
        let repository = repository.clone().files(FILES).file("tollgate.yaml", config);
        let (code, said) = run(&repository, CHECK);
        assert!(code == 2 && said.contains("outside of the repository"), "{config}: {said}");
        let (code, said) = run(&repository, &[CHECK, &["--allow-outside"]].concat());
        assert_eq!(code, 0, "{config}: {said}");
    }
    // What a test takes from files, too, and in no way that is written otherwise.
    for given in [
        "../../outside/data/w.yaml",
        "../../outside/data/*.yaml",
        "/etc/hostname",
        "../rollouts/../../outside/data/w.yaml",
    ] {
        let test = format!("test \"t\" {{ given file \"{given}\" expect p.r passes }}\n");
        let config = "policies: [policies/]\n";
        let repository = repository.clone().files(FILES).file("tollgate.yaml", config);
        repository.write("policies/p.test.gate", test);
        let (code, said) = run(&repository, &["test"]);
        assert!(code == 1 && said.contains("outside of the repository"), "{given}: {said}");
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_has_its_limit() {
    let repository = sound();
    let place = repository.path("rollouts/w/2026-01-05.yaml");
    let mut file = fs::OpenOptions::new().append(true).open(place).unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        let comment = "# and more\n".repeat(1 << 16);
        // Up to 128 MiB, beyond every limit.
        for _ in 0..180 {
            file.write_all(comment.as_bytes()).unwrap();
            if stopped.try_recv().is_ok() {
                break;
            }
        }
    });
    for _ in 0..5 {
        let (code, said) = run(&repository, CHECK);
        assert!(code == 0 || code == 2 && said.contains("2026-01-05.yaml"), "{said}");
    }
    let _ = stop.send(());
    writer.join().unwrap();
}
