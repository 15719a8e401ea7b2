import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, type AttributeInputs, type Dim, type ElementType } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';

describe('types and shapes of operators that draw at random', () => {
  const rows: readonly (readonly [string, AttributeInputs, ElementType, readonly Dim[]])[] = [
    ['Bernoulli', {}, 'float32', [2, 3]],
    ['Bernoulli', { dtype: 7 }, 'int64', [2, 3]],
    ['EyeLike', {}, 'float32', [2, 3]],
    ['EyeLike', { dtype: 6, k: 1 }, 'int32', [2, 3]],
    ['Multinomial', {}, 'int32', [2, 1]],
    ['Multinomial', { sample_size: 4, dtype: 7 }, 'int64', [2, 4]],
    ['RandomNormal', { shape: [4, 5] }, 'float32', [4, 5]],
    ['RandomNormalLike', {}, 'float32', [2, 3]],
    ['RandomUniform', { shape: [4], dtype: 11 }, 'float64', [4]],
    ['RandomUniformLike', { dtype: 11 }, 'float64', [2, 3]],
  ];
  for (const [operator, attributes, type, shape] of rows) {
    it(`${operator} ${JSON.stringify(attributes)}`, async () => {
      const x = { type: 'float32', dims: [2, 3], values: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] } as const;
      const inputs = attributes['shape'] ? [] : ['x'];
      const nodes = [{ operator, inputs, outputs: ['y'], attributes }];
      const graph = graphOf({ inputs: { x }, nodes, output: 'y', outputType: type });
      expect(new DifferentiableGraph(graph).inference.value('y')).toEqual({ name: 'y', type, shape });
      const { y } = await execute(graph.encode(), { x }, ['y']);
      expect([y!.type, y!.dims]).toEqual([type, shape]);
    });
  }
});
