import { describe, expect, it } from '@jest/globals';
import { unmetNeed, type Model, type ModelNeed } from '../src/index.ts';

const plain: Model = {
  inputs: [],
  outputs: [],
  layers: [],
  origin: { backend: 'plain', executionProvider: 'none', sha256: '', remarks: [] },
  run: async () => ({}),
  close: async () => undefined,
};
const graph = { nodes: [], constant: () => undefined };
const gradients = { differentiate: () => undefined, differentiability: () => ({ differentiable: true }) };
const programs = { ...gradients, compile: () => undefined };

describe('unmetNeed', () => {
  it.each<[string, object, readonly ModelNeed[], ModelNeed | undefined]>([
    ['nothing', {}, [], undefined],
    ['nothing', {}, ['gradients', 'graph'], 'gradients'],
    ['a graph', { graph }, ['graph'], undefined],
    ['a graph', { graph }, ['graph', 'gradients'], 'gradients'],
    ['gradients', gradients, ['gradients'], undefined],
    ['gradients', gradients, ['gradients', 'programs'], 'programs'],
    ['programs', programs, ['gradients', 'programs'], undefined],
  ])('of a model with %s', (_, capabilities, needs, expected) => {
    expect(unmetNeed({ ...plain, ...capabilities }, needs)).toBe(expected);
  });

  it('leaves needs of later hosts to them', () => {
    expect(unmetNeed(plain, ['telepathy' as ModelNeed])).toBeUndefined();
  });
});
