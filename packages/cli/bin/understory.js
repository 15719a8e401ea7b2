#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** In a checkout of the sources there is nothing to run until the workspace is built. */
function buildOnce() {
  if (existsSync(here('../dist/run.js')) || !existsSync(here('../../../nx.json'))) return true;
  process.stderr.write('understory: building once, because this is a checkout without a build ...\n');
  const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
  const program = join(dirname(compiler), JSON.parse(readFileSync(compiler, 'utf8')).bin.tsc);
  // This package and all that it refers to, in one process: a good deal faster than a task for each package.
  const command = [program, '--build', here('../tsconfig.lib.json')];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: here('../../..'),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return true;
  process.stderr.write(`${stdout}${stderr}understory: this checkout does not build; see above.\n`);
  return false;
}

/** What is answered at once, and needs no thread. */
const isShort = ([first]) => ['-V', '--version', '-h', '--help', 'help'].includes(first);

if (buildOnce()) {
  const argv = process.argv.slice(2);
  if (isShort(argv)) {
    const { run } = await import('../dist/run.js');
    const { stdout, stderr, env } = process;
    const { signal } = new AbortController();
    // A reader that has seen enough, such as `head`, is no failure.
    stdout.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
    });
    process.exitCode = await run(argv, { stdout, stderr, env, cwd: process.cwd(), signal, runtime: '' });
  } else {
    const { runInThread } = await import('../dist/thread/run-in-thread.js');
    process.exitCode = await runInThread(argv);
  }
} else {
  process.exitCode = 2;
}
