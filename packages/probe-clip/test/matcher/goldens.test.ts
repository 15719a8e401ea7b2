import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answer,
  findLayer,
  isDifferentiable,
  objectiveOf,
  toFloat32,
  type Feeds,
  type HeatMap,
  type Target,
} from '@understory/core';
import { gradCam } from '@understory/explain-gradcam';
import { clipFolder, openMatcher, readGolden, type Golden, type OpenedMatcher } from './golden.ts';

interface Layout {
  readonly golden: string;
  readonly path: string;
  /** Whether the scale is in the file. */
  readonly hasScale: boolean;
  /** How the exporter calls the golden's layers; those that are left out are not in the file. */
  readonly layers: Readonly<Record<string, string>>;
  /** Of embeddings. */
  readonly tolerance?: number;
}

const openai = {
  'visual.transformer.resblocks.0': 'visual.transformer.resblocks.0',
  'visual.ln_pre': 'visual.ln_pre',
  'visual.conv1': 'visual.conv1',
};
const transformers = {
  'visual.transformer.resblocks.0': 'visual.transformer.resblocks.0',
  'visual.ln_pre': 'visual.ln_pre',
  'visual.conv1': 'visual.conv1',
};
const resnet = { 'visual.layer4': 'visual.layer4', 'visual.layer3': 'layer3' };
const siglip = { 'vision_model.encoder.layers.1': 'vision_model.encoder.layers.1' };

const layouts: readonly Layout[] = [
  { golden: 'resnet', path: 'resnet/immich', hasScale: false, layers: resnet },
  { golden: 'resnet', path: 'resnet/immich/visual', hasScale: false, layers: resnet },
  { golden: 'resnet', path: 'resnet/immich/visual/model.onnx', hasScale: false, layers: resnet },
  { golden: 'resnet', path: 'resnet/one-graph', hasScale: true, layers: resnet },
  { golden: 'vit', path: 'vit/immich', hasScale: false, layers: openai },
  { golden: 'vit', path: 'vit/one-graph', hasScale: true, layers: openai },
  { golden: 'vit', path: 'vit/transformers', hasScale: false, layers: transformers },
  { golden: 'vit', path: 'vit/transformers/onnx/model.onnx', hasScale: true, layers: transformers },
  {
    ...{ golden: 'vit', path: 'vit/transformers/onnx/vision_model_fp16.onnx', hasScale: false, layers: {} },
    tolerance: 3e-3,
  },
  {
    ...{ golden: 'vit', path: 'vit/transformers/onnx/vision_model_quantized.onnx', hasScale: false, layers: {} },
    tolerance: 0.05,
  },
  { golden: 'vit', path: 'vit/qdrant/tiny-vision', hasScale: false, layers: transformers },
  { golden: 'vit', path: 'vit/qdrant/tiny-text', hasScale: false, layers: transformers },
  { golden: 'siglip', path: 'siglip/transformers', hasScale: false, layers: siglip },
  { golden: 'siglip', path: 'siglip/transformers/onnx/model.onnx', hasScale: true, layers: siglip },
];

describe.each(layouts)('$path', ({ golden: name, path, hasScale, layers, tolerance = 1e-5 }) => {
  let golden: Golden;
  let opened: OpenedMatcher;
  let feeds: Feeds;
  /** What the model's scores are by what PyTorch's are. */
  let factor: number;

  beforeAll(async () => {
    golden = await readGolden(name);
    opened = await openMatcher(clipFolder(path), { captions: golden.captions, against: [golden.captions[1]!] }).catch(
      () => openMatcher(clipFolder(path), { captions: golden.captions }),
    );
    feeds = opened.matcher.feeds(golden.image);
    factor = hasScale ? 1 : 100 / golden.scale;
  });
  afterAll(() => opened.close());

  it('embeds pictures and captions as PyTorch does', async () => {
    const { matcher } = opened;
    const [images, texts] = [await matcher.images(feeds), await matcher.texts(golden.captions)];
    expect(largestDifference(images, golden.rows('imageEmbeds'))).toBeLessThan(tolerance);
    expect(largestDifference(texts, golden.rows('textEmbeds'))).toBeLessThan(tolerance);
  });

  it('gives each pair the score that PyTorch does, but for a scale that is not in the file', async () => {
    const { data, dims } = await opened.matcher.scores(feeds, golden.captions);
    expect(dims).toEqual([2, golden.captions.length]);
    const bias = hasScale ? 0 : golden.bias;
    const wanted = golden.values('logits').map((logit) => (logit - bias) * factor);
    expect(largestDifference([data], [wanted])).toBeLessThan(100 * tolerance);
    const answers = await answer(opened.matcher, feeds);
    for (const [sample, { options, decision }] of answers.entries()) {
      const own = [...wanted.subarray(sample * dims[1]!, (sample + 1) * dims[1]!)];
      expect(decision).toBe(golden.captions[own.indexOf(Math.max(...own))]);
      expect(options).toHaveLength(golden.captions.length);
    }
  });

  it('explains a caption, and what speaks for it rather than for another, as PyTorch does', async () => {
    const { matcher } = opened;
    for (const { module, ...maps } of golden.layers) {
      if (layers[module] === undefined) continue;
      const layer = findLayer(matcher.model.layers, layers[module]).name;
      const explained = (target: Target) =>
        gradCam.explain({ model: matcher.model, feeds, layer, objective: objectiveOf([target, target]) });
      for (const [at, caption] of golden.captions.entries()) {
        const found = await explained(await matcher.caption(caption));
        const wanted = golden.rows(maps.gradcam).map((all) => partOf(all, at, golden.captions.length));
        checkMaps(found, wanted, factor);
      }
      const [one, other] = golden.captions;
      checkMaps(await explained(await matcher.caption(one!, other)), golden.rows(maps.contrast), factor);
    }
  });

  it('is explained at the last layer of the image tower that has positions', async () => {
    const { matcher } = opened;
    if (tolerance > 0.01) return;
    const target = await matcher.caption(golden.captions[0]!);
    const asked = { model: matcher.model, feeds, objective: objectiveOf([target, target]) };
    const found = await gradCam.explain(asked);
    const last = name === 'resnet' ? 'visual.layer4' : undefined;
    if (last !== undefined) expect(found[0]!.layer).toBe(findLayer(matcher.model.layers, last).name);
    expect(found[0]!.reading).toEqual(
      name === 'resnet' ? undefined : expect.stringMatching(/^tokens [01]\.\.1[56] as 4 x 4$/),
    );
  });

  it('has the gradient of the picture', async () => {
    const { matcher } = opened;
    const { model, picture } = matcher;
    if (!isDifferentiable(model) || tolerance > 0.01) return;
    const target = await matcher.caption(golden.captions[0]!);
    const objective = objectiveOf([target, target]);
    const { gradients } = await model.differentiate({ feeds, objective, withRespectTo: [picture.name] });
    const gradient = toFloat32(gradients[picture.name]!);
    const [, , side = 0] = golden.image.dims;
    const kept = gradient.filter((_, at) => at % 4 === 0 && Math.floor(at / side) % 4 === 0);
    const wanted = golden.values('inputGradient').map((each) => each * factor);
    const largest = Math.max(...wanted.map(Math.abs));
    expect(largestDifference([kept], [wanted])).toBeLessThan(Math.max(1e-4, 10 * (tolerance - 1e-5)) * largest);
  });
});

function partOf(all: Float32Array, at: number, count: number): Float32Array {
  const size = all.length / count;
  return all.subarray(at * size, (at + 1) * size);
}

/** To 1e-4 of the largest value of each. */
function checkMaps(found: readonly HeatMap[], wanted: readonly Float32Array[], factor: number): void {
  for (const [sample, { data }] of found.entries()) {
    const expected = wanted[sample]!.map((value) => value * factor);
    const largest = Math.max(...expected, 1e-6);
    expect(largestDifference([data], [expected])).toBeLessThan(1e-4 * largest);
  }
}

function largestDifference(found: readonly Float32Array[], wanted: readonly Float32Array[]): number {
  expect(found.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
  let largest = 0;
  for (const [row, values] of found.entries()) {
    for (const [at, value] of values.entries()) largest = Math.max(largest, Math.abs(value - wanted[row]![at]!));
  }
  return largest;
}
