/** A second backend for the networks of the fake plugin, under names of its own, and what tells on which model it works. */
import { readFile } from 'node:fs/promises';
import fake from './fake-plugin.mjs';

let first;
fake.register({ bind: (token, _, make) => token.name === 'backend' && (first = make()) });

const renamed = (specs, name) => specs.map((spec) => ({ ...spec, name }));

async function open(source) {
  const { deaf = false, wide = false } = JSON.parse(await readFile(source.path, 'utf8'));
  const model = await first.open(source);
  let closed = false;
  return {
    inputs: renamed(model.inputs, 'picture').map((input) => (wide ? { ...input, dims: ['N', 3, 8, 16] } : input)),
    outputs: renamed(model.outputs, 'scores'),
    layers: renamed(model.layers.slice(0, 1), 'maps'),
    origin: { backend: 'second', executionProvider: 'ink', sha256: 'fb'.repeat(32), remarks: ['it blots'] },
    async run({ picture }) {
      if (closed) throw new Error('it is closed');
      const { logits } = await model.run({ image: picture });
      return { scores: { ...logits, data: logits.data.map((value) => 2 * value) } };
    },
    randomised: () => open(source),
    differentiate: async () => ({}),
    compile: async () => ({}),
    differentiability: () =>
      deaf
        ? { differentiable: false, reason: 'operator', message: 'Ears have no gradient.' }
        : { differentiable: true },
    async close() {
      closed = true;
      await model.close();
    },
  };
}

/** The name of the model's backend as the layer, where feeds and objective go by that model's names. */
const names = {
  async explain({ model, feeds, objective }) {
    const fits = feeds[model.inputs[0].name] !== undefined && objective.output === model.outputs[0].name;
    const value = fits ? 1 : 0;
    return [{ height: 2, width: 2, data: new Float32Array(4).fill(value), layer: model.origin.backend }];
  },
};

/** 1 where the metric measures on the second backend, plus 10 where its explainer is there when it explains again. */
const whose = {
  better: 'higher',
  range: [0, 11],
  needs: ['explain'],
  async evaluate({ model, feeds, objective, explain }) {
    const scores = await model.run(feeds, [objective.output]);
    if (scores[objective.output] === undefined) throw new Error('these are the names of another model');
    const [map] = await explain({ feeds });
    if (map.data[0] !== 1) throw new Error('the explainer was given the names of another model');
    return [{ value: (model.origin.backend === 'second' ? 1 : 0) + (map.layer === 'second' ? 10 : 0) }];
  },
};

const nothing = {
  budget: { norm: 'linf', epsilon: 0.5 },
  perturb: async ({ subject, pixels, goal }) => ({
    adversarial: pixels,
    samples: goal.classes.map(() => ({
      ...{ success: false, evaluations: 1, updates: 0, warnings: [subject.subject.model.origin.backend] },
      trajectory: { probability: [0], logit: [0], originalProbability: [1], originalLogit: [1] },
    })),
  }),
};

const contributions = [
  { kind: 'backend', id: 'second', make: { accepts: ({ path }) => path.endsWith('.fake.json'), open } },
  { kind: 'explainer', id: 'names', make: names },
  { kind: 'explainer', id: 'slopes', needs: ['gradients'], make: names },
  { kind: 'metric', id: 'whose', make: whose },
  { kind: 'attack', id: 'nothing', needs: ['gradients', 'programs'], make: nothing },
];

export default {
  name: '@understory/second',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: contributions.map(({ make: _, ...rest }) => ({ ...rest, title: rest.id, description: `The ${rest.id}.` })),
  register(registry) {
    for (const { kind, id, make } of contributions) registry.bind({ name: kind }, id, () => make);
  },
};
