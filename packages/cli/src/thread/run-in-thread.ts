import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { newFlag } from '@understory/experiments/interruption';
import type { ExitCode, Stream } from '../io.ts';
import type { StreamFacts, ThreadData, ToThread } from './messages.ts';
import { relay } from './relay.ts';
import { endingSignals } from './surroundings.ts';

type Terminal = Stream & { readonly rows?: number };

/**
 * Runs one command line in a thread of its own, so that this one hears signals whatever native code does there.
 * The promise settles when everything is written; a signal may end the process before.
 */
export async function runInThread(argv: readonly string[]): Promise<ExitCode> {
  const { stdout, stderr }: { readonly stdout: Terminal; readonly stderr: Terminal } = process;
  const flag = newFlag();
  const heapLimit = Math.round(getHeapStatistics().heap_size_limit / 2 ** 20);
  const data: ThreadData = {
    ...{ argv, cwd: process.cwd(), interrupted: flag.buffer },
    runtime: `node ${process.versions.node} on ${process.platform} ${process.arch}`,
    streams: { stdout: factsOf(stdout), stderr: factsOf(stderr) },
  };
  const thread = new Worker(new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url), {
    workerData: data,
    env: SHARE_ENV,
    // The limit of this process, which a thread does not take over where it was set, and the usual stack of a main thread for native code.
    resourceLimits: { maxOldGenerationSizeMb: heapLimit, stackSizeMb: 8 },
  });
  // Loaded while there is time.
  const speaking = import('./words.ts');

  const { signalled, ended } = relay(thread, {
    ...{ stdout, stderr, interrupt: flag.raise },
    async wordsFor(silence, standing) {
      const { wordsFor } = await speaking;
      const asJson = argv.includes('--json');
      return wordsFor(silence, standing, { io: { stderr, env: process.env }, asJson, heapLimit });
    },
    removeFile: (path) => rmSync(path, { force: true }),
    die,
    now: () => performance.now(),
    after: (milliseconds, act) => void setTimeout(act, milliseconds).unref(),
  });
  for (const signal of endingSignals) process.on(signal, signalled);
  for (const [name, stream] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    const tell = () => thread.postMessage({ kind: 'resized', stream: name, ...factsOf(stream) } satisfies ToThread);
    if (stream.isTTY === true) stream.on('resize', tell);
  }
  const code = await ended;
  for (const signal of endingSignals) process.removeListener(signal, signalled);
  return code;
}

function factsOf({ isTTY, columns, rows }: Terminal): StreamFacts {
  return { isTTY: isTTY === true, columns, rows };
}

/**
 * Ends the process as the signal does where nobody listens. `process.exit` would wait for every thread, which native code may keep
 * from ending. Who started the process sees what ended it.
 */
function die(signal: NodeJS.Signals): void {
  // Node ignores some signals, such as SIGPIPE, until somebody has listened and listens no more.
  process.on(signal, () => undefined);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal in constants.signals ? signal : 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);
}
