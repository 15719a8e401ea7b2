import { parentPort, workerData } from 'node:worker_threads';
import { run } from '../run.ts';
import { signalOf } from '@understory/experiments/interruption';
import { watchUnfinished } from '@understory/environment-node/unfinished-files';
import type { FromThread, StreamName, ThreadData, ToThread } from './messages.ts';
import { RemoteStream } from './remote-stream.ts';

// The thread that a command runs in; `relay.ts` is its other end.

const port = parentPort!;
const { argv, cwd, runtime, streams, interrupted } = workerData as ThreadData;
const send = (message: FromThread) => port.postMessage(message);

const streamTo = (stream: StreamName) =>
  new RemoteStream(streams[stream], (bytes) => send({ kind: 'write', stream, bytes }));
const to = { stdout: streamTo('stdout'), stderr: streamTo('stderr') };
const { signal, look } = signalOf(interrupted);

port.on('message', (message: ToThread) => {
  if (message.kind === 'interrupted') look();
  else if (message.kind === 'resized') to[message.stream].resized(message);
  else to[message.stream].taken(message.bytes);
});
// Listening alone keeps no command from being found never to end.
port.unref();

// What a library or a plugin prints is no result.
for (const stream of [process.stdout, process.stderr]) {
  Object.defineProperty(stream, 'write', { value: to.stderr.write.bind(to.stderr) });
}

// The command goes on, so that what it has is kept; the other end tells of it.
process.on('unhandledRejection', (reason) => send({ kind: 'left', error: plainError(reason) }));

/** What may be sent to another thread of whatever was thrown. */
function plainError(reason: unknown): Error {
  try {
    const { message, stack } = reason instanceof Error ? reason : { message: String(reason), stack: undefined };
    return Object.assign(new Error(String(message)), { stack: String(stack ?? `rejected with ${String(message)}`) });
  } catch {
    return new Error('something that throws when it is looked at');
  }
}

watchUnfinished((path, exists) => send({ kind: 'unfinished', path, exists }));

const finished = (stream: RemoteStream) =>
  new Promise<void>((resolve) => {
    stream.end(resolve);
    // Somebody is at the other end, and will say so.
    if (stream.isWaiting) port.ref();
  });

void run(argv, {
  ...to,
  ...{ env: process.env, cwd, signal, runtime, workers: 'auto' },
  standing: (event) => send({ kind: 'standing', event }),
}).then(async (code) => {
  await Promise.all([finished(to.stdout), finished(to.stderr)]);
  send({ kind: 'ended', code });
});
