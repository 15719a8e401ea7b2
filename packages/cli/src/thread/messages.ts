import type { ExitCode } from '../io.ts';
import type { StandingEvent } from '../standing.ts';

export type StreamName = 'stdout' | 'stderr';

/** What a command knows of a stream at the other end. */
export interface StreamFacts {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** What a thread is begun with. */
export interface ThreadData {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly runtime: string;
  readonly streams: Readonly<Record<StreamName, StreamFacts>>;
  /** Of one 32-bit integer, which is no longer 0 once the user interrupts. */
  readonly interrupted: SharedArrayBuffer;
}

/** What the thread of a command says. */
export type FromThread =
  | { readonly kind: 'write'; readonly stream: StreamName; readonly bytes: Uint8Array }
  | { readonly kind: 'standing'; readonly event: StandingEvent }
  /** A file that is removed where the process ends before it has its name. */
  | { readonly kind: 'unfinished'; readonly path: string; readonly exists: boolean }
  /** A promise was rejected, and nothing waited for it. */
  | { readonly kind: 'left'; readonly error: Error }
  | { readonly kind: 'ended'; readonly code: ExitCode };

/** What is said to the thread of a command. */
export type ToThread =
  | { readonly kind: 'interrupted' }
  /** So many bytes are written. */
  | { readonly kind: 'taken'; readonly stream: StreamName; readonly bytes: number }
  | ({ readonly kind: 'resized'; readonly stream: StreamName } & StreamFacts);
