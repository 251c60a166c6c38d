#!/usr/bin/env bash
# Puts `tollgate` on the path of the steps that follow: a released binary of the version that was asked for where there is
# one, else built from the source of that version. Without a version, it is the action's own: a released binary where the action
# was fetched by the tag of a release, or by a commit that a release provably was built from, else its source.
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

# A path of Windows, with slashes as everything here has them.
slashes() { case $1 in [A-Za-z]:*) printf '%s' "${1//\\//}" ;; *) printf '%s' "$1" ;; esac; }
source=$(slashes "${TOLLGATE_SOURCE:-}")

# Not every runner tells a composite action its own repository; the folder that it was fetched into does, and by which name.
repository=${TOLLGATE_REPOSITORY:-}
fetched=
if [[ $source =~ /_actions/([^/]+/[^/]+)/(.+)$ ]]; then
    [[ $repository != */ ]] || repository+=${BASH_REMATCH[1]}
    fetched=${BASH_REMATCH[2]}
fi
if [[ -n $version && ( -z $repository || $repository == */ ) ]]; then
    echo "error: nobody said which repository has version $version" >&2
    exit 2
fi

here=$PWD
cd /
# A path as it was meant where the step was started; a drive's letter begins one, too.
absolute() { case $1 in /* | [A-Za-z]:*) slashes "$1" ;; *) printf '%s' "$here/$1" ;; esac; }
source=$(absolute "$source")
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

# What a release calls this machine, the fastest first: where the system's C library is too old, or another one, musl's is in it.
case $(uname -s)-$(uname -m) in
    Linux-x86_64) targets=(x86_64-unknown-linux-gnu x86_64-unknown-linux-musl) ;;
    Linux-aarch64) targets=(aarch64-unknown-linux-gnu aarch64-unknown-linux-musl) ;;
    Darwin-x86_64) targets=(x86_64-apple-darwin) ;;
    Darwin-arm64) targets=(aarch64-apple-darwin) ;;
    MINGW*-x86_64 | MSYS*-x86_64) targets=(x86_64-pc-windows-msvc) ;;
    *) targets=() ;;
esac
if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi

# Whether the release workflow of the repository attested that it built this file from the commit that the action was fetched by.
proven() {
    local owner_and_name=${repository%.git}
    owner_and_name=$(basename "$(dirname "$owner_and_name")")/$(basename "$owner_and_name")
    [[ -n ${TOLLGATE_TOKEN:-} ]] && command -v gh >/dev/null &&
        GH_TOKEN=$TOLLGATE_TOKEN gh attestation verify "$root/$1" --repo "$owner_and_name" --source-digest "$fetched" \
            --signer-workflow "$owner_and_name/.github/workflows/release.yml" >/dev/null 2>&1
}

# Takes the binary of this version (the first argument) out of a release, if its archive is what SHA256SUMS says. A release is
# built with `--features all-sources`. With a second argument, the archive also has to be proven to be of the action's commit.
released() {
    local url=$repository/releases/download/v$1 target folder name
    curl -fsSL --retry 2 -o "$root/SHA256SUMS" "$url/SHA256SUMS" 2>/dev/null || return 1
    for target in ${targets[@]+"${targets[@]}"}; do
        folder=tollgate-$1-$target
        name=$folder.tar.gz
        [[ $target != *windows* ]] || name=$folder.zip
        grep -q "^[0-9a-f]* [ *]$name\$" "$root/SHA256SUMS" || continue
        curl -fsSL --retry 2 -o "$root/$name" "$url/$name" || continue
        if ! (cd "$root" && grep "^[0-9a-f]* [ *]$name\$" SHA256SUMS | "${sum[@]}" -c - >/dev/null 2>&1); then
            echo "error: $name is not what its checksum says" >&2
            exit 2
        fi
        if [[ -n ${2:-} ]] && ! proven "$name"; then
            echo "$name is not proven to be built from $fetched: building that instead" >&2
            return 1
        fi
        if [[ $name == *.zip ]]; then
            (cd "$root" && unzip -qjo "$name" "$folder/tollgate.exe" -d bin)
        else
            (cd "$root" && tar -xzf "$name" && mv "$folder/tollgate" bin/tollgate)
        fi
        "$root/bin/tollgate" --version >/dev/null 2>&1 && return
    done
    return 1
}

# The action's own version, where it was fetched by a name of a release.
own() {
    [[ -n $fetched && -n $repository && -r $source/Cargo.toml ]] || return 1
    local number
    number=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source/Cargo.toml" | head -n 1)
    if [[ $fetched =~ ^[0-9a-f]{40}$ ]]; then
        released "$number" proven
    else
        # `v0.2.0`, and `v0.2` and `v0`, which are moved to the newest of theirs.
        [[ v$number == "$fetched" || ( $fetched == v* && v$number == "$fetched".* ) ]] && released "$number"
    fi
}

# A release has all features; a build has those that are asked for, since each takes its time.
features=(--features "${TOLLGATE_FEATURES:-default}")
if [[ -z $version ]]; then
    own || cargo install --locked --root "$root" "${features[@]}" --path "$source"
elif ! released "$version"; then
    cargo install --locked --root "$root" "${features[@]}" --git "$repository" --tag "v$version" tollgate
fi

if [[ -n ${GITHUB_PATH:-} ]]; then echo "$root/bin" >>"$GITHUB_PATH"; fi
"$root/bin/tollgate" --version
