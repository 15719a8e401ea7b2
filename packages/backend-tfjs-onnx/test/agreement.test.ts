import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import attacks from '@understory/attack-pgd';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import {
  ATTACK,
  createHost,
  elementCount,
  EXPLAINER,
  float32,
  ImageClassifier,
  isDifferentiable,
  METRIC,
  PixelSubject,
  PROBE,
  seededRandom,
  type DifferentiableModel,
  type HeatMap,
  type Objective,
  type Options,
  type Tensor,
} from '@understory/core';
import baselines from '@understory/explain-baseline';
import cam from '@understory/explain-cam';
import gradcam from '@understory/explain-gradcam';
import gradients from '@understory/explain-gradients';
import perturbation from '@understory/explain-perturbation';
import faithfulness from '@understory/metric-faithfulness';
import shuffle from '@understory/probe-shuffle';
import { resolveModel } from '@understory/zoo';

// Two engines take turns, on a busy machine.
jest.setTimeout(120_000);

const host = createHost();
const plugins = { attacks, baselines, cam, gradcam, gradients, perturbation, faithfulness, shuffle };
for (const [from, plugin] of Object.entries(plugins)) host.use({ default: plugin }, { from });
host.start();
afterAll(() => host.dispose());

const attentions = ['attention-rollout', 'generic-attention'];
const refused = [...attentions, 'lrp', 'deeplift', 'shapleycam'];
const explainers = host.list('explainer').flatMap(({ id }) => (refused.includes(id) ? [] : [id]));

/** Settings that leave out repetitions, which no engine does differently. */
const settings: Readonly<Record<string, Options>> = {
  'integrated-gradients': { steps: 6 },
  rise: { masks: 24 },
  occlusion: { window: 8, stride: 8 },
  smoothgrad: { samples: 4 },
  lime: { samples: 60 },
  kernelshap: { samples: 60 },
};

const network = await resolveModel('cifar10-resnet');
const [tfjsFile] = network.otherSources!;

/** The same weights: as ONNX Runtime runs them, as TensorFlow.js has them in a file of its own, and as it computes the ONNX file. */
const onWebAssembly = { devices: ['wasm'] };
const open = {
  'ONNX Runtime': () => new OnnxBackend().open(network.source),
  'the TensorFlow.js file': () => new TfjsBackend().open(tfjsFile!, onWebAssembly),
  'the imported ONNX file': () => new TfjsBackend().open(network.source, onWebAssembly),
};

const layerOf = {
  'the TensorFlow.js file': (stage: string) => `${stage}.relu2`,
  'the imported ONNX file': onnxLayer,
};

function onnxLayer(stage: string): string {
  return `/${stage.split('.')[0]}/${stage}/relu2/Relu_output_0`;
}

const size = { height: 32, width: 32 };
const random = seededRandom('agreement');

/** Soft spots of colour, so that the network has something to look at. */
const pixels = float32(
  Float32Array.from({ length: 3 * 3 * 32 * 32 }, (_, at) => {
    const [channel, row, column] = [Math.floor(at / 1024), Math.floor(at / 32) % 32, at % 32];
    const wave = Math.sin(row / (3 + channel) + channel) * Math.cos(column / (2 + (channel % 4)));
    return Math.min(1, Math.max(0, 0.5 + 0.35 * wave + 0.05 * random.normal()));
  }),
  [3, 3, 32, 32],
);

interface Opened {
  readonly model: DifferentiableModel;
  readonly subject: PixelSubject;
  readonly objective: Objective;
}

async function opened(name: keyof typeof open): Promise<Opened> {
  const model: DifferentiableModel = await open[name]();
  const normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5], order: 'RGB' } as const;
  const subject = new PixelSubject(new ImageClassifier({ model }), normalisation, size);
  const objective: Objective = { kind: 'score', output: subject.subject.classes!.output, index: [[3], [5], [0]] };
  return { model, subject, objective };
}

/** The largest difference as a share of the range of what was expected. */
function apart(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  const values = Array.from(expected);
  const range = Math.max(...values) - Math.min(...values);
  return Math.max(...values.map((value, at) => Math.abs(value - found[at]!))) / (range || 1);
}

const channelsFirst = ({ dims, data }: Tensor, layout: string): readonly number[] => {
  const values = Array.from(data as Float32Array);
  if (layout === 'NCHW') return values;
  const [batch = 0, height = 0, width = 0, channels = 0] = dims;
  return Array.from({ length: elementCount(dims) }, (_, at) => {
    const place = at % (height * width);
    const channel = Math.floor(at / (height * width)) % channels;
    const sample = Math.floor(at / (height * width * channels));
    return sample < batch ? values[(sample * height * width + place) * channels + channel]! : NaN;
  });
};

let reference: Opened;
beforeAll(async () => {
  reference = await opened('ONNX Runtime');
});
afterAll(() => reference.model.close());

describe.each(Object.keys(layerOf) as (keyof typeof layerOf)[])('cifar10-resnet: ONNX Runtime and %s', (name) => {
  let other: Opened;
  beforeAll(async () => {
    other = await opened(name);
  });
  afterAll(() => other.model.close());

  it('give the same logits, to 1e-4', async () => {
    const [expected, found] = await Promise.all([reference, other].map(({ subject }) => subject.answer(pixels)));
    expected!.forEach(({ classes }, sample) => {
      const worst = classes!.logits.map((logit, at) => Math.abs(logit - found![sample]!.classes!.logits[at]!));
      expect(Math.max(...worst)).toBeLessThan(1e-4);
    });
  });

  it('give the same gradients of the input and of layers, to 1e-4 of their range', async () => {
    const derive = async ({ model, subject, objective }: Opened, layers: readonly string[]) => {
      const { name: input, layout } = subject.subject.picture;
      const withRespectTo = [input, ...layers];
      const derivative = await model.differentiate({ feeds: subject.feeds(pixels), objective, withRespectTo });
      const [first, ...others] = withRespectTo.map((each) => derivative.gradients[each]!);
      return [channelsFirst(first!, layout), ...others.map(({ data }) => Array.from(data as Float32Array))];
    };
    const stages = ['stage1.1', 'stage2.1', 'stage3.1'];
    const expected = await derive(reference, stages.map(onnxLayer));
    const found = await derive(other, stages.map(layerOf[name]));
    expected.forEach((values, at) => expect(apart(values, found[at]!)).toBeLessThan(1e-4));
  });

  it.each(explainers)('give the same maps of %s, to 1e-3 of their range', async (id) => {
    const explainer = host.get(EXPLAINER, id, settings[id]);
    const explain = ({ model, subject, objective }: Opened): Promise<readonly HeatMap[]> =>
      explainer.explain({ model, feeds: subject.feeds(pixels), objective, seed: 1 });
    const [expected, found] = [await explain(reference), await explain(other)];
    expected.forEach(({ height, width, data }, sample) => {
      expect([found[sample]!.height, found[sample]!.width]).toEqual([height, width]);
      expect(apart(data, found[sample]!.data)).toBeLessThan(1e-3);
    });
  });

  it.each(attentions)('are refused by %s, since they have no attention', async (id) => {
    for (const { model, subject, objective } of [reference, other]) {
      const maps = host.get(EXPLAINER, id).explain({ model, feeds: subject.feeds(pixels), objective, seed: 1 });
      await expect(maps).rejects.toMatchObject({ code: 'ATTENTION_MISSING' });
    }
  });

  it.each([
    ['lrp', 'RELEVANCE_UNSUPPORTED'],
    ['deeplift', 'DEEPLIFT_UNSUPPORTED'],
    ['shapleycam', 'SECOND_DERIVATIVES_UNSUPPORTED'],
  ])('have no rules of %s on TensorFlow.js', async (id, code) => {
    const { model, subject, objective } = other;
    const maps = host.get(EXPLAINER, id).explain({ model, feeds: subject.feeds(pixels), objective, seed: 1 });
    await expect(maps).rejects.toMatchObject({ code });
  });

  it('give the same curves of deletion, to 1e-3', async () => {
    const maps = await host
      .get(EXPLAINER, 'gradcam')
      .explain({ model: reference.model, feeds: reference.subject.feeds(pixels), objective: reference.objective });
    const evaluate = ({ model, subject, objective }: Opened) =>
      host
        .get(METRIC, 'deletion', { steps: 6 })
        .evaluate({ model, feeds: subject.feeds(pixels), objective, maps, seed: 1 });
    const [expected, found] = [await evaluate(reference), await evaluate(other)];
    expected.forEach(({ value, curve }, sample) => {
      expect(found[sample]!.value).toBeCloseTo(value!, 3);
      expect(apart(curve!.y, found[sample]!.curve!.y)).toBeLessThan(1e-3);
    });
  });

  it('say the same of shuffled pictures', async () => {
    const item = { id: 'picture', pixels: float32(pixels.data.slice(0, 3072), [1, 3, 32, 32]), label: 3 };
    const probe = ({ subject }: Opened) =>
      host
        .get(PROBE, 'shuffle', { grid: [2, 4], permutations: 2 })
        .experiment({ subject, seed: 1 })
        .rows(item, seededRandom('shuffle'));
    const [expected, found] = [await probe(reference), await probe(other)];
    expect(expected.length).toBeGreaterThan(0);
    expect(rounded(found)).toEqual(rounded(expected));
  });

  it('make the same steps of PGD: trajectories to 1e-3, pixels but for 1 in 200', async () => {
    const attack = ({ subject }: Opened) =>
      host.get(ATTACK, 'pgd', { steps: 5, epsilon: 4 / 255 }).perturb({
        subject,
        pixels,
        goal: { kind: 'targeted', classes: [1, 2, 4] },
        seeds: [1, 2, 3],
      });
    const [expected, found] = [await attack(reference), await attack(other)];
    expected.samples.forEach(({ trajectory, evaluations, success }, sample) => {
      expect(found.samples[sample]).toMatchObject({ evaluations, success });
      const worst = trajectory.probability.map((value, at) =>
        Math.abs(value - found.samples[sample]!.trajectory.probability[at]!),
      );
      expect(Math.max(...worst)).toBeLessThan(1e-3);
    });
    // A gradient next to nothing may have either sign.
    const moved = expected.adversarial.data.filter((value, at) => Math.abs(value - found.adversarial.data[at]!) > 1e-3);
    expect(moved.length / pixels.data.length).toBeLessThan(1 / 200);
  });
});

describe('efficientnet-lite0: ONNX Runtime and the imported file', () => {
  it('give the same logits and Grad-CAM, to 1e-4 of their range', async () => {
    const { source } = await resolveModel('efficientnet-lite0');
    const feeds = {
      input: float32(
        Float32Array.from({ length: 3 * 224 * 224 }, (_, at) => Math.sin(at / 97) * Math.cos(at / 1013)),
        [1, 3, 224, 224],
      ),
    };
    const results = [];
    for (const backend of [new OnnxBackend(), new TfjsBackend()]) {
      const model = await backend.open(source, backend instanceof TfjsBackend ? onWebAssembly : {});
      expect(isDifferentiable(model)).toBe(true);
      const { logits } = await model.run(feeds, ['logits']);
      const objective: Objective = { kind: 'score', output: 'logits', index: [[285]] };
      const [map] = await host.get(EXPLAINER, 'gradcam').explain({ model, feeds, objective });
      results.push({ logits: logits!.data as Float32Array, map: map!, layers: model.layers });
      await model.close();
    }
    const [expected, found] = results as [(typeof results)[0], (typeof results)[0]];
    expect(found.layers).toEqual(expected.layers);
    expect(found.map.layer).toBe(expected.map.layer);
    expect(apart(expected.logits, found.logits)).toBeLessThan(1e-4);
    expect(apart(expected.map.data, found.map.data)).toBeLessThan(1e-4);
  });
});

/** Rows whose numbers are cut to 3 places. */
function rounded(rows: unknown): unknown {
  return JSON.parse(
    JSON.stringify(rows, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(3)) + 0 : value)),
  );
}
