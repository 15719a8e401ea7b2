import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { progressOn } from '../src/progress.ts';
import { Steps, type Step } from '@understory/studies';
import { stepText } from '@understory/studies/results';
import { throughputOn } from '../src/throughput.ts';

/** A stream that keeps what is written, and a clock of seconds. */
function scene(isTTY: boolean) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const clock = { seconds: 0 };
  const stderr = Object.assign(stream, { isTTY, columns: 100 });
  return { stderr, clock, now: () => 1000 * clock.seconds, text: () => text };
}

const step = (done: number, seconds: number): Step => ({ label: 'rise', done, total: 6000, seconds });

describe('progress within an image', () => {
  it('is said with what is left at the pace so far', () => {
    expect(stepText(step(1200, 5))).toBe('rise 1200/6000, 20 s left');
    expect(stepText(step(10, 5))).toBe('rise 10/6000, 50 min left');
    expect(stepText(step(6000, 60))).toBe('rise 6000/6000');
  });

  it.each([
    ['a single image', 1],
    ['several', 20],
  ])('is a line every five seconds off a terminal, for %s', (_, total) => {
    const { stderr, clock, now, text } = scene(false);
    const progress = progressOn({ stderr }, total, { quiet: false, now });
    for (clock.seconds = 0; clock.seconds <= 12; clock.seconds += 1)
      progress.within(step(100 * clock.seconds, clock.seconds));
    const blank = total > 1 ? ' ' : '';
    expect(text()).toBe(
      `[${blank}0/${total}] rise 500/6000, 55 s left\n[${blank}0/${total}] rise 1000/6000, 50 s left\n`,
    );
  });

  it('is a bar on a terminal, for a single image too once it takes long', () => {
    const { stderr, now, text } = scene(true);
    const progress = progressOn({ stderr }, 1, { quiet: false, now });
    progress.within(step(50, 0.4));
    progress.advance('cat.png');
    expect(text()).toBe('');
    progress.within(step(1500, 10));
    progress.stop();
    expect(text()).toContain('rise 1500/6000, 30 s left');
  });

  it('is not told where it is quiet', () => {
    for (const isTTY of [true, false]) {
      const { stderr, clock, now, text } = scene(isTTY);
      const progress = progressOn({ stderr }, 3, { quiet: true, now });
      const throughput = throughputOn({ stderr }, 3, { quiet: true, now });
      clock.seconds = 60;
      progress.within(step(1500, 60));
      throughput.within(step(1500, 60));
      expect(text()).toBe('');
    }
  });

  it('is told of the images of a run folder beside their own pace', () => {
    const plain = scene(false);
    const lines = throughputOn(plain, 30, { quiet: false, now: plain.now });
    lines.update({ done: 2, failed: 1, resumed: 0 });
    plain.clock.seconds = 6;
    lines.within(step(1500, 6));
    lines.within(step(1600, 6));
    expect(plain.text()).toBe('[ 3/30] rise 1500/6000, 18 s left\n');

    const terminal = scene(true);
    const bar = throughputOn(terminal, 30, { quiet: false, now: terminal.now });
    bar.update({ done: 3, failed: 0, resumed: 0, rate: 0.5, eta: 54 });
    bar.within(step(1500, 6));
    bar.stop();
    expect(terminal.text()).toContain('0.5 images/s, 54 s left; rise 1500/6000, 18 s left');
  });
});

describe('Steps', () => {
  it('follow an explainer from where each explanation begins, and let its own listener hear', async () => {
    let now = 1000;
    const steps = new Steps(() => now);
    const seen: Step[] = [];
    steps.listener = (each) => void seen.push(each);
    const watched = steps.explainer('rise', {
      async explain({ progress }) {
        now += 2000;
        progress?.(1, 4);
        now += 1000;
        progress?.(4, 4);
        return [];
      },
    });
    const heard: number[] = [];
    type Request = Parameters<typeof watched.explain>[0];
    const request = { model: {}, feeds: {}, objective: {}, progress: (done: number) => heard.push(done) };
    await watched.explain(request as unknown as Request);
    await watched.explain(request as unknown as Request);
    expect(seen.map(({ done, total, seconds }) => [done, total, seconds])).toEqual([
      ...[
        [1, 4, 2],
        [4, 4, 3],
      ],
      ...[
        [1, 4, 2],
        [4, 4, 3],
      ],
    ]);
    expect(heard).toEqual([1, 4, 1, 4]);
  });
});
