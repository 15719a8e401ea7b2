import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, hessianProduct } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf, type Network, type NodeInput } from './gradients-of.ts';
import { tensor, wave } from './alike.ts';

const inner = tensor([3, 4], wave(1, 0));
const outer = tensor([4, 1], wave(2, 1));
const x = tensor([2, 3], wave(1.5, 2));
const direction = tensor([2, 3], wave(1, 3));

const network = (activation: string): Network => ({
  ...{ inputs: { x }, weights: { inner, outer }, output: 'y' },
  nodes: [
    { operator: 'MatMul', inputs: ['x', 'inner'], outputs: ['h'] },
    { operator: activation, inputs: ['h'], outputs: ['a'] },
    { operator: 'MatMul', inputs: ['a', 'outer'], outputs: ['y'] },
  ] satisfies readonly NodeInput[],
});
const productOf = (activation: string, withRespectTo = 'x') =>
  hessianProduct(new DifferentiableGraph(graphOf(network(activation))), {
    ...{ objective: { kind: 'total', output: 'y' }, withRespectTo },
  });

describe('hessianProduct', () => {
  it('multiplies the second derivatives with a direction', async () => {
    const { graph, direction: name, product, objectiveInputs, sizes } = productOf('Tanh')!;
    expect(objectiveInputs).toEqual([]);
    const results = await execute(graph.encode(sizes), { x, [name]: direction }, [product]);
    const into = (row: number, unit: number, of: typeof x) =>
      [0, 1, 2].reduce((sum, at) => sum + of.values[row * 3 + at]! * inner.values[at * 4 + unit]!, 0);
    // By hand: W diag(w tanh''(x W)) W' v for each sample.
    const expected = [0, 1].flatMap((row) =>
      [0, 1, 2].map((at) =>
        [0, 1, 2, 3].reduce((sum, unit) => {
          const t = Math.tanh(into(row, unit, x));
          const bend = -2 * t * (1 - t * t) * outer.values[unit]!;
          return sum + inner.values[at * 4 + unit]! * bend * into(row, unit, direction);
        }, 0),
      ),
    );
    expect(results[product]!.dims).toEqual([2, 3]);
    Array.from(results[product]!.values).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 4));
  });

  it('is nothing where the gradient does not depend on the tensor', () => {
    expect(productOf('Identity')).toBeUndefined();
    expect(productOf('Tanh', 'a')).toBeUndefined();
  });
});
