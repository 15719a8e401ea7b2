import { describe, expect, it } from '@jest/globals';
import { upsample } from '@understory/imaging';
import { deletion, insertion, riseInsertion } from '../src/index.ts';
import { tinyRequest, tinySize } from './support/networks.ts';
import { plainBlur, plainCurve, plainOrder } from './support/reference.ts';

const { channels, height, width } = tinySize;
const size = channels * height * width;

describe('insertion', () => {
  it('is the plain curve at every point', async () => {
    const request = tinyRequest();
    for (const score of ['normalised-logit', 'probability'] as const) {
      const found = await insertion({ score, fraction: 0.8, steps: 10 }).evaluate(request);
      for (const [sample, { value, curve }] of found.entries()) {
        const pixels = (request.feeds['pixels']!.data as Float32Array).slice(sample * size, (sample + 1) * size);
        const order = plainOrder(upsample(request.maps[sample]!, height, width, 'bicubic').data, 'descending');
        const plain = await plainCurve(
          { model: request.model, input: 'pixels', output: 'logits', target: sample, channels, height, width, pixels },
          { start: 'perturbed', perturbed: plainBlur(pixels, tinySize, 11, 5), score, order, fraction: 0.8, steps: 10 },
        );
        expect(curve!.x).toEqual(plain.x);
        plain.y.forEach((each, at) => expect(Math.abs(curve!.y[at]! - each)).toBeLessThan(1e-5));
        expect(Math.abs(value! - plain.area)).toBeLessThan(1e-5);
      }
    }
  });

  it('is deletion of the other end backwards, when all pixels change', async () => {
    const request = tinyRequest();
    const options = { score: 'probability', fraction: 1, steps: 14, kernel: 5, sigma: 2 } as const;
    const forth = await insertion({ ...options, order: 'descending' }).evaluate(request);
    // Deleting what is least important last inserted: the same pictures in the opposite order where no two places tie.
    const back = await deletion({ ...options, order: 'ascending' }).evaluate(request);
    forth.forEach(({ curve, value }, sample) => {
      curve!.y.toReversed().forEach((y, at) => expect(back[sample]!.curve!.y[at]).toBeCloseTo(y, 6));
      expect(back[sample]!.value).toBeCloseTo(value!, 6);
    });
  });

  it('fills in what is not there yet from what is', async () => {
    const [found] = await insertion({ perturbation: 'imputation', noise: 0, score: 'logit', steps: 6 }).evaluate(
      tinyRequest(1),
    );
    const [means] = await insertion({ perturbation: 'channel-mean', score: 'logit', steps: 6 }).evaluate(
      tinyRequest(1),
    );
    const [blurred] = await deletion({ fraction: 1, steps: 1, score: 'logit' }).evaluate(tinyRequest(1));
    expect(found!.curve!.y[0]).toBeCloseTo(means!.curve!.y[0]!, 5);
    expect(found!.curve!.y[1]).not.toBeCloseTo(means!.curve!.y[1]!, 3);
    expect(found!.curve!.y.at(-1)).toBeCloseTo(blurred!.curve!.y[0]!, 5);
  });

  it('has the settings of RISE by default', () => {
    const defaults = Object.fromEntries(
      Object.entries(insertion.options).map(([name, option]) => [name, option.default]),
    );
    expect(defaults).toMatchObject(riseInsertion);
    expect(insertion()).toMatchObject({ better: 'higher', range: [0, 1] });
    expect(insertion({ order: 'ascending' }).better).toBe('lower');
  });
});
