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

if (buildOnce()) {
  const { run } = await import('../dist/run.js');
  const interruption = new AbortController();
  // Once: a second Ctrl-C ends the process where it stands.
  process.once('SIGINT', () => interruption.abort());
  process.once('SIGTERM', () => interruption.abort());
  // A reader that has seen enough, such as `head`, is no failure, and nobody is left to tell.
  let isUnread = false;
  const untilUnread = (stream) => {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
      isUnread = true;
      interruption.abort();
    });
    const write = (...given) => (isUnread ? true : stream.write(...given));
    return Object.create(stream, { write: { value: write } });
  };
  const code = await run(process.argv.slice(2), {
    stdout: untilUnread(process.stdout),
    stderr: untilUnread(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    signal: interruption.signal,
    runtime: `node ${process.versions.node} on ${process.platform} ${process.arch}`,
  });
  process.exitCode = isUnread ? 0 : code;
} else {
  process.exitCode = 2;
}
