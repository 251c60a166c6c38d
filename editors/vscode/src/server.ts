// The server: started, watched over, and started again, though not for ever.
import { EventEmitter, type LogOutputChannel, Uri, commands, window, workspace } from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  State,
} from 'vscode-languageclient/node';
import { find } from './program';
import type { Answered } from './protocol';

/** The scheme of shipped policies, which are no files. */
export const BUILTIN = 'tollgate-builtin';

/** How often a server that ended is started again within `WITHIN`. */
const RESTARTS = 3;
const WITHIN = 3 * 60 * 1000;

export class Server {
  private client: LanguageClient | undefined;
  private program = '';
  /** Whether it has come as far as to answer since it was started. */
  private ran = false;
  private last: Promise<void> = Promise.resolve();
  private readonly starts = new EventEmitter<void>();
  private readonly answers = new EventEmitter<Answered>();

  /** A server has begun to run. */
  readonly onStarted = this.starts.event;
  /** The editor ran a command of the server's, whose answer somebody may want to see. */
  readonly onAnswered = this.answers.event;

  constructor(private readonly output: LogOutputChannel) {}

  /** The server's version, and where it is. */
  async version(): Promise<string | undefined> {
    const info = (await this.wanted())?.initializeResult?.serverInfo;
    return info && `${info.name} ${info.version ?? 'of an unknown version'}, ${this.program}`;
  }

  /** The server, once it runs; nothing where it does not. */
  async running(): Promise<LanguageClient | undefined> {
    await this.last;
    return this.client?.state === State.Running ? this.client : undefined;
  }

  /** The server for something that a person asked for: says so where there is none. */
  async wanted(): Promise<LanguageClient | undefined> {
    const client = await this.running();
    if (!client) await this.complain('The server of Tollgate does not run.');
    return client;
  }

  /** Starts the server; one that runs is stopped before. Two that are asked for at once come one after the other. */
  restart(): Promise<void> {
    this.last = this.last.then(() => this.halt()).then(() => this.begin());
    return this.last;
  }

  stop(): Promise<void> {
    this.last = this.last.then(() => this.halt());
    return this.last;
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // It had ended by itself, or would not: either way it is none of ours any more.
      this.output.warn(`while stopping: ${String(error)}`);
    }
  }

  private async begin(): Promise<void> {
    const found = await find(workspace.getConfiguration('tollgate').get('path', ''));
    if ('problem' in found) {
      this.output.error(found.problem);
      void this.complain(found.problem);
      return;
    }
    this.output.info(`starting ${found.program}`);
    const client = this.make(found.program);
    this.client = client;
    this.program = found.program;
    client.onDidChangeState(({ newState }) => {
      if (newState !== State.Running || this.client !== client) return;
      this.ran = true;
      this.starts.fire();
    });
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      void this.complain('The server of Tollgate could not be started. The output "Tollgate" says why.');
    }
  }

  private make(program: string): LanguageClient {
    const client: LanguageClient = new QuietClient(
      'tollgate',
      'Tollgate',
      { command: program, args: ['lsp'] },
      {
        // The server looks at every YAML file and says something only of those that a project reads. Other servers keep them.
        documentSelector: [
          { scheme: 'file', language: 'tollgate' },
          { scheme: BUILTIN, language: 'tollgate' },
          { scheme: 'file', pattern: '**/*.{yaml,yml}' },
        ],
        synchronize: { configurationSection: 'tollgate' },
        initializationOptions: settings(),
        outputChannel: this.output,
        errorHandler: this.restarts(),
        initializationFailedHandler: () => false,
        // The scheme of shipped policies has no host; the editor would leave its slashes out.
        uriConverters: {
          code2Protocol: (uri) => (uri.scheme === BUILTIN ? `${BUILTIN}://${uri.path}` : uri.toString()),
          protocol2Code: (uri) => Uri.parse(uri),
        },
        middleware: {
          executeCommand: async (command, args, next) => {
            try {
              const answer: unknown = await next(command, args);
              // Nothing at all comes of a request that was given up.
              if (answer !== undefined) this.answers.fire({ client, command, argument: args[0], answer } as Answered);
            } catch (error) {
              void window.showWarningMessage(error instanceof Error ? error.message : String(error));
            }
          },
        },
      },
    );
    return client;
  }

  /** A server that ran is started again, a few times. Of one that never did, `begin` says so. */
  private restarts(): ErrorHandler {
    const ends: number[] = [];
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: (): CloseHandlerResult => {
        const now = Date.now();
        ends.push(now);
        const ran = this.ran;
        this.ran = false;
        if (ran && ends.filter((end) => now - end < WITHIN).length <= RESTARTS) {
          return { action: CloseAction.Restart, handled: true };
        }
        if (ends.length > 1) void this.complain(`The server of Tollgate ended ${ends.length} times. It is not started again.`);
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  private async complain(problem: string): Promise<void> {
    const choices = { 'Open the Setting': 'path', 'Show the Output': 'output', 'Try Again': 'again' } as const;
    const choice = await window.showErrorMessage(problem, ...(Object.keys(choices) as (keyof typeof choices)[]));
    if (choice === 'Open the Setting') await commands.executeCommand('workbench.action.openSettings', 'tollgate.path');
    if (choice === 'Show the Output') this.output.show();
    if (choice === 'Try Again') await this.restart();
  }
}

/** One that writes its errors into the output alone. What somebody has to know is said here, once and in plain words. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** What the server has to know from its first moment on. */
function settings(): object {
  const section = workspace.getConfiguration('tollgate');
  return {
    inlayHints: section.get('inlayHints', true),
    codeLens: section.get('codeLens', true),
    asOf: section.get('asOf', ''),
    // In an untrusted folder the server reads nothing outside of it.
    trusted: workspace.isTrusted,
  };
}
