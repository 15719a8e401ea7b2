import { describe, expect, it } from '@jest/globals';
import { checkGradient, type GradientCheckRow } from '../src/gradient-check/index.ts';
import { DifferentiableGraph, Graph, Node, writeTensor, type Constant } from '../src/index.ts';
import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { execute } from './execute.ts';

const dims = [2, 16, 3, 3];
const bounds = [
  { dims: [], values: [0], constant: true, check: false },
  { dims: [], values: [6], constant: true, check: false },
];
const rows: readonly GradientCheckRow[] = [
  { operator: 'Relu', form: 'blocks of channels', inputs: [{ dims, avoid: [0] }] },
  { operator: 'Clip', form: 'ReLU6, blocks of channels', inputs: [{ dims, range: [-3, 9], avoid: [0, 6] }, ...bounds] },
];

/** The gradient of sum(c * f(x)) with respect to x, written for the blocked layout or not. */
async function gradientAt(node: Node, values: readonly number[], blockedLayout: boolean) {
  const x: Constant = {
    type: 'float32',
    dims: [1, 16, 2, 3],
    values: Array.from({ length: 96 }, (_, at) => values[at % values.length]!),
  };
  const scalar = (name: string, value: number) =>
    [name, { proto: writeTensor(name, { type: 'float32', dims: [], values: [value] }) }] as const;
  const graph = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'gate',
    opset: 18,
    inputs: [{ name: 'x', type: 'float32', shape: x.dims }],
    outputs: [{ name: 'y', type: 'float32', shape: x.dims }],
    nodes: [node],
    initializers: new Map([scalar('low', 0), scalar('high', 6)]),
    declared: new Map(),
  });
  const threes: Constant = { ...x, values: new Float32Array(96).fill(3) };
  const derived = new DifferentiableGraph(graph, { blockedLayout }).differentiate({
    objective: { kind: 'cotangent', outputs: ['y'] },
    withRespectTo: ['x'],
  });
  const operators = derived.graph.nodes.map(({ operator }) => operator);
  const result = await execute(derived.graph.encode(), { x, [derived.objectiveInputs[0]!.name]: threes }, ['x.grad']);
  return { operators, gradient: Array.from(result['x.grad']!.values).slice(0, values.length) };
}

describe('masks that keep the blocked layout', () => {
  for (const row of rows) {
    it(`${row.operator}: ${row.form}`, async () => {
      const results = await checkGradient(row, execute, { blockedLayout: true });
      expect(Math.max(...results.map(({ error }) => error))).toBeLessThanOrEqual(5e-3);
    });
  }

  const justBelow6 = 5.9999995;
  const values = [0, 1e-30, -1e-30, 1, -1, 1e30, -1e30, 5, justBelow6, 6, 6.5, 1e-7];
  it.each([
    ['Relu', Node.of('Relu', ['x'], ['y']), [0, 3, 0, 3, 0, 3, 0, 3, 3, 3, 3, 3]],
    ['ReLU6', Node.of('Clip', ['x', 'low', 'high'], ['y']), [0, 3, 0, 3, 0, 0, 0, 3, 3, 0, 0, 3]],
  ])('%s is exact at its kinks, beside them and far away', async (_, node, expected) => {
    const plain = await gradientAt(node, values, false);
    const blocked = await gradientAt(node, values, true);
    expect(plain.operators).toContain('Where');
    expect(blocked.operators).not.toContain('Where');
    expect(plain.gradient).toEqual(expected);
    expect(blocked.gradient).toEqual(expected);
  });
});
