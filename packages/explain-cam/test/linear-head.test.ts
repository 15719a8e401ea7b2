import { describe, expect, it } from '@jest/globals';
import { float32, toFloat32 } from '@understory/core';
import type { GraphView, Model, Objective } from '@understory/core';
import { cam } from '@understory/explain-cam';
import { ChainModel, flatten, globalAveragePool, linear, pointwiseConvolution, relu } from '@understory/testing';
import type { ChainStep } from '@understory/testing';
import { affine, as, channelsLastMean, integers, matMul, meanOfLast, reshaped, vector } from './steps.ts';

const W = [
  [1, -2, 0.5],
  [0.25, 1, -1],
];
const across = [
  [1, 0.25],
  [-2, 1],
  [0.5, -1],
];
const bias = [0.5, -4];

const relu3 = relu('features');
const pool = globalAveragePool('pooled');
const flat = flatten('flat');
const scores = linear('logits', W, bias);
const classes = pointwiseConvolution('classes', W, bias);

/** [what, steps behind the image, the weights of each class, the layer that is pooled]. */
const heads: readonly (readonly [string, readonly ChainStep[], readonly (readonly number[])[], string?])[] = [
  ['GlobalAveragePool, Flatten, Gemm', [relu3, pool, flat, scores], W],
  [
    'Gemm without transB, with alpha and beta',
    [
      relu3,
      pool,
      flat,
      as('Gemm', linear('logits', W, bias), {
        constants: {
          'logits.weight': float32(
            Float32Array.from(across.flat(), (value) => value / 2),
            [3, 2],
          ),
          'logits.bias': vector(1, -8),
        },
        attributes: { alpha: 2, beta: 0.5 },
      }),
    ],
    W,
  ],
  [
    'ReduceMean with axes as an attribute, without keeping them',
    [
      relu3,
      as(
        'ReduceMean',
        { ...pool, forward: (x) => flat.forward(pool.forward(x)) },
        { attributes: { axes: [2, 3], keepdims: 0 } },
      ),
      scores,
    ],
    W,
  ],
  [
    'ReduceMean with negative axes as an input, Reshape',
    [
      relu3,
      as('ReduceMean', pool, { constants: { axes: integers(-1, -2) } }),
      reshaped('Reshape', 'flat', [3], { constants: { shape: integers(-1, 3) } }),
      scores,
    ],
    W,
  ],
  ['GlobalAveragePool of places in a row', [relu3, reshaped('Reshape', 'row', [3, 6]), pool, flat, scores], W, 'row'],
  [
    'ReduceMean over width, then over height',
    [
      relu3,
      { ...meanOfLast('columns'), attributes: { axes: [3], keepdims: 0 } },
      { ...meanOfLast('pooled'), attributes: { axes: [-1], keepdims: 0 } },
      scores,
    ],
    W,
  ],
  [
    'AveragePool of the whole map',
    [
      relu3,
      as('AveragePool', pool, { attributes: { kernel_shape: [2, 3], strides: [1, 1], pads: [0, 0, 0, 0] } }),
      flat,
      scores,
    ],
    W,
  ],
  [
    'MatMul and Add',
    [
      relu3,
      pool,
      flat,
      matMul('scores', across),
      affine('Add', 'logits', [1, 1], bias, { constants: { bias: vector(...bias) } }),
    ],
    W,
  ],
  [
    'Dropout, Identity, Cast, Squeeze, Unsqueeze, Transpose',
    [
      relu3,
      pool,
      reshaped('Squeeze', 'a', [3, 1], { constants: { axes: integers(3) } }),
      reshaped('Squeeze', 'b', [3], { constants: { 'b.axes': integers(2) } }),
      reshaped('Dropout', 'c', [3]),
      reshaped('Cast', 'd', [3], { attributes: { to: 1 } }),
      reshaped('Unsqueeze', 'e', [3, 1], { constants: { 'e.axes': integers(2) } }),
      reshaped('Transpose', 'f', [1, 3], { attributes: { perm: [0, 2, 1] } }),
      reshaped('Reshape', 'g', [3]),
      reshaped('Identity', 'h', [3]),
      scores,
    ],
    W,
  ],
  ['1x1 convolution after the pooling', [relu3, pool, classes, flatten('logits')], W],
  [
    'batch normalisation after the pooling',
    [
      relu3,
      pool,
      affine('BatchNormalization', 'normal', [2, 0.5, 4], [1 - 2 * 3, 2 - 0.5 * 1, 0 - 4 * -1], {
        constants: {
          scale: vector(4, 1, 8),
          shift: vector(1, 2, 0),
          mean: vector(3, 1, -1),
          variance: vector(4 - 1e-5, 4 - 1e-5, 4 - 1e-5),
        },
      }),
      flat,
      scores,
    ],
    W.map(([a = 0, b = 0, c = 0]) => [2 * a, 0.5 * b, 4 * c]),
  ],
  [
    'scaling before and after',
    [
      relu3,
      pool,
      flat,
      affine('Mul', 'm', [3, 3, 3], [0, 0, 0], { constants: { three: float32(Float32Array.of(3), []) } }),
      scores,
      affine('Div', 'n', [0.5, 0.25], [0, 0], { constants: { halves: vector(2, 4) } }),
      affine('Sub', 'logits', [1, 1], [-7, -7], { constants: { seven: vector(7) } }),
    ],
    [W[0]!.map((w) => 1.5 * w), W[1]!.map((w) => 0.75 * w)],
  ],
  [
    'two linear layers with nothing between',
    [
      relu3,
      pool,
      flat,
      linear(
        'hidden',
        [
          [1, 2, 0],
          [0, -1, 1],
        ],
        [1, 1],
      ),
      linear(
        'logits',
        [
          [1, 1],
          [2, 0],
        ],
        [0, 0],
      ),
    ],
    [
      [1, 1, 1],
      [2, 4, 0],
    ],
  ],
  [
    '1x1 convolution, ReLU, pooling',
    [relu3, classes, relu('rectified'), pool, flatten('logits')],
    [
      [1, 0],
      [0, 1],
    ],
    'rectified',
  ],
  [
    '1x1 convolution, pooling',
    [relu3, classes, pool, flatten('logits')],
    [
      [1, 0],
      [0, 1],
    ],
    'classes',
  ],
];

const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [1]] };
const stem = pointwiseConvolution(
  'stem',
  [
    [1, -0.5],
    [0.25, 1],
    [-1, 0.75],
  ],
  [0.4, 0.2, 0.6],
);
const feeds = {
  pixels: float32(
    Float32Array.from({ length: 24 }, (_, at) => Math.sin(1.7 * at) + 0.1 * at),
    [2, 2, 2, 3],
  ),
};

/** Behind the stem, the last step called "logits" and no other. */
const named = (steps: readonly ChainStep[]) => {
  const unique = steps.map((step, at) =>
    at === steps.length - 1 ? { ...step, name: 'logits' } : step.name === 'logits' ? { ...step, name: 'scores' } : step,
  );
  return new ChainModel({ input: [2, 2, 3], steps: [stem, ...unique] });
};

describe('the head', () => {
  it.each(heads)('%s', async (_, steps, weights, layer = 'features') => {
    const model = named(steps);
    const maps = await cam.explain({ model, feeds, objective });
    const features = (await model.run(feeds, [layer]))[layer]!;
    const channels = features.dims[1]!;
    const values = toFloat32(features);
    maps.forEach((map, sample) => {
      expect(map).toMatchObject({ height: 2, width: 3, layer });
      map.data.forEach((value, place) => {
        const expected = weights[sample]!.reduce(
          (sum, weight, k) => sum + weight * values[(sample * channels + k) * 6 + place]!,
          0,
        );
        expect(value).toBeCloseTo(expected, 5);
      });
    });
  });

  it('channels last', async () => {
    const image = [1, 2, 0, -1, 3, 1, 0.5, 2, 4, 1, 1, 0];
    const model = new ChainModel({
      input: [2, 2, 3],
      steps: [
        reshaped('Identity', 'features', [2, 2, 3]),
        channelsLastMean('pooled', { attributes: { axes: [1, 2], keepdims: 1 } }),
        flatten('flat'),
        scores,
      ],
    });
    const pixels = float32(Float32Array.from(image), [1, 2, 2, 3]);
    const [map] = await cam.explain({
      model,
      feeds: { pixels },
      objective: { kind: 'score', output: 'logits', index: [[0]] },
    });
    expect(map).toEqual({
      ...{ height: 2, width: 2, data: Float32Array.of(-3, -6.5, -1.5, -1), layer: 'features' },
      reading: '[N, H, W, C] as 2 x 2',
    });
  });

  it('a weight that the exporter left transposed or cast', async () => {
    const model = named([relu3, pool, flat, matMul('scores', across)]);
    const weight = float32(Float32Array.from(W.flat()), [2, 3]);
    const graph: GraphView = {
      nodes: [
        { operator: 'Cast', name: 'half', inputs: ['w16'], outputs: ['w32'], attributes: { to: 1 } },
        {
          operator: 'Transpose',
          name: 'turn',
          inputs: ['w32'],
          outputs: ['logits.turned'],
          attributes: { perm: [1, 0] },
        },
        ...model.graph.nodes.map((node) =>
          node.operator === 'MatMul' ? { ...node, inputs: ['flat', 'logits.turned'] } : node,
        ),
      ],
      constant: (name) => (name === 'w16' ? weight : undefined),
    };
    const expected = await cam.explain({ model, feeds, objective });
    expect(await cam.explain({ model: seen(model, { graph }), feeds, objective })).toEqual(expected);
  });
});

const half = as('AveragePool', pool, { attributes: { kernel_shape: [2, 2] } });
const open = (model: ChainModel, name: string) =>
  model.layers.map((layer) => (layer.name === name ? { ...layer, dims: ['N', 3, 'h', 'w'] } : layer));
const tanh: ChainStep = {
  operator: 'Tanh',
  name: 't',
  forward: ({ dims, data }) => ({ dims, data: data.map(Math.tanh) }),
  backward: (_, g) => g,
};

describe('a network without such a head is refused', () => {
  it.each<[string, readonly ChainStep[], string]>([
    [
      'for what stands between two linear layers',
      [
        relu3,
        pool,
        flat,
        linear('hidden', W, bias),
        tanh,
        linear(
          'logits',
          [
            [1, 0],
            [0, 1],
          ],
          [0, 0],
        ),
      ],
      'Tanh "/t" stands between the pooling and "logits", where CAM follows nothing but one chain of linear layers',
    ],
    [
      'for flattened places',
      [relu3, flat, linear('logits', [Array(18).fill(1), Array(18).fill(2)], [0, 0])],
      'Relu "/features" stands in front of "logits", and no average over all places right in front of it',
    ],
    [
      'for a pooling of windows',
      [relu3, half, flat, scores],
      'AveragePool "/pooled" averages windows of 2 x 2 of [N, 3, 2, 3], not all places',
    ],
    [
      'for a padded pooling',
      [relu3, as('AveragePool', pool, { attributes: { kernel_shape: [2, 3], pads: [0, 0, 1, 0] } }), flat, scores],
      'not all places',
    ],
    [
      'for an average over one axis',
      [relu3, as('ReduceMean', pool, { attributes: { axes: [3] } }), flat, scores],
      'ReduceMean "/pooled" averages over axes 3 of [N, 3, 2, 3], not over height and width',
    ],
    ['for an average over everything', [relu3, as('ReduceMean', pool), flat, scores], 'averages over all axes'],
    [
      'for an average of a list that is no grid',
      [
        reshaped('Reshape', 'list', [6, 3]),
        pool,
        flatten('flatter'),
        linear('logits', [Array(6).fill(1), Array(6).fill(2)], [0, 0]),
      ],
      'GlobalAveragePool "/pooled" averages [N, 6, 3], which has no height and width that the graph tells',
    ],
    [
      'for a closing softmax',
      [relu3, pool, flat, scores, reshaped('Softmax', 'p', [2])],
      '"logits" lies behind Softmax "/logits"; the scores in front of it, "scores", can be explained',
    ],
    [
      'for a division by what is computed',
      [relu3, pool, flat, affine('Div', 'd', [1, 1, 1], [0, 0, 0], {}), scores],
      'Div "/d" stands between the pooling',
    ],
    [
      'for a grouped convolution',
      [relu3, pool, { ...classes, attributes: { group: 3 } }, flatten('logits')],
      'Conv "/classes" stands between the pooling',
    ],
    [
      'for a transposed Gemm',
      [relu3, pool, flat, { ...scores, attributes: { transB: 1, transA: 1 } }],
      'Gemm "/logits" stands between the pooling',
    ],
  ])('%s', async (_, steps, reason) => {
    const first = steps[0] === relu3 ? steps : [relu3, flat, ...steps];
    await expect(cam.explain({ model: named(first), feeds, objective })).rejects.toMatchObject({
      code: 'CAM_NOT_APPLICABLE',
      found: expect.stringContaining(reason),
      next: 'Use instead: gradcam, layercam, hirescam, scorecam.',
    });
  });

  it('where nothing lies between image and scores but linear layers', async () => {
    const model = new ChainModel({ input: [3], steps: [scores] });
    const image = { pixels: float32(new Float32Array(6), [2, 3]) };
    await expect(cam.explain({ model, feeds: image, objective })).rejects.toMatchObject({
      found: 'no average over all places lies between the input and "logits"',
    });
  });

  it('where a window turns out not to cover a map whose size is only known when it runs', async () => {
    const model = named([relu3, half, flat, scores]);
    const changed = seen(model, { layers: open(model, 'features') });
    await expect(cam.explain({ model: changed, feeds, objective })).rejects.toMatchObject({
      found: 'the pooling averages windows of 2 x 2 of a map of 2 x 3',
    });
  });

  it('where its own score does not come out', async () => {
    const model = named([relu3, pool, flat, scores]);
    const lying: GraphView = {
      ...model.graph,
      constant: (name) => (name === 'logits.bias' ? vector(5, 5) : model.graph.constant(name)),
    };
    await expect(cam.explain({ model: seen(model, { graph: lying }), feeds, objective })).rejects.toMatchObject({
      code: 'CAM_NOT_APPLICABLE',
      found: expect.stringMatching(/^the head found behind "features" gives \S+ and the model \S+$/),
    });
  });

  it('where a linear layer works on the last axis of something else', async () => {
    const model = named([relu3, pool, flat, scores]);
    const short: GraphView = {
      ...model.graph,
      constant: (name) =>
        name === 'logits.weight' ? float32(new Float32Array(8), [2, 4]) : model.graph.constant(name),
    };
    await expect(cam.explain({ model: seen(model, { graph: short }), feeds, objective })).rejects.toMatchObject({
      found: 'the linear layers behind "features" do not fit its 3 channels',
    });
  });

  it('where the backend shows no graph', async () => {
    const { inputs, outputs, layers, origin, run, close } = seen(named([relu3, pool, flat, scores]), {});
    await expect(
      cam.explain({ model: { inputs, outputs, layers, origin, run, close }, feeds, objective }),
    ).rejects.toMatchObject({
      found: 'the backend "chain" does not show the model\'s graph',
    });
  });
});

function seen(model: ChainModel, changes: Partial<Model>): Model {
  const { inputs, outputs, layers, origin, graph } = model;
  return {
    inputs,
    outputs,
    layers,
    origin,
    graph,
    run: (...request) => model.run(...request),
    close: () => model.close(),
    ...changes,
  };
}
