#!/usr/bin/env bash
# Asks the language server in a real Neovim, without a screen: each feature of the manual's table, over the wire.
#
# tests/editors/neovim.sh TOLLGATE [NVIM]
#
# NVIM is 0.11 or newer. Without it, one is taken from the Python registry, where that can be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tollgate=$(realpath "$1")
nvim=${2:-}
if [[ -z $nvim ]]; then
    tools=target/nvim
    if ! { python3 -m venv "$tools" 2>/dev/null &&
        timeout 120 "$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r tests/editors/nvim.txt; }; then
        echo "Neovim is not asked here: it cannot be installed"
        exit 0
    fi
    nvim=$tools/bin/nvim
fi
"$nvim" --version | head -1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R examples/support-desk "$work/desk"
mkdir "$work/desk/policies"
cp tests/editors/desk/own.gate tests/editors/desk/own.test.gate "$work/desk/policies/"
cp tests/editors/desk/tollgate.yaml "$work/desk/tollgate.yaml"
git -C "$work/desk" init --quiet
# What the editor keeps lies where it is taken away again.
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config
export TOLLGATE=$tollgate DESK=$work/desk
timeout 900 "$nvim" --clean -n -i NONE --headless -l tests/editors/neovim.lua
