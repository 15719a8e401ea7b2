import { describe, expect, it } from '@jest/globals';
import type { AttributeInputs, Constant } from '../src/index.ts';
import { gradientsOf, vector } from './gradients-of.ts';

const ints = (values: readonly number[]): Constant => vector(values, 'int64');

async function reduced(operator: string, values: readonly number[]): Promise<readonly number[]> {
  const attributes: AttributeInputs = { keepdims: 1 };
  const nodes = [{ operator, inputs: ['x'], outputs: ['y'], attributes }];
  const { x } = await gradientsOf({ inputs: { x: vector(values) }, nodes, output: 'y' }, ['x'], vector([3]));
  return Array.from(x!.values);
}

async function scattered(reduction: string): Promise<Record<string, readonly number[]>> {
  const names = ['data', 'updates'];
  const results = await gradientsOf(
    {
      inputs: { data: vector([1, 5, 2]), updates: vector([1, 4, 1]) },
      weights: { places: ints([0, 1, 0]) },
      nodes: [
        {
          operator: 'ScatterElements',
          inputs: ['data', 'places', 'updates'],
          outputs: ['y'],
          attributes: { reduction },
        },
      ],
      output: 'y',
    },
    names,
    vector([6, 1, 1]),
  );
  return Object.fromEntries(names.map((name) => [name, Array.from(results[name]!.values)]));
}

// The numbers are those of PyTorch 2.13's amax, amin, norm, prod, logsumexp and scatter_reduce, but for a sum of nothing
// but exponentials of -Infinity: NaN there, 0 here.
describe('gradients of reductions where they are not smooth', () => {
  it('is shared evenly among equal extrema', async () => {
    expect(await reduced('ReduceMax', [2, 1, 2, 2])).toEqual([1, 0, 1, 1]);
    expect(await reduced('ReduceMin', [-2, 1, -2])).toEqual([1.5, 0, 1.5]);
  });

  it('is 0 at 0 for norms', async () => {
    expect(await reduced('ReduceL1', [-1, 0, 2])).toEqual([-3, 0, 3]);
    expect(await reduced('ReduceL2', [0, 0])).toEqual([0, 0]);
  });

  it('of a product is that of the other factors where there are zeros', async () => {
    expect(await reduced('ReduceProd', [2, 0, 5])).toEqual([0, 30, 0]);
    expect(await reduced('ReduceProd', [0, 0, 5])).toEqual([0, 0, 0]);
  });

  it('of a sum of exponentials is finite where terms are -Infinity', async () => {
    expect(await reduced('ReduceLogSumExp', [0, -Infinity])).toEqual([3, 0]);
    expect(await reduced('ReduceLogSumExp', [-Infinity, -Infinity])).toEqual([0, 0]);
  });

  it('is shared evenly among all that a scatter finds equal', async () => {
    expect(await scattered('max')).toEqual({ data: [2, 1, 1], updates: [2, 0, 2] });
    expect(await scattered('min')).toEqual({ data: [2, 0, 1], updates: [2, 1, 2] });
  });
});
