import type { Io } from './io.ts';
import { formatError } from './report-error.ts';

interface NoticeOptions {
  readonly quiet: boolean;
  readonly json: boolean;
  /** What writes without tearing a bar that is drawn at the time. */
  readonly drawn?: () => { write(text: string): void } | undefined;
}

/** Tells on stderr what happens on the way: sentences as notes, errors as errors. */
export function noticesOn(io: Io, { quiet, json, drawn }: NoticeOptions): (notice: string | Error) => void {
  return (notice) => {
    if (typeof notice === 'string' && quiet) return;
    const text = typeof notice === 'string' ? `note: ${notice}\n` : formatError(io, notice, { json });
    (drawn?.() ?? io.stderr).write(text);
  };
}
