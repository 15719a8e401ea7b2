import type { StandingEvent } from './standing.ts';

/** Where a command writes to: `process.stdout` and `process.stderr` are such streams. */
export type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number | undefined };

/** Everything that a command knows of the process it runs in. */
export interface Io {
  /** Results. */
  readonly stdout: Stream;
  /** Everything else. */
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** The program underneath and its machine, for the record of results. */
  readonly runtime: string;
  /** How many worker threads studies take where nobody says; none without it. */
  readonly workers?: 'auto';
  /** Told what is finished, for who must speak for a command that is ended from outside. */
  readonly standing?: (event: StandingEvent) => void;
}

/** 0: done; 1: a declared limit is exceeded; 2: wrong usage, or something failed. Node itself ends with 1 where it cannot even start a command. */
export type ExitCode = 0 | 1 | 2;
