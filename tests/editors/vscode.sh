#!/usr/bin/env bash
# Opens a project in a real VS Code and looks at it: `tests/editors/vscode.sh target/debug/tollgate`.
#
# Needs what `vscode-install.sh FOLDER` installs, with TOLLGATE_VSCODE=FOLDER, Chromium, and the extension's package, which
# `editors/vscode/ci` makes. Where they are not, this says so and is content. SCREENSHOTS=FOLDER keeps what was seen.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tollgate=$(realpath "${1:?give the program to test}")
package=$root/editors/vscode/dist/tollgate.vsix
folder=${TOLLGATE_VSCODE:-}
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)

missing() {
    echo "VS Code was not tried: $1"
    exit 0
}
[[ -n $folder ]] || missing "TOLLGATE_VSCODE names no folder that tests/editors/vscode-install.sh has installed it into"
[[ -x $folder/bin/node && -d $folder/node_modules/code-server ]] || missing "it is not installed in $folder"
[[ -n $chromium ]] || missing "there is no Chromium"
[[ -e $package ]] || missing "editors/vscode/ci has not made the extension's package"

work=$(mktemp -d)
server=
stop() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    [[ -z $server ]] || wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

# A project with a policy of its own, beside the shipped ones.
cp -r "$root/examples/support-desk" "$work/project"
cp -r "$here/vscode/project/." "$work/project"

# Servers that somebody may have by mistake.
mkdir "$work/servers"
printf '#!/bin/sh\nexit 2\n' >"$work/servers/old"
printf '#!/bin/sh\n[ "$2" = --help ] || exit 1\n' >"$work/servers/dead"
cp "$here/vscode/dying" "$work/servers/dying"
chmod +x "$work/servers/"*

export HOME=$work PATH="$folder/bin:/usr/bin:/bin"
code=("$folder/bin/node" "$folder/node_modules/code-server/out/node/entry.js"
    --user-data-dir "$work/data" --extensions-dir "$work/extensions" --config "$work/config.yaml")
"${code[@]}" --install-extension "$package" >"$work/install.log" 2>&1 || { cat "$work/install.log" >&2; exit 1; }
"${code[@]}" --auth none --bind-addr "127.0.0.1:${PORT:-8471}" --disable-telemetry --disable-update-check \
    >"$work/server.log" 2>&1 &
server=$!

node "$here/vscode.mjs" "$folder" "$chromium" "http://127.0.0.1:${PORT:-8471}" "$work" "$tollgate" || {
    cat "$work/server.log" >&2
    find "$work/data/logs" -name '*ollgate*' -exec cat {} + >&2 || true
    exit 1
}
