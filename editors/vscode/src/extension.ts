// The extension: a client of `tollgate lsp`, with a test explorer and answers that can be read.
import { type ExtensionContext, type TextEditor, commands, window, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { ANSWER, Answers, peekHeld } from './answers';
import { Explorer } from './explorer';
import { type Answered, type Commands, ask } from './protocol';
import { BUILTIN, Server } from './server';

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const output = window.createOutputChannel('Tollgate', { log: true });
  const running = new Server(output);
  const answers = new Answers();
  const explorer = new Explorer(running);
  server = running;
  context.subscriptions.push(
    output,
    explorer,
    running.onStarted(() => explorer.soon()),
    running.onAnswered((answered) => void show(answers, explorer, answered)),
    workspace.registerTextDocumentContentProvider(ANSWER, answers),
    workspace.registerTextDocumentContentProvider(BUILTIN, {
      provideTextDocumentContent: async (uri, token) => {
        const client = await running.running();
        return client && ask(client, 'tollgate.text', { uri: client.code2ProtocolConverter.asUri(uri) }, token);
      },
    }),
    workspace.onDidGrantWorkspaceTrust(() => void running.restart()),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('tollgate.path')) void running.restart();
    }),
    commands.registerCommand('tollgate.restart', () => running.restart()),
    commands.registerCommand('tollgate.showVersion', async () => {
      const version = await running.version();
      if (version) void window.showInformationMessage(version);
    }),
    atCursor(running, 'tollgate.evaluateSelection', 'tollgate.evaluate', (client, { document, selection }) => {
      const { asUri, asRange, asPosition } = client.code2ProtocolConverter;
      const uri = asUri(document.uri);
      return selection.isEmpty ? { uri, position: asPosition(selection.active) } : { uri, range: asRange(selection) };
    }),
    atCursor(running, 'tollgate.runTestsOfFile', 'tollgate.runTests', (client, { document }) => ({
      uri: client.code2ProtocolConverter.asUri(document.uri),
    })),
    atCursor(running, 'tollgate.nearestValue', 'tollgate.nearest', (client, { document, selection }) => ({
      uri: client.code2ProtocolConverter.asUri(document.uri),
      position: client.code2ProtocolConverter.asPosition(selection.active),
    })),
  );
  void running.restart();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

/** A command of the palette that runs one of the server's for the editor that is open; its answer is shown as a lens's is. */
function atCursor<Name extends keyof Commands>(
  server: Server,
  name: string,
  command: Name,
  argument: (client: LanguageClient, editor: TextEditor) => Commands[Name]['takes'],
) {
  return commands.registerCommand(name, async () => {
    const editor = window.activeTextEditor;
    const client = editor && (await server.wanted());
    if (client) await commands.executeCommand(command, argument(client, editor));
  });
}

async function show(answers: Answers, explorer: Explorer, { client, command, argument, answer }: Answered): Promise<void> {
  switch (command) {
    case 'tollgate.evaluate':
      return answers.evaluation(answer);
    case 'tollgate.held':
      return peekHeld(client, argument, answer);
    case 'tollgate.nearest':
      return answers.nearest(answer);
    case 'tollgate.runTests':
      return explorer.shown(client, answer);
    // Asked for by the extension alone, and seen in the explorer and in an editor.
    case 'tollgate.tests':
    case 'tollgate.text':
  }
}
