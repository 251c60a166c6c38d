// What is in the package: what is needed, the licences, and nothing else. The list of an archive's files is at its end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const archive = readFileSync(process.argv[2]);
const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
const names = [];
for (let at = archive.readUInt32LE(end + 16); names.length < archive.readUInt16LE(end + 10); ) {
  const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
  names.push(archive.toString('utf8', at + 46, at + 46 + name));
  at += 46 + name + extra + comment;
}

assert.deepEqual(names.sort(), [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/dist/THIRD-PARTY.txt',
  'extension/dist/extension.js',
  'extension/language-configuration.json',
  'extension/package.json',
  'extension/readme.md',
  'extension/snippets/tollgate.json',
  'extension/syntaxes/tollgate.tmLanguage.json',
]);
assert.ok(archive.length < 300_000, `${archive.length} bytes`);

// The licences of what is bundled, and no path of the machine that bundled it.
const dist = join(import.meta.dirname, '../dist');
const licences = readFileSync(join(dist, 'THIRD-PARTY.txt'), 'utf8');
const named = [...licences.matchAll(/^(\S+) \d+\.\d+\.\d+ \((.+)\)$/gm)].map((found) => [found[1], found[2]]);
assert.ok(named.some(([name]) => name === 'vscode-languageclient'));
for (const [name, licence] of named) assert.ok(['MIT', 'ISC', 'BlueOak-1.0.0'].includes(licence), `${name}: ${licence}`);
const bundle = readFileSync(join(dist, 'extension.js'), 'utf8');
assert.ok(!bundle.includes(join(import.meta.dirname, '../../..')), 'the bundle names a folder of this machine');
console.log(`${names.length} files, ${archive.length} bytes, licences of ${named.length} packages`);
