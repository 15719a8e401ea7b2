import { Presets, SingleBar } from 'cli-progress';
import type { Io } from './io.ts';

/** How far a run is, told on stderr. */
export interface Progress {
  /** One more of the total is done. */
  advance(label: string): void;
  /** Writes a text without tearing the bar. */
  write(text: string): void;
  stop(): void;
}

/** A bar on a terminal, a line a step elsewhere, nothing where it is quiet. */
export function progressOn({ stderr }: Pick<Io, 'stderr'>, total: number, { quiet }: { quiet: boolean }): Progress {
  const write = (text: string) => void stderr.write(text);
  if (quiet || total < 2) return { advance: () => undefined, write, stop: () => undefined };
  let done = 0;
  if (stderr.isTTY !== true) {
    const width = String(total).length;
    return {
      advance: (label) => write(`[${String(++done).padStart(width)}/${total}] ${label}\n`),
      write,
      stop: () => undefined,
    };
  }
  const bar = new SingleBar(
    { stream: stderr, clearOnComplete: true, hideCursor: true, format: '{bar} {value}/{total} {label}' },
    Presets.shades_classic,
  );
  bar.start(total, 0, { label: '' });
  return {
    advance: (label) => bar.update(++done, { label }),
    write(text) {
      bar.stop();
      write(text);
      bar.start(total, done, { label: '' });
    },
    stop: () => bar.stop(),
  };
}
