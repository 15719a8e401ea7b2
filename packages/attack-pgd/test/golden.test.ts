import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { elementCount, float32, ImageClassifier, PixelSubject } from '@understory/core';
import { pgd, type GradientAttack } from '../src/index.ts';

jest.setTimeout(120_000);

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface GoldenRecord {
  readonly network: string;
  readonly dims: readonly [number, number, number, number];
  readonly targets: readonly number[];
  readonly steps: number;
  readonly epsilon: number;
  readonly alpha: number;
  readonly alphaMin: number;
  /** `[step][sample]`. */
  readonly probability: readonly (readonly number[])[];
  /** Signs within the masks over all steps, and how many float32 may get wrong: small gradients, and gradients that hang on a kink. */
  readonly undecided: { readonly compared: number; readonly small: number; readonly kinked: number };
  readonly sha256: string;
}

/** Algorithm 1 as PyTorch walks it; `fixtures/golden/README.md` describes the files. */
function readGolden(network: string) {
  const record = JSON.parse(readFileSync(`${root}fixtures/golden/attack/${network}.json`, 'utf8')) as GoldenRecord;
  const file = readFileSync(`${root}fixtures/golden/attack/${network}.bin`);
  const count = elementCount(record.dims);
  const bits = (start: number) => (at: number) => ((file[start + (at >> 3)]! >> (7 - (at & 7))) & 1) === 1;
  const stride = Math.ceil(count / 8);
  const [, , height, width] = record.dims;
  const mask = Float32Array.from({ length: height * width }, (_, place) =>
    (7 * (place % width) + 13 * Math.floor(place / width)) % 5 < 3 ? 1 : 0,
  );
  const origin = Float32Array.from(file.subarray(0, count), (value) => Math.fround(value / 255));
  const steps = Array.from({ length: record.steps }, (_, step) => ({
    positive: bits(count + 2 * step * stride),
    undecided: bits(count + (2 * step + 1) * stride),
    size: record.alphaMin + 0.5 * (record.alpha - record.alphaMin) * (1 + Math.cos((Math.PI * step) / record.steps)),
  }));
  // The pixels before each step and after the last, by the signs of the reference.
  const walk = [origin];
  for (const { positive, size } of steps) {
    const before = walk.at(-1)!;
    walk.push(
      before.map((pixel, at) => {
        const change = Math.fround(size) * mask[at % mask.length]!;
        const moved = Math.fround(pixel - (positive(at) ? change : -change));
        const radius = Math.fround(record.epsilon);
        const delta = Math.min(radius, Math.max(-radius, Math.fround(moved - origin[at]!)));
        return Math.min(1, Math.max(0, Math.fround(origin[at]! + delta)));
      }),
    );
  }
  return { ...record, mask, steps, walk };
}

const opened: OnnxModel[] = [];
const made: GradientAttack[] = [];
afterAll(async () => {
  await Promise.all(made.map((attack) => attack.dispose()));
  await Promise.all(opened.map((model) => model.close()));
});

async function subjectOf(network: string): Promise<PixelSubject> {
  const folder = `${root}packages/zoo/models/${network}`;
  const config = JSON.parse(readFileSync(`${folder}/preprocessor_config.json`, 'utf8')) as {
    readonly image_mean: readonly number[];
    readonly image_std: readonly number[];
  };
  const model = await new OnnxBackend().open({ kind: 'file', path: `${folder}/onnx/model.onnx` }, { threads: 2 });
  opened.push(model);
  const inner = new ImageClassifier({ model });
  const normalisation = { mean: config.image_mean, deviation: config.image_std, order: 'RGB' } as const;
  return new PixelSubject(inner, normalisation, inner.imageSize!);
}

const attackOf = (options: Parameters<typeof pgd>[0]) => {
  made.push(pgd({ threshold: 1, ...options }));
  return made.at(-1)!;
};

/**
 * How many signs differ when each step starts where PyTorch stands, and by how much probabilities may differ, relative to PyTorch's, when the
 * attack goes by itself: where ReLUs of EfficientNet-Lite0 are at a kink but for rounding, a few signs differ, and what follows does too.
 */
const cases = [
  { network: 'cifar10-resnet', most: 2, apart: 1e-5 },
  { network: 'efficientnet-lite0', most: 300, apart: 0.05 },
] as const;

describe.each(cases)('Algorithm 1 on $network beside PyTorch', ({ network, most, apart }) => {
  const golden = readGolden(network);
  const { dims, targets, mask, walk, steps } = golden;
  const request = async (pixels: Float32Array) => ({
    subject: await subjectOf(network),
    pixels: float32(pixels, dims),
    goal: { kind: 'targeted', classes: targets } as const,
    masks: targets.map(() => float32(mask, dims.slice(2))),
    seeds: targets.map(() => 0),
  });

  it('knows the pixels that PyTorch ends with from the signs of its gradients', () => {
    expect(createHash('sha256').update(walk.at(-1)!).digest('hex')).toBe(golden.sha256);
  });

  it('takes each step of PyTorch from where PyTorch stands, but where rounding decides a sign', async () => {
    const { subject, ...rest } = await request(walk[0]!);
    const counts = { compared: 0, undecided: 0, differing: 0, decided: 0 };
    // Signs are what is compared, so one size does for all steps, and the network is compiled once.
    const size = golden.alpha;
    const attack = attackOf({ steps: 1, schedule: 'constant', alpha: size, alphaUnit: 'pixels', epsilon: 1 });
    for (const [at, { positive, undecided }] of steps.entries()) {
      const before = walk[at]!;
      const { adversarial } = await attack.perturb({ ...rest, subject, pixels: float32(before, dims) });
      before.forEach((pixel, component) => {
        if (mask[component % mask.length] === 0) return;
        counts.compared += 1;
        if (undecided(component)) counts.undecided += 1;
        const expected = Math.min(1, Math.max(0, Math.fround(pixel - (positive(component) ? size : -size))));
        if (Math.abs(adversarial.data[component]! - expected) < size / 2) return;
        counts.differing += 1;
        if (!undecided(component)) counts.decided += 1;
      });
    }
    const { compared, small, kinked } = golden.undecided;
    expect(counts).toMatchObject({ compared, undecided: small + kinked, decided: 0 });
    expect(small).toBeLessThan(5);
    expect(kinked / compared).toBeLessThan(0.003);
    expect(counts.differing).toBeLessThanOrEqual(most);
  });

  it('goes the same way by itself', async () => {
    const attack = attackOf({ steps: steps.length, epsilon: golden.epsilon, alphaMin: golden.alphaMin });
    const { adversarial, samples } = await attack.perturb(await request(walk[0]!));
    const ends = walk.at(-1)!;
    const differing = [...adversarial.data.keys()].filter((at) => adversarial.data[at] !== ends[at]);
    const known = differing.filter((at) => steps.some(({ undecided }) => undecided(at)));
    if (most < 10) expect(known).toEqual(differing);
    // A sign that differs early on moves gradients elsewhere, too.
    expect(differing.length / ends.length).toBeLessThan(0.1);
    samples.forEach(({ trajectory, evaluations, updates }, sample) => {
      expect([evaluations, updates]).toEqual([steps.length, steps.length]);
      trajectory.probability.forEach((probability, step) => {
        const expected = golden.probability[step]![sample]!;
        expect(Math.abs(probability - expected)).toBeLessThan(apart * expected);
      });
    });
  });
});
