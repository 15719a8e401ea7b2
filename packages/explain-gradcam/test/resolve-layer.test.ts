import { describe, expect, it } from '@jest/globals';
import { float32, tensor } from '@understory/core';
import type {
  Differentiability,
  DifferentiableModel,
  ExplainRequest,
  Dimension,
  GraphNode,
  LayerSpec,
  Model,
  Objective,
  Tensor,
  TensorSpec,
} from '@understory/core';
import { gradCam } from '@understory/explain-gradcam';

const spec = (name: string, dims: readonly Dimension[], type: TensorSpec['type'] = 'float32'): TensorSpec => ({
  name,
  type,
  dims,
});
const layer = (name: string, dims: readonly Dimension[], ...modules: readonly string[]): LayerSpec => ({
  ...spec(name, dims),
  operator: 'Relu',
  modules,
});

const yes: Differentiability = { differentiable: true };
const noPath: Differentiability = { differentiable: false, reason: 'noPath', message: 'There is no way.' };
const blocked: Differentiability = { differentiable: false, reason: 'operator', message: 'Mystery has no gradient.' };

interface Parts {
  readonly nodes?: readonly GraphNode[];
  readonly inputs?: readonly TensorSpec[];
  readonly layers?: readonly LayerSpec[];
  /** What differs from `yes`, by "output < tensor". */
  readonly ways?: Readonly<Record<string, Differentiability>>;
}

const four: readonly Dimension[] = ['N', 2, 3, 3];

/** Knows only what depends on what; every tensor is all ones. */
function modelOf({
  inputs = [spec('image', ['N', 3, 6, 6])],
  layers = [],
  ways = {},
  nodes,
}: Parts): DifferentiableModel {
  const ones: Tensor = float32(new Float32Array(18).fill(1), [1, 2, 3, 3]);
  return {
    inputs,
    layers,
    outputs: [spec('logits', ['N', 5])],
    ...(nodes && { graph: { nodes, constant: () => undefined } }),
    origin: { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] },
    run: async () => ({}),
    close: async () => {},
    differentiability: (output, tensorName) => ways[`${output} < ${tensorName}`] ?? yes,
    differentiate: async ({ withRespectTo: [name = ''] }) => ({
      value: Float32Array.of(1),
      gradients: { [name]: ones },
      fetched: { [name]: ones },
    }),
  };
}

const score = (output: string): Objective => ({ kind: 'score', output, index: [[0]] });

async function chosen(parts: Parts, options: Pick<Partial<ExplainRequest>, 'layer' | 'objective' | 'image'> = {}) {
  const model = modelOf(parts);
  const feeds = { image: float32(new Float32Array(108), [1, 3, 6, 6]) };
  const { objective = score('logits'), ...rest } = options;
  const [map] = await gradCam.explain({ model, feeds, objective, ...rest });
  return map!.layer;
}

describe('a layer that is named', () => {
  const layers = [
    layer('/stem/Relu', four, 'stem'),
    layer('/tokens', ['N', 48, 8]),
    layer('/open', ['N', 'K', 'h', 'w']),
  ];

  it('is found by tensor name and by module path', async () => {
    expect(await chosen({ layers }, { layer: '/stem/Relu' })).toBe('/stem/Relu');
    expect(await chosen({ layers }, { layer: 'stem' })).toBe('/stem/Relu');
    expect(await chosen({ layers }, { layer: '/open' })).toBe('/open');
  });

  it('must be there', async () => {
    await expect(chosen({ layers }, { layer: 'stm' })).rejects.toMatchObject({
      code: 'UNKNOWN_LAYER',
      next: expect.stringContaining('"stem"'),
    });
  });

  it('must be spatial', async () => {
    await expect(chosen({ layers }, { layer: '/tokens' })).rejects.toMatchObject({
      code: 'LAYER_NOT_SPATIAL',
      found: '[N, 48, 8]',
      expected: expect.stringContaining('[1, channels, height, width]'),
    });
  });

  it('must be reached by gradients, and the error says what stands in the way', async () => {
    const request = { layer: 'stem' };
    await expect(chosen({ layers, ways: { 'logits < /stem/Relu': blocked } }, request)).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: 'Mystery has no gradient.',
      next: 'Use instead: cam, scorecam, ablationcam, rise, occlusion.',
    });
    await expect(chosen({ layers, ways: { 'logits < /stem/Relu': noPath } }, request)).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: 'There is no way.',
      next: expect.stringContaining('a layer that the explained output depends on'),
    });
  });

  it('may be reached by one of the outputs that are read', async () => {
    const sum: Objective = { kind: 'sum', terms: [score('other'), score('logits')].map((of) => ({ weight: 1, of })) };
    const ways = { 'other < /stem/Relu': noPath };
    expect(await chosen({ layers, ways }, { layer: 'stem', objective: sum })).toBe('/stem/Relu');
  });
});

describe('auto', () => {
  const layers = [
    layer('early', four),
    layer('late', four),
    layer('pooled', ['N', 2, 1, 1]),
    layer('vector', ['N', 2]),
  ];

  it.each([undefined, 'auto', ' auto '])('takes the last spatial activation (%j)', async (name) => {
    expect(await chosen({ layers }, name === undefined ? {} : { layer: name })).toBe('late');
  });

  it('skips what the output does not depend on', async () => {
    expect(await chosen({ layers, ways: { 'logits < late': noPath } })).toBe('early');
  });

  it('skips what does not depend on the image', async () => {
    const inputs = [spec('image', ['N', 3, 6, 6]), spec('words', ['N', 7], 'int64')];
    expect(await chosen({ inputs, layers, ways: { 'late < image': noPath } })).toBe('early');
  });

  it('refuses a layer that sees only one of several images, whose map could be drawn over the other', async () => {
    const inputs = [spec('left', ['N', 3, 6, 6]), spec('right', ['N', 3, 6, 6])];
    expect(await chosen({ inputs, layers })).toBe('late');
    await expect(chosen({ inputs, layers, ways: { 'late < left': noPath } })).rejects.toMatchObject({
      code: 'NO_IMAGE_INPUT',
      found: expect.stringContaining('left (float32 [N, 3, 6, 6]), right'),
      next: 'Name a layer: "late", the last one, does not see "left".',
    });
    expect(await chosen({ inputs, layers, ways: { 'late < left': noPath } }, { layer: 'late' })).toBe('late');
    expect(await chosen({ inputs, layers, ways: { 'late < left': noPath } }, { image: 'left' })).toBe('early');
    expect(await chosen({ inputs, layers, ways: { 'late < left': noPath } }, { image: 'right' })).toBe('late');
  });

  it('skips what depends on nothing but the size of the image', async () => {
    expect(await chosen({ layers, ways: { 'late < image': blocked } })).toBe('early');
  });

  it('takes what it can get where the image has no gradient at all', async () => {
    expect(await chosen({ layers, ways: { 'late < image': blocked, 'early < image': blocked } })).toBe('late');
  });

  it('takes any input for the image where none has rank 4', async () => {
    const inputs = [spec('patches', ['N', 49, 8])];
    expect(await chosen({ inputs, layers, ways: { 'late < patches': noPath } })).toBe('early');
  });

  it('says that there is no spatial layer', async () => {
    await expect(chosen({ layers: layers.slice(2) })).rejects.toMatchObject({ code: 'NO_SPATIAL_LAYER' });
  });

  it('says what keeps gradients from the image where no layer is known to be spatial', async () => {
    await expect(chosen({ layers: layers.slice(2), ways: { 'logits < image': blocked } })).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: blocked.message,
    });
  });

  const node = (operator: string, input: string, output: string): GraphNode => ({
    ...{ operator, name: output, inputs: [input], outputs: [output] },
    attributes: {},
  });
  const stepped = {
    layers: [layer('late', four), layer('flat', ['N', 5]), layer('step', ['N', 5])],
    nodes: [
      node('Conv', 'image', 'late'),
      node('Flatten', 'late', 'flat'),
      node('Sign', 'flat', 'step'),
      node('Gemm', 'step', 'logits'),
    ],
    ways: { 'logits < late': noPath, 'logits < flat': noPath, 'logits < image': noPath },
  };

  it.each([undefined, 'late'])(
    'says at which operator gradients end where a step function takes them all (%s)',
    async (name) => {
      await expect(chosen(stepped, name === undefined ? {} : { layer: name })).rejects.toMatchObject({
        code: 'NOT_DIFFERENTIABLE',
        found: 'gradients end at Sign ("step"), which has none to pass on',
        next: 'Use instead: cam, scorecam, ablationcam, rise, occlusion.',
      });
    },
  );

  it('takes the last layer behind an image of whole numbers, which gradients do not reach', async () => {
    const inputs = [spec('image', ['N', 3, 6, 6], 'uint8')];
    const nodes = [node('Conv', 'image', 'early'), node('Relu', 'early', 'late'), node('Gemm', 'late', 'logits')];
    const ways = { 'late < image': noPath, 'early < image': noPath };
    expect(await chosen({ inputs, layers: layers.slice(0, 2), nodes, ways })).toBe('late');
  });

  it('says which operator stands in the way of all of them', async () => {
    const ways = { 'logits < late': blocked, 'logits < early': blocked };
    await expect(chosen({ layers, ways })).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: 'Mystery has no gradient.',
    });
  });
});

describe('a model without gradients', () => {
  it('is refused by the name of its backend', async () => {
    const { inputs, outputs, layers, origin, run, close } = modelOf({ layers: [layer('late', four)] });
    const plain: Model = { inputs, outputs, layers, origin, run, close };
    const feeds = { image: tensor('float32', new Float32Array(108), [1, 3, 6, 6]) };
    await expect(gradCam.explain({ model: plain, feeds, objective: score('logits') })).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: 'the backend "none" computes no gradients',
    });
  });
});
