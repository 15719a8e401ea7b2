import type { Stream } from '../io.ts';
import type { Standing } from '../standing.ts';
import type { FromThread, StreamName, ToThread } from './messages.ts';

/** Signals that ask a process to end. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type EndingSignal = (typeof endingSignals)[number];

/** The thread of a command, as `Worker` has it. */
export interface CommandThread {
  on(event: 'message', listener: (message: FromThread) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  postMessage(message: ToThread): void;
  terminate(): unknown;
}

/** Why a command cannot speak for itself. */
export type Silence =
  | { readonly kind: 'interrupted' }
  /** The thread ended though the command had not. */
  | { readonly kind: 'neverSettled' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** A promise was rejected that nothing waited for; the command itself may have come to its end. */
  | { readonly kind: 'left'; readonly error: Error }
  /** What is written to a stream goes nowhere, and not because its reader has gone. */
  | { readonly kind: 'notWritable'; readonly stream: StreamName; readonly error: unknown };

export interface Words {
  readonly stdout: string;
  readonly stderr: string;
}

/** The process around, as far as the relay touches it. */
export interface Surroundings {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Raises the flag that the thread looks at. */
  interrupt(): void;
  /** What is said in place of the command. */
  wordsFor(silence: Silence, standing: Standing): Promise<Words>;
  removeFile(path: string): void;
  /** Ends the process by a signal, whatever its threads do. */
  die(signal: EndingSignal | 'SIGPIPE'): void;
  /** In milliseconds. */
  now(): number;
  after(milliseconds: number, act: () => void): void;
}
