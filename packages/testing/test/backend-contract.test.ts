import { describe, expect, it } from '@jest/globals';
import { float32, toFloat32 } from '@understory/core';
import type { DifferentiableModel, Model, Tensors } from '@understory/core';
import { backendContract, differentiableBackendContract } from '@understory/testing';
import { changed, classifier, failuresOf, feeds, score } from './subjects.ts';

const gradients = { input: 'pixels', layer: 'features', logits: 'logits' };
const contractOf = (open: () => Model) => [
  ...backendContract({ open, feeds: structuredClone(feeds) }),
  ...differentiableBackendContract({ open, feeds: structuredClone(feeds), ...gradients }),
];

describe('the backend contracts on a model that keeps them', () => {
  for (const { name, run } of contractOf(classifier)) it(name, run);
});

/** The tensors with the numbers of one of them changed. */
function altered(tensors: Tensors, name: string, change: (values: Float32Array) => Float32Array): Tensors {
  const tensor = tensors[name];
  return tensor === undefined ? tensors : { ...tensors, [name]: float32(change(toFloat32(tensor)), tensor.dims) };
}

describe('the backend contracts', () => {
  const model = classifier();
  const { run, differentiate } = changed(model, {});
  const withGradients = (change: (values: Float32Array) => Float32Array): Partial<DifferentiableModel> => ({
    differentiate: async (request) => {
      const derivative = await differentiate(request);
      return { ...derivative, gradients: altered(derivative.gradients, 'pixels', change) };
    },
  });
  let calls = 0;

  const broken: readonly (readonly [what: string, changes: Partial<DifferentiableModel>, caught: readonly string[]])[] =
    [
      ['hides where it comes from', { origin: { ...model.origin, sha256: 'ABC' } }, ['where it comes from']],
      ['names a layer twice', { layers: [...model.layers, ...model.layers] }, ['names each']],
      [
        'gives more than was asked for',
        { run: (fed, fetch) => run(fed, [...fetch, 'stem']) },
        ['what is asked for and nothing else'],
      ],
      [
        'describes a layer wrongly',
        { layers: model.layers.map((layer) => ({ ...layer, dims: ['N', 9, 9, 9] })) },
        ['as its specification says'],
      ],
      [
        'mixes samples',
        {
          run: async (fed, fetch) =>
            altered(await run(fed, fetch), 'logits', (values) => values.map((value) => value / values.length)),
        },
        ['as if it were alone', 'value of each kind'],
      ],
      [
        'counts its calls',
        {
          run: async (fed, fetch) =>
            altered(await run(fed, fetch), 'logits', (values) => values.map((value) => value + calls++)),
        },
        ['same numbers again'],
      ],
      [
        'writes into the feeds',
        {
          run: async (fed, fetch) => {
            const results = await run(fed, fetch);
            fed['pixels']!.data[0] = 1 + Number(fed['pixels']!.data[0]);
            return results;
          },
        },
        ['leaves the feeds'],
      ],
      [
        'hands out nothing for unknown names',
        {
          run: (fed, fetch) =>
            run(
              fed,
              fetch.filter((name) => name !== 'no such tensor'),
            ),
        },
        ['fetch what it does not have'],
      ],
      [
        'fills in what is missing',
        { run: (fed, fetch) => run({ pixels: fed['pixels'] ?? feeds.pixels }, fetch) },
        ['feeds that do not fit'],
      ],
      [
        'shows a graph out of order',
        { graph: { ...model.graph, nodes: model.graph.nodes.toReversed() } },
        ['execution order'],
      ],
      [
        'has gradients twice as large',
        withGradients((values) => values.map((value) => 2 * value)),
        ['finite differences'],
      ],
      [
        'has a layer with gradients of its own',
        {
          differentiate: async (request) => {
            const derivative = await differentiate(request);
            const negated = altered(derivative.gradients, 'features', (values) => values.map((value) => -value));
            return { ...derivative, gradients: negated };
          },
        },
        ['chain rule'],
      ],
      [
        'lacks part of a gradient',
        withGradients((values) => values.map((value, at) => (at % 3 ? value : 0))),
        ['finite differences'],
      ],
      [
        'computes a layer that it was given',
        { runFrom: async (fed, activations, fetch) => ({ ...(await run(fed, fetch)), ...activations }) },
        ['runs on from a layer'],
      ],
      [
        'averages over the batch',
        withGradients((values) => values.map((value) => (12 * value) / values.length)),
        ['keeps samples apart', 'finite differences'],
      ],
      [
        'takes any class',
        {
          differentiate: (request) =>
            differentiate({ ...request, objective: request.objective.kind === 'score' ? score : request.objective }),
        },
        ['targets that do not fit', 'value of each kind'],
      ],
      [
        'forgets the weights of a sum',
        {
          differentiate: ({ objective, ...request }) =>
            differentiate({
              ...request,
              objective:
                objective.kind === 'sum'
                  ? { ...objective, terms: objective.terms.map(({ of }) => ({ weight: 1, of })) }
                  : objective,
            }),
        },
        ['linear', 'value of each kind'],
      ],
      ['promises too much', { differentiability: () => ({ differentiable: true }) }, ['tells before it runs']],
    ];

  it.each(broken)('catch a model that %s', async (_, changes, caught) => {
    const cases = contractOf(() => changed(model, changes));
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('refuse a model without gradients', async () => {
    const { inputs, outputs, layers, origin, close } = changed(model, {});
    const plain: Model = { inputs, outputs, layers, origin, run, close };
    const failures = await failuresOf(differentiableBackendContract({ open: () => plain, feeds, ...gradients }));
    expect(failures[0]).toContain('expected a model with `differentiate`');
  });
});
