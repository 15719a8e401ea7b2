import { Presets, SingleBar } from 'cli-progress';
import type { Io } from './io.ts';
import type { Step } from '@understory/studies';
import { stepText } from '@understory/studies/results';
import { pause } from './throughput.ts';

/** How far a run is, told on stderr. */
export interface Progress {
  /** One more of the total is done. */
  advance(label: string): void;
  /** How far something is within one of them. */
  within(step: Step): void;
  /** Writes a text without tearing the bar. */
  write(text: string): void;
  stop(): void;
}

/** Seconds after which something within a single image is worth a bar. */
const noticeable = 0.5;

/**
 * A bar on a terminal, a line for each of several elsewhere, nothing where it is quiet; within one that takes long the bar says how far
 * that is, and elsewhere a line now and then. `now` is in milliseconds.
 */
export function progressOn(
  { stderr }: Pick<Io, 'stderr'>,
  total: number,
  { quiet, now = Date.now }: { quiet: boolean; now?: () => number },
): Progress {
  const write = (text: string) => void stderr.write(text);
  if (quiet) return { advance: () => undefined, within: () => undefined, write, stop: () => undefined };
  let done = 0;
  if (stderr.isTTY !== true) {
    let told = now();
    const line = (text: string) => {
      told = now();
      write(`[${String(done).padStart(String(total).length)}/${total}] ${text}\n`);
    };
    return {
      advance(label) {
        done += 1;
        if (total > 1) line(label);
      },
      within(step) {
        if (now() - told >= pause) line(stepText(step));
      },
      write,
      stop: () => undefined,
    };
  }
  const bar = new SingleBar(
    { stream: stderr, clearOnComplete: true, hideCursor: true, format: '{bar} {count} {label}' },
    Presets.shades_classic,
  );
  let shown = { value: 0, label: '' };
  let isDrawn = false;
  const draw = () => {
    const payload = { count: `${done}/${total}`, label: shown.label };
    if (isDrawn) bar.update(shown.value, payload);
    else bar.start(total, shown.value, payload);
    isDrawn = true;
  };
  if (total > 1) draw();
  return {
    advance(label) {
      done += 1;
      shown = { value: done, label };
      if (isDrawn) draw();
    },
    within(step) {
      if (!isDrawn && step.seconds < noticeable) return;
      // The bar of a single image is that of what is done within it.
      shown = { value: total > 1 ? done : step.done / step.total, label: stepText(step) };
      draw();
    },
    write(text) {
      if (!isDrawn) return write(text);
      bar.stop();
      isDrawn = false;
      write(text);
      draw();
    },
    stop() {
      if (isDrawn) bar.stop();
    },
  };
}
