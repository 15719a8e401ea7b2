import { describe, expect, it } from '@jest/globals';
import { float32 } from '@understory/core';
import fc from 'fast-check';
import { budgetOf } from '../../src/attacks/parts.ts';
import { evaluate } from '../support/evaluate.ts';
import { lengthIn } from '../support/lengths.ts';
import { components, size } from '../support/models.ts';

const sample = [3, size.height, size.width];
const vectors = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: components, maxLength: components });
const radii = fc.double({ min: 0, max: 3, noNaN: true });
const project = (norm: 'linf' | 'l2' | 'l1', epsilon: number, values: ArrayLike<number>) =>
  evaluate(budgetOf({ norm, epsilon }).ball(sample).project, float32(Float32Array.from(values), [1, ...sample]));

describe.each(['linf', 'l2', 'l1'] as const)('the projection onto the %s ball', (norm) => {
  it('lies within it, keeps what does, and moves nothing the second time', async () => {
    await fc.assert(
      fc.asyncProperty(vectors, radii, async (vector, epsilon) => {
        const values = Float32Array.from(vector);
        const once = await project(norm, epsilon, values);
        expect(lengthIn(norm, once)).toBeLessThanOrEqual(epsilon * (1 + 1e-6) + 1e-7);
        if (lengthIn(norm, values) <= epsilon) {
          values.forEach((value, at) => expect(once[at]! - value).toBeCloseTo(0, 6));
        }
        (await project(norm, epsilon, once)).forEach((value, at) => expect(value - once[at]!).toBeCloseTo(0, 6));
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('is no farther away than any other point of the ball', async () => {
    await fc.assert(
      fc.asyncProperty(
        vectors,
        vectors,
        fc.double({ min: 0.05, max: 3, noNaN: true }),
        async (vector, other, epsilon) => {
          const values = Float32Array.from(vector);
          const nearest = await project(norm, epsilon, values);
          const point = await project(norm, epsilon, other);
          const distance = (to: Float32Array) =>
            lengthIn(
              'l2',
              values.map((value, at) => value - to[at]!),
            );
          expect(distance(nearest)).toBeLessThanOrEqual(distance(point) + 1e-5);
        },
      ),
      { seed: 2, numRuns: 40 },
    );
  });
});
