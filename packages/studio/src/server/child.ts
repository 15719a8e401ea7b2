import { fork, type ChildProcess } from 'node:child_process';

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments of Node, such as those of a loader; those of this process by default. */
  readonly execArgv?: readonly string[] | undefined;
}

/** A process that runs one of the modules beside this one, with what it last wrote to stderr. */
export interface Child<To, From> {
  readonly pid: number | undefined;
  send(message: To): void;
  onMessage(listener: (message: From) => void): void;
  /** Told why it ended. */
  onEnd(listener: (reason: string) => void): void;
  kill(signal?: NodeJS.Signals): void;
}

/** So much of stderr is kept for the reason. */
const keptText = 400;

/** Starts a process; it is gone once this one is. */
export function startChild<To, From>(
  module: 'engine-child' | 'study-child',
  { cwd, env, execArgv }: ChildOptions,
): Child<To, From> {
  const file = new URL(`./${module}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  const child: ChildProcess = fork(file, [], {
    ...{ cwd, env: { ...env }, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    ...(execArgv && { execArgv: [...execArgv] }),
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said = `${said}${String(chunk)}`.slice(-keptText)));
  const listeners: ((reason: string) => void)[] = [];
  let ended: string | undefined;
  const end = (how: string) => {
    if (ended !== undefined) return;
    const last = said.trim().split('\n').at(-1) ?? '';
    ended = last === '' ? how : `${how}: ${last}`;
    for (const listener of listeners) listener(ended);
  };
  child.on('error', ({ message }) => end(message));
  child.on('close', (code, signal) =>
    end(signal === null ? `it ended with the code ${code}` : `it ended by ${signal}`),
  );
  return {
    pid: child.pid,
    // That it is gone is told by its end.
    send: (message) => void child.send(message as object, () => undefined),
    onMessage: (listener) => void child.on('message', (message) => listener(message as From)),
    onEnd(listener) {
      if (ended === undefined) listeners.push(listener);
      else listener(ended);
    },
    kill: (signal = 'SIGKILL') => void child.kill(signal),
  };
}
