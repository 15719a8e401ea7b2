import { describe, expect, it } from '@jest/globals';
import { differentiate, type AttributeInputs, type Constant } from '../src/index.ts';
import { graphOf, vector } from './gradients-of.ts';

const image: Constant = { type: 'float32', dims: [1, 2, 4, 4], values: new Array<number>(32).fill(1) };
const channels = vector([1, 1]);
const flag: Constant = { type: 'bool', dims: [], values: [1] };

function attempt(
  operator: string,
  weights: Readonly<Record<string, Constant>>,
  attributes: AttributeInputs,
  outputs = ['y'],
  read = 'y',
  opset = 18,
) {
  const names = Object.keys(weights);
  const graph = graphOf({
    opset,
    inputs: { x: image },
    // A name that begins with an underscore stands for an input left out.
    weights: Object.fromEntries(Object.entries(weights).filter(([name]) => !name.startsWith('_'))),
    nodes: [
      { operator, inputs: ['x', ...names.map((name) => (name.startsWith('_') ? '' : name))], outputs, attributes },
    ],
    output: read,
  });
  return () => differentiate(graph, { objective: { kind: 'cotangent', outputs: [read] }, withRespectTo: ['x'] });
}

const statistics = { scale: channels, bias: channels, mean: channels, variance: channels };
const refused = (found: RegExp) =>
  expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED_FORM', found: expect.stringMatching(found) as unknown });

describe('forms that a rule does not cover are refused and named', () => {
  it('BatchNormalization in training mode whose running statistics are asked for', () => {
    const outputs = ['y', 'runningMean', 'runningVariance'];
    const attributes = { training_mode: 1 };
    expect(attempt('BatchNormalization', statistics, attributes, outputs, 'runningMean')).toThrow(
      refused(/training_mode = 1/),
    );
    expect(attempt('BatchNormalization', statistics, attributes, outputs)).not.toThrow();
  });

  it('Dropout in training mode', () => {
    expect(attempt('Dropout', { _ratio: flag, training: flag }, {})).toThrow(refused(/training_mode = true/));
  });

  it('Resize that keeps the aspect ratio', () => {
    const sizes: Constant = { type: 'int64', dims: [4], values: [1, 2, 8, 6] };
    const attributes = { mode: 'linear', keep_aspect_ratio_policy: 'not_larger' };
    expect(attempt('Resize', { _roi: flag, _scales: flag, sizes }, attributes)).toThrow(refused(/not_larger/));
  });
});
