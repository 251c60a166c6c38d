-- Each feature of the language server, asked by a real Neovim. A test is named as in the manual's table.

local desk = os.getenv('DESK')
local uri_of = vim.uri_from_fname
local policy, tests = desk .. '/policies/own.gate', desk .. '/policies/own.test.gate'
local config, snapshot = desk .. '/tollgate.yaml', desk .. '/rollouts/email-translation/2026-11-20.yaml'

vim.filetype.add({ extension = { gate = 'tollgate' } })
vim.lsp.config('tollgate', {
  cmd = { os.getenv('TOLLGATE'), 'lsp' },
  filetypes = { 'tollgate', 'yaml' },
  root_dir = desk,
  init_options = { asOf = '2026-11-23' },
})
vim.lsp.enable('tollgate')

local failed, passed = {}, 0

local function same(what, wanted, seen)
  if not vim.deep_equal(wanted, seen) then
    error(what .. ': wanted ' .. vim.inspect(wanted) .. ', seen ' .. vim.inspect(seen), 0)
  end
end

local function holds(what, is_so, seen)
  if not is_so then
    error(what .. (seen == nil and '' or ': ' .. vim.inspect(seen)), 0)
  end
end

-- Waits until something is so, for two minutes at most.
local function wait(what, is_so)
  holds('waited for ' .. what, (vim.wait(120000, is_so, 5)))
end

local function edit(path)
  vim.cmd.edit({ vim.fn.fnameescape(path), bang = true })
  local buffer = vim.api.nvim_get_current_buf()
  wait('the server in ' .. path, function()
    local client = vim.lsp.get_clients({ bufnr = buffer, name = 'tollgate' })[1]
    return client and client.initialized
  end)
  return buffer
end

local function client()
  return vim.lsp.get_clients({ name = 'tollgate' })[1]
end

local slowest = {}

local function ask(buffer, method, params)
  local begun = vim.uv.hrtime()
  local answer, why = client():request_sync(method, params, 120000, buffer)
  local took = (vim.uv.hrtime() - begun) / 1e6
  slowest[method] = math.max(slowest[method] or 0, took)
  holds(method .. ' is answered', answer, why)
  holds(method, answer.err == nil, answer.err)
  return answer.result
end

-- The position of the nth place of a text in a buffer, `skip` bytes further on; columns are bytes, as Neovim has asked for.
local function at(buffer, text, skip, nth)
  nth = nth or 1
  for line, content in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local from = 1
    while true do
      local found = content:find(text, from, true)
      if not found then break end
      nth = nth - 1
      if nth == 0 then return { line = line - 1, character = found - 1 + (skip or 0) } end
      from = found + 1
    end
  end
  error('no `' .. text .. '`', 0)
end

local function document(buffer)
  return { uri = vim.uri_from_bufnr(buffer) }
end

local function place(buffer, text, skip, nth)
  return { textDocument = document(buffer), position = at(buffer, text, skip, nth) }
end

local function labels(result)
  local found = {}
  for _, item in ipairs(result.items or result) do table.insert(found, item.label) end
  return found
end

local function has(list, wanted)
  return vim.tbl_contains(list, wanted)
end

-- What a location says: the file's last name, the line from 1, and the text under it.
local function shown(location)
  local path = vim.uri_to_fname(location.uri or location.targetUri)
  local range = location.range or location.targetSelectionRange
  local line = vim.fn.readfile(path)[range.start.line + 1]
  return vim.fs.basename(path) .. ':' .. line:sub(range.start.character + 1, range['end'].character)
end

local function all_shown(locations)
  local found = vim.tbl_map(shown, locations)
  table.sort(found)
  return found
end

local function codes(buffer)
  return vim.tbl_map(function(one) return one.code end, vim.diagnostic.get(buffer))
end

-- Waits until the server has judged what was typed.
local function settled(buffer, code)
  wait(code, function() return has(codes(buffer), code) end)
end

local function replace(buffer, old, new, nth)
  local from = at(buffer, old, 0, nth)
  vim.api.nvim_buf_set_text(buffer, from.line, from.character, from.line, from.character + #old, { new })
end

local function test(name, run)
  vim.cmd('silent! %bwipeout!')
  local is_ok, why = pcall(run)
  if is_ok then
    passed = passed + 1
    print('ok    ' .. name)
  else
    table.insert(failed, name)
    print('FAIL  ' .. name .. '\n      ' .. tostring(why):gsub('\n', '\n      '))
  end
end

test('diagnostics of unsaved text', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  replace(buffer, 'open_now <=', 'open_nwo <=')
  settled(buffer, 'T201')
  replace(buffer, 'open_nwo <=', 'open_now <=')
  wait('nothing is left of it', function() return not has(codes(buffer), 'T201') end)
end)

test('a failed rule at the snapshot', function()
  local buffer = edit(snapshot)
  settled(buffer, 'monitoring.adoption_kept')
  for _, one in ipairs(vim.diagnostic.get(buffer)) do
    if one.code == 'monitoring.adoption_kept' then
      same('line', 6, one.lnum)
      local related = one.user_data.lsp.relatedInformation
      holds('the policy is told', vim.iter(related):any(function(other)
        return other.location.uri:find('monitoring.gate', 1, true) ~= nil
      end), related)
    end
  end
  replace(buffer, '29%', '59%')
  wait('it is mended', function() return not has(codes(buffer), 'monitoring.adoption_kept') end)
end)

test('quick fix', function()
  local buffer = edit(policy)
  replace(buffer, 'open_now <=', 'open_nwo <=')
  settled(buffer, 'T201')
  local position = at(buffer, 'open_nwo')
  local actions = ask(buffer, 'textDocument/codeAction', {
    textDocument = document(buffer),
    range = { start = position, ['end'] = position },
    context = { diagnostics = {} },
  })
  same('title', 'Write `open_now`', actions[1] and actions[1].title)
  vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-8')
  holds('it is written', at(buffer, 'open_now <='))
end)

test('hover', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local function hover(text, skip, nth)
    local result = ask(buffer, 'textDocument/hover', place(buffer, text, skip, nth))
    holds('hover of ' .. text, result, vim.NIL)
    return result.contents.value
  end
  local param = hover('<= most_open', 4)
  holds('the value in force', param:find('- **4** (`tollgate.yaml:5`)', 1, true), param)
  holds('its bounds', param:find('1 to 20', 1, true), param)
  holds('its text', param:find('Open issues that a workflow may have', 1, true), param)
  local field = hover('satisfaction >=', 2)
  holds('what it is on the newest snapshots', field:find('3.3', 1, true), field)
  local call = hover('default(', 1)
  holds('what the function does', #call > 20, call)
end)

test('definition', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local function definition(of, text, skip, nth)
    local result = ask(of, 'textDocument/definition', place(of, text, skip, nth))
    return all_shown(vim.islist(result) and result or { result })
  end
  same('let', { 'own.gate:open_now' }, definition(buffer, 'open_now <=', 2))
  same('shipped field', { 'vocabulary.gate:satisfaction' }, definition(buffer, 'satisfaction >=', 2))
  local other = edit(tests)
  same('rule of a test', { 'own.gate:few_open' }, definition(other, 'own.few_open passes', 6))
  same('param of a test', { 'own.gate:most_open' }, definition(other, 'own.most_open', 6))
  other = edit(config)
  same('rule of a waiver', { 'own.gate:few_open' }, definition(other, 'own.few_open', 6))
  same('param of the configuration', { 'own.gate:most_open' }, definition(other, 'own.most_open', 6))
  other = edit(snapshot)
  same('key of a snapshot', { 'vocabulary.gate:satisfaction' }, definition(other, 'satisfaction', 2))
end)

test('references', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local function references(text, skip)
    local params = place(buffer, text, skip)
    params.context = { includeDeclaration = true }
    return all_shown(ask(buffer, 'textDocument/references', params))
  end
  same('of a param', {
    'own.gate:most_open', 'own.gate:most_open', 'own.gate:most_open', 'own.test.gate:most_open', 'tollgate.yaml:most_open',
  }, references('param most_open', 8))
  same('of a rule', {
    'own.gate:few_open', 'own.test.gate:few_open', 'own.test.gate:few_open', 'tollgate.yaml:few_open',
  }, references('rule few_open', 7))
  local fields = references('satisfaction >=', 2)
  holds('keys of snapshots', vim.iter(fields):any(function(one) return one == '2026-11-20.yaml:satisfaction' end), fields)
end)

test('highlight', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local found = ask(buffer, 'textDocument/documentHighlight', place(buffer, 'let open_now', 6))
  same('places', 3, #found)
end)

test('rename', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local range = ask(buffer, 'textDocument/prepareRename', place(buffer, 'param most_open', 8))
  holds('what is renamed', range and (range.range or range.start), range)
  local params = place(buffer, 'param most_open', 8)
  params.newName = 'open_at_most'
  local change = ask(buffer, 'textDocument/rename', params)
  vim.lsp.util.apply_workspace_edit(change, 'utf-8')
  local function text(path)
    local found = vim.fn.bufadd(path)
    vim.fn.bufload(found)
    return table.concat(vim.api.nvim_buf_get_lines(found, 0, -1, false), '\n')
  end
  for _, path in ipairs({ policy, tests, config }) do
    holds('new name in ' .. path, text(path):find('open_at_most', 1, true))
    holds('old name in ' .. path, not text(path):find('most_open', 1, true))
  end
  wait('it is sound', function() return not has(codes(buffer), 'T201') and not has(codes(buffer), 'T226') end)
  -- A shipped name cannot be changed.
  params = place(buffer, 'satisfaction >=', 2)
  params.newName = 'mood'
  local answer = client():request_sync('textDocument/rename', params, 120000, buffer)
  holds('a shipped name is refused with a reason', answer.err and #answer.err.message > 10, answer)
end)

test('completion in a policy', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local function complete(line, text)
    vim.api.nvim_buf_set_lines(buffer, line, line, false, { text })
    local result = ask(buffer, 'textDocument/completion', {
      textDocument = document(buffer), position = { line = line, character = #text },
    })
    vim.api.nvim_buf_set_lines(buffer, line, line + 1, false, {})
    return labels(result)
  end
  local line = at(buffer, 'rule satisfied').line
  local names = complete(line + 1, '    when ')
  for _, name in ipairs({ 'satisfaction', 'most_open', 'open_now', 'count' }) do
    holds(name, has(names, name), names)
  end
  holds('members of a record', has(complete(line + 1, '    when issues.'), 'open'))
  holds('stages', has(complete(line + 1, '    when stage == '), 'expanded'))
  local typed = complete(line, '  rule new "A rule that is being typed" { require ')
  holds('in a rule that is being typed', has(typed, 'adoption'), vim.list_slice(typed, 1, 10))
  local units = complete(line + 1, '    when days_between(date, date) < 5 ')
  holds('units', has(units, 'days') or has(units, 'weeks'), units)
end)

test('completion in YAML', function()
  local buffer = edit(snapshot)
  local function complete(line, text)
    vim.api.nvim_buf_set_lines(buffer, line, line, false, { text })
    local result = ask(buffer, 'textDocument/completion', {
      textDocument = document(buffer), position = { line = line, character = #text },
    })
    vim.api.nvim_buf_set_lines(buffer, line, line + 1, false, {})
    return labels(result)
  end
  settled(buffer, 'monitoring.adoption_kept')
  local fields = complete(5, '')
  same('the fields that are not there yet', 'advance_to owner launched', table.concat(fields, ' ', 1, 3))
  holds('not one that is there', not has(fields, 'satisfaction'), fields)
  holds('stages', has(complete(4, 'advance_to: '), 'full'))
  local file = desk .. '/rollouts/email-translation/2026-11-27.yaml'
  local new = edit(file)
  vim.api.nvim_buf_set_lines(new, 0, -1, false, { 'workflow: email-translation', 'date: ' })
  local seen
  wait('the next date', function()
    local result = client():request_sync('textDocument/completion', {
      textDocument = document(new), position = { line = 1, character = 6 },
    }, 120000, new)
    seen = result and result.result and labels(result.result) or {}
    return has(seen, '2026-11-27')
  end)
  local yaml = edit(config)
  local params = { textDocument = document(yaml), position = at(yaml, 'own.most_open', 0) }
  holds('params', has(labels(ask(yaml, 'textDocument/completion', params)), 'own.most_open'))
end)

test('signature help', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local result = ask(buffer, 'textDocument/signatureHelp', place(buffer, 'default(issues.open, 0)', 21))
  holds('signature', result and result.signatures[1].label:find('default', 1, true), result)
  same('argument', 1, result.activeParameter or result.signatures[1].activeParameter)
end)

test('semantic tokens', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local result = ask(buffer, 'textDocument/semanticTokens/full', { textDocument = document(buffer) })
  holds('whole tokens', #result.data >= 5 * 50 and #result.data % 5 == 0, #result.data)
  -- A comment, the word `policy`, and the name that it declares.
  same('the first three', { 0, 0, 50, 8, 0, 1, 0, 6, 7, 0, 0, 7, 3, 0, 1 }, vim.list_slice(result.data, 1, 15))
end)

test('symbols', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local result = ask(buffer, 'textDocument/documentSymbol', { textDocument = document(buffer) })
  same('policy', 'own', result[1].name)
  local inner = vim.tbl_map(function(one) return one.name end, result[1].children)
  same('what it declares', { 'most_open', 'lowest', 'open_now', 'few_open', 'satisfied' }, inner)
  local found = ask(buffer, 'workspace/symbol', { query = 'few_op' })
  holds('in the workspace', vim.iter(found):any(function(one) return one.name:find('few_open', 1, true) ~= nil end), found)
end)

test('folding', function()
  local buffer = edit(policy)
  local result = ask(buffer, 'textDocument/foldingRange', { textDocument = document(buffer) })
  holds('the rule', vim.iter(result):any(function(one)
    return one.startLine == at(buffer, 'rule few_open').line
  end), result)
end)

test('selection', function()
  local buffer = edit(policy)
  local params = { textDocument = document(buffer), positions = { at(buffer, 'open_now <=', 2) } }
  local range, steps = ask(buffer, 'textDocument/selectionRange', params)[1], 0
  while range do
    range, steps = range.parent, steps + 1
  end
  holds('from the word to the file', steps >= 5, steps)
end)

test('formatting', function()
  local buffer = edit(policy)
  replace(buffer, '    require open_now <= most_open', '  require   open_now<=most_open')
  local edits = ask(buffer, 'textDocument/formatting', {
    textDocument = document(buffer), options = { tabSize = 2, insertSpaces = true },
  })
  vim.lsp.util.apply_text_edits(edits, buffer, 'utf-8')
  local saved = vim.fn.readfile(policy)
  same('as `tollgate fmt` writes it', saved, vim.api.nvim_buf_get_lines(buffer, 0, -1, false))
end)

test('code lens', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local function titles()
    local result = ask(buffer, 'textDocument/codeLens', { textDocument = document(buffer) })
    return vim.tbl_map(function(one) return one.command and one.command.title or '' end, result)
  end
  local found = titles()
  holds('how it comes out', has(found, 'passes for all 13'), found)
  holds('its tests', has(found, '2 tests'), found)
  holds('on a param', has(found, 'nearest value that changes a decision'), found)
  -- The same of a shipped policy.
  local shipped = ask(buffer, 'textDocument/definition', place(buffer, 'satisfaction >=', 2))
  edit(vim.fs.dirname(vim.uri_to_fname((shipped[1] or shipped).uri)) .. '/monitoring.gate')
  buffer = vim.api.nvim_get_current_buf()
  wait('how many are warned', function()
    return vim.iter(titles()):any(function(one) return one:find(' of %d+ workflows') ~= nil end)
  end)
end)

test('inlay hints', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local range = { start = { line = 0, character = 0 }, ['end'] = { line = 30, character = 0 } }
  local result = ask(buffer, 'textDocument/inlayHint', { textDocument = document(buffer), range = range })
  holds('what a condition sees', #result > 0, result)
  client():notify('workspace/didChangeConfiguration', { settings = { tollgate = { inlayHints = false } } })
  wait('none when they are off', function()
    return #ask(buffer, 'textDocument/inlayHint', { textDocument = document(buffer), range = range }) == 0
  end)
  client():notify('workspace/didChangeConfiguration', { settings = { tollgate = { inlayHints = true } } })
end)

local function command(buffer, name, argument)
  return ask(buffer, 'workspace/executeCommand', { command = name, arguments = { argument } })
end

test('evaluate', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local result = command(buffer, 'tollgate.evaluate', {
    uri = vim.uri_from_bufnr(buffer), position = at(buffer, 'satisfaction >=', 2), workflow = 'email-translation',
  })
  same('value', '3.3', result.results[1] and result.results[1].value)
end)

test('nearest value', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local result = command(buffer, 'tollgate.nearest', {
    uri = vim.uri_from_bufnr(buffer), position = at(buffer, 'param most_open', 8),
  })
  same('param', 'own.most_open', result.param)
  same('none', {}, result.nearest)
  same('and why', 'no value that it may have changes a decision', result.why)
end)

test('run a test', function()
  local buffer = edit(tests)
  local result = command(buffer, 'tollgate.runTests', { uri = vim.uri_from_bufnr(buffer), title = 'few issues pass' })
  same('passed', { 1, 0 }, { result.passed, result.failed })
  replace(buffer, 'issues.open = 2', 'issues.open = 7')
  result = command(buffer, 'tollgate.runTests', { uri = vim.uri_from_bufnr(buffer) })
  same('what is typed counts', { 1, 1 }, { result.passed, result.failed })
  local list = command(buffer, 'tollgate.tests', { uri = vim.uri_from_bufnr(buffer) })
  same('titles', { 'few issues pass', 'many issues warn' }, vim.tbl_map(function(one) return one.title end, list))
end)

test('a shipped policy to read', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local result = ask(buffer, 'textDocument/definition', place(buffer, 'satisfaction >=', 2))
  local location = vim.islist(result) and result[1] or result
  local path = vim.uri_to_fname(location.uri)
  holds('it can be read', vim.fn.filereadable(path) == 1, path)
  same('nobody may write it', 0, bit.band(vim.uv.fs_stat(path).mode, 146))
end)

test('broken files', function()
  for _, text in ipairs({ '', 'policy', 'policy own "What this desk asks" {', ('\27\1\255\254'):rep(50), ('policy p { '):rep(300) }) do
    local buffer = edit(policy)
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n'))
    ask(buffer, 'textDocument/semanticTokens/full', { textDocument = document(buffer) })
    ask(buffer, 'textDocument/documentSymbol', { textDocument = document(buffer) })
    local here = { textDocument = document(buffer), position = { line = 0, character = #text } }
    for _, method in ipairs({ 'hover', 'definition', 'completion', 'signatureHelp', 'documentHighlight' }) do
      ask(buffer, 'textDocument/' .. method, here)
    end
    vim.cmd('bwipeout!')
  end
end)

test('nothing stale', function()
  local buffer = edit(snapshot)
  settled(buffer, 'monitoring.adoption_kept')
  local moved = desk .. '/rollouts/email-translation/moved.yaml'
  vim.cmd('bwipeout!')
  holds('renamed', vim.fn.rename(snapshot, moved) == 0)
  local other = edit(policy)
  wait('the new name alone', function()
    local seen = {}
    for _, one in ipairs(vim.diagnostic.get()) do
      seen[vim.fs.basename(vim.api.nvim_buf_get_name(one.bufnr))] = true
    end
    return seen['moved.yaml'] and not seen['2026-11-20.yaml']
  end)
  vim.fn.rename(moved, snapshot)
  holds('the policy is still open', vim.api.nvim_buf_is_valid(other))
end)

-- How long it takes from a change to what is shown; the server waits for 150 ms of quiet in it.
test('times', function()
  local buffer = edit(policy)
  settled(buffer, 'T710')
  local took = {}
  for _ = 1, 5 do
    local begun = vim.uv.hrtime()
    replace(buffer, 'open_now <=', 'open_nwo <=')
    settled(buffer, 'T201')
    table.insert(took, (vim.uv.hrtime() - begun) / 1e6)
    replace(buffer, 'open_nwo <=', 'open_now <=')
    wait('it is mended', function() return not has(codes(buffer), 'T201') end)
  end
  table.sort(took)
  print(('      from a change to its diagnostics: %.0f ms (median of 5, with the wait of the editor)'):format(took[3]))
  local methods = vim.tbl_keys(slowest)
  table.sort(methods)
  for _, method in ipairs(methods) do
    print(('      %-36s %6.1f ms at most'):format(method, slowest[method]))
  end
end)

print(('%d passed, %d failed'):format(passed, #failed))
vim.cmd(#failed == 0 and 'qa!' or 'cq!')
