import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '@understory/experiments';
import type { Step } from '@understory/studies';
import { duration, stepText } from '@understory/studies/results';
import type { Io } from './io.ts';

/** How far a long run is, how fast it goes and how long it will take, told on stderr. */
export interface Throughput {
  update(progress: Progress): void;
  /** How far something is within an image. */
  within(step: Step): void;
  /** Writes a text without tearing the bar. */
  write(text: string): void;
  stop(): void;
}

/** Off a terminal a line is written at most so often, in milliseconds. */
export const pause = 5000;

/** A bar on a terminal, now and then a line elsewhere, nothing where it is quiet; `now` is in milliseconds. */
export function throughputOn(
  { stderr }: Pick<Io, 'stderr'>,
  total: number,
  { quiet, now = Date.now }: { quiet: boolean; now?: () => number },
): Throughput {
  const write = (text: string) => void stderr.write(text);
  if (quiet) return { update: () => undefined, within: () => undefined, write, stop: () => undefined };
  if (stderr.isTTY !== true) {
    let told = now();
    let finished = 0;
    const line = (text: string) => {
      told = now();
      write(`[${String(finished).padStart(String(total).length)}/${total}] ${text}\n`);
    };
    return {
      update(progress) {
        finished = progress.done + progress.failed;
        if (finished < total && now() - told < pause) return;
        line(paceText(progress));
      },
      within(step) {
        if (now() - told >= pause) line(stepText(step));
      },
      write,
      stop: () => undefined,
    };
  }
  const bar = new SingleBar(
    { stream: stderr, clearOnComplete: true, hideCursor: true, format: '{bar} {value}/{total} {label}' },
    Presets.shades_classic,
  );
  let shown = { finished: 0, label: '' };
  bar.start(total, 0, { label: '' });
  return {
    update(progress) {
      shown = { finished: progress.done + progress.failed, label: paceText(progress) };
      bar.update(shown.finished, { label: shown.label });
    },
    within(step) {
      bar.update(shown.finished, { label: [shown.label, stepText(step)].filter(Boolean).join('; ') });
    },
    write(text) {
      bar.stop();
      write(text);
      bar.start(total, shown.finished, { label: shown.label });
    },
    stop: () => bar.stop(),
  };
}

/** `3.2 images/s, 19 s left`. */
function paceText({ rate, eta }: Pick<Progress, 'rate' | 'eta'>): string {
  if (rate === undefined || rate <= 0) return '';
  const pace = rate < 0.1 ? `${(1 / rate).toFixed(0)} s/image` : `${rate.toFixed(rate < 10 ? 1 : 0)} images/s`;
  return eta === undefined || eta <= 0 ? pace : `${pace}, ${duration(eta)} left`;
}
