import { expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { Node, type AttributeInputs, type Constant } from '@understory/onnx-autodiff';
import { GraphProtoSchema } from 'onnx-buf';
import { placedOn } from '../src/web-gpu-gaps.ts';
import { modelFile } from './models.ts';

const zeros = (...dims: number[]): Constant => ({
  type: 'float32',
  dims,
  values: new Float32Array(dims.reduce((count, size) => count * size, 1)),
});
const ints = (...values: number[]): Constant => ({ type: 'int64', dims: [values.length], values });

interface Form {
  readonly what: string;
  readonly operator: string;
  readonly input: readonly (number | string)[];
  /** The node's other inputs; `null` is an omitted one. */
  readonly weights?: readonly (Constant | null)[];
  readonly attributes?: AttributeInputs;
  readonly outputs?: readonly string[];
  /** 18 by default. */
  readonly opset?: number;
  /** ONNX's own by default. */
  readonly domain?: string;
}

const microsoft = 'com.microsoft';

/** The names of the nodes that WebGPU does not get. */
function kept({
  operator,
  input,
  weights = [],
  attributes,
  outputs = ['y'],
  opset = 18,
  domain = '',
}: Form): readonly string[] {
  const names = weights.map((weight, at) => (weight === null ? '' : `w${at}`));
  const model = modelFile({
    input,
    output: [],
    nodes: [Node.of(operator, ['x', ...names], outputs, attributes, 'node', domain)],
    weights: Object.fromEntries(weights.flatMap((weight, at) => (weight === null ? [] : [[names[at], weight]]))),
    opset,
  });
  const { provider } = placedOn('webgpu', model);
  return typeof provider === 'string' ? [] : provider.forceCpuNodeNames;
}

const image = ['N', 4, 8, 8] as const;
const cube = [1, 4, 4, 4, 4] as const;
const activations = (...strings: string[]) => ({ activations: { strings } });

it.each<Form>([
  {
    what: 'a grouped convolution of three axes',
    operator: 'Conv',
    input: cube,
    weights: [zeros(4, 2, 2, 2, 2)],
    attributes: { group: 2 },
  },
  {
    what: 'a transposed convolution of two channels to one in groups',
    operator: 'ConvTranspose',
    input: image,
    weights: [zeros(4, 1, 2, 2)],
    attributes: { group: 2 },
  },
  {
    what: 'a transposed convolution of three axes',
    operator: 'ConvTranspose',
    input: cube,
    weights: [zeros(4, 2, 2, 2, 2)],
  },
  {
    what: 'an ellipsis',
    operator: 'Einsum',
    input: [2, 3, 4],
    weights: [zeros(4, 3)],
    attributes: { equation: '...d,de->...e' },
  },
  {
    what: 'axes that are broadcast without an ellipsis',
    operator: 'Einsum',
    input: [2, 3, 4],
    weights: [zeros(1, 4)],
    attributes: { equation: 'bij,bj->bi' },
  },
  {
    what: 'other activations',
    operator: 'LSTM',
    input: [2, 3, 4],
    attributes: activations('Sigmoid', 'ScaledTanh', 'Tanh'),
  },
  { what: 'other activations', operator: 'GRU', input: [2, 3, 4], attributes: activations('HardSigmoid', 'Tanh') },
  {
    what: 'a scale that is broadcast',
    operator: 'LayerNormalization',
    input: [2, 3, 4],
    weights: [zeros(3, 1)],
    attributes: { axis: 1 },
  },
  {
    what: 'Indices',
    operator: 'MaxPool',
    input: image,
    attributes: { kernel_shape: [2, 2] },
    outputs: ['y', 'indices'],
  },
  { what: 'exponents that are broadcast', operator: 'Pow', input: [2, 3, 4], weights: [zeros(3, 1)] },
  {
    what: 'antialias',
    operator: 'Resize',
    input: image,
    weights: [null, null, ints(2, 4, 4, 4)],
    attributes: { mode: 'linear', antialias: 1 },
  },
  {
    what: 'half_pixel_symmetric',
    operator: 'Resize',
    input: image,
    weights: [null, zeros(0), ints(4, 4)],
    attributes: { coordinate_transformation_mode: 'half_pixel_symmetric', axes: [2, 3] },
  },
  {
    what: 'channels last',
    operator: 'Resize',
    input: image,
    weights: [null, { type: 'float32', dims: [4], values: [1, 2, 2, 1] }],
  },
  {
    what: 'a negative step',
    operator: 'Slice',
    input: [2, 6],
    weights: [ints(4), ints(0), ints(1), ints(-2)],
  },
  { what: 'several axes as one', operator: 'Softmax', input: [2, 3, 4], opset: 11 },
  {
    what: 'an activation',
    operator: 'FusedConv',
    domain: microsoft,
    input: image,
    weights: [zeros(4, 4, 3, 3)],
    attributes: { activation: 'Relu' },
  },
  {
    what: 'unidirectional',
    operator: 'MultiHeadAttention',
    domain: microsoft,
    input: [1, 3, 8],
    attributes: { num_heads: 2, unidirectional: 1 },
  },
  {
    what: 'hidden keys',
    operator: 'MultiHeadAttention',
    domain: microsoft,
    input: [1, 3, 8],
    weights: [null, null, null, ints(1, 1, 0)],
    attributes: { num_heads: 2 },
  },
  {
    what: 'the sum handed out',
    operator: 'SkipLayerNormalization',
    domain: microsoft,
    input: [1, 3, 8],
    weights: [zeros(1, 3, 8), zeros(8)],
    outputs: ['y', '', '', 'sum'],
  },
  {
    what: 'the sum handed out',
    operator: 'SkipSimplifiedLayerNormalization',
    domain: microsoft,
    input: [1, 3, 8],
    weights: [zeros(1, 3, 8), zeros(8)],
    outputs: ['y', '', '', 'sum'],
  },
])('keeps $operator off WebGPU: $what', (form) => {
  expect(kept(form)).toEqual(['node']);
});

it.each<Form>([
  {
    what: 'groups of two axes',
    operator: 'Conv',
    input: image,
    weights: [zeros(4, 2, 3, 3)],
    attributes: { group: 2 },
  },
  { what: 'three axes', operator: 'Conv', input: cube, weights: [zeros(2, 4, 2, 2, 2)] },
  {
    what: 'a kernel a channel',
    operator: 'ConvTranspose',
    input: image,
    weights: [zeros(4, 1, 2, 2)],
    attributes: { group: 4 },
  },
  {
    what: 'groups of two output channels',
    operator: 'ConvTranspose',
    input: image,
    weights: [zeros(4, 2, 2, 2)],
    attributes: { group: 2 },
  },
  {
    what: 'letters alone',
    operator: 'Einsum',
    input: [2, 3, 4],
    weights: [zeros(4, 3)],
    attributes: { equation: 'bid,de -> bie' },
  },
  { what: 'its own activations', operator: 'LSTM', input: [2, 3, 4] },
  { what: 'its own activations, named', operator: 'GRU', input: [2, 3, 4], attributes: activations('sigmoid', 'Tanh') },
  { what: 'a scale of the last axis', operator: 'LayerNormalization', input: ['N', 3, 4], weights: [zeros(4)] },
  { what: 'values alone', operator: 'MaxPool', input: image, attributes: { kernel_shape: [2, 2] } },
  { what: 'one exponent', operator: 'Pow', input: ['N', 3, 4], weights: [zeros()] },
  { what: 'an exponent each', operator: 'Pow', input: [2, 3], weights: [zeros(2, 3)] },
  {
    what: 'channels first',
    operator: 'Resize',
    input: image,
    weights: [null, { type: 'float32', dims: [4], values: [1, 1, 2, 2] }],
  },
  {
    what: 'two axes to sizes',
    operator: 'Resize',
    input: image,
    weights: [null, null, ints(4, 4)],
    attributes: { axes: [-2, -1] },
  },
  { what: 'positive steps', operator: 'Slice', input: [2, 6], weights: [ints(0), ints(5), ints(1), ints(2)] },
  { what: 'the last axis of two', operator: 'Softmax', input: [2, 3], opset: 11 },
  { what: 'one axis', operator: 'Softmax', input: [2, 3, 4], attributes: { axis: 1 } },
  {
    what: 'no keys hidden',
    operator: 'MultiHeadAttention',
    domain: microsoft,
    input: [1, 3, 8],
    attributes: { num_heads: 2 },
  },
  {
    what: 'the result alone',
    operator: 'SkipLayerNormalization',
    domain: microsoft,
    input: [1, 3, 8],
    weights: [zeros(1, 3, 8), zeros(8)],
  },
  {
    what: 'InvStdDev of what is no sum',
    operator: 'LayerNormalization',
    input: [2, 3, 4],
    weights: [zeros(4)],
    outputs: ['y', '', 'inverse'],
  },
  { what: 'no steps', operator: 'Slice', input: [2, 6], weights: [ints(0), ints(5)] },
])('leaves $operator to WebGPU: $what', (form) => {
  expect(kept(form)).toEqual([]);
});

it.each([
  { readers: 1, own: ['norm'] },
  { readers: 2, own: [] },
])('keeps InvStdDev of a sum off WebGPU that nothing else reads: $readers', ({ readers, own }) => {
  const model = modelFile({
    input: [2, 3, 4],
    output: [],
    nodes: [
      Node.of('Add', ['x', 'x'], ['sum'], {}, 'add'),
      Node.of('LayerNormalization', ['sum', 'scale'], ['normal', '', 'inverse'], {}, 'norm'),
      Node.of('Mul', ['normal', readers === 2 ? 'sum' : 'inverse'], ['y'], {}, 'mul'),
    ],
    weights: { scale: zeros(4) },
  });
  const { provider } = placedOn('webgpu', model);
  expect(typeof provider === 'string' ? [] : provider.forceCpuNodeNames).toEqual(own);
});

it('keeps nodes in bodies off WebGPU too, and gives those a name that have none', () => {
  const reverse = (output: string) => Node.of('Slice', ['x', 'start', 'end', 'axis', 'step'], [output]).proto;
  const branch = (output: string) =>
    create(GraphProtoSchema, { name: output, node: [reverse(output)], output: [{ name: output }] });
  const model = modelFile({
    input: [2, 6],
    output: [2, 6],
    nodes: [
      Node.of('If', ['always'], ['y'], {
        then_branch: { graph: branch('yes') },
        else_branch: { graph: branch('no') },
      }),
    ],
    weights: {
      ...{ start: ints(-1), end: ints(-99), axis: ints(1), step: ints(-1) },
      always: { type: 'bool', dims: [], values: [1] },
    },
  });
  const { provider } = placedOn('webgpu', model);
  expect(provider).toEqual({ name: 'webgpu', forceCpuNodeNames: ['kept off WebGPU/0', 'kept off WebGPU/1'] });
  expect(placedOn('cpu', model)).toEqual({ model, provider: 'cpu' });
});
