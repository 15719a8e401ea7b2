import { describe, it } from '@jest/globals';
import { expectAlike, tensor, wave, whole } from './alike.ts';
import { scalar, vector, type Network, type NodeInput } from './gradients-of.ts';
import type { AttributeInputs, Constant } from '../src/index.ts';

const domain = 'com.microsoft';
const quantise = (from: string, to: string): NodeInput => ({
  operator: 'QuantizeLinear',
  inputs: [from, 'xs', 'xz'],
  outputs: [to],
});
const dequantised = (from: string, to: string, scale = 'xs', zero = 'xz'): NodeInput => ({
  operator: 'DequantizeLinear',
  inputs: [from, scale, zero],
  outputs: [to],
});
const result = (inputs: readonly string[]): readonly NodeInput[] => [
  { operator: 'QuantizeLinear', inputs, outputs: ['r'] },
  { operator: 'DequantizeLinear', inputs: ['r', 'ys', 'yz'], outputs: ['y'] },
];
const unsigned = { xs: scalar(0.03), xz: scalar(120, 'uint8'), yz: scalar(60, 'uint8') };
const signed = { xs: scalar(0.03), xz: scalar(-7, 'int8'), yz: scalar(-20, 'int8') };

interface Case {
  readonly operator: string;
  readonly dims: readonly number[];
  readonly attributes?: AttributeInputs;
  readonly standard: readonly NodeInput[];
  readonly weights?: Readonly<Record<string, Constant>>;
  readonly result: readonly number[];
  readonly scale: number;
  /** Whether the operator rounds exactly as the standard ones do; the gradient of a scale is made of what is rounded off. */
  readonly exact?: boolean;
}

const plain = (operator: string, attributes: AttributeInputs = {}): readonly NodeInput[] => [
  { operator, inputs: ['a'], outputs: ['f'], attributes },
];
const last = (operator: string, attributes: AttributeInputs = {}): readonly NodeInput[] => [
  { operator: 'Transpose', inputs: ['a'], outputs: ['first'], attributes: { perm: [0, 3, 1, 2] } },
  { operator, inputs: ['first'], outputs: ['pooled'], attributes },
  { operator: 'Transpose', inputs: ['pooled'], outputs: ['f'], attributes: { perm: [0, 2, 3, 1] } },
];
const window = { kernel_shape: [2, 3], strides: [1, 2], pads: [1, 0, 0, 1] };

const unary: readonly Case[] = [
  { operator: 'QLinearSigmoid', dims: [2, 7], standard: plain('Sigmoid'), result: [2, 7], scale: 0.01 },
  {
    ...{ operator: 'QLinearLeakyRelu', dims: [2, 7], attributes: { alpha: { float: 0.3 } } },
    ...{ standard: plain('LeakyRelu', { alpha: { float: 0.3 } }), result: [2, 7], scale: 0.02 },
  },
  { operator: 'QLinearLeakyRelu', dims: [2, 7], standard: plain('LeakyRelu'), result: [2, 7], scale: 0.02 },
  {
    ...{ operator: 'QLinearSoftmax', dims: [2, 3, 4], attributes: { axis: 1, opset: 13 }, weights: unsigned },
    ...{ standard: plain('Softmax', { axis: 1 }), result: [2, 3, 4], scale: 0.004, exact: false },
  },
  {
    ...{ operator: 'QLinearSoftmax', dims: [2, 3, 4], attributes: { axis: 1, opset: 11 }, weights: unsigned },
    standard: [
      { operator: 'Flatten', inputs: ['a'], outputs: ['flat'], attributes: { axis: 1 } },
      { operator: 'Softmax', inputs: ['flat'], outputs: ['soft'], attributes: { axis: 1 } },
      { operator: 'Shape', inputs: ['a'], outputs: ['shape'] },
      { operator: 'Reshape', inputs: ['soft', 'shape'], outputs: ['f'] },
    ],
    ...{ result: [2, 3, 4], scale: 0.004, exact: false },
  },
  {
    ...{ operator: 'QLinearGlobalAveragePool', dims: [2, 3, 4, 2], standard: plain('GlobalAveragePool') },
    ...{ result: [2, 3, 1, 1], scale: 0.02 },
  },
  {
    ...{ operator: 'QLinearGlobalAveragePool', dims: [2, 3, 4, 5], attributes: { channels_last: 1 } },
    ...{ standard: last('GlobalAveragePool'), result: [2, 1, 1, 5], scale: 0.02 },
  },
  {
    ...{ operator: 'QLinearAveragePool', dims: [1, 2, 4, 5], attributes: { ...window, count_include_pad: 1 } },
    ...{
      standard: plain('AveragePool', { ...window, count_include_pad: 1 }),
      result: [1, 2, 4, 2],
      scale: 0.02,
      exact: false,
    },
  },
  {
    ...{ operator: 'QLinearAveragePool', dims: [1, 4, 5, 3], attributes: { ...window, channels_last: 1 } },
    ...{ standard: last('AveragePool', window), result: [1, 4, 2, 3], scale: 0.02, exact: false },
  },
];

describe('quantised operators of com.microsoft have the gradients of what they stand for', () => {
  it.each(unary)('$operator of $dims, $attributes', async (given) => {
    const { operator, dims, attributes = {}, standard, weights = signed, scale } = given;
    const common = { inputs: { x: tensor(dims, wave(2, 0)), ys: scalar(scale) }, weights, output: 'y' };
    await expectAlike(
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          { operator, inputs: ['q', 'xs', 'xz', 'ys', 'yz'], outputs: ['r'], attributes, domain },
          dequantised('r', 'y', 'ys', 'yz'),
        ],
      },
      { ...common, nodes: [quantise('x', 'q'), dequantised('q', 'a'), ...standard, ...result(['f', 'ys', 'yz'])] },
      given.exact === false ? ['x'] : ['x', 'ys'],
      given.result,
      scale,
    );
  });

  it.each([
    ['QLinearAdd', 'Add'],
    ['QLinearMul', 'Mul'],
  ])('%s, which broadcasts: %s', async (operator, standard) => {
    const common = {
      inputs: { x: tensor([2, 3, 4], wave(2, 0)), x2: tensor([3, 1], wave(1, 1)), s2: scalar(0.02), ys: scalar(0.05) },
      weights: signed,
      output: 'y',
    };
    const before: readonly NodeInput[] = [
      quantise('x', 'q'),
      { operator: 'QuantizeLinear', inputs: ['x2', 's2', 'yz'], outputs: ['q2'] },
    ];
    await expectAlike(
      {
        ...common,
        nodes: [
          ...before,
          { operator, inputs: ['q', 'xs', 'xz', 'q2', 's2', 'yz', 'ys', 'yz'], outputs: ['r'], domain },
          dequantised('r', 'y', 'ys', 'yz'),
        ],
      },
      {
        ...common,
        nodes: [
          ...before,
          dequantised('q', 'a'),
          dequantised('q2', 'a2', 's2', 'yz'),
          { operator: standard, inputs: ['a', 'a2'], outputs: ['f'] },
          ...result(['f', 'ys', 'yz']),
        ],
      },
      ['x', 'x2', 's2', 'ys'],
      [2, 3, 4],
      0.05,
    );
  });

  it('QLinearConcat and QLinearWhere', async () => {
    const common = {
      inputs: {
        x: tensor([2, 3, 2], wave(2, 0)),
        x2: tensor([2, 2, 2], wave(1, 1)),
        s2: scalar(0.02),
        ys: scalar(0.04),
        zs: scalar(0.05),
      },
      weights: {
        ...unsigned,
        keep: tensor([5, 1], (at) => at % 2, 'bool'),
        third: tensor([2, 5, 2], whole(60, 2, 90), 'uint8'),
      },
      output: 'y',
    };
    const before: readonly NodeInput[] = [
      quantise('x', 'q'),
      { operator: 'QuantizeLinear', inputs: ['x2', 's2', 'xz'], outputs: ['q2'] },
    ];
    await expectAlike(
      {
        ...common,
        nodes: [
          ...before,
          {
            ...{ operator: 'QLinearConcat', domain, attributes: { axis: 1 }, outputs: ['joined'] },
            inputs: ['ys', 'yz', 'q', 'xs', 'xz', 'q2', 's2', 'xz'],
          },
          {
            ...{ operator: 'QLinearWhere', domain, outputs: ['r'] },
            inputs: ['keep', 'joined', 'ys', 'yz', 'third', 'xs', 'xz', 'zs', 'yz'],
          },
          dequantised('r', 'y', 'zs', 'yz'),
        ],
      },
      {
        ...common,
        nodes: [
          ...before,
          dequantised('q', 'a'),
          dequantised('q2', 'a2', 's2'),
          { operator: 'Concat', inputs: ['a', 'a2'], outputs: ['j'], attributes: { axis: 1 } },
          { operator: 'QuantizeLinear', inputs: ['j', 'ys', 'yz'], outputs: ['jq'] },
          dequantised('jq', 'j2', 'ys', 'yz'),
          dequantised('third', 't'),
          { operator: 'Where', inputs: ['keep', 'j2', 't'], outputs: ['f'] },
          { operator: 'QuantizeLinear', inputs: ['f', 'zs', 'yz'], outputs: ['r'] },
          dequantised('r', 'y', 'zs', 'yz'),
        ],
      },
      ['x', 'x2', 's2', 'ys', 'zs'],
      [2, 5, 2],
      0.05,
    );
  });

  it('NhwcMaxPool and QLinearConv with channels last', async () => {
    const pooling = { kernel_shape: [2, 2], strides: [2, 1], pads: [0, 1, 0, 0] };
    const convolution = { pads: [1, 0, 0, 0], strides: [1, 2] };
    const common = {
      inputs: { x: tensor([1, 4, 5, 2], wave(3, 0)), ws: scalar(0.01), ys: scalar(0.05) },
      weights: { ...unsigned, w: tensor([3, 2, 2, 2], whole(90, 1, 97), 'uint8'), wz: scalar(97, 'uint8') },
      output: 'y',
    };
    await expectAlike(
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          { operator: 'NhwcMaxPool', inputs: ['q'], outputs: ['p'], attributes: pooling, domain },
          {
            ...{ operator: 'QLinearConv', domain, attributes: { ...convolution, channels_last: 1 }, outputs: ['r'] },
            inputs: ['p', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'],
          },
          dequantised('r', 'y', 'ys', 'yz'),
        ],
      },
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          dequantised('q', 'a'),
          { operator: 'Transpose', inputs: ['a'], outputs: ['first'], attributes: { perm: [0, 3, 1, 2] } },
          { operator: 'MaxPool', inputs: ['first'], outputs: ['p'], attributes: pooling },
          dequantised('w', 'w2', 'ws', 'wz'),
          { operator: 'Conv', inputs: ['p', 'w2'], outputs: ['c'], attributes: convolution },
          { operator: 'Transpose', inputs: ['c'], outputs: ['f'], attributes: { perm: [0, 2, 3, 1] } },
          ...result(['f', 'ys', 'yz']),
        ],
      },
      ['x', 'ws', 'ys'],
      [1, 2, 2, 3],
      0.05,
    );
  });

  const products: Readonly<Record<string, Constant>> = {
    ...unsigned,
    b: tensor([4, 5], whole(50, 1), 'int8'),
    bz: scalar(3, 'int8'),
    bzs: vector([3, 0, -2, 5, 1], 'int8'),
    c: vector([300, -200, 0, 100, 700], 'int32'),
  };
  const bias = vector([0.3, -0.2, 0, 0.1, 0.7]);
  const scales = vector([0.01, 0.02, 0.015, 0.03, 0.005]);
  const columns: NodeInput = { operator: 'DequantizeLinear', inputs: ['b', 'bs', 'bzs'], outputs: ['b2'] };

  it.each([
    ['a scale for each column, quantised', true],
    ['floating-point', false],
  ])('QGemm: alpha, C, %s', async (_, isQuantised) => {
    const common = {
      inputs: { x: tensor([3, 4], wave(2, 0)), bs: scales, ...(isQuantised && { ys: scalar(0.05) }) },
      weights: { ...products, half: scalar(0.5) },
      output: 'y',
    };
    const tail = isQuantised ? ['ys', 'yz'] : [];
    await expectAlike(
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          {
            ...{ operator: 'QGemm', domain, attributes: { alpha: { float: 0.5 } }, outputs: [isQuantised ? 'r' : 'y'] },
            inputs: ['q', 'xs', 'xz', 'b', 'bs', 'bzs', 'c', ...tail],
          },
          ...(isQuantised ? [dequantised('r', 'y', 'ys', 'yz')] : []),
        ],
      },
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          dequantised('q', 'a'),
          { ...columns, attributes: { axis: 1 } },
          { operator: 'Mul', inputs: ['xs', 'bs'], outputs: ['product'] },
          { operator: 'Mul', inputs: ['product', 'half'], outputs: ['cs'] },
          { operator: 'DequantizeLinear', inputs: ['c', 'cs'], outputs: ['c2'], attributes: { axis: 0 } },
          {
            ...{ operator: 'Gemm', inputs: ['a', 'b2', 'c2'], outputs: [isQuantised ? 'f' : 'y'] },
            attributes: { alpha: { float: 0.5 } },
          },
          ...(isQuantised ? result(['f', 'ys', 'yz']) : []),
        ],
      },
      ['x', 'bs', ...(isQuantised ? ['ys'] : [])],
      [3, 5],
      isQuantised ? 0.05 : 0,
    );
  });

  it('QGemm: both factors transposed, one scale', async () => {
    const common = {
      inputs: { x: tensor([4, 3], wave(2, 0)), bs: scalar(0.02), ys: scalar(0.05) },
      weights: { ...products, b: tensor([5, 4], whole(50, 1), 'int8') },
      output: 'y',
    };
    await expectAlike(
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          {
            ...{ operator: 'QGemm', domain, attributes: { transA: 1, transB: 1 }, outputs: ['r'] },
            inputs: ['q', 'xs', 'xz', 'b', 'bs', 'bz', '', 'ys', 'yz'],
          },
          dequantised('r', 'y', 'ys', 'yz'),
        ],
      },
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          dequantised('q', 'a'),
          dequantised('b', 'b2', 'bs', 'bz'),
          { operator: 'Gemm', inputs: ['a', 'b2'], outputs: ['f'], attributes: { transA: 1, transB: 1 } },
          ...result(['f', 'ys', 'yz']),
        ],
      },
      ['x', 'bs', 'ys'],
      [3, 5],
      0.05,
    );
  });

  it('MatMulIntegerToFloat', async () => {
    const common = { inputs: { x: tensor([2, 3, 4], wave(2, 0)), bs: scales, bias }, weights: products, output: 'y' };
    await expectAlike(
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          {
            ...{ operator: 'MatMulIntegerToFloat', domain, outputs: ['y'] },
            inputs: ['q', 'b', 'xs', 'bs', 'xz', 'bzs', 'bias'],
          },
        ],
      },
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          dequantised('q', 'a'),
          { ...columns, attributes: { axis: 1 } },
          { operator: 'MatMul', inputs: ['a', 'b2'], outputs: ['f'] },
          { operator: 'Add', inputs: ['f', 'bias'], outputs: ['y'] },
        ],
      },
      ['x', 'bs', 'bias'],
      [2, 3, 5],
    );
  });

  it('DynamicQuantizeMatMul', async () => {
    const common = { inputs: { x: tensor([2, 3, 4], wave(2, 0)), bs: scales, bias }, weights: products, output: 'y' };
    await expectAlike(
      {
        ...common,
        nodes: [{ operator: 'DynamicQuantizeMatMul', inputs: ['x', 'b', 'bs', 'bzs', 'bias'], outputs: ['y'], domain }],
      },
      {
        ...common,
        nodes: [
          { operator: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'as', 'az'] },
          dequantised('q', 'a', 'as', 'az'),
          { ...columns, attributes: { axis: 1 } },
          { operator: 'MatMul', inputs: ['a', 'b2'], outputs: ['f'] },
          { operator: 'Add', inputs: ['f', 'bias'], outputs: ['y'] },
        ],
      },
      ['x', 'bias'],
      [2, 3, 5],
    );
  });

  it('QAttention', async () => {
    const heads = { num_heads: 2, unidirectional: 1 };
    const common = {
      inputs: { x: tensor([2, 3, 4], wave(2, 0)), bias: tensor([12], wave(0.5, 1)), ws: scalar(0.02) },
      weights: { ...unsigned, w: tensor([4, 12], whole(60, 1), 'int8'), wz: scalar(2, 'int8') },
      output: 'y',
    };
    await expectAlike(
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          {
            ...{ operator: 'QAttention', domain, attributes: heads, outputs: ['y'] },
            inputs: ['q', 'w', 'bias', 'xs', 'ws', '', 'xz', 'wz'],
          },
        ],
      },
      {
        ...common,
        nodes: [
          quantise('x', 'q'),
          dequantised('q', 'a'),
          dequantised('w', 'w2', 'ws', 'wz'),
          { operator: 'Attention', inputs: ['a', 'w2', 'bias'], outputs: ['y'], attributes: heads, domain },
        ],
      } satisfies Network,
      ['x', 'bias', 'ws'],
      [2, 3, 4],
    );
  });

  it.each([
    ['one scale each', [2], [2]],
    ['a scale for each column', [2, 12], [2, 12]],
  ])('DynamicQuantizeLSTM in both directions, %s', async (_, ofInput, ofHidden) => {
    const attributes = { hidden_size: 3, direction: 'bidirectional' };
    const state = (shift: number) => tensor([2, 2, 3], wave(0.5, shift));
    const common = {
      inputs: {
        ...{ x: tensor([4, 2, 5], wave(1, 0)), h: state(1), c: state(2), b: tensor([2, 24], wave(0.2, 3)) },
        ...{ p: tensor([2, 9], wave(0.3, 4)) },
        ...{ ws: tensor(ofInput, (at) => 0.006 + 0.001 * at), rs: tensor(ofHidden, (at) => 0.008 - 0.0002 * at) },
      },
      weights: {
        ...{
          w: tensor([2, 5, 12], whole(90, 1, 4), 'int8'),
          wz: tensor(ofInput, () => (ofInput.length === 1 ? 4 : 0), 'int8'),
        },
        ...{ r: tensor([2, 3, 12], whole(90, 2), 'int8'), rz: tensor(ofHidden, () => 0, 'int8') },
        ...{
          lengths: { type: 'int32', dims: [2], values: [4, 3] },
          along: { type: 'int64', dims: [3], values: [2, 1, -1] },
        },
      } satisfies Readonly<Record<string, Constant>>,
      output: 'y',
    };
    const plain = (name: string, scale: string, zero: string): readonly NodeInput[] => [
      { operator: 'Cast', inputs: [name], outputs: [`${name}1`], attributes: { to: 1 } },
      { operator: 'Cast', inputs: [zero], outputs: [`${name}2`], attributes: { to: 1 } },
      { operator: 'Reshape', inputs: [`${name}2`, 'along'], outputs: [`${name}3`] },
      { operator: 'Sub', inputs: [`${name}1`, `${name}3`], outputs: [`${name}4`] },
      { operator: 'Reshape', inputs: [scale, 'along'], outputs: [`${name}5`] },
      { operator: 'Mul', inputs: [`${name}4`, `${name}5`], outputs: [`${name}6`] },
      { operator: 'Transpose', inputs: [`${name}6`], outputs: [`${name}7`], attributes: { perm: [0, 2, 1] } },
    ];
    await expectAlike(
      {
        ...common,
        nodes: [
          {
            ...{ operator: 'DynamicQuantizeLSTM', domain, attributes, outputs: ['y'] },
            inputs: ['x', 'w', 'r', 'b', 'lengths', 'h', 'c', 'p', 'ws', 'wz', 'rs', 'rz'],
          },
        ],
      },
      {
        ...common,
        nodes: [
          ...plain('w', 'ws', 'wz'),
          ...plain('r', 'rs', 'rz'),
          {
            ...{ operator: 'LSTM', attributes, outputs: ['y'] },
            inputs: ['x', 'w7', 'r7', 'b', 'lengths', 'h', 'c', 'p'],
          },
        ],
      },
      ['x', 'b', 'h', 'c', 'p', 'ws', 'rs'],
      [4, 2, 2, 3],
      0.03,
    );
  });
});
