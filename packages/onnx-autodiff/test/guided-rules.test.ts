import { describe, expect, it } from '@jest/globals';
import { differentiate, guidedRules, type AttributeInputs } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf, scalar, vector, type Network } from './gradients-of.ts';

const x = [-2, -1, 1, 3, 7, 9];
const coming = [1, -1, 2, -2, 3, -3];

async function guided(operator: string, attributes: AttributeInputs = {}, weights: Network['weights'] = {}) {
  const network: Network = {
    inputs: { x: vector(x) },
    weights,
    nodes: [{ operator, inputs: ['x', ...Object.keys(weights)], outputs: ['y'], attributes }],
    output: 'y',
  };
  const objective = { kind: 'cotangent', outputs: ['y'] } as const;
  const model = differentiate(graphOf(network), { objective, withRespectTo: ['x'], rules: guidedRules });
  const feeds = { x: vector(x), [model.objectiveInputs[0]!.name]: vector(coming) };
  const results = await execute(model.graph.encode(), feeds, [model.gradients['x']!]);
  return Array.from(results[model.gradients['x']!]!.values);
}

describe('guidedRules', () => {
  it('let through a Relu what is positive on both ways', async () => {
    expect(await guided('Relu')).toEqual([0, 0, 2, 0, 3, 0]);
  });

  it('take ReLU6 for a ReLU, and any Clip from 0', async () => {
    expect(await guided('Clip', {}, { low: scalar(0), high: scalar(6) })).toEqual([0, 0, 2, 0, 0, 0]);
    expect(await guided('Clip', {}, { low: scalar(0) })).toEqual([0, 0, 2, 0, 3, 0]);
  });

  it('leave any other Clip as it is', async () => {
    expect(await guided('Clip', {}, { low: scalar(-1.5), high: scalar(8) })).toEqual([0, -1, 2, -2, 3, 0]);
  });

  it('cut off before the slope of a leaky ReLU', async () => {
    expect(await guided('LeakyRelu', { alpha: { float: 0.5 } })).toEqual([0.5, 0, 2, 0, 3, 0]);
    expect(await guided('PRelu', {}, { slope: vector([0.5]) })).toEqual([0.5, 0, 2, 0, 3, 0]);
    expect(await guided('ThresholdedRelu', { alpha: { float: 2 } })).toEqual([0, 0, 0, 0, 3, 0]);
  });

  it('leave smooth activations as they are', async () => {
    const slope = (value: number) => 1 - Math.tanh(value) ** 2;
    const expected = x.map((value, at) => expect.closeTo(coming[at]! * slope(value), 5));
    expect(await guided('Tanh')).toEqual(expected);
  });
});
