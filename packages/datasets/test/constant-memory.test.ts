import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect } from '@jest/globals';
import { openDataset, prefetch } from '../src/index.ts';
import { itWith, shared } from './fixtures.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is in use once nothing unused is left, in MiB; images live outside the heap. */
function inUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

describe('memory', () => {
  itWith('data/cifar10')(
    'stays where it is over the 10,000 images of the CIFAR-10 test split',
    async () => {
      const dataset = await openDataset(`cifar10:${shared('data/cifar10')}`);
      const measured: number[] = [];
      let count = 0;
      for await (const prefetched of prefetch(dataset.items(), 8)) {
        if ('error' in prefetched) throw prefetched.error;
        count += 1;
        if (count % 1000 === 0) measured.push(inUse());
      }
      expect(count).toBe(10_000);
      // The decoded split is 29 MiB, its files 9: a reader that kept either would show.
      expect(Math.max(...measured.slice(1)) - measured[0]!).toBeLessThan(5);
    },
    120_000,
  );
});
