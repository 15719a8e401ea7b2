import { describe, it } from '@jest/globals';
import { expectAlike, tensor, wave, whole } from './alike.ts';
import { scalar, vector, type NodeInput } from './gradients-of.ts';

const x = tensor([2, 2, 5, 5], wave(3, 0));
const kernels = tensor([4, 1, 3, 3], whole(90, 1), 'int8');
const window = { group: 2, pads: [1, 0, 1, 1], strides: [2, 1] };

const quantise: NodeInput = { operator: 'QuantizeLinear', inputs: ['x', 'xs', 'xz'], outputs: ['q'] };
const dequantise: NodeInput = { operator: 'DequantizeLinear', inputs: ['r', 'ys', 'yz'], outputs: ['y'] };

describe('operators on whole numbers have the gradients of what they stand for', () => {
  it('QLinearConv: DequantizeLinear, Conv and QuantizeLinear, a scale for each kernel, a bias', async () => {
    const inputs = { x, ws: vector([0.01, 0.02, 0.015, 0.012]), ys: scalar(0.06) };
    const weights = {
      ...{
        xs: scalar(0.03),
        xz: scalar(120, 'uint8'),
        w: kernels,
        wz: vector([0, 0, 0, 0], 'int8'),
        yz: scalar(100, 'uint8'),
      },
      b: vector([400, -700, 900, 100], 'int32'),
    };
    const fused = ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz', 'b'];
    await expectAlike(
      {
        ...{ inputs, weights, output: 'y' },
        nodes: [quantise, { operator: 'QLinearConv', inputs: fused, outputs: ['r'], attributes: window }, dequantise],
      },
      {
        ...{ inputs, weights, output: 'y' },
        nodes: [
          quantise,
          { operator: 'DequantizeLinear', inputs: ['q', 'xs', 'xz'], outputs: ['x2'] },
          { operator: 'DequantizeLinear', inputs: ['w', 'ws', 'wz'], outputs: ['w2'], attributes: { axis: 0 } },
          { operator: 'Mul', inputs: ['xs', 'ws'], outputs: ['bs'] },
          { operator: 'DequantizeLinear', inputs: ['b', 'bs'], outputs: ['b2'], attributes: { axis: 0 } },
          { operator: 'Conv', inputs: ['x2', 'w2', 'b2'], outputs: ['c'], attributes: window },
          { operator: 'QuantizeLinear', inputs: ['c', 'ys', 'yz'], outputs: ['r'] },
          dequantise,
        ],
      },
      ['x', 'ws'],
      [2, 4, 3, 4],
      0.06,
    );
  });

  it('QLinearMatMul: DequantizeLinear, MatMul and QuantizeLinear', async () => {
    const inputs = { x: tensor([2, 3, 4], wave(2, 0)), ys: scalar(0.05), bs: scalar(0.02) };
    const weights = {
      ...{ xs: scalar(0.02), xz: scalar(128, 'uint8'), b: tensor([4, 5], whole(50, 1, 90), 'uint8') },
      ...{ bz: scalar(90, 'uint8'), yz: scalar(127, 'uint8') },
    };
    const fused = ['q', 'xs', 'xz', 'b', 'bs', 'bz', 'ys', 'yz'];
    await expectAlike(
      {
        ...{ inputs, weights, output: 'y' },
        nodes: [quantise, { operator: 'QLinearMatMul', inputs: fused, outputs: ['r'] }, dequantise],
      },
      {
        ...{ inputs, weights, output: 'y' },
        nodes: [
          quantise,
          { operator: 'DequantizeLinear', inputs: ['q', 'xs', 'xz'], outputs: ['x2'] },
          { operator: 'DequantizeLinear', inputs: ['b', 'bs', 'bz'], outputs: ['b2'] },
          { operator: 'MatMul', inputs: ['x2', 'b2'], outputs: ['c'] },
          { operator: 'QuantizeLinear', inputs: ['c', 'ys', 'yz'], outputs: ['r'] },
          dequantise,
        ],
      },
      ['x', 'bs', 'ys'],
      [2, 3, 5],
      0.05,
    );
  });

  it.each([
    [
      'MatMulInteger',
      [2, 3, 4],
      tensor([4, 5], whole(50, 1, 90), 'uint8'),
      scalar(90, 'uint8'),
      'MatMul',
      {},
      [2, 3, 5],
    ],
    ['MatMulInteger', [3, 4], tensor([4, 2], whole(50, 1), 'int8'), vector([5, -3], 'int8'), 'MatMul', {}, [3, 2]],
    [
      'ConvInteger',
      [2, 2, 5, 5],
      tensor([4, 1, 3, 3], whole(50, 1, 90), 'uint8'),
      scalar(90, 'uint8'),
      'Conv',
      window,
      [2, 4, 3, 4],
    ],
  ] as const)('%s behind DynamicQuantizeLinear: %j', async (operator, dims, w, wz, plain, attributes, result) => {
    const common = {
      inputs: { x: tensor(dims, wave(2, 0)), s: scalar(0.02) },
      weights: { w, wz, one: scalar(1) },
      output: 'y',
    };
    const axis = wz.dims.length === 0 ? {} : { attributes: { axis: 1 } };
    const dynamic: NodeInput = { operator: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'xs', 'xz'] };
    const ones = wz.dims.length === 0 ? 'one' : 'ones';
    await expectAlike(
      {
        ...common,
        nodes: [
          dynamic,
          { operator, inputs: ['q', 'w', 'xz', 'wz'], outputs: ['i'], attributes },
          { operator: 'Cast', inputs: ['i'], outputs: ['f'], attributes: { to: 1 } },
          { operator: 'Mul', inputs: ['xs', 's'], outputs: ['scale'] },
          { operator: 'Mul', inputs: ['f', 'scale'], outputs: ['y'] },
        ],
      },
      {
        ...common,
        weights: { ...common.weights, ones: tensor([...wz.dims, 1].slice(0, 1), () => 1) },
        nodes: [
          dynamic,
          { operator: 'DequantizeLinear', inputs: ['q', 'xs', 'xz'], outputs: ['x2'] },
          { operator: 'DequantizeLinear', inputs: ['w', ones, 'wz'], outputs: ['w2'], ...axis },
          { operator: plain, inputs: ['x2', 'w2'], outputs: ['c'], attributes },
          { operator: 'Mul', inputs: ['c', 's'], outputs: ['y'] },
        ],
      },
      ['x', 's', 'w'],
      result,
    );
  });
});
