import { describe, expect, it } from '@jest/globals';
import { upsample } from '@understory/imaging';
import fc from 'fast-check';
import { bilinearTaps, stretch } from '../src/bilinear.ts';
import { close } from './networks.ts';

const size = fc.integer({ min: 1, max: 12 });

describe('stretch', () => {
  it('puts half-pixel centres between places and repeats the edge', () => {
    const into = new Float32Array(4);
    const rows = bilinearTaps(1, 1);
    stretch([0, 8], 2, into, { rows, columns: bilinearTaps(2, 4), top: 0, left: 0, height: 1, width: 4 });
    expect([...into]).toEqual([0, 2, 6, 8]);
  });

  it('equals the imaging package, for any part of it', () => {
    fc.assert(
      fc.property(
        fc.record({ height: size, width: size, tall: size, wide: size, top: size, left: size }),
        ({ height, width, tall, wide, top, left }) => {
          const data = Float32Array.from({ length: height * width }, (_, at) => Math.sin(3 * at));
          const whole = upsample({ height, width, data }, tall, wide, 'bilinear').data;
          const from = { top: Math.min(top, tall) - 1, left: Math.min(left, wide) - 1 };
          const part = { ...from, height: tall - from.top, width: wide - from.left };
          const into = new Float32Array(part.height * part.width);
          stretch(data, width, into, { rows: bilinearTaps(height, tall), columns: bilinearTaps(width, wide), ...part });
          const expected = Array.from(into, (_, at) => {
            const y = part.top + Math.floor(at / part.width);
            return whole[y * wide + part.left + (at % part.width)]!;
          });
          return close(into, expected, 1e-6);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });
});
