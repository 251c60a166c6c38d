// No keyword of the language is left uncoloured: in every policy and test that is shipped or shown, each reserved word has the
// scope of a keyword, and each word that is one only at its place has that scope somewhere.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const here = import.meta.dirname;
const root = join(here, '../../..');
const read = (path) => readFileSync(path, 'utf8');
const gates = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.gate'))
    .map((path) => join(folder, path));

const pest = read(join(root, 'grammar/tollgate.pest'));
const words = (text) => [...text.matchAll(/"([a-z]+)"/g)].map((found) => found[1]);
const body = (rule) => new RegExp(`^${rule} = \\{([^}]*)\\}`, 'm').exec(pest)[1];
const reserved = new Set([...words(body('reserved')), ...words(body('effect_word'))]);
const contextual = new Set([...pest.matchAll(/^kw_\w+ = @\{ "([a-z]+)"/gm)].map((found) => found[1]));
if (reserved.size < 30 || contextual.size < 60) throw new Error('the keywords were not found in grammar/tollgate.pest');

const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
await oniguruma.loadWASM(readFileSync(wasm).buffer);
const path = join(here, '../syntaxes/tollgate.tmLanguage.json');
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(read(path), path),
});
const grammar = await registry.loadGrammar('source.tollgate');

const isKeyword = (scopes) =>
  /^(keyword|storage|support\.(constant|type)|constant\.language|variable\.language)/.test(scopes.at(-1));
// A policy may be called like an effect.
const isName = (scopes) => scopes.at(-1).startsWith('entity.name.');
const isText = (scopes) => /^(comment|string|constant\.character)/.test(scopes.at(-1));
const faults = [];
const seen = new Set();

function look(file) {
  let stack = textmate.INITIAL;
  read(file).split('\n').forEach((line, index) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    for (const found of line.matchAll(/(?<![\w.])[a-z]+(?![\w]|\.\w)/g)) {
      const { scopes } = tokens.find((token) => token.startIndex <= found.index && found.index < token.endIndex);
      if (isText(scopes)) continue;
      if (isKeyword(scopes)) seen.add(found[0]);
      else if (reserved.has(found[0]) && !isName(scopes)) {
        faults.push(`${file}:${index + 1}:${found.index + 1}: ${found[0]} (${scopes.at(-1)})`);
      }
    }
  });
}

const shipped = gates(join(root, 'policies'));
const files = [...shipped, ...gates(join(root, 'examples')), ...gates(join(here, 'grammar'))];
files.forEach(look);
for (const word of [...reserved, ...contextual]) if (!seen.has(word)) faults.push(`${word} is a keyword nowhere`);
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`${seen.size} keywords in ${files.length} files, ${shipped.length} of them shipped: each is coloured`);
