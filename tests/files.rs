//! Files that are none, or lie elsewhere: whatever stands where a file should be, the run ends and says of which name.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
    (Thing::Pipe, "it is no regular file"),
    (Thing::EndlessDevice, "it is a link that leads out of the repository"),
    (Thing::LinkLoop, ""),
    (Thing::LinkOut, "it is a link that leads out of the repository"),
    (Thing::LinkToNothing, ""),
    (Thing::Folder, ""),
    (Thing::Large, "it is larger than 64 MiB"),
];

/// The names of files that are read.
const PLACES: &[&str] = &[
    "tollgate.yaml",
    "base/tollgate.yaml",
    "policies/p.gate",
    "policies/p.test.gate",
    "rollouts/w/2026-01-05.yaml",
    "rollouts/w/rollout.yaml",
];

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("repository/.git")).unwrap();
    folder
}

/// A repository in which all is well.
fn write_repository(folder: &Path) {
    let files = [
        ("tollgate.yaml", "extends: base/tollgate.yaml\nsnapshots: rollouts/**/*.yaml\n"),
        ("base/tollgate.yaml", "policies: [../policies/]\n"),
        ("policies/p.gate", "snapshot { x: number }\npolicy p { rule r { require x >= 1 else hold } }\n"),
        (
            "policies/p.test.gate",
            "test \"t\" { given file \"../rollouts/w/2026-01-05.yaml\" expect p.r passes }\n",
        ),
        ("rollouts/w/2026-01-05.yaml", "workflow: w\ndate: 2026-01-05\nx: 1\n"),
        ("rollouts/w/rollout.yaml", "x: 1\n"),
    ];
    for (name, text) in files {
        let path = folder.join("repository").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn put(thing: Thing, place: &Path, outside: &Path) {
    fs::remove_file(place).unwrap();
    match thing {
        Thing::Pipe => assert!(Command::new("mkfifo").arg(place).status().unwrap().success()),
        Thing::EndlessDevice => symlink("/dev/zero", place).unwrap(),
        Thing::LinkLoop => {
            symlink(place, place.with_extension("loop")).unwrap();
            symlink(place.with_extension("loop"), place).unwrap();
        }
        Thing::LinkOut => {
            fs::write(outside.join("secret"), "x: 1 # hidden").unwrap();
            symlink(outside.join("secret"), place).unwrap();
        }
        Thing::LinkToNothing => symlink("nowhere", place).unwrap(),
        Thing::Folder => fs::create_dir(place).unwrap(),
        Thing::Large => fs::File::create(place).unwrap().set_len((64 << 20) + 1).unwrap(),
    }
}

/// Exit code and everything that was printed; a run that does not end is a failure.
fn run(command: &str, folder: &Path, more: &[&str]) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .arg(command)
        .arg(folder)
        .args(more)
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{command} {more:?} in {} does not end", folder.display());
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
    let folder = scratch("things");
    let repository = folder.join("repository");
    let day = ["--as-of", "2026-01-05"];
    write_repository(&folder);
    assert_eq!(run("check", &repository, &day).0, 0);
    assert_eq!(run("test", &repository, &[]).0, 0);
    for place in PLACES {
        for (thing, why) in THINGS {
            let _ = fs::remove_dir_all(&repository);
            fs::create_dir_all(repository.join(".git")).unwrap();
            write_repository(&folder);
            put(*thing, &repository.join(place), &folder);
            let is_test = place.ends_with(".test.gate");
            let (code, said) =
                if is_test { run("test", &repository, &[]) } else { run("check", &repository, &day) };
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
                let (code, said) = run("test", &repository, &[]);
                assert_eq!(code, 1, "{place} {thing:?}: {said}");
                assert!(said.contains("2026-01-05.yaml"), "{said}");
            }
        }
    }
}

#[test]
fn a_folder_that_may_not_be_looked_into_is_an_error() {
    let folder = scratch("locked");
    write_repository(&folder);
    let repository = folder.join("repository");
    let locked = repository.join("rollouts/w");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let readable = fs::read_dir(&locked).is_ok();
    let (code, said) = run("check", &repository, &["--as-of", "2026-01-05"]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    // The superuser looks into everything, so there is nothing to see.
    if !readable {
        assert!(code == 2 && said.contains("rollouts/w") && said.contains("permission is denied"), "{said}");
    }
}

#[test]
fn nothing_outside_is_named_without_leave() {
    let folder = scratch("outside");
    let inner = folder.join("repository");
    let outside = folder.join("outside");
    fs::create_dir_all(outside.join("policies")).and(fs::create_dir_all(outside.join("data"))).unwrap();
    let policy = "snapshot { x: number }\npolicy p { rule r { require x >= 1 else hold } }\n";
    fs::write(outside.join("policies/p.gate"), policy).unwrap();
    fs::write(outside.join("tollgate.yaml"), "policies: [policies/]\n").unwrap();
    fs::write(outside.join("data/w.yaml"), "workflow: w\ndate: 2026-01-05\nx: 1\n").unwrap();
    let day = ["--as-of", "2026-01-05"];
    let cases = [
        "extends: ../outside/tollgate.yaml\n",
        "policies: [../outside/policies/]\n",
        "policies: [../outside/policies/p.gate]\n",
        "policies: [\"../outside/**/*.gate\"]\n",
        "policies: [../outside/policies/]\nsnapshots: [\"../outside/data/*.yaml\"]\n",
        "policies: [../outside/policies/]\nsnapshots: [../outside/data/w.yaml]\n",
    ];
    for config in cases {
        let _ = fs::remove_dir_all(&inner);
        write_repository(&folder);
        fs::create_dir_all(inner.join(".git")).unwrap();
        fs::write(inner.join("tollgate.yaml"), config).unwrap();
        let (code, said) = run("check", &inner, &day);
        assert!(code == 2 && said.contains("outside of the repository"), "{config}: {said}");
        let (code, said) = run("check", &inner, &["--as-of", "2026-01-05", "--allow-outside"]);
        assert_eq!(code, 0, "{config}: {said}");
    }
    // What a test takes from files, too, and in no way that is written otherwise.
    for given in [
        "../../outside/data/w.yaml",
        "../../outside/data/*.yaml",
        "/etc/hostname",
        "../rollouts/../../outside/data/w.yaml",
    ] {
        write_repository(&folder);
        fs::write(inner.join("tollgate.yaml"), "policies: [policies/]\n").unwrap();
        let test = format!("test \"t\" {{ given file \"{given}\" expect p.r passes }}\n");
        fs::write(inner.join("policies/p.test.gate"), test).unwrap();
        let (code, said) = run("test", &inner, &[]);
        assert!(code == 1 && said.contains("outside of the repository"), "{given}: {said}");
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_has_its_limit() {
    let folder = scratch("grows");
    write_repository(&folder);
    let repository = folder.join("repository");
    let place = repository.join("rollouts/w/2026-01-05.yaml");
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
        let (code, said) = run("check", &repository, &["--as-of", "2026-01-05"]);
        assert!(code == 0 || code == 2 && said.contains("2026-01-05.yaml"), "{said}");
    }
    let _ = stop.send(());
    writer.join().unwrap();
}
