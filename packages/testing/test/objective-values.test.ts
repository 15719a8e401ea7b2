import { describe, expect, it } from '@jest/globals';
import { float32, objectiveValues, takeFeeds, takeObjective } from '@understory/core';
import type { Objective } from '@understory/core';
import { ChainModel, flatten, linear } from '@understory/testing';
import fc from 'fast-check';

describe('the value of an objective', () => {
  it('is the same with gradients and without, for every kind of objective and any choice of samples', async () => {
    const weights = [
      [1, -2, 0.5],
      [0.25, 1, -1],
    ];
    const model = new ChainModel({
      input: [3, 1, 1],
      steps: [flatten('flat'), linear('logits', weights, [0.5, -0.5])],
    });
    const objective: Objective = {
      kind: 'sum',
      terms: [
        { weight: 2, of: { kind: 'score', output: 'logits', index: [[0], [1], [0]] } },
        { weight: -0.5, of: { kind: 'crossEntropy', output: 'logits', target: [1, 1, 0] } },
        {
          weight: 1.5,
          of: {
            kind: 'similarity',
            output: 'flat',
            scale: 2,
            to: float32(
              Float32Array.from({ length: 9 }, (_, at) => Math.cos(at)),
              [3, 3],
            ),
          },
        },
        {
          weight: 1,
          of: {
            kind: 'cotangent',
            cotangents: {
              flat: float32(
                Float32Array.from({ length: 9 }, (_, at) => Math.sin(at)),
                [3, 3],
              ),
            },
          },
        },
      ],
    };
    const number = fc.integer({ min: -64, max: 64 }).map((value) => value / 32);
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 9, maxLength: 9 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 5 }),
        async (pixels, samples) => {
          const feeds = takeFeeds({ pixels: float32(Float32Array.from(pixels), [3, 3, 1, 1]) }, samples);
          const taken = takeObjective(objective, samples);
          const { value } = await model.differentiate({ feeds, objective: taken, withRespectTo: ['pixels'] });
          const own = objectiveValues(taken, await model.run(feeds, ['flat', 'logits']));
          expect(own).toHaveLength(samples.length);
          own.forEach((one, sample) => expect(one).toBeCloseTo(value[sample]!, 4));
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });
});
