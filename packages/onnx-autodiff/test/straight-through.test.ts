import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, type Constant } from '../src/index.ts';
import { gradientsOf, graphOf, scalar, vector, type Network, type NodeInput } from './gradients-of.ts';

const x: Constant = {
  type: 'float32',
  dims: [2, 5],
  values: [-20, -12.8, 0.04, 12.74, 12.8, 0.33, -0.71, 5.2, 1.26, -1.3],
};
const cotangent: Constant = { type: 'float32', dims: [2, 5], values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };

/** x -> QuantizeLinear -> nodes between -> DequantizeLinear -> y. */
function quantised(
  parameters: { readonly scale: Constant; readonly zero?: Constant },
  options: { readonly axis?: number; readonly domain?: string; readonly between?: readonly NodeInput[] } = {},
): Network {
  const { axis = 1, domain = '', between = [] } = options;
  const common = { attributes: { axis }, domain };
  const tail = ['scale', ...(parameters.zero ? ['zero'] : [])];
  const last = between.at(-1)?.outputs[0] ?? 'q';
  return {
    inputs: { x },
    weights: { ...parameters },
    nodes: [
      { operator: 'QuantizeLinear', inputs: ['x', ...tail], outputs: ['q'], ...common },
      ...between,
      { operator: 'DequantizeLinear', inputs: [last, ...tail], outputs: ['y'], ...common },
    ],
    output: 'y',
  };
}

const near = (values: readonly number[], digits = 4) => values.map((value) => expect.closeTo(value, digits));

const list = (constant: Constant | undefined) => Array.from(constant!.values);

// The numbers are those of torch.fake_quantize_per_{tensor,channel}_affine and of its learnable kin.
describe('straight-through gradients', () => {
  it('passes where the rounded value is in the range of int8', async () => {
    const network = quantised({ scale: scalar(0.1), zero: scalar(0, 'int8') });
    expect(list((await gradientsOf(network, ['x'], cotangent))['x'])).toEqual(near([0, 2, 3, 4, 0, 6, 7, 8, 9, 10]));
  });

  it('passes where the rounded value is in the range of uint8, shifted by the zero point', async () => {
    const network = quantised({ scale: scalar(0.1), zero: scalar(100, 'uint8') });
    expect(list((await gradientsOf(network, ['x'], cotangent))['x'])).toEqual(near([0, 0, 3, 4, 5, 6, 7, 8, 9, 10]));
  });

  it('quantises to uint8 without a zero point', async () => {
    const network = quantised({ scale: scalar(0.1) });
    expect(list((await gradientsOf(network, ['x'], cotangent))['x'])).toEqual(near([0, 0, 3, 4, 5, 6, 0, 8, 9, 0]));
  });

  it('takes a scale of one element as one for the tensor', async () => {
    const network = quantised({ scale: vector([0.1]), zero: vector([0], 'int8') }, { axis: 0 });
    expect(list((await gradientsOf(network, ['x'], cotangent))['x'])).toEqual(near([0, 2, 3, 4, 0, 6, 7, 8, 9, 10]));
  });

  it('gives the scale the gradient of learned step sizes', async () => {
    const network = quantised({ scale: scalar(0.1), zero: scalar(3, 'int8') });
    const gradients = await gradientsOf(network, ['x', 'scale'], cotangent);
    expect(list(gradients['x'])).toEqual(near([0, 2, 3, 0, 0, 6, 7, 8, 9, 10]));
    expect(list(gradients['scale'])).toEqual(near([986.3], 2));
  });

  for (const domain of ['', 'com.microsoft']) {
    for (const axis of [0, -2]) {
      it(`covers a scale and zero point for each slice along axis ${axis}, domain "${domain}"`, async () => {
        const parameters = { scale: vector([0.1, 0.01]), zero: vector([0, 10], 'int8') };
        const gradients = await gradientsOf(quantised(parameters, { axis, domain }), ['x', 'scale'], cotangent);
        expect(list(gradients['x'])).toEqual(near([0, 2, 3, 4, 0, 6, 7, 0, 0, 10]));
        expect(list(gradients['scale'])).toEqual(near([504.2, 1989], 2));
      });
    }
  }

  it('passes operators that work on the whole numbers in between', async () => {
    const network = quantised(
      { scale: scalar(0.1), zero: scalar(0, 'int8') },
      {
        between: [
          { operator: 'Transpose', inputs: ['q'], outputs: ['t'], attributes: { perm: [1, 0] } },
          { operator: 'Identity', inputs: ['t'], outputs: ['i'] },
        ],
      },
    );
    const turned: Constant = { type: 'float32', dims: [5, 2], values: [1, 6, 2, 7, 3, 8, 4, 9, 5, 10] };
    expect(list((await gradientsOf(network, ['x'], turned))['x'])).toEqual(near([0, 2, 3, 4, 0, 6, 7, 8, 9, 10]));
  });

  it('passes dequantisation that is written out with casts', async () => {
    const network: Network = {
      inputs: { x },
      weights: { scale: scalar(0.1), zero: scalar(0, 'int8'), offset: scalar(2, 'int32') },
      nodes: [
        { operator: 'QuantizeLinear', inputs: ['x', 'scale', 'zero'], outputs: ['q'] },
        { operator: 'Cast', inputs: ['q'], outputs: ['wide'], attributes: { to: 6 } },
        { operator: 'Sub', inputs: ['wide', 'offset'], outputs: ['shifted'] },
        { operator: 'Cast', inputs: ['shifted'], outputs: ['real'], attributes: { to: 1 } },
        { operator: 'Mul', inputs: ['real', 'scale'], outputs: ['y'] },
      ],
      output: 'y',
    };
    expect(list((await gradientsOf(network, ['x'], cotangent))['x'])).toEqual(near([0, 2, 3, 4, 0, 6, 7, 8, 9, 10]));
  });

  it('gives a quantised tensor in the middle a gradient for a step of one', async () => {
    const network = quantised({ scale: scalar(0.25), zero: scalar(0, 'int8') });
    const { q } = await gradientsOf(network, ['q'], cotangent);
    expect(q!.type).toBe('float32');
    expect(list(q)).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5]);
  });

  it('gives quantised weights a gradient', async () => {
    const network: Network = {
      inputs: { x: vector([1, 2, 3]) },
      weights: { w: vector([4, -5, 6], 'int8'), scale: scalar(0.5) },
      nodes: [
        { operator: 'DequantizeLinear', inputs: ['w', 'scale'], outputs: ['real'] },
        { operator: 'Mul', inputs: ['x', 'real'], outputs: ['y'] },
      ],
      output: 'y',
    };
    const gradients = await gradientsOf(network, ['x', 'w'], vector([1, 1, 2]));
    expect(list(gradients['x'])).toEqual([2, -2.5, 6]);
    expect(list(gradients['w'])).toEqual([0.5, 1, 3]);
  });

  it('passes dynamic quantisation everywhere', async () => {
    const network: Network = {
      inputs: { x },
      nodes: [
        { operator: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'scale', 'zero'] },
        { operator: 'DequantizeLinear', inputs: ['q', 'scale', 'zero'], outputs: ['y'] },
      ],
      output: 'y',
    };
    expect(list((await gradientsOf(network, ['x'], cotangent))['x'])).toEqual(near([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
  });

  it('meets integer operators without a rule instead of going round them', () => {
    const network: Network = {
      inputs: { x },
      weights: { w: { type: 'uint8', dims: [5, 1], values: [1, 2, 3, 4, 5] } },
      nodes: [
        { operator: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'scale', 'zero'] },
        { operator: 'QLinearUnknown', inputs: ['q', 'w', 'zero'], outputs: ['product'], domain: 'com.microsoft' },
        { operator: 'Cast', inputs: ['product'], outputs: ['real'], attributes: { to: 1 } },
        { operator: 'Mul', inputs: ['real', 'scale'], outputs: ['y'] },
      ],
      output: 'y',
    };
    expect(new DifferentiableGraph(graphOf(network)).obstacle('y', 'x')).toMatchObject({
      code: 'GRADIENT_UNSUPPORTED_OPERATOR',
      found: expect.stringContaining('QLinearUnknown'),
    });
  });

  it('leaves whole numbers that are not quantised without a gradient', () => {
    const network: Network = {
      inputs: { ids: vector([1, 2], 'int32') },
      nodes: [{ operator: 'Cast', inputs: ['ids'], outputs: ['y'], attributes: { to: 1 } }],
      output: 'y',
    };
    const differentiate = () =>
      new DifferentiableGraph(graphOf(network)).differentiate({
        objective: { kind: 'cotangent', outputs: ['y'] },
        withRespectTo: ['ids'],
      });
    expect(differentiate).toThrow(expect.objectContaining({ code: 'GRADIENT_NO_PATH' }));
  });

  it('covers a scale for each block, the last one cut off', async () => {
    const parameters = {
      scale: { type: 'float32', dims: [2, 2], values: [0.1, 0.01, 0.2, 0.02] },
      zero: { type: 'int8', dims: [2, 2], values: [0, 10, -5, 0] },
    } as const;
    const written = (operator: string, from: string, to: string): NodeInput => ({
      ...{ operator, inputs: [from, 'scale', 'zero'], outputs: [to], attributes: { axis: 1, block_size: 3 } },
    });
    const network: Network = {
      ...{ opset: 21, inputs: { x }, weights: parameters, output: 'y' },
      nodes: [written('QuantizeLinear', 'x', 'q'), written('DequantizeLinear', 'q', 'y')],
    };
    const gradients = await gradientsOf(network, ['x', 'scale'], cotangent);
    // By hand: rounded values are -200, -128, 0, 1274, 1280; 2, -4, 26, 63, -65.
    expect(list(gradients['x'])).toEqual(near([0, 2, 3, 0, 0, 6, 7, 8, 9, 10]));
    // Out of range: the end of the range less the zero point; inside: what was rounded off.
    expect(list(gradients['scale'])).toEqual(near([-128 - 1.2, 4 * 117 + 5 * 117, 2.1 - 3.15, 0], 2));
  });

  const [rows, columns] = [32, 6];
  const weights: Constant = {
    ...{ type: 'int8', dims: [rows, columns] },
    values: Array.from({ length: rows * columns }, (_, at) => ((at * 53 + 17) % 255) - 127),
  };
  const data: Constant = {
    ...{ type: 'float32', dims: [3, rows] },
    values: Array.from({ length: 3 * rows }, (_, at) => Math.sin(at)),
  };
  const back: Constant = {
    ...{ type: 'float32', dims: [3, columns] },
    values: Array.from({ length: 3 * columns }, (_, at) => Math.cos(3 * at)),
  };
  const table = (dims: readonly number[], value: (at: number) => number): Constant => ({
    ...{ type: 'float32', dims },
    values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, at) => value(at)),
  });
  const scales = [
    ['the tensor', scalar(0.01), {}, () => 0.01],
    ['each column', table([columns], (at) => 0.01 * (at + 1)), { axis: 1 }, (_: number, j: number) => 0.01 * (j + 1)],
    [
      'each block',
      table([2, columns], (at) => 0.01 * (at + 1)),
      { axis: 0, block_size: 16 },
      (i: number, j: number) => 0.01 * (Math.floor(i / 16) * columns + j + 1),
    ],
  ] as const;

  // ONNX Runtime makes one node of a product and a DequantizeLinear that it alone reads, which rounds the other factor to 8 bits.
  it.each(
    scales.flatMap(([of, scale, attributes, step]) =>
      (['MatMul', 'Gemm'] as const).map((product) => [product, of, scale, attributes, step] as const),
    ),
  )(
    '%s by weights with a scale for %s: nothing is rounded on the way back',
    async (product, _, scale, attributes, step) => {
      const quantisedAs = (operator: string, from: string, to: string, by: string): NodeInput => ({
        ...{ operator, inputs: [from, by, 'none'], outputs: [to] },
      });
      const network: Network = {
        ...{ opset: 21, inputs: { x: data }, output: 'y' },
        weights: { w: weights, scale, none: scalar(0, 'int8'), xs: scalar(0.02), ys: scalar(20) },
        // As the quantiser of ONNX Runtime writes it.
        nodes: [
          quantisedAs('QuantizeLinear', 'x', 'q', 'xs'),
          quantisedAs('DequantizeLinear', 'q', 'a', 'xs'),
          { operator: 'DequantizeLinear', inputs: ['w', 'scale'], outputs: ['real'], attributes },
          { operator: product, inputs: ['a', 'real'], outputs: ['p'] },
          quantisedAs('QuantizeLinear', 'p', 'r', 'ys'),
          quantisedAs('DequantizeLinear', 'r', 'y', 'ys'),
        ],
      };
      const { x: gradient } = await gradientsOf(network, ['x'], back);
      const expected = Array.from({ length: 3 * rows }, (_each, at) => {
        const [sample, i] = [Math.floor(at / rows), at % rows];
        let sum = 0;
        for (let j = 0; j < columns; j += 1) {
          sum += back.values[sample * columns + j]! * weights.values[i * columns + j]! * step(i, j);
        }
        return sum;
      });
      const size = Math.max(...expected.map(Math.abs));
      const error = Math.max(...expected.map((value, at) => Math.abs(value - gradient!.values[at]!)));
      expect(error / size).toBeLessThan(1e-5);
    },
  );
});
