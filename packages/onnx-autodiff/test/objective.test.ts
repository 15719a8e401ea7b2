import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';

const x = { type: 'float32', dims: [2, 3], values: [1, -2, 3, 4, 5, -6] } as const;
const graph = graphOf({
  inputs: { x },
  weights: {},
  nodes: [{ operator: 'Mul', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
  output: 'y',
});
const list = (values: ArrayLike<number> | undefined) => Array.from(values ?? []);

describe('the total of an output', () => {
  it('is differentiated as the sum of its elements and asks for no feed', async () => {
    const {
      graph: derived,
      objectiveInputs,
      value,
      gradients,
    } = differentiate(graph, {
      objective: { kind: 'total', output: 'y' },
      withRespectTo: ['x'],
    });
    const results = await execute(derived.encode(), { x }, [value, gradients['x']!]);
    expect(objectiveInputs).toEqual([]);
    expect(list(results[value]?.values)).toEqual([14, 77]);
    expect(list(results[gradients['x']!]?.values)).toEqual([2, -4, 6, 8, 10, -12]);
  });

  it('is a term of a sum as any other', async () => {
    const {
      graph: derived,
      objectiveInputs,
      value,
      gradients,
    } = differentiate(graph, {
      objective: { kind: 'sum', terms: [{ kind: 'total', output: 'y' }] },
      withRespectTo: ['x'],
    });
    const weight = { type: 'float32', dims: [], values: [-0.5] } as const;
    const feeds = { x, [objectiveInputs[0]!.name]: weight };
    const results = await execute(derived.encode(), feeds, [value, gradients['x']!]);
    expect(list(results[value]?.values)).toEqual([-7, -38.5]);
    expect(list(results[gradients['x']!]?.values)).toEqual([-1, 2, -3, -4, -5, 6]);
  });
});
