import { describe, expect, it } from '@jest/globals';
import { BlockedLayout, fitsBlocks } from '../src/blocked-layout.ts';
import { DifferentiableGraph, Node, type AttributeInputs, type Constant, type Value } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';

const constant = (dims: readonly number[], scale = 1): Constant => {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { type: 'float32', dims, values: Array.from({ length: count }, (_, at) => (((at * 7) % 13) - 6) * scale) };
};

const kernel = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const node = (operator: string, inputs: readonly string[], output: string, attributes: AttributeInputs = {}) => ({
  operator,
  inputs,
  outputs: [output],
  attributes,
});

/** A residual block, a strided one and a global average: where gradients leave the blocks of channels and come back. */
const residual = graphOf({
  inputs: { x: constant([2, 3, 8, 8], 0.1) },
  weights: {
    stem: constant([16, 3, 3, 3], 0.05),
    inner: constant([16, 16, 3, 3], 0.02),
    strided: constant([32, 16, 3, 3], 0.02),
  },
  nodes: [
    node('Conv', ['x', 'stem'], 'a', kernel),
    node('Relu', ['a'], 'b'),
    node('Conv', ['b', 'inner'], 'c', kernel),
    node('Add', ['c', 'b'], 'd'),
    node('Relu', ['d'], 'e'),
    node('Conv', ['e', 'strided'], 'f', { ...kernel, strides: [2, 2] }),
    node('Relu', ['f'], 'g'),
    node('GlobalAveragePool', ['g'], 'y'),
  ],
  output: 'y',
});

async function gradientOf(blockedLayout: boolean) {
  const { graph, objectiveInputs } = new DifferentiableGraph(residual, { blockedLayout }).differentiate({
    objective: { kind: 'cotangent', outputs: ['y'] },
    withRespectTo: ['x'],
  });
  const feeds = { x: constant([2, 3, 8, 8], 0.1), [objectiveInputs[0]!.name]: constant([2, 32, 1, 1]) };
  const result = await execute(graph.encode(), feeds, ['x.grad']);
  const identities = graph.nodes.filter(
    ({ operator, name, inputs }) => operator === 'Conv' && /Expand|ConvTranspose/.test(inputs[0]!) && !!name,
  );
  return { values: Array.from(result['x.grad']!.values), identities: identities.length };
}

const depthwise = (size: readonly [number, number], attributes: AttributeInputs, blockedLayout: boolean) =>
  convolution(size, [16, 1], { ...attributes, group: 16 }, blockedLayout);

/** The gradient of a convolution's input of 16 channels, written for the blocked layout or not. */
async function convolution(
  size: readonly [number, number],
  channels: readonly [number, number],
  attributes: AttributeInputs,
  blockedLayout: boolean,
) {
  const taps = attributes['kernel_shape'] as readonly number[];
  const x = constant([2, 16, ...size], 0.1);
  const network = graphOf({
    inputs: { x },
    weights: { w: constant([...channels, ...taps], 0.3) },
    nodes: [node('Conv', ['x', 'w'], 'y', attributes)],
    output: 'y',
  });
  const derived = new DifferentiableGraph(network, { blockedLayout });
  const { graph, objectiveInputs } = derived.differentiate({
    objective: { kind: 'cotangent', outputs: ['y'] },
    withRespectTo: ['x'],
  });
  const dims = derived.inference.value('y').shape as readonly number[];
  const result = await execute(graph.encode(), { x, [objectiveInputs[0]!.name]: constant(dims) }, ['x.grad']);
  const backward = graph.nodes.filter(({ name }) => name.startsWith('gradient/')).map(({ operator }) => operator);
  return { values: Array.from(result['x.grad']!.values), backward };
}

describe('gradients of strided depthwise convolutions in blocks of channels', () => {
  it.each([
    ['3x3, stride 2', [8, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['5x5, odd sizes', [7, 9], { kernel_shape: [5, 5], strides: [2, 2], pads: [2, 2, 2, 2] }],
    ['a remainder that no window reaches', [9, 8], { kernel_shape: [2, 3], strides: [3, 2] }],
    ['padding on one side', [8, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }],
    ['dilation', [11, 10], { kernel_shape: [3, 2], strides: [2, 3], dilations: [2, 3], pads: [1, 0, 2, 1] }],
    ['gaps between windows', [10, 10], { kernel_shape: [1, 2], strides: [2, 4] }],
    ['automatic padding', [9, 10], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ] as const)('%s', async (_, size, attributes) => {
    const [plain, blocked] = [await depthwise(size, attributes, false), await depthwise(size, attributes, true)];
    expect(plain.backward).not.toContain('Conv');
    expect(blocked.backward).toContain('Conv');
    expect(blocked.values).toHaveLength(plain.values.length);
    const distance = Math.max(...blocked.values.map((value, at) => Math.abs(value - plain.values[at]!)));
    expect(distance).toBeLessThan(1e-4);
    expect(Math.max(...plain.values)).toBeGreaterThan(1);
  });

  it('are written the other way where the padding is wider than the kernel', async () => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2], pads: [2, 2, 2, 2] };
    const [plain, blocked] = [await depthwise([6, 6], attributes, false), await depthwise([6, 6], attributes, true)];
    expect(blocked).toEqual(plain);
  });
});

describe('gradients of strided pointwise convolutions in blocks of channels', () => {
  it.each([
    ['stride 2', [8, 8], { kernel_shape: [1, 1], strides: [2, 2] }],
    ['odd sizes', [7, 9], { kernel_shape: [1, 1], strides: [2, 2] }],
    ['a stride along one axis, with a rest', [9, 8], { kernel_shape: [1, 1], strides: [1, 3] }],
    ['strides of 3 and 4', [10, 11], { kernel_shape: [1, 1], strides: [3, 4] }],
  ] as const)('%s', async (_, size, attributes) => {
    const [plain, blocked] = [
      await convolution(size, [32, 16], attributes, false),
      await convolution(size, [32, 16], attributes, true),
    ];
    expect(plain.backward).not.toContain('Conv');
    expect(blocked.backward).toContain('Conv');
    expect(blocked.values).toHaveLength(plain.values.length);
    const distance = Math.max(...blocked.values.map((value, at) => Math.abs(value - plain.values[at]!)));
    expect(distance).toBeLessThan(1e-3);
    expect(Math.max(...plain.values)).toBeGreaterThan(10);
  });

  it('are written the other way with padding or groups', async () => {
    for (const [channels, attributes] of [
      [[32, 16], { kernel_shape: [1, 1], strides: [2, 2], pads: [1, 0, 1, 0] }],
      [[32, 8], { kernel_shape: [1, 1], strides: [2, 2], group: 2 }],
    ] as const) {
      const of = (blockedLayout: boolean) => convolution([8, 8], channels, attributes, blockedLayout);
      expect(await of(true)).toEqual(await of(false));
    }
  });
});

describe('BlockedLayout', () => {
  it('brings gradients back into blocks where they meet one that is there, and changes nothing', async () => {
    const [plain, blocked] = [await gradientOf(false), await gradientOf(true)];
    expect(blocked.values).toHaveLength(plain.values.length);
    const distance = Math.max(...blocked.values.map((value, at) => Math.abs(value - plain.values[at]!)));
    expect(distance).toBeLessThan(1e-5);
    expect(Math.max(...plain.values)).toBeGreaterThan(0.01);
    // Behind the global average, and behind the strided convolution.
    expect([plain.identities, blocked.identities]).toEqual([0, 2]);
  });

  it('follows what the runtime computes in blocks', () => {
    const values = new Map<string, Value>(
      (
        [
          ['x', [1, 16, 4, 4]],
          ['image', [1, 3, 4, 4]],
          ['w', [16, 16, 1, 1]],
          ['first', [16, 3, 1, 1]],
          ['depth', [16, 1, 1, 1]],
          ['odd', [24, 1, 1, 1]],
          ['grouped', [16, 8, 1, 1]],
          ['gate', [1, 16, 1, 1]],
        ] as const
      ).map(([name, shape]) => [name, { name, type: 'float32', shape }]),
    );
    const layout = new BlockedLayout();
    const blocked = (operator: string, inputs: readonly string[], attributes: AttributeInputs = {}, outputs = 1) => {
      const names = Array.from({ length: outputs }, (_, at) => `${operator}${values.size}.${at}`);
      for (const name of names) values.set(name, { name, type: 'float32', shape: [1, 16, 4, 4] });
      layout.note(Node.of(operator, inputs, names, attributes), (name) => values.get(name)!);
      return [layout.has(values.get(names[0]!)!), names[0]!] as const;
    };
    const [, c] = blocked('Conv', ['x', 'w']);
    const is = (operator: string, inputs: readonly string[], attributes?: AttributeInputs, outputs?: number) =>
      blocked(operator, inputs, attributes, outputs)[0];
    expect(is('Conv', ['x', 'w'])).toBe(true);
    expect(is('Conv', ['image', 'first'])).toBe(true);
    expect(is('Conv', ['x', 'depth'], { group: 16 })).toBe(true);
    expect(is('Conv', ['x', 'odd'], { group: 24 })).toBe(false);
    expect(is('Conv', ['x', 'grouped'], { group: 2 })).toBe(false);
    expect(is('ConvTranspose', ['x', 'w'])).toBe(false);
    expect(is('Relu', [c])).toBe(true);
    expect(is('Relu', ['x'])).toBe(false);
    expect(is('Clip', [c])).toBe(true);
    expect(is('Clip', [blocked('Relu', [c])[1]])).toBe(false);
    expect(is('Mul', [c, c])).toBe(true);
    expect(is('Mul', [c, 'x'])).toBe(false);
    expect(is('Mul', [c, 'gate'])).toBe(false);
    expect(is('MaxPool', [c])).toBe(true);
    expect(is('MaxPool', [c], {}, 2)).toBe(false);
  });

  it.each([
    [[1, 16, 2, 2], 'float32', true],
    [[1, 24, 2, 2], 'float32', false],
    [[1, 16, 1, 1], 'float32', false],
    [['N', 16, 2, 2], 'float32', false],
    [[1, 16, 2, 2], 'float16', false],
  ] as const)('%j of %s fits: %s', (shape, type, expected) => {
    expect(fitsBlocks({ name: 'x', type, shape })).toBe(expected);
  });
});
