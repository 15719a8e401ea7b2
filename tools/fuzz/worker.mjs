/**
 * Runs command lines one after the other in one process, for the referee to watch from outside: a message `{ argv, folder }` is
 * answered by what the command did. `UNDERSTORY_FUZZ_TARGET` may name another module with a function `run`, for the self-test.
 */
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { root } from './paths.mjs';

const target = process.env.UNDERSTORY_FUZZ_TARGET ?? join(root, 'packages/cli/dist/run.js');
const { run: runCommand } = await import(pathToFileURL(target).href);

/** The command line, and a command of our own. */
async function run(argv, io) {
  if (argv[0] !== 'numbers') return runCommand(argv, io);
  const { compareNumbers } = await import('./compare-numbers.mjs');
  return compareNumbers(argv.slice(1), io);
}

let current;

function settle(outcome) {
  if (current === undefined) return;
  const { stdout, stderr } = current;
  current = undefined;
  // From here on only the referee keeps this process.
  process.channel.ref();
  // After what was written past the command's own streams.
  process.stdout.write('', () =>
    process.stderr.write('', () => process.send({ ...outcome, stdout: stdout(), stderr: stderr() })),
  );
}

const described = (error) => String((error instanceof Error && error.stack) || error);
process.on('uncaughtException', (error) => settle({ uncaught: described(error) }));
process.on('unhandledRejection', (error) =>
  settle({ uncaught: `a rejection that nobody handled: ${described(error)}` }),
);
process.on('beforeExit', () => settle({ stuck: true }));

process.on('message', async ({ argv, folder, env }) => {
  const collected = { stdout: collector(), stderr: collector() };
  current = { stdout: collected.stdout.text, stderr: collected.stderr.text };
  process.chdir(folder);
  // So that a command which waits for nothing any more ends this process, as it would end its own.
  process.channel.unref();
  try {
    const code = await run(argv, {
      stdout: collected.stdout.stream,
      stderr: collected.stderr.stream,
      env,
      cwd: folder,
      signal: new AbortController().signal,
      runtime: 'fuzz',
    });
    // What fails a moment later belongs to it as well.
    await new Promise((resolve) => setImmediate(resolve));
    settle({ code });
  } catch (error) {
    settle({ uncaught: described(error) });
  }
});

function collector() {
  const chunks = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY: false, columns: 100 }),
    text: () => Buffer.concat(chunks).toString(),
  };
}

// Without its referee it has no purpose.
process.on('disconnect', () => process.exit());

process.send({ ready: true });
