import { describe, expect, it } from '@jest/globals';
import { betweenIn, lastSpatialLayer, layerReadings } from '@understory/core';
import { modelOf, type Part } from './model-of.ts';

const places = [3, 1, 4, 0, 2, 5, ...Array.from({ length: 18 }, (_, at) => 23 - at)];

const tokens: readonly Part[] = [
  ['Conv', ['image', 'w'], 'conv', ['N', 8, 4, 6]],
  ['Reshape', ['conv', 's'], 'flat', ['N', 8, 24]],
  ['Transpose', ['flat'], 'tokens', ['N', 24, 8], { perm: [0, 2, 1] }],
];

/** A block of attention over `from`, then the mean over its tokens. */
const block = (from: string, count: number | string): readonly Part[] => [
  ['LayerNormalization', [from, 'g', 'b'], 'normed', ['N', count, 8]],
  ['MatMul', ['normed', 'wq'], 'q', ['N', count, 8]],
  ['MatMul', ['normed', 'wk'], 'k', ['N', count, 8]],
  ['Transpose', ['k'], 'kt', ['N', 8, count], { perm: [0, 2, 1] }],
  ['MatMul', ['q', 'kt'], 'scores', ['N', count, count]],
  ['Softmax', ['scores'], 'weights', ['N', count, count]],
  ['MatMul', ['weights', 'normed'], 'mixed', ['N', count, 8]],
  ['Add', [from, 'mixed'], 'sum', ['N', count, 8]],
  ['ReduceMean', ['sum', 'axes'], 'mean', ['N', 8], { keepdims: 0 }],
  ['MatMul', ['mean', 'wh'], 'out', ['N', 10]],
];

const integers = { axes: [1], places };

/** What `auto` says of a network that hands its tokens through an operator. */
function auto(parts: readonly Part[]): string | undefined {
  const model = modelOf([...tokens, ...parts], { integers });
  return lastSpatialLayer(model, betweenIn(model.graph!, ['image'], ['out']))?.name;
}

const thrownBy = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

/** `[what the operator does, the operator, how many tokens it hands on]`. */
const lost: readonly (readonly [what: string, part: Part, count: number | string])[] = [
  ['gathers all in another order', ['Gather', ['tokens', 'places'], 'x', ['N', 24, 8], { axis: 1 }], 24],
  ['gathers by indices that are computed', ['GatherElements', ['tokens', 'at'], 'x', ['N', 24, 8], { axis: 1 }], 24],
  ['puts a token in front in a loop', ['Loop', ['n', 'go', 'tokens'], 'x', ['N', 25, 8]], 25],
  ['hands on a number that is open', ['GatherND', ['tokens', 'at'], 'x', ['N', 'kept', 8]], 'kept'],
];

describe('auto behind an operator that loses positions from sight', () => {
  it.each(lost)('refuses where one %s, and lists what could be spatial', (_, part, count) => {
    expect(thrownBy(() => auto([part, ...block('x', count)]))).toMatchObject({
      code: 'LATER_LAYERS_UNDETERMINED',
      message: 'The last spatial layer cannot be chosen automatically.',
      found: expect.stringMatching(new RegExp(`"(conv|tokens)"; later ones .*sum \\[N, ${count}, 8\\]`)),
    });
  });

  it('names the layer that it would else have taken, which can be asked for', () => {
    const model = modelOf([...tokens, lost[0]![1], ...block('x', 24)], { integers });
    expect(layerReadings(model).get('conv')).toMatchObject({ kind: 'map' });
    expect(layerReadings(model).get('sum')).toBe('unknown');
  });

  it('takes the last tokens where nothing is lost', () => {
    expect(auto(block('tokens', 24))).toBe('sum');
  });

  it('takes the map where a few are chosen of many, as detectors choose queries', () => {
    const chosen: Part = ['GatherElements', ['tokens', 'at'], 'x', ['N', 5, 8], { axis: 1 }];
    expect(auto([chosen, ...block('x', 5)])).toMatch(/conv|tokens/);
  });

  it('takes the map where what is attended to is no position but a weight', () => {
    const queries: Part = ['Expand', ['queries', 'shape'], 'x', ['N', 24, 8]];
    const model = modelOf(
      [
        ...tokens,
        queries,
        ...block('x', 24).slice(0, -2),
        ['MatMul', ['sum', 'tokensT'], 'cross', ['N', 24, 24]],
        ['MatMul', ['cross', 'tokens'], 'read', ['N', 24, 8]],
        ['ReduceMean', ['read', 'axes'], 'mean', ['N', 8], { keepdims: 0 }],
        ['MatMul', ['mean', 'wh'], 'out', ['N', 10]],
      ],
      { integers },
    );
    expect(lastSpatialLayer(model, betweenIn(model.graph!, ['image'], ['out']))?.name).toMatch(/conv|tokens/);
  });
});
