// The test explorer: every test of the workspace, by file.
import {
  type CancellationToken,
  type Disposable,
  Location,
  type TestController,
  type TestItem,
  TestMessage,
  type TestRun,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  window,
  workspace,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type Test, type TestAnswer, ask } from './protocol';
import type { Server } from './server';

/** How long nobody types before tests are looked for again. */
const QUIET = 400;

export class Explorer implements Disposable {
  private readonly controller: TestController = tests.createTestController('tollgate', 'Tollgate');
  private readonly watching: Disposable[] = [];
  private pending: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server) {
    this.controller.refreshHandler = () => this.refresh();
    const run = (request: TestRunRequest, token: CancellationToken) => this.run(request, token);
    this.controller.createRunProfile('Run', TestRunProfileKind.Run, run, true);
    const files = workspace.createFileSystemWatcher('**/*.gate');
    this.watching.push(
      files,
      files.onDidCreate(() => this.soon()),
      files.onDidChange(() => this.soon()),
      files.onDidDelete(() => this.soon()),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === 'tollgate') this.soon();
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.pending);
    for (const watched of this.watching) watched.dispose();
    this.controller.dispose();
  }

  /** Looks for tests once nothing has changed for a moment. */
  soon(): void {
    clearTimeout(this.pending);
    this.pending = setTimeout(() => void this.refresh(), QUIET);
  }

  /** Shows in the explorer what a lens has run. */
  async shown(client: LanguageClient, answer: TestAnswer): Promise<void> {
    await this.refresh();
    const items = answer.tests.map((test) => this.item(client, test));
    const run = this.controller.createTestRun(new TestRunRequest(items));
    report(client, run, answer, items);
    run.end();
    const all = answer.tests.length;
    const failed = answer.tests.filter(({ passed }) => !passed).length;
    const [problem] = answer.problems;
    if (problem) void window.showWarningMessage(problem);
    else if (all === 0) void window.showInformationMessage('There is no such test.');
    else if (failed > 0) void window.showWarningMessage(`${failed} of ${all} tests failed.`);
    else void window.showInformationMessage(all === 1 ? 'The test passed.' : `All ${all} tests passed.`);
  }

  private async refresh(): Promise<void> {
    const client = await this.server.running();
    if (!client) return this.controller.items.replace([]);
    try {
      const found = await ask(client, 'tollgate.tests', {});
      const kept = new Set(found.map((test) => this.item(client, test)));
      for (const [, file] of this.controller.items) {
        for (const [id, item] of file.children) if (!kept.has(item)) file.children.delete(id);
        if (file.children.size === 0) this.controller.items.delete(file.id);
      }
    } catch (error) {
      // The next change asks again. Whoever looks for the cause finds it in the output.
      client.outputChannel.appendLine(`tests cannot be listed: ${String(error)}`);
    }
  }

  /** The item of a test, which is made where there is none, with its range as it is now. */
  private item(client: LanguageClient, test: Test): TestItem {
    const uri = client.protocol2CodeConverter.asUri(test.uri);
    const id = uri.toString();
    const file = this.controller.items.get(id) ?? this.controller.createTestItem(id, workspace.asRelativePath(uri), uri);
    this.controller.items.add(file);
    const item = file.children.get(test.title) ?? this.controller.createTestItem(test.title, test.title, uri);
    item.range = client.protocol2CodeConverter.asRange(test.range);
    item.sortText = String(test.range.start.line).padStart(8, '0');
    file.children.add(item);
    return item;
  }

  private async run(request: TestRunRequest, token: CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const client = await this.server.wanted();
    const excluded = new Set(request.exclude);
    const chosen = request.include ?? [...this.controller.items].map(([, file]) => file);
    for (const item of chosen) {
      const items = (item.children.size > 0 ? [...item.children].map(([, child]) => child) : [item]).filter(
        (child) => !excluded.has(child) && !excluded.has(item),
      );
      if (!client || !item.uri || token.isCancellationRequested) {
        for (const child of items) run.skipped(child);
        continue;
      }
      for (const child of items) run.started(child);
      const uri = client.code2ProtocolConverter.asUri(item.uri);
      const argument = item.children.size > 0 ? { uri } : { uri, title: item.id };
      try {
        report(client, run, await ask(client, 'tollgate.runTests', argument, token), items);
      } catch (error) {
        for (const child of items) run.errored(child, new TestMessage(String(error)));
      }
    }
    run.end();
  }
}

/** Says of each item what became of it. */
function report(client: LanguageClient, run: TestRun, answer: TestAnswer, items: TestItem[]): void {
  for (const problem of answer.problems) run.appendOutput(`${problem.replace(/\r?\n/g, '\r\n')}\r\n`);
  const results = new Map(answer.tests.map((test) => [test.title, test]));
  for (const item of items) {
    const result = results.get(item.id);
    if (!result) run.errored(item, new TestMessage(answer.problems.join('\n') || 'The server does not know this test any more.'));
    else if (result.passed) run.passed(item);
    else run.failed(item, messages(client, item, result));
  }
}

/** Each finding at its place; where there is none, what is said of the whole test. */
function messages(client: LanguageClient, item: TestItem, { message, diagnostics }: TestAnswer['tests'][number]): TestMessage[] {
  const at = (text: string, range = item.range) => {
    const said = new TestMessage(text);
    if (item.uri && range) said.location = new Location(item.uri, range);
    return said;
  };
  const found = client.protocol2CodeConverter;
  if (diagnostics.length === 0) return [at(message ?? 'failed')];
  return diagnostics.map((diagnostic) => at(text(diagnostic.message), found.asRange(diagnostic.range)));
}

/** A diagnostic's message may come as marked-up text. */
function text(message: string | { value: string }): string {
  return typeof message === 'string' ? message : message.value;
}
