// What the server's own commands take and answer.
import type { CancellationToken } from 'vscode';
import {
  type Diagnostic,
  ExecuteCommandRequest,
  type LanguageClient,
  type Location,
  type Position,
  type Range,
} from 'vscode-languageclient/node';

export interface Commands {
  'tollgate.evaluate': { takes: { uri: string; range: Range } | { uri: string; position: Position }; answers: Evaluation };
  'tollgate.held': { takes: { uri: string; rule: string }; answers: Held[] };
  'tollgate.nearest': { takes: { uri: string; position: Position }; answers: Nearest };
  'tollgate.runTests': { takes: { uri: string; title?: string; rule?: string }; answers: TestAnswer };
  'tollgate.tests': { takes: { uri?: string }; answers: Test[] };
  'tollgate.text': { takes: { uri: string }; answers: string };
}

export interface Evaluation {
  expression: string;
  type: string;
  results: { workflow: string; asOf: string; value: string; because: string[] }[];
  /** How many workflows were left out. */
  more: number;
}

export interface Held {
  workflow: string;
  outcome: string;
  location: Location;
}

export interface Nearest {
  param: string;
  value: string;
  nearest: { value: string; changes: { workflow: string; from: string; to: string }[] }[];
  /** Why there is no such value, where there is none. */
  why?: string | null;
}

export interface Test {
  uri: string;
  title: string;
  range: Range;
}

export interface TestAnswer {
  tests: (Test & { passed: boolean; message?: string; diagnostics: Diagnostic[] })[];
  /** What kept tests from being run. */
  problems: string[];
}

/** A command that the editor ran, as a lens does, and what came of it. */
export type Answered = {
  [Name in keyof Commands]: {
    client: LanguageClient;
    command: Name;
    argument: Commands[Name]['takes'];
    answer: Commands[Name]['answers'];
  };
}[keyof Commands];

/** Asks the server itself. A command that is run through the editor shows its answer, too; this one does not. */
export function ask<Name extends keyof Commands>(
  client: LanguageClient,
  command: Name,
  argument: Commands[Name]['takes'],
  token?: CancellationToken,
): Promise<Commands[Name]['answers']> {
  return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] }, token);
}
