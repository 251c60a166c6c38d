// Looks at a project in VS Code through a browser, as a person would: what is underlined, what stands above a rule, what a test
// says. Started by vscode.sh. The first thing that does not come fails it, with a picture where SCREENSHOTS says.
// ONLY=policy,answers looks at these parts alone.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, executablePath, address, work, tollgate] = process.argv.slice(2);
const { chromium } = createRequire(join(folder, 'package.json'))('playwright-core');
const project = join(work, 'project');
const write = (name, values) => {
  mkdirSync(join(work, 'data', name), { recursive: true });
  writeFileSync(join(work, 'data', name, 'settings.json'), JSON.stringify(values));
};
write('User', {
  'tollgate.asOf': '2026-11-23',
  'security.workspace.trust.enabled': false,
  'files.autoSave': 'off',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'editor.accessibilitySupport': 'off',
});
// The editor runs in the browser, and the server does not: which program to start is a setting of the server's machine.
const use = (path) => write('Machine', { 'tollgate.path': path });

use(tollgate);
await answered();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1500, height: 950 } });
page.setDefaultTimeout(Number(process.env.PATIENCE ?? 60_000));
try {
  for (const part of [policy, mistake, snapshot, explorer, answers, shipped, badServers]) {
    if (!(process.env.ONLY ?? part.name).split(',').includes(part.name)) continue;
    await part();
    console.log(`VS Code: ${part.name} is as it should be`);
  }
} catch (error) {
  await picture('failed');
  throw error;
} finally {
  await browser.close();
}

/** The editor's own server takes a while. */
async function answered() {
  for (let i = 0; i < 300; i += 1) {
    if (await fetch(address).then((response) => response.ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('VS Code does not answer');
}

async function picture(name) {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
}

/** Opens the project with a file of it. */
async function open(path) {
  const payload = JSON.stringify([['openFile', `vscode-remote://${new URL(address).host}${join(project, path)}`]]);
  await page.goto(`${address}/?folder=${encodeURIComponent(project)}&payload=${encodeURIComponent(payload)}`);
  await page.locator('.monaco-editor .view-line').first().waitFor();
}

/** Waits for an element that has a text. */
function shows(selector, text) {
  return page.locator(selector, { hasText: text }).first().waitFor({ state: 'attached' });
}

/** Runs a command by its name. */
async function command(name) {
  await page.keyboard.press('F1');
  const box = page.locator('.quick-input-widget input');
  await box.waitFor();
  await box.fill(`>${name}`);
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: name }).first().click();
}

async function goTo(line, column) {
  await page.keyboard.press('Control+g');
  await page.locator('.quick-input-widget input').fill(`:${line}:${column}`);
  await page.keyboard.press('Enter');
}

/** A line of a file, and where a text is in it. */
function place(path, text) {
  const lines = readFileSync(join(project, path), 'utf8').split('\n');
  const line = lines.findIndex((each) => each.includes(text));
  assert.ok(line >= 0, `${path} has no ${text}`);
  return [line + 1, lines[line].indexOf(text) + 1];
}

/** A policy: what stands above its rules and params and beside its conditions. */
async function policy() {
  await open('policies/care.gate');
  await shows('.codelens-decoration', /holds \d+ of \d+ workflows/);
  await shows('.codelens-decoration', 'nearest value that changes a decision');
  await page.locator('.view-line [class*="dyn-rule"], .view-line [class*="ced-"]').first().waitFor({ state: 'attached' });
  await picture('policy');
}

/** A mistake that is typed, and its fix. */
async function mistake() {
  await open('policies/care.gate');
  await page.locator('.monaco-editor .view-line').first().click();
  await goTo(...place('policies/care.gate', 'adoption >='));
  await page.keyboard.type('a');
  await page.locator('.squiggly-error').first().waitFor({ state: 'attached' });
  await picture('mistake');
  // What the editor proposes for the word lies over the fix.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row.action', { hasText: 'Write `adoption`' }).first().waitFor();
  await picture('fix');
  await page.keyboard.press('Enter');
  await shows('.view-line', /require\sadoption\s>=/);
  await page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  // The next part reads the file as it lies on the disk.
  await page.keyboard.press('Control+s');
  await page.locator('.tab.dirty').first().waitFor({ state: 'detached' });
}

/** A snapshot: the failed rule at its line, and in the panel of problems. */
async function snapshot() {
  await open('rollouts/knowledge-search/2026-11-20.yaml');
  await page.locator('.squiggly-error, .squiggly-warning, .squiggly-info').first().waitFor({ state: 'attached' });
  await page.keyboard.press('Control+Shift+M');
  await page.getByPlaceholder('Filter (e.g. text').first().fill('users give');
  await shows('.markers-panel .monaco-list-row', 'users give 3.6 of 5; 4 are needed');
  await page.locator('.monaco-editor .view-line').first().click();
  await goTo(...place('rollouts/knowledge-search/2026-11-20.yaml', '3.6'));
  await command('Show or Focus Hover');
  await shows('.monaco-hover', 'users give 3.6 of 5; 4 are needed');
  await picture('snapshot');
}

/** The test explorer: finds the tests, runs them, and shows the one that fails where it fails. */
async function explorer() {
  await open('policies/care.test.gate');
  await page.getByRole('tab', { name: 'Testing' }).first().click();
  await shows('.test-explorer .monaco-list-row', 'care.test.gate');
  await command('Test: Run All Tests');
  await page.getByText('1/2', { exact: true }).first().waitFor();
  await shows('.test-error-content-widget', /./);
  await picture('explorer');
  await command('Test: Clear All Results');
  await page.locator('.codelens-decoration a', { hasText: 'run test' }).first().click();
  await shows('.notification-toast', 'The test passed.');
  await picture('lens');
  await command('Notifications: Clear All Notifications');
}

/** What lenses and commands answer. */
async function answers() {
  await open('policies/care.gate');
  await page.locator('.codelens-decoration a', { hasText: /holds [1-9]\d* of/ }).first().click();
  await page.locator('.peekview-widget .reference-file, .peekview-widget .ref-tree .monaco-list-row').first().waitFor();
  await picture('held');
  await page.keyboard.press('Escape');
  await page.locator('.codelens-decoration a', { hasText: 'nearest value' }).first().click();
  await shows('.tab', 'Nearest values');
  await shows('.view-line', /care\.enough\sis\s4/);
  await picture('nearest');
  await page.keyboard.press('Control+1');
  await goTo(...place('policies/care.gate', '>= enough'));
  await command('Tollgate: Evaluate the Selection');
  await shows('.tab', 'Evaluation');
  await shows('.view-line', 'knowledge-search');
  await picture('evaluation');
  await command('Tollgate: Show the Server\'s Version');
  await shows('.notification-toast', /tollgate \d+\.\d+\.\d+, /);
  await command('Notifications: Clear All Notifications');
}

/** A name of a shipped policy leads to that policy, which cannot be written to. */
async function shipped() {
  await open('policies/care.gate');
  await shows('.codelens-decoration', 'holds');
  await page.locator('.monaco-editor .view-line').first().click();
  await goTo(...place('policies/care.gate', 'min_adoption'));
  await page.keyboard.press('F12');
  await page.locator('.monaco-editor[data-uri^="tollgate-builtin:"] .view-line').first().waitFor();
  await picture('shipped');
}

/** No program, one that is too old, one that ends at once or soon: each is said in words, and none is tried for ever. */
async function badServers() {
  await open('policies/care.gate');
  const said = async (path, text) => {
    use(join(work, path));
    await shows('.notification-toast', text);
    await picture(path.replace('/', '-'));
    await command('Notifications: Clear All Notifications');
  };
  await said('servers/none', 'no program is there');
  await said('servers/old', 'too old to serve an editor');
  await said('servers/dead', 'could not be started');
  await said('servers/dying', 'ended 4 times. It is not started again');
}
