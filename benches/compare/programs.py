"""What `run` and `perf` share: the programs that are measured, and the repositories that they read."""

import datetime
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = HERE / "target/release"


def build(tollgate):
    """Builds what is compared with, and Tollgate if none is given; says where Tollgate is."""
    def cargo(profile, folder):
        command = ["cargo", "build", "--profile", profile, "--locked", "--quiet"]
        subprocess.run(command, cwd=folder, check=True, env=os.environ | {"CARGO_TARGET_DIR": str(folder / "target")})

    cargo("release", HERE)
    if tollgate:
        return tollgate.resolve()
    # As released: what it is compared with is built with the same optimisation.
    cargo("dist", ROOT)
    return ROOT / "target/dist/tollgate"


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def generate(folder, count, *kind):
    """Writes a repository of so many snapshots; `kind` is what else `benches/generate.rs` takes."""
    subprocess.run([PROGRAMS / "generate", folder, str(count), *map(str, kind)], check=True)


def change_threshold(folder):
    """Commits the repository, and changes one threshold of the pack: many outcomes flip by it."""
    def git(*arguments):
        names = ["-c", "user.name=compare", "-c", "user.email=compare@example.com"]
        habits = ["-c", "gc.auto=0", "-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"]
        subprocess.run(["git", *names, *habits, *arguments], cwd=folder, check=True)

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Before the change")
    changed = "params:\n  monitoring.min_uptime: { value: 99.5%, because: to see what flips }\n"
    with open(folder / "tollgate.yaml", "a") as config:
        config.write(changed)


def judge(tollgate, command, folder):
    """A command that judges a repository on the day after its newest snapshot."""
    newest = max(file.stem for file in folder.glob("rollouts/*/*.yaml"))
    as_of = datetime.date.fromisoformat(newest) + datetime.timedelta(days=1)
    return [tollgate, command, "--as-of", str(as_of), folder]
