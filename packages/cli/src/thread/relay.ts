import type { ExitCode } from '../io.ts';
import { keepStanding } from '../standing.ts';
import type { StreamName } from './messages.ts';
import type { CommandThread, EndingSignal, Silence, Surroundings } from './surroundings.ts';

/** Milliseconds that a command has to end in order after it is interrupted. */
const grace = 500;

/** Milliseconds that one has to write what it concludes with. */
const longGrace = 15_000;

/** Milliseconds within which a second signal is the first one again: of npx and of the terminal, both of which send it. */
const echo = 100;

/** Milliseconds that the last words may take. */
const patience = 150;

export interface Relay {
  /** Told of each signal. */
  readonly signalled: (signal: EndingSignal) => void;
  /** The exit code, when the thread has ended and all is written; never where the process is ended by a signal. */
  readonly ended: Promise<ExitCode>;
}

/**
 * Listens, writes and ends the process for a command that runs in a thread, where native code may keep it from hearing anything.
 * A signal asks the command to stop; where it has not within a grace period, or at a second signal, the relay says what is kept and
 * ends the process by that signal, since an orderly exit would wait for the native code.
 */
export function relay(thread: CommandThread, around: Surroundings): Relay {
  const standing = keepStanding();
  const unfinished = new Set<string>();
  const streams = { stdout: around.stdout, stderr: around.stderr };
  let first: number | undefined;
  /** Streams that nothing more is written to. */
  const closed = new Set<StreamName>();
  let isUnread = false;
  let isForced = false;
  let code: ExitCode | undefined;
  let left: Extract<Silence, { kind: 'left' }> | undefined;
  const waiting = { writes: 0, done: () => {} };
  let finish: (code: ExitCode) => void = () => {};
  const ended = new Promise<ExitCode>((resolve) => void (finish = resolve));

  const write = (stream: StreamName, bytes: Uint8Array | string) => {
    const taken = () => {
      waiting.writes -= 1;
      if (waiting.writes === 0) waiting.done();
      if (typeof bytes !== 'string' && !isForced) thread.postMessage({ kind: 'taken', stream, bytes: bytes.length });
    };
    waiting.writes += 1;
    if (closed.has(stream)) return taken();
    try {
      streams[stream].write(bytes, taken);
    } catch (error) {
      // Files are written at once, and their failures thrown.
      fail(stream, error);
      taken();
    }
  };
  const written = () =>
    new Promise<void>((resolve) => {
      if (waiting.writes === 0) resolve();
      else waiting.done = resolve;
    });

  /** A bar that is drawn at the time hides the cursor and keeps lines from wrapping. */
  const cleared = () => (around.stderr.isTTY === true ? '\r\u001b[2K\u001b[?25h\u001b[?7h' : '');

  const stop = (signal: EndingSignal | 'SIGPIPE') => {
    around.interrupt();
    thread.postMessage({ kind: 'interrupted' });
    const { concludes, awaits } = standing.now();
    if (awaits === undefined) around.after(concludes && !isUnread ? longGrace : grace, () => void force(signal));
    const brought = awaits ?? (concludes ? 'what is done is written' : undefined);
    if (brought !== undefined) write('stderr', `${cleared()}note: ${brought} first; interrupt again to end at once\n`);
  };

  const say = async (silence: Silence, isAnswered = false) => {
    const { stdout, stderr } = await around.wordsFor(silence, standing.now());
    if (stdout !== '' && !isAnswered) write('stdout', stdout);
    write('stderr', `${cleared()}${stderr}`);
  };

  const force = async (signal: EndingSignal | 'SIGPIPE') => {
    if (isForced) return;
    isForced = true;
    const spoken = code === undefined ? say({ kind: 'interrupted' }).then(written) : written();
    await Promise.race([spoken, new Promise<void>((resolve) => around.after(patience, resolve))]);
    unfinished.forEach(around.removeFile);
    around.die(signal);
  };

  const fail = (name: StreamName, error: unknown) => {
    if (closed.has(name)) return;
    // A reader that has seen enough, such as `head`, or a terminal that was closed is no failure, and nobody is left to tell.
    if (['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      isUnread = true;
      closed.add('stdout').add('stderr');
      if (first === undefined) stop('SIGPIPE');
      return;
    }
    closed.add(name);
    around.interrupt();
    thread.postMessage({ kind: 'interrupted' });
    if (code !== undefined) return;
    code = 2;
    void say({ kind: 'notWritable', stream: name, error });
  };
  for (const name of ['stdout', 'stderr'] as const) streams[name].on('error', (error) => fail(name, error));

  thread.on('message', (message) => {
    if (isForced) return;
    switch (message.kind) {
      case 'write':
        return write(message.stream, message.bytes);
      case 'standing':
        return standing.tell(message.event);
      case 'unfinished':
        if (message.exists) unfinished.add(message.path);
        else unfinished.delete(message.path);
        return;
      case 'left':
        left ??= message;
        return;
      case 'ended': {
        const told = left !== undefined && code === undefined && first === undefined ? say(left, true) : undefined;
        code ??= told === undefined ? message.code : 2;
        void Promise.resolve(told)
          .then(written)
          .then(() => thread.terminate());
      }
    }
  });
  thread.on('error', (error) => {
    if (isForced || code !== undefined) return;
    code = 2;
    void say({ kind: 'failed', error });
  });
  thread.on('exit', () => {
    if (isForced) return;
    const silence: Silence = first === undefined ? (left ?? { kind: 'neverSettled' }) : { kind: 'interrupted' };
    const spoken = code === undefined ? say(silence) : undefined;
    code ??= 2;
    const own = code;
    void Promise.resolve(spoken)
      .then(written)
      .then(() => {
        unfinished.forEach(around.removeFile);
        finish(isUnread ? 0 : own);
      });
  });

  return {
    signalled(signal) {
      const now = around.now();
      if (first === undefined) {
        first = now;
        stop(signal);
      } else if (now - first >= echo) void force(signal);
    },
    ended,
  };
}
