import { describe, expect, it } from '@jest/globals';
import type { AttributeInputs } from '../src/index.ts';
import { gradientsOf } from './gradients-of.ts';

async function gradient(values: readonly number[], outputs: number, attributes: AttributeInputs, operator = 'MaxPool') {
  const result = await gradientsOf(
    {
      inputs: { x: { type: 'float32', dims: [1, 1, values.length], values } },
      nodes: [{ operator, inputs: ['x'], outputs: ['y'], attributes }],
      output: 'y',
    },
    ['x'],
    { type: 'float32', dims: [1, 1, outputs], values: Array.from({ length: outputs }, (_, at) => at + 1) },
  );
  return Array.from(result['x']!.values);
}

// The numbers are those of PyTorch 2.13's max_pool1d and adaptive_max_pool1d.
describe('the gradient of a maximum that several elements share', () => {
  it('goes to the first of them in each window', async () => {
    expect(await gradient([0, 0, 0, 0, 0], 2, { kernel_shape: [3], strides: [2] })).toEqual([1, 0, 2, 0, 0]);
    expect(await gradient([1, 2, 2, 1, 2], 3, { kernel_shape: [3] })).toEqual([0, 3, 3, 0, 0]);
  });

  it('goes to the first of the whole tensor for GlobalMaxPool', async () => {
    expect(await gradient([-1, 3, 3, 0], 1, {}, 'GlobalMaxPool')).toEqual([0, 1, 0, 0]);
  });
});
