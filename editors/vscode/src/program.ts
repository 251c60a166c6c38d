// Where the server's program is, and whether it is one.
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

const NAME = process.platform === 'win32' ? 'tollgate.exe' : 'tollgate';

/** A program that can be started, or why there is none and what to do about it. */
export type Found = { program: string } | { problem: string };

/**
 * Finds the program and asks it whether it knows `lsp`.
 *
 * The path is looked through here, and only absolute folders count: some systems look into the working folder first, and that
 * belongs to whoever wrote the files that are open.
 */
export async function find(setting: string): Promise<Found> {
  const program = setting.trim() === '' ? onPath() : chosen(setting.trim());
  return typeof program === 'string' ? knowsLsp(program) : program;
}

function onPath(): string | { problem: string } {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  // A desktop seldom gives an editor the shell's path.
  const candidates = [...folders, join(homedir(), '.cargo', 'bin')].map((folder) => join(folder, NAME));
  return (
    candidates.find(canRun) ?? {
      problem: 'The program "tollgate" is not on the PATH. Install it, or write where it is into the setting "tollgate.path".',
    }
  );
}

function chosen(setting: string): string | { problem: string } {
  const path = setting.startsWith('~/') ? join(homedir(), setting.slice(2)) : setting;
  if (!isAbsolute(path)) return { problem: `The setting "tollgate.path" needs an absolute path, and "${setting}" is none.` };
  if (!canRun(path)) return { problem: `The setting "tollgate.path" says "${setting}", and no program is there.` };
  return path;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function knowsLsp(program: string): Promise<Found> {
  return new Promise((resolve) => {
    execFile(program, ['lsp', '--help'], { cwd: homedir(), timeout: 10_000 }, (error) => {
      if (!error) resolve({ program });
      else if (typeof error.code === 'number')
        resolve({ problem: `"${program}" is too old to serve an editor: it does not know "lsp". Install a newer one.` });
      else resolve({ problem: `"${program}" cannot be started: ${error.message.trim()}` });
    });
  });
}
