import { describe, expect, it } from '@jest/globals';
import { parseStudySpec } from '@understory/studies';
import { workerBytes, workerMemory } from '../src/worker-memory.ts';

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** What a worker took at its peak, in MB, of networks and studies as `worker-memory.ts` tells of. */
const measured = [
  { weights: 2.8e6, pixels: 3 * 32 * 32, batch: 8, isDifferentiated: true, peak: 105 },
  { weights: 18.6e6, pixels: 3 * 224 * 224, batch: 32, isDifferentiated: false, peak: 261 },
  { weights: 18.6e6, pixels: 3 * 224 * 224, batch: 8, isDifferentiated: true, peak: 632 },
];

describe('the memory of a worker', () => {
  it.each(measured)('is no less than what was measured, $peak MB, nor twice as much', ({ peak, ...load }) => {
    expect(megabytes(workerBytes(load))).toBeGreaterThanOrEqual(peak);
    expect(megabytes(workerBytes(load))).toBeLessThan(2 * peak);
  });

  it('follows from the files and the preprocessing of the model, the batch and the kind of study', async () => {
    const of = async (spec: object) => {
      const given = { version: 1, model: 'cifar10-resnet', images: { from: 'folder:data' }, ...spec };
      return megabytes(await workerMemory(parseStudySpec(given, 'a test'), '.'));
    };
    expect(await of({ study: 'evaluate' })).toBe(136);
    expect(await of({ study: 'attack', attack: 'pgd', targetClass: 'frog' })).toBe(141);
    expect(await of({ study: 'attack', attack: 'pgd', targetClass: 'frog', batch: 64 })).toBe(213);
    expect(await of({ study: 'evaluate', model: 'efficientnet-lite0' })).toBe(432);
    expect(await of({ study: 'evaluate', preprocessing: { size: 64 } })).toBe(150);
    // Two models.
    expect(await of({ study: 'compare', other: 'efficientnet-lite0' })).toBe(2223);
  });
});
