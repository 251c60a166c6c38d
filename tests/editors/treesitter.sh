#!/usr/bin/env bash
# Loads the grammar for editors and its queries into a real Neovim, without a screen, and colours every shipped policy.
#
#   tests/editors/treesitter.sh NVIM
#
# Needs Neovim 0.11 or later and a C compiler. Fails if a query is not understood, a policy has an error, or nothing is found.
set -euo pipefail
nvim=$(realpath "${1:?which nvim?}")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
grammar=editors/tree-sitter-tollgate

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
mkdir -p "$folder/parser" "$folder/queries" "$folder/home"
"${CC:-cc}" -std=c11 -O1 -shared -fPIC -I "$grammar/src" "$grammar"/src/{parser,scanner}.c -o "$folder/parser/tollgate.so"
# Where a plugin has them.
mkdir "$folder/queries/tollgate"
cp "$grammar"/queries/*.scm "$folder/queries/tollgate/"

cat >"$folder/colour.lua" <<'LUA'
local folder = arg[1]
vim.opt.runtimepath:prepend(folder)
vim.filetype.add({ extension = { gate = 'tollgate' } })
assert(vim.treesitter.language.add('tollgate'))

local queries = {}
for _, name in ipairs({ 'highlights', 'locals', 'folds', 'injections', 'indents' }) do
  queries[name] = assert(vim.treesitter.query.get('tollgate', name), name .. ' was not found')
end

-- How often each query finds something in a file.
local function look(file)
  vim.cmd.edit(file)
  assert(vim.bo.filetype == 'tollgate', file .. ' is of another type')
  vim.treesitter.start()
  local parser = vim.treesitter.get_parser(0)
  local root = parser:parse(true)[1]:root()
  assert(not root:has_error(), file .. ' has an error')
  local counts = {}
  for name, query in pairs(queries) do
    counts[name] = 0
    for _ in query:iter_captures(root, 0) do
      counts[name] = counts[name] + 1
    end
  end
  return counts
end

local function check()
  local all = {}
  for at = 2, #arg do
    local counts = look(arg[at])
    assert(counts.highlights > 0, arg[at] .. ' has no colour')
    print(('%s: %d highlights, %d folds, %d locals'):format(arg[at], counts.highlights, counts.folds, counts.locals))
    for name, count in pairs(counts) do
      all[name] = (all[name] or 0) + count
    end
  end
  for name in pairs(queries) do
    assert((all[name] or 0) > 0, name .. ' finds nothing')
  end
  -- What the cursor stands on: `policy`, the first word of this file.
  vim.cmd.edit(arg[2])
  vim.treesitter.start()
  vim.treesitter.get_parser(0):parse(true)
  local line = vim.fn.search('^policy') - 1
  local first = vim.treesitter.get_captures_at_pos(0, line, 0)[1]
  assert(first and first.capture == 'keyword', 'the word `policy` is no keyword')
end

local sound, problem = pcall(check)
if not sound then
  print(problem)
  vim.cmd.cquit(1)
end
vim.cmd.quitall({ bang = true })
LUA

# Nothing of whoever runs this.
export HOME=$folder/home XDG_CONFIG_HOME=$folder/home XDG_DATA_HOME=$folder/home XDG_STATE_HOME=$folder/home
printf 'Neovim: %s\n' "$("$nvim" --version | head -n 1)"
timeout 120 "$nvim" --clean -n -i NONE --headless -l "$folder/colour.lua" "$folder" policies/*.gate 2>&1 | tee "$folder/said"
printf '\n'
# A count for each of the files, or something went wrong before.
[[ $(grep -c 'highlights,' "$folder/said") -eq $(ls policies/*.gate | wc -l) ]]
