// What package.json promises is in the code, and what the code uses is in package.json.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const json = (path) => JSON.parse(read(path));
const { contributes, files, capabilities, activationEvents, version, ...manifest } = json('package.json');
const sources = readdirSync(join(root, 'src'))
  .map((file) => read(join('src', file)))
  .join('\n');
const quoted = (pattern) => new Set([...sources.matchAll(pattern)].map((found) => found[1]));
const same = (promised, found, what) => assert.deepEqual([...promised].sort(), [...found].sort(), what);

// Commands: those of the palette are registered here; the server's have other names, as the client registers these itself.
const commands = contributes.commands.map(({ command }) => command);
const registered = quoted(/(?:registerCommand\(|atCursor\(running, )'(tollgate\.\w+)'/g);
same(commands, registered, 'commands');
const servers = quoted(/^ {2}'(tollgate\.\w+)': \{ takes/gm);
assert.equal(servers.size, 6, 'commands of the server');
for (const command of servers) assert.ok(!registered.has(command), `${command} is registered twice`);
for (const { command } of Object.values(contributes.menus).flat()) assert.ok(commands.includes(command), command);

// Settings: each is read by the extension; the language client reads the trace.
const settings = Object.keys(contributes.configuration.properties);
const used = quoted(/(?:\.get|section\.get)\('(\w+)'/g);
same(settings, [...used].map((name) => `tollgate.${name}`).concat('tollgate.trace.server'), 'settings');
assert.equal(contributes.configuration.properties['tollgate.path'].scope, 'machine');
same(capabilities.untrustedWorkspaces.restrictedConfigurations, ['tollgate.path'], 'what an untrusted folder cannot set');
const readme = read('README.md');
for (const setting of settings) assert.ok(readme.includes(`\`${setting}\``), `the README says nothing of ${setting}`);
for (const { title } of contributes.commands) {
  assert.ok(readme.includes(`Tollgate: ${title}`), `the README says nothing of ${title}`);
}

// The language, and the files that it names.
const [language] = contributes.languages;
assert.ok(sources.includes(`language: '${language.id}'`) && activationEvents.includes(`onLanguage:${language.id}`));
const [grammar] = contributes.grammars;
assert.equal(json(grammar.path).scopeName, grammar.scopeName);
assert.equal(grammar.language, language.id);
for (const path of [language.configuration, grammar.path, ...contributes.snippets.map((snippets) => snippets.path)]) {
  assert.ok(existsSync(join(root, path)) && files.includes(path.replace('./', '')), path);
  json(path);
}
assert.ok(files.includes(manifest.main.replace('./', '')));

// One version with the program, and every dependency at one version and with its digest, from whichever registry is set.
assert.match(read('../../Cargo.toml'), new RegExp(`^version = "${version}"$`, 'm'), 'the version of Cargo.toml');
assert.equal(manifest.dependencies, undefined, 'what is needed to run is bundled');
for (const [name, wanted] of Object.entries(manifest.devDependencies)) assert.match(wanted, /^\d+\.\d+\.\d+$/, name);
for (const [path, { resolved, integrity }] of Object.entries(json('package-lock.json').packages)) {
  if (path !== '') assert.ok(integrity && !resolved, path);
}
console.log(`${commands.length} commands, ${settings.length} settings and the language are in the code`);
