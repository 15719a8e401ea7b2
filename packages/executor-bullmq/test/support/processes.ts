import { expect } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `killed-process.ts` with these arguments. */
export function startProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@understory/source', '--disable-warning=ExperimentalWarning', '--import'],
      ...[here('../../../experiments/test/support/typescript.mjs'), here('./killed-process.ts'), ...args],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  const lines: string[] = [];
  let errors = '';
  child.stdout.on('data', (text) => lines.push(...String(text).trim().split('\n')));
  child.stderr.on('data', (text) => (errors += String(text)));
  const ended = new Promise<number | string | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  /** Until it has said so many lines; throws where it ends before. */
  const said = async (count: number) => {
    const isOver = ended.then((how) => Promise.reject(new Error(`it ended with ${how}: ${errors}`)));
    isOver.catch(() => undefined);
    while (lines.length < count) {
      await Promise.race([new Promise<void>((resolve) => child.stdout.once('data', () => resolve())), isOver]);
    }
  };
  const kill = async () => {
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
  };
  return { child, lines, said, kill, ended, errors: () => errors };
}

/** All files of a run folder, the log as the set of its lines. */
export async function filesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(
    files.map(async (file) => [file.slice(folder.length), await readFile(file, 'latin1')] as const),
  );
  return Object.fromEntries(
    texts.map(([file, text]) => [file, file.endsWith('.jsonl') ? text.split('\n').sort().join('\n') : text]),
  );
}
