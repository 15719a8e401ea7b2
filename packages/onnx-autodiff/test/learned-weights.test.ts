import { describe, expect, it } from '@jest/globals';
import { redrawWeights, weightedLayers, writeTensor, type Constant, type Graph } from '../src/index.ts';
import { graphOf, vector, type NodeInput } from './gradients-of.ts';

const x: Constant = { ...vector([0]), dims: [4, 3] };
const outFirst = [1, 2, 3, 4, 5, 6];
const matrix: Constant = { type: 'float32', dims: [2, 3], values: outFirst };
const turned: Constant = { type: 'float32', dims: [3, 2], values: [1, 4, 2, 5, 3, 6] };

/** One product with the same matrix, which computes 2 numbers from 3, as exporters keep it. */
const graphs: Readonly<Record<string, () => Graph>> = {
  'Gemm, transposed': () =>
    product(matrix, { operator: 'Gemm', inputs: ['x', 'w'], outputs: ['y'], attributes: { transB: 1 } }),
  Gemm: () => product(turned, { operator: 'Gemm', inputs: ['x', 'w'], outputs: ['y'] }),
  MatMul: () => product(turned, { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }),
  'MatMul behind a Transpose': () =>
    product(
      matrix,
      { operator: 'Transpose', inputs: ['w'], outputs: ['t'], attributes: { perm: [1, 0] } },
      { operator: 'MatMul', inputs: ['x', 't'], outputs: ['y'] },
    ),
  'MatMul with a Constant node': () =>
    graphOf({
      inputs: { x },
      nodes: [
        {
          operator: 'Constant',
          inputs: [],
          outputs: ['w'],
          attributes: { value: { tensor: writeTensor('', turned) } },
        },
        { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] },
      ],
      output: 'y',
    }),
};

const product = (w: Constant, ...nodes: NodeInput[]) => graphOf({ inputs: { x }, weights: { w }, nodes, output: 'y' });

describe('redrawWeights', () => {
  it.each(Object.keys(graphs))('shows and takes a matrix with what is computed first: %s', (name) => {
    const graph = graphs[name]!();
    const seen: number[][] = [];
    const changed = redrawWeights(graph, ['y'], (values) => {
      seen.push([...Array.from(values)]);
      return Array.from(values, (value) => 10 * value);
    });
    expect(seen).toEqual([outFirst]);
    const { dims, values } = graph.constant('w')!;
    expect(changed.constant('w')).toMatchObject({ dims });
    expect([...Array.from(changed.constant('w')!.values)]).toEqual(Array.from(values, (value) => 10 * value));
  });

  it('leaves what the layers do not read', () => {
    const nodes = [
      { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['m'] },
      { operator: 'MatMul', inputs: ['m', 'v'], outputs: ['n'] },
      { operator: 'Add', inputs: ['n', 'b'], outputs: ['y'] },
    ];
    const square: Constant = { type: 'float32', dims: [2, 2], values: [1, 2, 3, 4] };
    const weights = { w: turned, v: square, b: { ...square, dims: [1, 4] } };
    const graph = graphOf({ inputs: { x }, weights, nodes, output: 'y' });
    expect(weightedLayers(graph)).toEqual([
      { layer: 'm', weights: ['w'] },
      { layer: 'n', weights: ['v'] },
    ]);
    const changed = redrawWeights(graph, ['n'], (values) => new Float32Array(values.length));
    expect(changed.constant('w')).toEqual(graph.constant('w'));
    expect(changed.constant('b')).toEqual(graph.constant('b'));
    expect([...Array.from(changed.constant('v')!.values)]).toEqual([0, 0, 0, 0]);
  });
});
