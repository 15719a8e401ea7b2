import { describe, expect, it } from '@jest/globals';
import type { AttributeInputs, Constant, Dim } from '../src/index.ts';
import { product } from '../src/shapes/dims.ts';
import { Inference } from '../src/shapes/inference.ts';
import { sumName } from '../src/shapes/size-names.ts';
import { execute } from './execute.ts';
import { graphOf, vector, type NodeInput } from './gradients-of.ts';

const node = (operator: string, inputs: string, output: string, attributes: AttributeInputs = {}): NodeInput => ({
  operator,
  inputs: inputs.split(' '),
  outputs: [output],
  attributes,
});

const ints = (...values: readonly number[]): Constant => vector(values, 'int64');
const image = (...dims: readonly number[]): Constant => ({
  type: 'float32',
  dims,
  values: new Float32Array(dims.reduce((count, size) => count * size, 1)).fill(0.5),
});
const floats = (...values: readonly number[]): Constant => vector(values);

const conv = (kernel: number) => image(2, 2, kernel, kernel);
const square = (kernel: number, stride: number, pad: number, more: AttributeInputs = {}): AttributeInputs => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  pads: [pad, pad, pad, pad],
  ...more,
});

interface Case {
  readonly title: string;
  readonly nodes: readonly NodeInput[];
  readonly weights?: Readonly<Record<string, Constant>>;
  readonly dims: readonly Dim[];
}

const w3 = { w: conv(3) };
const patches = [
  node('Conv', 'x w', 'p', { kernel_shape: [4, 4], strides: [4, 4] }),
  node('Reshape', 'p flat', 'f'),
  node('Transpose', 'f', 't', { perm: [0, 2, 1] }),
];
const cases: readonly Case[] = [
  {
    title: 'a convolution of stride 2',
    nodes: [node('Conv', 'x w', 'y', square(3, 2, 1))],
    weights: w3,
    dims: ['n', 2, 'floor((h - 1) / 2) + 1', 'floor((w - 1) / 2) + 1'],
  },
  {
    title: 'two of them',
    nodes: [node('Conv', 'x w', 'a', square(3, 2, 1)), node('Conv', 'a w', 'y', square(3, 2, 1))],
    weights: w3,
    dims: ['n', 2, 'floor((h - 1) / 4) + 1', 'floor((w - 1) / 4) + 1'],
  },
  {
    title: 'no padding, then a pooling that halves',
    nodes: [node('Conv', 'x w', 'a', square(3, 1, 0)), node('MaxPool', 'a', 'y', square(2, 2, 0))],
    weights: w3,
    dims: ['n', 2, 'floor(h / 2) - 1', 'floor(w / 2) - 1'],
  },
  {
    title: 'a pooling that overhangs',
    nodes: [node('MaxPool', 'x', 'y', square(3, 2, 0, { ceil_mode: 1 }))],
    dims: ['n', 2, 'ceil((h - 3) / 2) + 1', 'ceil((w - 3) / 2) + 1'],
  },
  {
    title: 'a pooling whose last window may start in the padding',
    nodes: [node('MaxPool', 'x', 'y', square(2, 2, 1, { ceil_mode: 1 }))],
    dims: ['n', 2, 'min(ceil(h / 2) + 1, ceil((h + 1) / 2))', 'min(ceil(w / 2) + 1, ceil((w + 1) / 2))'],
  },
  {
    title: 'automatic padding',
    nodes: [node('Conv', 'x w', 'y', { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' })],
    weights: w3,
    dims: ['n', 2, 'ceil(h / 2)', 'ceil(w / 2)'],
  },
  {
    title: 'upsampling by a whole number and by a fraction',
    nodes: [node('Resize', 'x  scales', 'y', { mode: 'nearest' })],
    weights: { scales: floats(1, 1, 2, 1.5) },
    dims: ['n', 2, '2*h', 'floor(1.5*w)'],
  },
  {
    title: 'a transposed convolution',
    nodes: [node('ConvTranspose', 'x w', 'y', square(3, 2, 1, { output_padding: [1, 0] }))],
    weights: w3,
    dims: ['n', 2, '2*h', '2*w - 1'],
  },
  {
    title: 'a concatenation of branches',
    nodes: [
      node('Conv', 'x w', 'a', square(3, 2, 1)),
      node('MaxPool', 'x', 'b', square(3, 2, 1)),
      node('Concat', 'a b', 'y', { axis: 1 }),
    ],
    weights: w3,
    dims: ['n', 4, 'floor((h - 1) / 2) + 1', 'floor((w - 1) / 2) + 1'],
  },
  {
    title: 'what lies side by side',
    nodes: [node('Concat', 'x x', 'a', { axis: 2 }), node('Pad', 'a pads', 'y')],
    weights: { pads: ints(0, 0, 1, 0, 0, 0, 2, 3) },
    dims: ['n', 2, '(h + h) + 3', 'w + 3'],
  },
  {
    title: 'a number of tokens with one in front',
    nodes: [...patches, node('ReduceMean', 't one', 'c', { keepdims: 1 }), node('Concat', 'c t', 'y', { axis: 1 })],
    weights: { w: conv(4), flat: ints(0, 0, -1), one: ints(1) },
    dims: ['n', 'floor(h / 4)*floor(w / 4) + 1', 2],
  },
  {
    title: 'the same without it again',
    nodes: [
      ...patches,
      node('ReduceMean', 't one', 'c', { keepdims: 1 }),
      node('Concat', 'c t', 'all', { axis: 1 }),
      node('Slice', 'all one end one', 'y'),
    ],
    weights: { w: conv(4), flat: ints(0, 0, -1), one: ints(1), end: ints(2 ** 40) },
    dims: ['n', 'floor(h / 4)*floor(w / 4)', 2],
  },
  {
    title: 'parts of an axis',
    nodes: [node('Slice', 'x starts ends axes steps', 'y')],
    weights: { starts: ints(0, 3), ends: ints(5, 2 ** 40), axes: ints(2, 3), steps: ints(1, 2) },
    dims: ['n', 2, 'min(h, 5)', 'ceil(max(w - 3, 0) / 2)'],
  },
  {
    title: 'space to depth',
    nodes: [node('SpaceToDepth', 'x', 'y', { blocksize: 2 })],
    dims: ['n', 8, 'floor(h / 2)', 'floor(w / 2)'],
  },
  {
    title: 'halves that arithmetic finds',
    nodes: [
      node('Shape', 'x', 's'),
      node('Slice', 's two four zero', 'hw'),
      node('Cast', 'hw', 'real', { to: 1 }),
      node('Mul', 'real half', 'less'),
      node('Floor', 'less', 'whole'),
      node('Cast', 'whole', 'size', { to: 7 }),
      node('Slice', 's zero two zero', 'nc'),
      node('Concat', 'nc size', 'target', { axis: 0 }),
      node('Resize', 'x   target', 'y', { mode: 'nearest' }),
    ],
    weights: { zero: ints(0), two: ints(2), four: ints(4), half: floats(0.5) },
    dims: ['n', 2, 'floor(0.5*h)', 'floor(0.5*w)'],
  },
];

/** What an expression is worth. */
function valueOf(text: Dim, sizes: Readonly<Record<string, number>>): number {
  const { floor, ceil, min, max, trunc } = Math;
  const known = { floor, ceil, min, max, trunc, ...sizes };
  return new Function(...Object.keys(known), `return ${text}`)(...Object.values(known)) as number;
}

describe('sizes that are only known when a model runs', () => {
  it.each(cases.map((each) => [each.title, each] as const))('are written as an expression: %s', async (_, each) => {
    const { nodes, weights = {}, dims } = each;
    const x: Constant = image(1, 2, 8, 8);
    const fixed = graphOf({ inputs: { x }, weights, nodes, output: 'y' });
    const shape: readonly Dim[] = ['n', 2, 'h', 'w'];
    const graph = fixed.with({ inputs: fixed.inputs.map((input) => ({ ...input, shape })) });
    expect(new Inference(graph).value('y').shape).toEqual(dims);
    const file = graph.encode();
    for (const [n, h, w] of [
      [1, 8, 12],
      [2, 16, 10],
      ...(each.title === 'space to depth' ? [] : [[1, 11, 9] as const, [3, 7, 14] as const]),
    ] as const) {
      const { y } = await execute(file, { x: image(n, 2, h, w) }, ['y']);
      expect([h, w, dims.map((dim) => valueOf(dim, { n, h, w }))]).toEqual([h, w, y!.dims]);
    }
  });

  it('stay short where each node would make an expression as long as the last two', () => {
    const x: Constant = image(1, 2, 8, 8);
    const nodes = [node('Concat', 'x x', 'c1', { axis: 2 }), node('Concat', 'x c1', 'c2', { axis: 2 })];
    for (let at = 3; at <= 80; at += 1) nodes.push(node('Concat', `c${at - 2} c${at - 1}`, `c${at}`, { axis: 2 }));
    nodes.push(node('Concat', 'c78 c79', 'y', { axis: 2 }));
    const fixed = graphOf({ inputs: { x }, nodes, output: 'y' });
    const graph = fixed.with({ inputs: fixed.inputs.map((input) => ({ ...input, shape: ['n', 2, 'h', 'w'] })) });
    const inference = new Inference(graph);
    const [last, same] = ['c80', 'y'].map((name) => String(inference.value(name).shape![2]));
    expect(last!.length).toBeLessThan(2100);
    expect(same).toBe(last);
    expect(inference.value('c79').shape![2]).not.toBe(last);
  });

  it('have one name whatever they are made of', () => {
    expect(sumName([sumName(['h', 3]), -3])).toBe('h');
    expect(sumName(['w', 2, 'h', -5])).toBe('h + w - 3');
    expect(product([sumName(['h', 1]), product(['w', sumName(['h', 1])])])).toBe('(h + 1)*(h + 1)*w');
    expect(product([product([sumName(['h', 1]), 2]), 'w'])).toBe(product(['w', 2, sumName(['h', 1])]));
    // What a file calls a size is no product for having a sign in it.
    expect(product(['2*h + 1', 3])).toBe('3*(2*h + 1)');
  });
});
