// Which program is started: never one that a folder brings along, and one that cannot serve is told apart.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';

const source = join(import.meta.dirname, '../src/program.ts');
const { outputFiles } = await build({ entryPoints: [source], bundle: true, platform: 'node', format: 'esm', write: false });
const { find } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);

const work = mkdtempSync(join(tmpdir(), 'tollgate-'));
const place = (folder, script, mode = 0o755) => {
  mkdirSync(join(work, folder), { recursive: true });
  const path = join(work, folder, 'tollgate');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, mode);
  return path;
};
try {
  const good = place('good', '[ "$1 $2" = "lsp --help" ]');
  const old = place('old', 'exit 2');
  const text = place('text', 'exit 0', 0o644);
  const home = place('home/.cargo/bin', 'exit 0');
  place('project', 'exit 0');
  process.chdir(join(work, 'project'));
  const problem = async (setting, said) => assert.match((await find(setting)).problem, said, setting);
  const on = (...folders) => (process.env.PATH = folders.join(delimiter));
  process.env.HOME = work;

  on('', '.', 'bin', join(work, 'text'), '/bin');
  await problem('', /is not on the PATH/);
  on('.', join(work, 'good'), join(work, 'old'), '/bin');
  assert.deepEqual(await find(''), { program: good });
  on(join(work, 'old'), join(work, 'good'), '/bin');
  await problem('', /too old/);
  on('/bin');
  process.env.HOME = join(work, 'home');
  assert.deepEqual(await find(' '), { program: home });
  assert.deepEqual(await find('~/.cargo/bin/tollgate'), { program: home });
  assert.deepEqual(await find(good), { program: good });
  await problem('./tollgate', /needs an absolute path/);
  await problem(old, /too old/);
  await problem(text, /no program is there/);
  await problem(join(work, 'none'), /no program is there/);
} finally {
  rmSync(work, { recursive: true });
}
console.log('a program is found where a person put it, and nowhere else');
