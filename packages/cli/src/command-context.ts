import type { ExitCode, Io } from './io.ts';

/** What a command is given to do its work. */
export interface CommandContext {
  readonly io: Io;
  /** Sets the exit code, 0 unless a command says otherwise. */
  finish(code: ExitCode): void;
}
