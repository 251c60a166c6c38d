#!/usr/bin/env bash
# Puts `tollgate` on the path of the steps that follow: a released binary of the version that was asked for where there is
# one, else built from the source of that version.
#
# A step is started in the checkout, which a pull request has written: `rust-toolchain.toml` there names the program that is
# started as `cargo`, and `.cargo/config.toml` the one that it compiles with. So nothing is looked up from there.
set -euo pipefail

version=${TOLLGATE_VERSION:-}
version=${version#v}
if [[ -n $version && ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
    echo "error: \`$version\` is no version, such as 0.1.0" >&2
    exit 2
fi

# Not every runner tells a composite action its own repository; the folder that it was fetched into does.
repository=${TOLLGATE_REPOSITORY:-}
if [[ $repository == */ && ${TOLLGATE_SOURCE:-} =~ /_actions/([^/]+/[^/]+)/ ]]; then
    repository+=${BASH_REMATCH[1]}
fi
if [[ -n $version && ( -z $repository || $repository == */ ) ]]; then
    echo "error: nobody said which repository has version $version" >&2
    exit 2
fi

here=$PWD
cd /
# A path as it was meant where the step was started; a drive's letter begins one, too.
absolute() { case $1 in /* | [A-Za-z]:*) printf '%s' "$1" ;; *) printf '%s' "$here/$1" ;; esac; }
source=$(absolute "${TOLLGATE_SOURCE:-}")
# Unless somebody says where, a folder that nobody can have filled before.
if [[ -n ${TOLLGATE_ROOT:-} ]]; then
    root=$(absolute "$TOLLGATE_ROOT")
else
    root=$(mktemp -d "$(absolute "${RUNNER_TEMP:-${TMPDIR:-/tmp}}")/tollgate-bin.XXXXXX")
fi
mkdir -p "$root/bin"
# The toolchain that is set up on this machine, or that the workflow names; no file chooses another.
if [[ -z ${RUSTUP_TOOLCHAIN:-} ]] && command -v rustup >/dev/null; then
    read -r RUSTUP_TOOLCHAIN _ < <(rustup default) || true
    export RUSTUP_TOOLCHAIN
fi

# Takes `tollgate-VERSION-MACHINE.tar.gz` of a release, which is built with `--features all-sources`, if it is what the checksum beside it says.
released() {
    local name url
    name=tollgate-$version-$(uname -m)-$(uname -s | tr '[:upper:]' '[:lower:]').tar.gz
    url=$repository/releases/download/v$version
    curl -fsSL --retry 2 -o "$root/$name" "$url/$name" 2>/dev/null || return 1
    curl -fsSL --retry 2 -o "$root/$name.sha256" "$url/$name.sha256" || return 1
    if ! (cd "$root" && sha256sum --check --status "$name.sha256"); then
        echo "error: $name is not what its checksum says" >&2
        exit 2
    fi
    tar -xzf "$root/$name" -C "$root/bin" tollgate
}

# A release has all features; a build has those that are asked for, since each takes its time.
features=(--features "${TOLLGATE_FEATURES:-default}")
if [[ -z $version ]]; then
    cargo install --locked --root "$root" "${features[@]}" --path "$source"
elif ! released; then
    cargo install --locked --root "$root" "${features[@]}" --git "$repository" --tag "v$version" tollgate
fi

if [[ -n ${GITHUB_PATH:-} ]]; then echo "$root/bin" >>"$GITHUB_PATH"; fi
"$root/bin/tollgate" --version
