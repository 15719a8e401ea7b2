import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { run, type ExitCode } from '../../src/index.ts';

export const repository = fileURLToPath(new URL('../../../../', import.meta.url));

interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workspace {
  /** The folder that commands run in. */
  readonly folder: string;
  /** Runs a command line. */
  cli(
    argv: readonly string[],
    options?: { terminal?: boolean; signal?: AbortSignal; env?: Record<string, string>; runtime?: string },
  ): Promise<Outcome>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

/** A temporary folder with a configuration that loads the fake plugin alone, its network and a few pictures of 8 x 8. */
export async function fakeWorkspace(): Promise<Workspace> {
  const workspace = await emptyWorkspace();
  const { folder, write } = workspace;
  await cp(fileURLToPath(new URL('./fake-plugin.mjs', import.meta.url)), join(folder, 'fake-plugin.mjs'));
  await write('understory.config.json', JSON.stringify({ plugins: ['./fake-plugin.mjs'] }));
  await write('model/tiny.fake.json', '{}');
  await write('model/config.json', JSON.stringify({ id2label: { 0: 'red', 1: 'green, grass', 2: 'blue', 3: 'dark' } }));
  await write(
    'model/preprocessor_config.json',
    JSON.stringify({ do_resize: true, size: { height: 8, width: 8 }, do_normalize: false }),
  );
  await write('red.png', await quarter([255, 0, 0]));
  await write('photos/green.png', await quarter([0, 255, 0]));
  await write('photos/blue.png', await quarter([0, 0, 255]));
  await write('photos/notes.txt', 'no picture');
  await mkdir(join(folder, 'empty'));
  return workspace;
}

/** A temporary folder without a configuration. */
export async function emptyWorkspace(): Promise<Workspace> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'understory-cli-')));
  return {
    folder,
    async cli(argv, { terminal = false, signal = new AbortController().signal, env = {}, runtime = 'a test' } = {}) {
      const stdout = collector(terminal);
      const stderr = collector(terminal);
      const io = { stdout: stdout.stream, stderr: stderr.stream, env, cwd: folder, signal, runtime };
      const code = await run(argv, io);
      return { code, stdout: stdout.text(), stderr: stderr.text() };
    },
    async write(path, content) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function collector(isTTY: boolean) {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 100 }), text: () => chunks.join('') };
}

/** A picture of 8 x 8 that is black but for its upper left quarter. */
export function quarter(colour: readonly [number, number, number]): Promise<Uint8Array> {
  const data = new Uint8Array(3 * 64);
  for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) data.set(colour, 3 * (8 * y + x));
  return encodePng(rgbImage(data, 8, 8));
}
