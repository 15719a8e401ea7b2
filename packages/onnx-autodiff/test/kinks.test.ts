import { describe, expect, it } from '@jest/globals';
import type { AttributeInputs } from '../src/index.ts';
import { gradientsOf, scalar, vector } from './gradients-of.ts';

/** The gradients of the sum of an operator's result with respect to all its inputs, vectors of one length. */
async function gradients(
  operator: string,
  inputs: readonly (readonly number[])[],
  attributes: AttributeInputs = {},
  opset = 18,
): Promise<readonly (readonly number[])[]> {
  const names = inputs.map((_, index) => `x${index}`);
  const feeds = Object.fromEntries(inputs.map((values, index) => [names[index]!, vector(values)]));
  const nodes = [{ operator, inputs: names, outputs: ['y'], attributes }];
  const ones = vector(inputs[0]!.map(() => 1));
  const results = await gradientsOf({ opset, inputs: feeds, nodes, output: 'y' }, names, ones);
  return names.map((name) => Array.from(results[name]!.values));
}

async function clipGradients(x: readonly number[], min: number, max: number): Promise<readonly (readonly number[])[]> {
  const results = await gradientsOf(
    {
      inputs: { x: vector(x) },
      weights: { min: scalar(min), max: scalar(max) },
      nodes: [{ operator: 'Clip', inputs: ['x', 'min', 'max'], outputs: ['y'] }],
      output: 'y',
    },
    ['x', 'min', 'max'],
    vector(x.map(() => 1)),
  );
  return ['x', 'min', 'max'].map((name) => Array.from(results[name]!.values));
}

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));

// The numbers are those of PyTorch 2.13's operators of the same name.
describe('gradients at kinks', () => {
  it('is 0 at 0 for Relu', async () => {
    expect(await gradients('Relu', [[-1, 0, 1]])).toEqual([[0, 0, 1]]);
  });

  it('is alpha at 0 for LeakyRelu, by the sign of the input where alpha is negative', async () => {
    expect(await gradients('LeakyRelu', [[-1, 0, 1]], { alpha: { float: 0.25 } })).toEqual([[0.25, 0.25, 1]]);
    expect(await gradients('LeakyRelu', [[-1, 0, 1]], { alpha: { float: -0.25 } })).toEqual([[-0.25, -0.25, 1]]);
  });

  it('passes at both bounds of Clip', async () => {
    expect(await clipGradients([-2, -1, 0, 1, 2], -1, 1)).toEqual([[0, 1, 1, 1, 0], [1], [1]]);
  });

  it('is 0 at both bounds of ReLU6', async () => {
    expect(await clipGradients([-1, 0, 3, 6, 7], 0, 6)).toEqual([[0, 0, 1, 0, 0], [1], [1]]);
  });

  it('goes to the upper bound of Clip where the bounds are in the wrong order', async () => {
    expect(await clipGradients([-2, -0.5, 0, 1, 2], 1, -1)).toEqual([[0, 0, 0, 0, 0], [0], [5]]);
  });

  it('goes to x and the upper bound of Clip where the bounds are one', async () => {
    expect(await clipGradients([-2, 0, 2], 0, 0)).toEqual([[0, 1, 0], [0], [1]]);
  });

  it('passes at a single bound of Clip', async () => {
    expect(await gradients('Clip', [[-1, 0, 1]], { min: { float: 0 } }, 10)).toEqual([[0, 1, 1]]);
    expect(await gradients('Clip', [[-1, 0, 1]], { max: { float: 0 } }, 10)).toEqual([[1, 1, 0]]);
  });

  it('is 0 at 0 for Abs', async () => {
    expect(await gradients('Abs', [[-2, 0, 2]])).toEqual([[-1, 0, 1]]);
  });

  it('is shared evenly between the inputs of Max and Min that tie', async () => {
    const two = [
      [1, 2, 3],
      [1, 3, 2],
    ];
    expect(await gradients('Max', two)).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ]);
    expect(await gradients('Min', two)).toEqual([
      [0.5, 1, 0],
      [0.5, 0, 1],
    ]);
    const three = [
      [4, 1, 2],
      [4, 2, 2],
      [4, 2, 1],
    ];
    expect(await gradients('Max', three)).toEqual(
      [
        [1 / 3, 0, 0.5],
        [1 / 3, 0.5, 0.5],
        [1 / 3, 0.5, 0],
      ].map(near),
    );
  });

  it('takes infinities in Max and Min, as masks have them', async () => {
    expect(
      await gradients('Max', [
        [-Infinity, 1, 2],
        [-Infinity, -Infinity, Infinity],
      ]),
    ).toEqual([
      [0.5, 1, 0],
      [0.5, 0, 1],
    ]);
  });

  it('is 0 where HardSigmoid saturates, ends included', async () => {
    const attributes = { alpha: { float: 0.25 }, beta: { float: 0.5 } };
    expect(await gradients('HardSigmoid', [[-3, -2, 0, 2, 3]], attributes)).toEqual([[0, 0, 0.25, 0, 0]]);
  });

  it('is 0 at -3 and 1 at 3 for HardSwish', async () => {
    expect(await gradients('HardSwish', [[-4, -3, -1.5, 0, 3, 4]])).toEqual([near([0, 0, 0, 0.5, 1, 1])]);
  });

  it('belongs to the negative half at 0 for Elu and Selu, and is 1 there for Celu', async () => {
    expect(await gradients('Elu', [[0, 1]], { alpha: { float: 0.5 } })).toEqual([[0.5, 1]]);
    expect(await gradients('Elu', [[0, 1]])).toEqual([[1, 1]]);
    expect(await gradients('Selu', [[0, 1]])).toEqual([near([1.7580993, 1.050701])]);
    expect(await gradients('Celu', [[0, 1]], { alpha: { float: 0.5 } }, 12)).toEqual([[1, 1]]);
  });

  it('is the slope at 0 for PRelu, whose slope has none there', async () => {
    expect(
      await gradients('PRelu', [
        [-2, 0, 2],
        [0.25, 0.25, 0.25],
      ]),
    ).toEqual([
      [0.25, 0.25, 1],
      [-2, 0, 0],
    ]);
  });

  it('is 0 at the threshold for ThresholdedRelu and Shrink', async () => {
    expect(await gradients('ThresholdedRelu', [[0, 1, 2]])).toEqual([[0, 0, 1]]);
    expect(await gradients('Shrink', [[-1, -0.5, 0, 0.5, 1]])).toEqual([[1, 0, 0, 0, 1]]);
  });

  it('treats powers of 0 and negative bases as PyTorch does', async () => {
    const [base, exponent] = await gradients('Pow', [
      [0, 0, 2, -2],
      [0, 2, 0, 2],
    ]);
    expect(base).toEqual([0, 0, 0, -4]);
    expect(exponent).toEqual([0, 0, expect.closeTo(0.6931472, 6), NaN]);
  });

  it('keeps the whole quotient of Mod, which truncates, constant', async () => {
    expect(
      await gradients(
        'Mod',
        [
          [5.5, -5.5],
          [2, 2],
        ],
        { fmod: 1 },
      ),
    ).toEqual([
      [1, 1],
      [-2, 2],
    ]);
  });

  it('is 0 at 0 for the sum of absolute values of GlobalLpPool', async () => {
    const results = await gradientsOf(
      {
        inputs: { x: { type: 'float32', dims: [1, 1, 3], values: [-2, 0, 5] } },
        nodes: [{ operator: 'GlobalLpPool', inputs: ['x'], outputs: ['y'], attributes: { p: 1 } }],
        output: 'y',
      },
      ['x'],
      { type: 'float32', dims: [1, 1, 1], values: [3] },
    );
    expect(Array.from(results['x']!.values)).toEqual([-3, 0, 3]);
  });

  it('is held down by the guard of MeanVarianceNormalization where elements are nearly equal', async () => {
    const results = await gradientsOf(
      {
        inputs: { x: { type: 'float32', dims: [1, 1, 1, 3], values: [0, 0, 3e-9] } },
        nodes: [{ operator: 'MeanVarianceNormalization', inputs: ['x'], outputs: ['y'] }],
        output: 'y',
      },
      ['x'],
      { type: 'float32', dims: [1, 1, 1, 3], values: [1, -1, 0] },
    );
    // The deviation is sqrt(2) e-9, the guard 1e-9; the cotangent is at right angles to the mean and to the result.
    const factor = 1 / (Math.SQRT2 + 1);
    expect(Array.from(results['x']!.values, (value) => value * 1e-9)).toEqual(near([factor, -factor, 0]));
  });

  it('does not let a mask of -infinity spread to what Where keeps', async () => {
    const results = await gradientsOf(
      {
        inputs: { x: vector([1, 2, 3]), mask: vector([1, 0, 1], 'bool') },
        weights: { low: scalar(-Infinity) },
        nodes: [
          { operator: 'Where', inputs: ['mask', 'x', 'low'], outputs: ['masked'] },
          { operator: 'Softmax', inputs: ['masked'], outputs: ['y'] },
        ],
        output: 'y',
      },
      ['x'],
      vector([1, 5, 0]),
    );
    // p = (1, e^2) / (1 + e^2) on the two kept places, and the gradient is p0 p1 times (1, -1).
    const p = 1 / (1 + Math.exp(2));
    expect(Array.from(results['x']!.values)).toEqual(near([p * (1 - p), 0, -p * (1 - p)]));
  });

  it('sums both uses where one tensor is both inputs of Mul, Sub and Div', async () => {
    const same = async (operator: string) => {
      const nodes = [{ operator, inputs: ['x', 'x'], outputs: ['y'] }];
      const results = await gradientsOf(
        { inputs: { x: vector([1, -2, 3]) }, nodes, output: 'y' },
        ['x'],
        vector([1, 1, 2]),
      );
      return Array.from(results['x']!.values);
    };
    expect(await same('Mul')).toEqual([2, -4, 12]);
    expect(await same('Sub')).toEqual([0, 0, 0]);
    expect(await same('Div')).toEqual(near([0, 0, 0]));
  });
});
