import { describe, expect, it } from '@jest/globals';
import { errors, float32, similarityVectors, toFloat32 } from '@understory/core';
import type { Backend, DifferentiableModel, DifferentiateRequest, Model, Tensors } from '@understory/core';
import { backendContract, differentiableBackendContract } from '@understory/testing';
import { changed, classifier, failuresOf, feeds, score, unbroken } from './subjects.ts';

const gradients = { input: 'pixels', layer: 'features', logits: 'logits' };
const contractOf = (open: () => Model, { programs }: { programs?: boolean } = {}) => [
  ...backendContract({ open, feeds: structuredClone(feeds) }),
  ...differentiableBackendContract({
    ...{ open, feeds: structuredClone(feeds), ...gradients },
    ...(programs !== undefined && { programs }),
  }),
];

describe('the backend contracts on a model that keeps them', () => {
  for (const { name, run, timeout, skip } of contractOf(classifier)) (skip ? it.skip : it)(name, run, timeout);
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
  let guided = false;
  let latest: DifferentiateRequest & { readonly number: number };
  const buffer = new Float32Array(36);
  /** Closes by itself, while the model behind it stays open for the others. */
  const opened = (changes: Partial<DifferentiableModel>): DifferentiableModel => {
    const of = changed(model, { close: async () => undefined, ...changes });
    let isClosed = false;
    const checkOpen = () => {
      if (isClosed) throw errors.modelClosed({ backend: 'chain' });
    };
    return {
      ...of,
      run: async (...request) => (checkOpen(), of.run(...request)),
      differentiate: async (request) => (checkOpen(), of.differentiate(request)),
      ...(of.runFrom && { runFrom: async (...request) => (checkOpen(), of.runFrom!(...request)) }),
      ...(of.hessianProduct && { hessianProduct: async (request) => (checkOpen(), of.hessianProduct!(request)) }),
      ...(of.compile && { compile: async (program) => (checkOpen(), of.compile!(program)) }),
      async close() {
        await of.close();
        isClosed = true;
      },
    };
  };
  const programs = (change: (outputs: Tensors) => Tensors): Partial<DifferentiableModel> => ({
    async compile(asked) {
      const program = await model.compile(asked);
      return { run: async (inputs) => change(await program.run(inputs)), close: () => program.close() };
    },
  });
  /** Changes the gradient of the layer where nothing else is asked for. */
  const withLayerGradients = (change: (values: Float32Array) => Float32Array): Partial<DifferentiableModel> => ({
    differentiate: async (request) => {
      const derivative = await differentiate(request);
      if (request.withRespectTo.length > 1) return derivative;
      return { ...derivative, gradients: altered(derivative.gradients, 'features', change) };
    },
  });

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
        'takes the length of an output for a constant',
        {
          async differentiate(request) {
            const { objective, feeds: fed } = request;
            if (objective.kind !== 'similarity') return differentiate(request);
            const { [objective.output]: output } = await run(fed, [objective.output]);
            const { dims, data } = similarityVectors(objective, output!.dims.slice(1));
            const width = dims[1]!;
            const lengths = Array.from({ length: dims[0]! }, (_, sample) =>
              Math.hypot(...toFloat32(output!).subarray(sample * width, (sample + 1) * width)),
            );
            const cotangent = float32(
              data.map((value, at) => value / lengths[Math.floor(at / width)]!),
              output!.dims,
            );
            return differentiate({
              ...request,
              objective: { kind: 'cotangent', cotangents: { [objective.output]: cotangent } },
            });
          },
        },
        ['finite differences'],
      ],
      [
        'compares with any vectors',
        {
          differentiate: (request) =>
            differentiate(request).catch((failure: unknown) => {
              if (request.objective.kind !== 'similarity') throw failure;
              return differentiate({ ...request, objective: score });
            }),
        },
        ['refuses vectors'],
      ],
      [
        'forgets the scale of a similarity',
        {
          differentiate: ({ objective, ...request }) =>
            differentiate({
              ...request,
              objective: objective.kind === 'similarity' ? { ...objective, scale: 1 } : objective,
            }),
        },
        ['value of each kind'],
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
      [
        'has no gradient of a layer that is asked for alone',
        withLayerGradients((values) => values.map(() => 0)),
        ['asked for alone'],
      ],
      [
        'has twice the gradient of a layer that is asked for alone',
        withLayerGradients((values) => values.map((value) => 2 * value)),
        ['asked for alone'],
      ],
      [
        'takes the last objective for that of all calls at the time',
        {
          differentiate: async (request) => {
            const number = ++calls;
            latest = { ...request, number };
            await Promise.resolve();
            return differentiate(latest.number === number ? request : { ...request, objective: latest.objective });
          },
        },
        ['run at the same time'],
      ],
      [
        'hands out one buffer of gradients',
        {
          differentiate: async (request) => {
            const derivative = await differentiate(request);
            const buffered = altered(derivative.gradients, 'features', (values) => {
              if (values.length !== buffer.length) return values;
              buffer.set(values);
              return buffer;
            });
            return { ...derivative, gradients: buffered };
          },
        },
        ['handed out'],
      ],
      [
        'turns the targets round',
        {
          differentiate: async (request) => {
            const derivative = await differentiate(request);
            const first = request.objective.kind === 'sum' ? request.objective.terms[0]?.of : undefined;
            if (first?.kind === 'score') (first.index as unknown[]).reverse();
            return derivative;
          },
        },
        ['objective as they were'],
      ],
      [
        'takes the rules of the call before',
        {
          gradientRules: ['guided'],
          differentiate: async (request) => {
            const isGuided = guided;
            guided = request.rules === 'guided';
            const derivative = await differentiate(request);
            const kept = altered(derivative.gradients, 'features', (values) =>
              values.map((value) => Math.max(value, 0)),
            );
            return isGuided ? { ...derivative, gradients: kept } : derivative;
          },
        },
        ['after other rules'],
      ],
      [
        'has derivatives in place of rules that it lacks',
        {
          differentiate: ({ rules, ...request }) => differentiate(rules === 'guided' ? { ...request, rules } : request),
        },
        ['rules that it does not have'],
      ],
      [
        'forgets half of the Hessian',
        {
          hessianProduct: async (request) => {
            const product = await model.hessianProduct(request);
            return float32(
              toFloat32(product).map((value, at) => (at % 2 ? 0 : value)),
              product.dims,
            );
          },
        },
        ['multiplies with the Hessian'],
      ],
      [
        'has garbage in a layer',
        { run: async (fed, fetch) => altered(await run(fed, fetch), 'stem', (values) => values.map(() => 7)) },
        ['as their operators say', 'from the same pass'],
      ],
      [
        'has garbage in a layer, and a graph without nodes',
        {
          graph: { nodes: [], constant: () => undefined },
          run: async (fed, fetch) => altered(await run(fed, fetch), 'stem', (values) => values.map(() => 7)),
          runFrom: (...request) => model.runFrom(...request),
        },
        ['layers that it computed itself'],
      ],
      [
        'swaps the samples of a layer',
        {
          run: async (fed, fetch) =>
            altered(await run(fed, fetch), 'features', (values) => {
              const half = values.length / 2;
              return values.map((_, at) => values[(at + half) % values.length]!);
            }),
        },
        ['as if it were alone'],
      ],
      [
        'has zeros for an output that is fetched with others',
        {
          run: async (fed, fetch) =>
            altered(await run(fed, fetch), 'logits', (values) => (fetch.length > 1 ? values.map(() => 0) : values)),
        },
        ['fetched alone or with others'],
      ],
      [
        'does not close',
        {
          close: async () => {
            throw new Error('it is stuck');
          },
        },
        ['closes'],
      ],
      [
        'takes a tensor that it does not have for one without a gradient',
        {
          differentiate: (request) =>
            differentiate({
              ...request,
              withRespectTo: request.withRespectTo.filter((name) => !name.startsWith('no ')),
            }),
        },
        ['with respect to what it does not have'],
      ],
      [
        'shapes its gradients otherwise',
        {
          differentiate: async (request) => {
            const { gradients, ...derivative } = await differentiate(request);
            const flat = Object.entries(gradients).map(([name, { data }]) => [
              name,
              float32(data as Float32Array, [data.length]),
            ]);
            return { ...derivative, gradients: Object.fromEntries(flat) as Tensors };
          },
        },
        ['shapes gradients'],
      ],
      [
        'has gradients of a score that are not those of its product',
        {
          differentiate: async (request) => {
            const derivative = await differentiate(request);
            if (request.objective.kind !== 'cotangent') return derivative;
            return {
              ...derivative,
              gradients: altered(derivative.gradients, 'pixels', (values) => values.map(() => 1)),
            };
          },
        },
        ['one-hot'],
      ],
      [
        'computes nothing in its programs',
        programs((outputs) =>
          Object.fromEntries(Object.keys(outputs).map((name) => [name, float32(new Float32Array(1), [1])])),
        ),
        ['every kind of expression'],
      ],
      [
        'compiles what it does not understand',
        { compile: (asked) => model.compile(asked).catch(() => model.compile({ inputs: [], feeds: {}, outputs: {} })) },
        ['refuses programs'],
      ],
      ['promises too much', { differentiability: () => ({ differentiable: true }) }, ['tells before it runs']],
    ];

  it.each(broken)('catch a model that %s', async (_, changes, caught) => {
    const cases = contractOf(() => opened(changes));
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  const reopening = () => changed(classifier(), { close: async () => undefined });
  const accepts: Backend['accepts'] = (source) => source.kind === 'bytes' && source.bytes[0] === 1;
  const openOwn: Backend['open'] = async (source) => {
    if (accepts(source)) return classifier();
    throw errors.modelNotReadable({ model: source.kind, reason: 'another format' });
  };
  const source = { kind: 'bytes', bytes: Uint8Array.of(1) } as const;
  const openedBy = (backend: Partial<Backend>) =>
    backendContract({
      open: classifier,
      feeds,
      backend: { create: () => ({ accepts, open: openOwn, ...backend }), source },
    });
  const brokenBackends: readonly (readonly [what: string, backend: Partial<Backend>, caught: string])[] = [
    ['accepts anything', { accepts: () => true }, 'no source of another format'],
    ['accepts nothing', { accepts: () => false }, 'accepts a source of its own'],
    [
      'opens another model',
      {
        async open(of) {
          const opened = await openOwn(of);
          return changed(classifier(), {
            run: async (fed, fetch) => altered(await opened.run(fed, fetch), 'logits', (values) => values.map(() => 0)),
          });
        },
      },
      'as the same model',
    ],
    ['opens anything', { open: async () => classifier() }, 'what it cannot read'],
  ];

  it('catch a model that goes on when it is closed', async () => {
    const cases = contractOf(reopening, { programs: false });
    expect(cases.filter(({ skip }) => skip !== undefined).map(({ skip }) => skip)).toEqual(
      Array.from({ length: 5 }, () => 'its models compile no programs'),
    );
    const failures = await failuresOf(cases.filter(({ skip }) => skip === undefined));
    expect(failures).toEqual([
      expect.stringContaining('computes nothing once it is closed'),
      expect.stringContaining('differentiates nothing once it is closed'),
    ]);
  });

  it('pass a backend that keeps them', async () => {
    expect(await failuresOf(openedBy({}))).toEqual([]);
  });

  it.each(brokenBackends)('catch a backend that %s', async (_, backend, caught) => {
    const failures = await failuresOf(openedBy(backend));
    expect(failures.join('\n')).toContain(caught);
  });

  it('have one that breaks each promise', async () => {
    const every = [
      ...broken.map(([, changes]) => contractOf(() => opened(changes))),
      contractOf(reopening),
      ...brokenBackends.map(([, backend]) => openedBy(backend)),
    ];
    expect(await unbroken(every)).toEqual([]);
  });

  it('refuse a model without gradients', async () => {
    const { inputs, outputs, layers, origin, close } = changed(model, {});
    const plain: Model = { inputs, outputs, layers, origin, run, close };
    const failures = await failuresOf(differentiableBackendContract({ open: () => plain, feeds, ...gradients }));
    expect(failures[0]).toContain('expected a model with `differentiate`');
  });
});
