// Answers that people read, in documents that cannot be edited, or as a peek.
import { EventEmitter, Position, type TextDocumentContentProvider, Uri, ViewColumn, commands, window, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Evaluation, Held, Nearest } from './protocol';

export const ANSWER = 'tollgate-answer';

/** The newest answer of each kind. */
export class Answers implements TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.path) ?? '';
  }

  evaluation(answer: Evaluation): Promise<void> {
    return this.open('/Evaluation', evaluationText(answer));
  }

  nearest(answer: Nearest): Promise<void> {
    return this.open('/Nearest values', nearestText(answer));
  }

  private async open(path: string, text: string): Promise<void> {
    const uri = Uri.from({ scheme: ANSWER, path });
    this.texts.set(path, text);
    this.changed.fire(uri);
    const document = await workspace.openTextDocument(uri);
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true });
  }
}

/** Peeks at the snapshots of the workflows that a rule holds. */
export async function peekHeld(client: LanguageClient, of: { uri: string; rule: string }, held: Held[]): Promise<void> {
  if (held.length === 0) return void window.showInformationMessage(`${of.rule} holds no workflow.`);
  const uri = client.protocol2CodeConverter.asUri(of.uri);
  const text = (await workspace.openTextDocument(uri)).getText();
  const locations = held.map(({ location }) => client.protocol2CodeConverter.asLocation(location));
  await commands.executeCommand('editor.action.peekLocations', uri, placeOf(text, of.rule), locations, 'peek');
}

/** Where a rule, by its full name, is declared: the lens that asks does not say. */
function placeOf(text: string, rule: string): Position {
  const [policy = '', name = ''] = rule.split('.').slice(-2);
  const lines = text.split(/\r\n|\r|\n/);
  const declares = (word: string, declared: string) => new RegExp(`^\\s*${word}\\s+${declared}\\b`);
  const inPolicy = lines.findIndex((line) => declares('policy', policy).test(line));
  const line = lines.findIndex((line, index) => index >= inPolicy && declares('rule', name).test(line));
  return line < 0 ? new Position(0, 0) : new Position(line, (lines[line] ?? '').indexOf(name));
}

function evaluationText({ expression, type, results, more }: Evaluation): string {
  const width = Math.max(0, ...results.map(({ workflow }) => workflow.length));
  const lines = results.flatMap(({ workflow, asOf, value, because }) => [
    `${workflow.padEnd(width)}  ${asOf}  ${value}`,
    ...because.map((reason) => `${' '.repeat(width + 14)}${reason}`),
  ]);
  if (results.length === 0) lines.push('There is no workflow to evaluate it for.');
  if (more > 0) lines.push(`… and ${more} more`);
  return [expression, `is a ${type}`, '', ...lines, ''].join('\n');
}

function nearestText({ param, value, nearest, why }: Nearest): string {
  const blocks = nearest.map(({ value, changes }) => [
    `${value}:`,
    ...changes.map(({ workflow, from, to }) => `  ${workflow}: ${from} → ${to}`),
    '',
  ]);
  const none = why ?? 'No value that it may have changes a decision.';
  return [`${param} is ${value}.`, '', ...(blocks.length > 0 ? blocks.flat() : [none, ''])].join('\n');
}
