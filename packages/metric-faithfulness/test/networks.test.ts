import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { float32 } from '@understory/core';
import type { Measurement } from '@understory/core';
import { upsample } from '@understory/imaging';
import { readGolden } from '@understory/testing/node';
import { deletion, insertion, road, sanity } from '../src/index.ts';
import { cifarNet, efficientNet, goldens, hasResNet20, mapOf, randomNumbers, resNet20 } from './support/networks.ts';
import { plainBlur, plainCurve, type PlainPlan, type Subject } from './support/reference.ts';

jest.setTimeout(240_000);

const opened: OnnxModel[] = [];
async function open(path: string): Promise<OnnxModel> {
  const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
  opened.push(model);
  return model;
}
afterAll(() => Promise.all(opened.map((model) => model.close())));

/** The counting sort of `plainOrder` takes too long for photographs; ties are broken by hand here too. */
const sorted = (scores: Float32Array): readonly number[] =>
  [...scores.keys()].sort((left, right) => scores[right]! - scores[left]! || left - right);

const expectCurve = ({ curve, value }: Measurement, plain: Awaited<ReturnType<typeof plainCurve>>) => {
  expect(curve!.x).toEqual(plain.x);
  const worst = plain.y.reduce((most, y, at) => Math.max(most, Math.abs(curve!.y[at]! - y)), 0);
  expect(worst).toBeLessThan(1e-5);
  expect(Math.abs(value! - plain.area)).toBeLessThan(1e-5);
};

async function holdAgainstPlain(subject: Subject, map: ReturnType<typeof mapOf>, steps = 6): Promise<void> {
  const { model, input, output, target, pixels, channels, height, width } = subject;
  const request = {
    model,
    feeds: { [input]: float32(pixels, [1, channels, height, width]) },
    objective: { kind: 'score', output, index: [[target]] } as const,
    maps: [map],
    seed: 1,
  };
  const order = sorted(upsample(map, height, width, 'bicubic').data);
  const shared = { order, fraction: 0.5, steps };
  const paper: PlainPlan = {
    ...shared,
    start: 'original',
    perturbed: plainBlur(pixels, subject, 11, 15),
    score: 'normalised-logit',
  };
  const [deleted] = await deletion({ steps, batch: 4 }).evaluate(request);
  expectCurve(deleted!, await plainCurve(subject, paper));
  const rise: PlainPlan = {
    ...shared,
    start: 'perturbed',
    perturbed: plainBlur(pixels, subject, 11, 5),
    score: 'probability',
    fraction: 1,
  };
  const [inserted] = await insertion({ steps, batch: 5 }).evaluate(request);
  expectCurve(inserted!, await plainCurve(subject, rise));
}

describe('on the network for CIFAR-10', () => {
  it('deletion and insertion are the plain curves at every point, in the 100 steps of the paper', async () => {
    const model = await open(cifarNet);
    const pixels = randomNumbers(3 * 32 * 32, 'cifar');
    const subject = { model, input: 'input', output: 'logits', target: 3, channels: 3, height: 32, width: 32, pixels };
    await holdAgainstPlain(subject, mapOf(4, 4, randomNumbers(16, 'map')), 100);
  });
});

const withResNet20 = hasResNet20 ? it : it.skip;
const absent = hasResNet20 ? '' : ' (skipped: ../shared/models is absent)';

describe('on ResNet-20', () => {
  withResNet20(`the sanity check randomises from the output backwards${absent}`, async () => {
    const model = await open(resNet20);
    const feeds = { image: float32(randomNumbers(2 * 3 * 32 * 32, 'cifar'), [2, 3, 32, 32]) };
    const objective = { kind: 'score', output: 'logits', index: [[3], [5]] } as const;
    // The sum of what the channels of a layer say, which knows nothing of the layers behind it.
    const layer = model.weightedLayers.at(-5)!;
    const explain = async ({
      model: changed = model,
    }: {
      readonly model?: Parameters<typeof sanity>[0] | typeof model;
    }) => {
      const { [layer]: activation } = await (changed as typeof model).run(feeds, [layer]);
      const [, channels = 0, height = 0, width = 0] = activation!.dims;
      const places = height * width;
      const data = activation!.data as Float32Array;
      return [0, 1].map((sample) =>
        mapOf(
          height,
          width,
          Array.from({ length: places }, (_, place) =>
            Array.from(
              { length: channels },
              (__, channel) => data[(sample * channels + channel) * places + place]!,
            ).reduce((sum, value) => sum + value, 0),
          ),
        ),
      );
    };
    expect(model.weightedLayers).toHaveLength(20);
    const metric = sanity({ stages: 5 });
    try {
      const found = await metric.evaluate({
        model,
        feeds,
        objective,
        maps: await explain({}),
        explain: explain as never,
        seed: 1,
      });
      for (const { curve, details } of found) {
        expect(curve!.x).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
        // The first four layers re-initialised are behind the one that the map shows; the next are not.
        expect(curve!.y[1]).toBeCloseTo(1, 6);
        expect(details!['ssim.1']).toBeCloseTo(1, 6);
        expect(curve!.y[2]).toBeLessThan(0.9);
        expect(Math.abs(curve!.y.at(-1)!)).toBeLessThan(0.9);
      }
    } finally {
      await metric.dispose();
    }
  });
});

describe('on EfficientNet-Lite0', () => {
  it('deletion and insertion are the plain curves at every point', async () => {
    const model = await open(efficientNet);
    const {
      input: { data: pixels },
    } = await readGolden(`${goldens}/efficientnet-lite0`);
    const [input, output] = [model.inputs[0]!.name, model.outputs[0]!.name];
    const subject = { model, input, output, target: 282, channels: 3, height: 224, width: 224, pixels };
    await holdAgainstPlain(subject, mapOf(7, 7, randomNumbers(49, 'map')));
  });

  it("deletion is PyTorch's and ONNX Runtime's curve, and ROAD stays near it", async () => {
    const golden = JSON.parse(readFileSync(`${goldens}/faithfulness/deletion.json`, 'utf8')) as {
      readonly target: number;
      readonly steps: number;
      readonly map: string;
      readonly x: readonly number[];
      readonly y: readonly number[];
      readonly area: number;
    };
    const model = await open(efficientNet);
    const { input } = await readGolden(`${goldens}/efficientnet-lite0`);
    const map = mapOf(7, 7, new Float32Array(new Uint8Array(Buffer.from(golden.map, 'base64')).buffer));
    const request = {
      model,
      feeds: { [model.inputs[0]!.name]: input },
      objective: { kind: 'score', output: model.outputs[0]!.name, index: [[golden.target]] } as const,
      maps: [map],
      seed: 1,
    };
    const [found] = await deletion({ steps: golden.steps }).evaluate(request);
    found!.curve!.x.forEach((x, at) => expect(x).toBeCloseTo(golden.x[at]!, 12));
    // Two bicubic interpolations in single precision may swap neighbours of nearly the same score.
    found!.curve!.y.forEach((y, at) => expect(Math.abs(y - golden.y[at]!)).toBeLessThan(1e-3));
    expect(Math.abs(found!.value! - golden.area)).toBeLessThan(1e-3);
    const [removed] = await road({ steps: 2, fraction: 0.4 }).evaluate(request);
    expect(removed!.curve!.x).toEqual([0, 10035 / 50176, 20070 / 50176]);
    expect(removed!.value).toBeGreaterThan(-0.5);
    expect(removed!.value).toBeLessThan(0.5);
  });
});
